// SPDX-License-Identifier: Apache-2.0
//
// What the launcher tells PID 1 of a new guest, and what it hears back, over one stream socket.
// Both ends come from one build: the layout is not a format.
//
//   launcher -> init   PlanHeader, `plan_bytes` of lists in the order of the counts, then the
//                      contents of the files in order
//   init -> launcher   InitMessage kReady with two descriptors (/work, /proc), then kExited; or
//   kFailed
//
// With kCommands the program is executed as often as the launcher asks, each time with one argument
// more: a uint64_t, the bytes of the argument with its NUL, and the argument go in; kExited comes
// out when that process has ended, or kNotExecuted.
//
// Lists: strings end with NUL. A tree is a TreeEntry, host path, guest path; a symbolic link is
// target, path; a file is a FileEntry, path.
#pragma once

#include <cstdint>

namespace longhaul::sandbox {

// Descriptors of init, which are those of the program up to kReplyFd.
inline constexpr int kReplyFd = 3;
inline constexpr int kControlFd = 4;
inline constexpr int kImageFd = 5;  // init's own program
inline constexpr int kEntryFd = 6;  // the first of the files by which init enters its cgroup
inline constexpr int kEntryFdMax = 3;
inline constexpr int kInitFdCount = kEntryFd + kEntryFdMax;
// Opened by init itself.
inline constexpr int kOomScoreFd = kInitFdCount;
inline constexpr int kStateFd = kOomScoreFd + 1;  // the directory of kStatePath, writable

// Inside the guest.
inline constexpr uint32_t kGuestUid = 1000;
// What a command leaves for the next: its shell makes the file kRunPath when it has read the state
// and is about to run the command, and writes the new state at its end, with kStateEnd as the last
// line. Init copies that to the state, which nothing else in the guest can write, or, where it is
// not whole, removes the state.
inline constexpr char kStateDirectory[] = ".session";  // in the root
inline constexpr char kStateName[] = "state";          // in that directory
inline constexpr char kStatePath[] = "/.session/state";
inline constexpr char kNewStateDirectory[] = "/dev/shm";
inline constexpr char kRunPath[] = "/dev/shm/.longhaul-run";
inline constexpr char kNewStatePath[] = "/dev/shm/.longhaul-state";
inline constexpr char kStateEnd[] = "#end of the state";

enum PlanFlag : uint32_t {
  kDropGroups = 1,     // the launcher's supplementary groups may be dropped
  kDieWithThread = 2,  // killed when the thread that launched it ends
  kMountProc = 4,      // this host lets a user namespace mount /proc
  kLoopbackUp = 8,     // bring up the loopback of the network namespace
  kSelfCheck = 16,     // the program is init's own self check
  kCommands = 32,      // the program is executed when the launcher asks
};

struct TreeEntry {
  uint32_t is_device;     // it, or what is in it, stays usable as a device
  uint32_t is_directory;  // recursive
};

struct FileEntry {
  uint64_t bytes;
  uint32_t mode;
};

struct ResourceLimit {
  int32_t resource;
  uint64_t soft;
  uint64_t hard;
};
inline constexpr int kResourceLimitMax = 12;

struct PlanHeader {
  uint64_t plan_bytes;
  uint64_t files_bytes_max;  // of the root file system
  uint64_t files_count_max;
  uint32_t flags;
  uint32_t filter_length;  // instructions of 8 bytes, first in the plan
  uint32_t tree_count;
  uint32_t symlink_count;
  uint32_t file_count;
  uint32_t argument_count;
  uint32_t environment_count;
  uint32_t limit_count;
  uint32_t entry_count;
  ResourceLimit limits[kResourceLimitMax];
};

struct InitMessage {
  enum Kind : uint32_t { kReady = 1, kExited = 2, kFailed = 3, kNotExecuted = 4 };
  Kind kind;
  int32_t value;          // kExited: as from wait; kFailed, kNotExecuted: the error number
  int64_t time_ns;        // kReady: of CLOCK_MONOTONIC
  int64_t memory_bytes;   // kExited: peak of the largest process
  uint32_t run;           // kExited, of a command: its shell was about to run it
  uint32_t state_kept;    // and has left a state
  uint32_t others_ended;  // kExited, kNotExecuted: it found no room, and all else was ended for it
  char step[48];          // kFailed: what was being done
};

}  // namespace longhaul::sandbox
