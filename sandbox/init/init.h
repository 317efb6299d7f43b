// SPDX-License-Identifier: Apache-2.0
//
// PID 1 of every guest: a small static program without a C library, so that it holds nothing of the
// service's memory and starts fast. Theory of operation:
//
// The launcher clones it into fresh namespaces with the capabilities of its user namespace
// (ambient, since no uid is mapped yet) and a stream socket. It waits for the plan, which comes
// once its ids are mapped (and on cgroup v2 it is in its group). Then, in this order:
//
//   0. on cgroup v1, it enters its groups;
//   1. trees of the host are taken hold of (open_tree) as the launcher's user;
//   2. it becomes the guest's user;
//   3. the private root is built on one tmpfs and entered (pivot_root), the old one detached;
//   4. files are received into /work, and descriptors of /work and /proc sent out;
//   5. limits are set, capabilities dropped for good, the filter installed;
//   6. the program is started as PID 2, and its end awaited, reaping whatever is left to PID 1; or
//      commands are taken and executed one after another, for as long as the launcher is there.
//      Where those before a command have left no process or memory to start it with, all that goes
//      on is ended first.
//
// It ends when PID 2 ends or when the launcher's end of the socket closes; the kernel then kills
// all else in the PID namespace. The guest cannot reach it: signals to PID 1 from inside are
// dropped, and it is not dumpable. So nothing in the guest can say in its place that a command has
// ended, or keep it from saying so.
#pragma once

#include "sandbox/init/plan.h"

namespace longhaul::sandbox {

// Reports kFailed and ends. `error` as system calls return it (negated).
[[noreturn]] void Fail(const char* step, long error);
// The result, unless it is an error.
inline long Must(const char* step, long result) {
  if (result < 0) Fail(step, result);
  return result;
}

[[noreturn]] void Exit(int code);
// Pages of zeros.
char* Map(const char* step, unsigned long bytes);
// Exactly `size` bytes of the control socket; ends the process when the launcher is gone.
void ReceiveExactly(void* bytes, unsigned long size);

// The plan as it lies in memory after its header.
class PlanReader {
 public:
  explicit PlanReader(const char* next) : next_(next) {}
  const char* String() {
    const char* text = next_;
    while (*next_++ != 0) {
    }
    return text;
  }
  template <typename T>
  T Struct() {
    T value;
    __builtin_memcpy(&value, next_, sizeof(T));
    next_ += sizeof(T);
    return value;
  }
  const char* Bytes(unsigned long size) {
    next_ += size;
    return next_ - size;
  }

 private:
  const char* next_;
};

// 1: descriptors of detached trees, in plan order, in `tree_fds`.
void OpenTrees(PlanReader trees, unsigned count, int* tree_fds);
// 3. With kCommands, kStateFd is then a writable mount of kStateDirectory, which lies in the
// read-only root for all others.
void BuildRoot(const PlanHeader& header, PlanReader trees, const int* tree_fds,
               PlanReader symlinks);
// 4: reads the entries from `files` and their contents from the control socket.
void ReceiveFiles(PlanReader& files, unsigned count);
// 5.
void SetLimits(const PlanHeader& header);
void DropPrivileges(const char* filter, unsigned filter_length);
// 6.
struct Program {
  char** arguments;
  char* const* environment;
  bool self_check;
  char** command;  // of `arguments`: where a command's own goes; null: the program runs once
};
void RunProgram(const Program& program);
[[noreturn]] void RunCommands(const Program& program);
// Before a command: puts an empty file into the place of the new state, which its shell can then
// write whatever its umask, and removes what one that was killed, or something that goes on after
// its own, has put there. Nothing is done to what a name there leads to.
void PrepareNewState();
// After a command.
struct CommandState {
  bool run, kept;  // as in InitMessage
};
CommandState TakeState();

// The self check: a program inside the finished jail tries what must fail, and writes a line
// "name<TAB>ok or the observation" to descriptor kReplyFd each. Returns the exit code.
int SelfCheck();
// What the filter would hide from it: a judged program has no sockets to try the network with.
void SelfCheckBeforeFilter();

}  // namespace longhaul::sandbox
