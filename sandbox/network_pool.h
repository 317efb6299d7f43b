// SPDX-License-Identifier: Apache-2.0
//
// Network namespaces for judged programs. To make and remove one costs nearly as much as the rest
// of a launch, so each serves one guest after another. Nothing of a guest stays in it: the judge's
// filter allows unnamed pairs of connected sockets and no others, and those go with the processes
// that hold them. The namespaces belong to the host's user namespace, so a guest has no rights over
// its own; its loopback is down.
#pragma once

#include <absl/synchronization/mutex.h>

#include <memory>
#include <vector>

#include "common/file_descriptor.h"

namespace longhaul::sandbox {

// Thread-safe. Outlives its leases.
class NetworkPool {
 public:
  // Null where this process may not make or enter one: guests then get theirs by clone.
  static std::unique_ptr<NetworkPool> Create();

  // A namespace that no other guest is in. Goes back when it ends, which must be after the guest.
  class Lease {
   public:
    Lease() = default;
    Lease(NetworkPool* pool, FileDescriptor network) : pool_(pool), network_(std::move(network)) {}
    Lease(Lease&& other) = default;
    Lease& operator=(Lease&& other) = default;
    ~Lease();
    int fd() const { return network_.get(); }  // -1: none could be made

   private:
    NetworkPool* pool_ = nullptr;
    FileDescriptor network_;
  };
  Lease Take();

 private:
  NetworkPool() = default;

  absl::Mutex mutex_;
  std::vector<FileDescriptor> idle_ ABSL_GUARDED_BY(mutex_);
};

// Makes the calling thread's children be born in a network namespace while this lives.
class InNetworkNamespace {
 public:
  // -1: nothing is done. Check `entered`.
  explicit InNetworkNamespace(int fd);
  ~InNetworkNamespace();
  InNetworkNamespace(const InNetworkNamespace&) = delete;
  InNetworkNamespace& operator=(const InNetworkNamespace&) = delete;

  bool entered() const { return entered_; }

 private:
  FileDescriptor home_;
  bool entered_ = false;
};

}  // namespace longhaul::sandbox
