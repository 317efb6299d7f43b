// SPDX-License-Identifier: Apache-2.0
#include "common/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "common/check.h"

namespace longhaul {
namespace {

// Kernels follow one another within microseconds, so a worker spins this often before it sleeps.
constexpr int kSpins = 4000;
thread_local bool in_loop = false;

}  // namespace

struct ThreadPool::State {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable wake;
  std::atomic<uint64_t> generation{0};
  std::atomic<bool> stop{false};

  const std::function<void(int64_t)>* body = nullptr;
  int64_t n = 0;
  std::atomic<int64_t> next{0};
  std::atomic<int> working{0};

  void Drain() {
    in_loop = true;
    for (int64_t i = next.fetch_add(1); i < n; i = next.fetch_add(1)) (*body)(i);
    in_loop = false;
  }

  uint64_t WaitForWork(uint64_t seen) {
    for (int spin = 0; spin < kSpins; ++spin) {
      if (generation.load(std::memory_order_acquire) != seen || stop) return generation.load();
      __builtin_ia32_pause();
    }
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return generation.load() != seen || stop.load(); });
    return generation.load();
  }

  void Work() {
    uint64_t seen = 0;
    while (true) {
      seen = WaitForWork(seen);
      if (stop) return;
      Drain();
      working.fetch_sub(1, std::memory_order_acq_rel);
    }
  }
};

ThreadPool::ThreadPool(int num_threads) : state_(std::make_unique<State>()) {
  CHECK_GE(num_threads, 1);
  for (int i = 1; i < num_threads; ++i)
    state_->threads.emplace_back([s = state_.get()] { s->Work(); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->wake.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

int ThreadPool::num_threads() const { return static_cast<int>(state_->threads.size()) + 1; }

void ThreadPool::ForEach(int64_t n, const std::function<void(int64_t)>& body) {
  State& s = *state_;
  if (n <= 1 || s.threads.empty() || in_loop) {
    for (int64_t i = 0; i < n; ++i) body(i);
    return;
  }
  s.body = &body;
  s.n = n;
  s.next.store(0);
  s.working.store(static_cast<int>(s.threads.size()));
  {
    std::lock_guard lock(s.mutex);
    s.generation.fetch_add(1, std::memory_order_release);
  }
  s.wake.notify_all();
  s.Drain();
  while (s.working.load(std::memory_order_acquire) != 0) __builtin_ia32_pause();
}

void ThreadPool::ForRange(int64_t n, int64_t grain,
                          const std::function<void(int64_t, int64_t)>& body) {
  CHECK_GT(grain, 0);
  ForEach((n + grain - 1) / grain,
          [&](int64_t i) { body(i * grain, std::min(n, (i + 1) * grain)); });
}

int AvailableCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

}  // namespace longhaul
