// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <mqueue.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstring>

#include "tests/sandbox/jail/probe/probe.h"

namespace longhaul::sandbox::probe {
namespace {

long ConnectTo(const char* address, int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return fd;
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address, &to.sin_addr);
  return connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to));
}

// '@' at the start: an abstract name.
sockaddr_un UnixAddress(const std::string& path, socklen_t& size) {
  sockaddr_un to = {};
  to.sun_family = AF_UNIX;
  memcpy(to.sun_path, path.data(), path.size());
  size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = 0;
  return to;
}

long ConnectToUnix(const std::string& path) {
  socklen_t size = 0;
  const sockaddr_un to = UnixAddress(path, size);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return fd < 0 ? fd : connect(fd, reinterpret_cast<const sockaddr*>(&to), size);
}

// Of a pair of connected sockets, which takes no socket() to have.
long NamePair() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return -1;
  socklen_t size = 0;
  const sockaddr_un name = UnixAddress("@longhaul-pair", size);
  return bind(pair[0], reinterpret_cast<const sockaddr*>(&name), size);
}

int64_t Microseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
}

// A resolver's first step: a datagram to a name server.
std::string NameLookup() {
  const int64_t start = Microseconds();
  sockaddr_in server = {};
  server.sin_family = AF_INET;
  server.sin_port = htons(53);
  inet_pton(AF_INET, "192.0.2.53", &server.sin_addr);
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const std::string result = Result(
      fd < 0 ? fd : sendto(fd, "x", 1, 0, reinterpret_cast<sockaddr*>(&server), sizeof(server)));
  return Microseconds() - start < 100'000 ? result : result + ", slow";
}

std::string OtherProcesses() {
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return "no /proc";
  int others = 0;
  while (const dirent* entry = readdir(directory)) {
    const int pid = atoi(entry->d_name);
    if (pid > 0 && pid != getpid() && pid != 1) ++others;
  }
  closedir(directory);
  return others == 0 ? "alone" : "others seen";
}

void Locks() {
  const int fd = open("/usr/bin/env", O_RDONLY);
  struct flock lock = {};
  lock.l_type = F_RDLCK;
  Report(52, Results()
                 .Add(flock(fd, LOCK_SH | LOCK_NB))
                 .Add(fcntl(fd, F_SETLK, &lock))
                 .Add(fcntl(fd, F_OFD_SETLK, &lock))
                 .Add(fcntl(fd, F_SETLEASE, F_RDLCK))
                 .Add(inotify_init1(0))
                 .text());
}

}  // namespace

void NetworkSurface(const Host& host) {
  Report(42, Result(ConnectTo("127.0.0.1", host.port)));
  Report(43, Results()
                 .Add(ConnectTo("127.0.0.1", host.service_port))
                 .Add(ConnectTo("0.0.0.0", host.service_port))
                 .text());
  Report(44, Result(ConnectTo("192.0.2.1", 80)));
  Report(45, NameLookup());
  Report(46, Results().Add(ConnectToUnix("@" + host.abstract)).Add(NamePair()).text());
  Report(47, Results().Add(ConnectToUnix(host.path)).Add(ConnectToUnix("/run/docker.sock")).text());
  Report(48, Result(socket(AF_VSOCK, SOCK_STREAM, 0)));
  Report(49, Results()
                 .Add(socket(AF_NETLINK, SOCK_RAW, 0))
                 .Add(socket(AF_NETLINK, SOCK_RAW, 9 /* audit */))
                 .text());
  Report(50, Results()
                 .Add(socket(AF_PACKET, SOCK_RAW, 0))
                 .Add(socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0))
                 .Add(socket(30 /* AF_TIPC */, SOCK_SEQPACKET, 0))
                 .Add(socket(AF_INET, SOCK_RAW, 1))
                 .text());
  Locks();
  Report(53, OtherProcesses());
}

// 51: leaves a trace of each kind, or looks for those of another guest.
void LeaveTraces() {
  socklen_t size = 0;
  const sockaddr_un name = UnixAddress("@longhaul-meeting", size);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  bind(fd, reinterpret_cast<const sockaddr*>(&name), size);
  listen(fd, 1);
  shmget(0x10c8, 4096, IPC_CREAT | 0666);
  msgget(0x10c8, IPC_CREAT | 0666);
  mq_open("/longhaul-meeting", O_CREAT | O_RDWR, 0666, nullptr);
  close(open("/dev/shm/meeting", O_CREAT | O_WRONLY, 0666));
  close(open("/tmp/meeting", O_CREAT | O_WRONLY, 0666));
}

std::string LookForTraces() {
  std::string met;
  if (ConnectToUnix("@longhaul-meeting") == 0) met += "abstract socket ";
  if (shmget(0x10c8, 4096, 0) >= 0) met += "shared memory ";
  if (msgget(0x10c8, 0) >= 0) met += "message queue ";
  if (mq_open("/longhaul-meeting", O_RDWR) >= 0) met += "POSIX queue ";
  if (access("/dev/shm/meeting", F_OK) == 0) met += "/dev/shm ";
  if (access("/tmp/meeting", F_OK) == 0) met += "/tmp ";
  return met.empty() ? "never met" : "met by " + met;
}

}  // namespace longhaul::sandbox::probe
