// SPDX-License-Identifier: Apache-2.0
//
// Attempts to use more than was given, or to end in a way that a judge misreads.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "tests/sandbox/jail/probe/probe.h"

namespace longhaul::sandbox::probe {

void LeaveTraces();
std::string LookForTraces();

namespace {

constexpr size_t kMegabyte = 1 << 20;

[[noreturn]] void Spin() {
  for (;;) asm volatile("");
}

void TouchForever(size_t bytes) {
  for (size_t total = 0; total < bytes; total += kMegabyte) {
    void* block =
        mmap(nullptr, kMegabyte, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) break;
    memset(block, 1, kMegabyte);
  }
}

[[noreturn]] void Flood(int fd) {
  static char block[1 << 16];
  memset(block, 'x', sizeof(block));
  while (write(fd, block, sizeof(block)) > 0) {
  }
  _exit(0);
}

// The last error of trying without end, as an exit code of its own: 20 for EAGAIN, and so on.
int CodeOf(int error) {
  switch (error) {
    case EAGAIN:
      return 20;
    case ENOSPC:
      return 21;
    case EMFILE:
      return 22;
    case ENOMEM:
    case EPERM:
      return 23;
    case ENOSYS:
      return 24;
  }
  return 99;
}

void ForkBomb(int wanted) {
  for (int i = 0; i < wanted; ++i) {
    const pid_t child = fork();
    if (child < 0) exit(CodeOf(errno));
    if (child == 0) {
      pause();
      _exit(0);
    }
  }
}

void DetachedForkBomb() {
  for (int i = 0; i < 200; ++i) {
    if (fork() != 0) continue;
    setsid();
    if (fork() != 0) _exit(0);
    for (int signal = 1; signal < 32; ++signal) ::signal(signal, SIG_IGN);
    pause();
    _exit(0);
  }
}

void MemoryOfMany() {
  for (int i = 0; i < 8; ++i) {
    if (fork() == 0) {
      TouchForever(24 * kMegabyte);
      pause();
      _exit(0);
    }
  }
  pause();
}

void ChildBomb() {
  const pid_t child = fork();
  if (child == 0) {
    TouchForever(1ul << 34);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}

void NoReserve() {
  void* space = mmap(nullptr, 1ul << 40, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (space == MAP_FAILED) exit(CodeOf(errno));
  static_cast<char*>(space)[0] = 1;
}

void Lock() {
  static char page[8192];
  if (mlock(page, sizeof(page)) != 0) exit(CodeOf(errno));
}

void FillMemoryFile() {
  const long fd = syscall(SYS_memfd_create, "x", 0);
  if (fd < 0) exit(CodeOf(errno));
  static char block[kMegabyte];
  for (int i = 0; i < 4096; ++i) {
    if (write(static_cast<int>(fd), block, sizeof(block)) < 0) exit(CodeOf(errno));
  }
}

void FillFiles(const std::string& directory) {
  static char block[kMegabyte];
  for (int i = 0; i < 4096; ++i) {
    const std::string path = directory + "/" + std::to_string(i);
    const int fd = open(path.c_str(), O_CREAT | O_WRONLY, 0600);
    if (fd < 0 || write(fd, block, sizeof(block)) < static_cast<ssize_t>(sizeof(block))) {
      exit(CodeOf(ENOSPC));
    }
    close(fd);
  }
}

void ManyFiles(int wanted) {
  for (int i = 0; i < wanted; ++i) {
    const int fd = open(("/tmp/" + std::to_string(i)).c_str(), O_CREAT | O_WRONLY, 0600);
    if (fd < 0) exit(CodeOf(errno));
    close(fd);
  }
}

void DeepDirectories() {
  for (int i = 0; i < 100'000; ++i) {
    if (mkdir("d", 0755) != 0 || chdir("d") != 0) return;
  }
}

void ManyDescriptors() {
  for (int i = 0; i < 100'000; ++i) {
    if (dup(0) < 0) exit(CodeOf(errno));
  }
}

void BothPipes() {
  static char block[kMegabyte];
  memset(block, 'y', sizeof(block));
  for (size_t sent = 0; sent < sizeof(block);) {
    const ssize_t got = write(1, block + sent, sizeof(block) - sent);
    if (got <= 0) exit(9);
    sent += static_cast<size_t>(got);
  }
  size_t total = 0;
  for (ssize_t got = 0; (got = read(0, block, sizeof(block))) > 0;)
    total += static_cast<size_t>(got);
  fprintf(stderr, "%zu", total);
}

void SpinInMany() {
  for (int i = 0; i < 6; ++i) {
    if (fork() == 0) Spin();
  }
  pause();
}

void IgnoreSignals() {
  for (int signal = 1; signal < 65; ++signal) ::signal(signal, SIG_IGN);
  Spin();
}

void Daemon() {
  if (fork() == 0) {
    setsid();
    for (;;) pause();
  }
  printf("done");
  fflush(stdout);
}

int Recurse(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : Recurse(depth + 1) + frame[0];
}

void AttachToPidOne() {
  if (ptrace(PTRACE_SEIZE, 1, nullptr, nullptr) == 0 ||
      ptrace(PTRACE_ATTACH, 1, nullptr, nullptr) == 0) {
    _exit(1);  // and leave it stopped
  }
}

void IntEighty() {
  long result = 20;  // getpid of the 32-bit ABI
  asm volatile("int $0x80" : "+a"(result) : : "memory");
  printf("survived");
}

void OddResults() {
  if (symlink("/etc/passwd", "link") || mkfifo("fifo", 0600) || link("/work/given", "hard"))
    exit(8);
  if (mknod("socket", S_IFSOCK | 0600, 0) != 0) exit(8);
  mkdir("directory", 0755);
  if (symlink("directory", "through") != 0) exit(8);
  close(open("directory/file", O_CREAT | O_WRONLY, 0600));
  FILE* plain = fopen("plain", "w");
  fwrite("a\0b\xff\n", 1, 5, plain);
  fclose(plain);
}

void SparseFile() {
  signal(SIGXFSZ, SIG_IGN);
  const int fd = open("sparse", O_CREAT | O_WRONLY, 0600);
  if (ftruncate(fd, 1ll << 40) != 0) fprintf(stderr, "%s", strerrorname_np(errno));
}

void OddBytes() {
  char bytes[256];
  for (int i = 0; i < 256; ++i) bytes[i] = static_cast<char>(i);
  if (write(1, bytes, sizeof(bytes)) != sizeof(bytes)) exit(8);
}

struct Named {
  const char* name;
  void (*run)(const std::string& argument);
};
const Named kAttempts[] = {
    {"true", [](const std::string&) {}},
    {"ptrace-pid-one", [](const std::string&) { AttachToPidOne(); }},
    {"int-80", [](const std::string&) { IntEighty(); }},
    {"x32", [](const std::string&) { syscall(0x40000000 + SYS_getpid); }},
    {"leave-traces",
     [](const std::string&) {
       LeaveTraces();
       puts("left");
       fflush(stdout);
       pause();
     }},
    {"look-for-traces", [](const std::string&) { fputs(LookForTraces().c_str(), stdout); }},
    {"fork-bomb", [](const std::string& count) { ForkBomb(atoi(count.c_str())); }},
    {"detached-fork-bomb", [](const std::string&) { DetachedForkBomb(); }},
    {"memory-bomb", [](const std::string&) { TouchForever(10ul << 30); }},
    {"memory-of-many", [](const std::string&) { MemoryOfMany(); }},
    {"child-bomb", [](const std::string&) { ChildBomb(); }},
    {"no-reserve", [](const std::string&) { NoReserve(); }},
    {"mlock", [](const std::string&) { Lock(); }},
    {"fill-memory-file", [](const std::string&) { FillMemoryFile(); }},
    {"fill-files", [](const std::string& directory) { FillFiles(directory); }},
    {"many-files", [](const std::string& count) { ManyFiles(atoi(count.c_str())); }},
    {"deep-directories", [](const std::string&) { DeepDirectories(); }},
    {"many-descriptors", [](const std::string&) { ManyDescriptors(); }},
    {"flood", [](const std::string& fd) { Flood(atoi(fd.c_str())); }},
    {"both-pipes", [](const std::string&) { BothPipes(); }},
    {"spin", [](const std::string&) { Spin(); }},
    {"spin-in-many", [](const std::string&) { SpinInMany(); }},
    {"sleep",
     [](const std::string&) {
       for (;;) pause();
     }},
    {"ignore-signals", [](const std::string&) { IgnoreSignals(); }},
    {"stop", [](const std::string&) { kill(getpid(), SIGSTOP); }},
    {"close-outputs",
     [](const std::string&) {
       close(1);
       close(2);
       close(3);
       for (;;) pause();
     }},
    {"daemon", [](const std::string&) { Daemon(); }},
    {"recurse", [](const std::string&) { exit(Recurse(0)); }},
    {"odd-results", [](const std::string&) { OddResults(); }},
    {"sparse-file", [](const std::string&) { SparseFile(); }},
    {"odd-bytes", [](const std::string&) { OddBytes(); }},
    {"exit", [](const std::string& code) { _exit(atoi(code.c_str())); }},
    {"marker", [](const std::string& text) { puts(text.c_str()); }},
};

}  // namespace

bool Abuse(const std::string& name, const std::string& argument) {
  for (const Named& attempt : kAttempts) {
    if (name != attempt.name) continue;
    attempt.run(argument);
    return true;
  }
  return false;
}

}  // namespace longhaul::sandbox::probe
