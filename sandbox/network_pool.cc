// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_pool.h"

#include <fcntl.h>
#include <sched.h>

#include <thread>

#include "common/check.h"

namespace longhaul::sandbox {
namespace {

FileDescriptor OwnNamespace() {
  return FileDescriptor(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
}

// The calling thread is in it for a moment. -1: not allowed, or a limit of the host was reached.
FileDescriptor MakeNamespace() {
  const FileDescriptor home = OwnNamespace();
  if (home.get() < 0 || unshare(CLONE_NEWNET) != 0) return FileDescriptor();
  FileDescriptor made = OwnNamespace();
  CHECK_EQ(setns(home.get(), CLONE_NEWNET), 0);
  return made;
}

// On a thread that may be lost: whether one can be left again is not known yet.
FileDescriptor TryNamespace() {
  FileDescriptor made;
  std::thread([&made] {
    if (unshare(CLONE_NEWNET) != 0) return;
    made = OwnNamespace();
    if (made.get() >= 0 && setns(made.get(), CLONE_NEWNET) != 0) made = FileDescriptor();
  }).join();
  return made;
}

}  // namespace

std::unique_ptr<NetworkPool> NetworkPool::Create() {
  FileDescriptor first = TryNamespace();
  if (first.get() < 0) return nullptr;
  std::unique_ptr<NetworkPool> pool(new NetworkPool);
  Lease(pool.get(), std::move(first));
  return pool;
}

NetworkPool::Lease NetworkPool::Take() {
  {
    const absl::MutexLock lock(&mutex_);
    if (!idle_.empty()) {
      FileDescriptor taken = std::move(idle_.back());
      idle_.pop_back();
      return Lease(this, std::move(taken));
    }
  }
  return Lease(this, MakeNamespace());
}

NetworkPool::Lease::~Lease() {
  if (network_.get() < 0) return;
  const absl::MutexLock lock(&pool_->mutex_);
  pool_->idle_.push_back(std::move(network_));
}

InNetworkNamespace::InNetworkNamespace(int fd) {
  if (fd < 0) return;
  home_ = OwnNamespace();
  entered_ = home_.get() >= 0 && setns(fd, CLONE_NEWNET) == 0;
}

InNetworkNamespace::~InNetworkNamespace() {
  if (entered_) CHECK_EQ(setns(home_.get(), CLONE_NEWNET), 0);
}

}  // namespace longhaul::sandbox
