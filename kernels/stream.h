// SPDX-License-Identifier: Apache-2.0
//
// Where an op runs: a device and, on the CPU, the threads it may use. Ops are issued in order.
#pragma once

#include "common/thread_pool.h"

namespace longhaul::kernels {

enum class Device { kCpu, kCuda };

// Thread-compatible: one op at a time. Does not own the pool.
class Stream {
 public:
  explicit Stream(ThreadPool* pool) : pool_(pool) {}
  Device device() const { return Device::kCpu; }
  ThreadPool& pool() const { return *pool_; }

 private:
  ThreadPool* pool_;
};

}  // namespace longhaul::kernels
