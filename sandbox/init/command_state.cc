// SPDX-License-Identifier: Apache-2.0
//
// What a command leaves for the next one (plan.h, kStatePath).
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sandbox/init/init.h"
#include "sandbox/init/raw_syscall.h"
#include "sandbox/init/text.h"

namespace longhaul::sandbox {
namespace {

// Exactly `size` bytes: a process that goes on may still be writing.
bool Copy(long from, long to, long size) {
  static char chunk[1 << 16];
  for (long left = size; left > 0;) {
    const long wanted = left < static_cast<long>(sizeof(chunk)) ? left : sizeof(chunk);
    const long got = raw::Call(SYS_read, from, chunk, wanted);
    if (got <= 0 || raw::Call(SYS_write, to, chunk, got) != got) return false;
    left -= got;
  }
  return true;
}

bool EndsWhole(long state, long size) {
  constexpr long kTail = sizeof(kStateEnd);  // with the line's end in the place of the NUL
  char tail[kTail];
  if (raw::Call(SYS_pread64, state, tail, kTail, size - kTail) != kTail) return false;
  if (tail[kTail - 1] != '\n') return false;
  tail[kTail - 1] = 0;
  return Equal(tail, kStateEnd);
}

// `from` is what was found in the place of the new state.
bool Keep(long from) {
  struct stat found {};
  if (raw::Call(SYS_fstat, from, &found) != 0 || !S_ISREG(found.st_mode)) return false;
  const long state =
      raw::Call(SYS_openat, kStateFd, kStateName, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (state < 0) return false;
  const bool kept = Copy(from, state, found.st_size) && EndsWhole(state, found.st_size);
  raw::Call(SYS_close, state);
  return kept;
}

// Whatever a guest has put there. A directory with something in it is renamed, to what cannot be
// foreseen and taken.
void Clear(const char* path) {
  if (raw::Call(SYS_unlink, path) == 0 || raw::Call(SYS_rmdir, path) == 0) return;
  int64_t number = 0;
  raw::Call(SYS_getrandom, &number, sizeof(number), 0);
  Line aside;
  aside.Text(path).Text("-").Number(number);
  raw::Call(SYS_rename, path, aside.bytes);
}

}  // namespace

void PrepareNewState() {
  raw::Call(SYS_chmod, kNewStateDirectory, 01777);
  Clear(kRunPath);
  Clear(kNewStatePath);
  const long state =
      raw::Call(SYS_open, kNewStatePath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (state >= 0) raw::Call(SYS_close, state);
}

CommandState TakeState() {
  const bool run = raw::Call(SYS_unlink, kRunPath) == 0;
  const long from =
      raw::Call(SYS_open, kNewStatePath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  const bool kept = from >= 0 && Keep(from);
  if (from >= 0) raw::Call(SYS_close, from);
  Clear(kNewStatePath);
  if (!kept) raw::Call(SYS_unlinkat, kStateFd, kStateName, 0);
  return {run, kept};
}

}  // namespace longhaul::sandbox
