// SPDX-License-Identifier: Apache-2.0
//
// Where an op runs: the threads it may use. Ops are issued in order.
#pragma once

#include "common/thread_pool.h"

namespace longhaul::kernels {

// Thread-compatible: one op at a time. Does not own the pool.
class Stream {
 public:
  explicit Stream(ThreadPool* pool) : pool_(pool) {}
  ThreadPool& pool() const { return *pool_; }

 private:
  ThreadPool* pool_;
};

}  // namespace longhaul::kernels
