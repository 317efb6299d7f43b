// SPDX-License-Identifier: Apache-2.0
//
// A fixed set of threads for data-parallel loops inside kernels.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace longhaul {

// Thread-compatible: one caller at a time. The calling thread takes part, so a pool of n starts n -
// 1 threads. A loop body must not depend on which thread runs it or on how many there are: results
// are the same bits for every pool size.
class ThreadPool {
 public:
  explicit ThreadPool(int num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int num_threads() const;

  // Runs body(i) for every i in [0, n), items handed out dynamically; returns when all are done.
  // Loops do not nest: a body that calls ForEach runs it on its own thread.
  void ForEach(int64_t n, const std::function<void(int64_t)>& body);

  // Runs body(begin, end) over [0, n) in ranges of `grain` items (the last may be shorter).
  void ForRange(int64_t n, int64_t grain, const std::function<void(int64_t, int64_t)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Hardware threads this process may use (its CPU affinity), at least 1.
int AvailableCpus();

}  // namespace longhaul
