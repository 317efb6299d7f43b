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

// Kernels follow one another within microseconds, so a worker looks this often before it sleeps.
constexpr int kSpins = 2000;
// Fewer hand-outs than this for each thread and loop, so that tiny items do not fight over the
// ticket.
constexpr int64_t kBlocksPerThread = 32;

// A ticket is (loop number, next block). A thread takes a block by a compare-exchange on the whole
// of it, so a thread that was late for one loop can never take a block of the next.
constexpr int kBlockBits = 20;
constexpr uint64_t kBlockMask = (uint64_t{1} << kBlockBits) - 1;

thread_local bool in_loop = false;

}  // namespace

struct ThreadPool::State {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable wake;
  std::atomic<int> sleepers{0};
  std::atomic<bool> stop{false};
  std::atomic<bool> busy{false};

  // The loop. Written by the caller only while the ticket shows no block to take; a thread that
  // reads them in between finds the ticket changed and drops what it read.
  std::atomic<const std::function<void(int64_t)>*> body{nullptr};
  std::atomic<int64_t> n{0};
  std::atomic<int64_t> block_size{1};
  std::atomic<int64_t> num_blocks{0};

  alignas(64) std::atomic<uint64_t> ticket{0};
  alignas(64) std::atomic<int64_t> done{0};  // blocks of this loop that are finished

  bool HasWork(uint64_t seen) const {
    return static_cast<int64_t>(seen & kBlockMask) < num_blocks.load();
  }

  // Takes and runs blocks until the loop has none left. True when there was one.
  bool Drain() {
    bool any = false;
    uint64_t seen = ticket.load();
    while (HasWork(seen)) {
      const auto* loop_body = body.load();
      const int64_t items = n.load(), size = block_size.load();
      if (!ticket.compare_exchange_weak(seen, seen + 1)) continue;
      const int64_t begin = static_cast<int64_t>(seen & kBlockMask) * size;
      const int64_t end = std::min(items, begin + size);
      for (int64_t i = begin; i < end; ++i) (*loop_body)(i);
      done.fetch_add(1);
      any = true;
      seen = ticket.load();
    }
    return any;
  }

  void Sleep() {
    std::unique_lock lock(mutex);
    ++sleepers;
    // Either this sees the new ticket, or Start sees the sleeper: both are sequentially consistent.
    wake.wait(lock, [&] { return stop || HasWork(ticket.load()); });
    --sleepers;
  }

  void Work() {
    in_loop = true;  // a body that starts a loop runs it alone
    int idle = 0;
    while (!stop) {
      if (Drain()) {
        idle = 0;
      } else if (++idle < kSpins) {
        __builtin_ia32_pause();
      } else {
        Sleep();
        idle = 0;
      }
    }
  }

  void Start(int64_t items, const std::function<void(int64_t)>& loop_body) {
    const int64_t blocks_wanted = kBlocksPerThread * static_cast<int64_t>(threads.size() + 1);
    const int64_t size = (items + blocks_wanted - 1) / blocks_wanted;
    const uint64_t loop = (ticket.load() >> kBlockBits) + 1;
    ticket.store(loop << kBlockBits | kBlockMask);  // closed: no number of blocks is above the mask
    body = &loop_body;
    n = items;
    block_size = size;
    done = 0;
    num_blocks = (items + size - 1) / size;
    ticket.store((loop + 1) << kBlockBits);
    if (sleepers.load() == 0) return;
    { std::lock_guard lock(mutex); }  // a sleeper between its check and its wait holds this
    wake.notify_all();
  }

  void Finish() {
    int spins = 0;
    while (done.load() != num_blocks.load()) {
      // Long waits mean that a worker lost its CPU: give it this one.
      if (++spins < kSpins) {
        __builtin_ia32_pause();
      } else {
        std::this_thread::yield();
      }
    }
  }
};

ThreadPool::ThreadPool(int num_threads) : state_(std::make_unique<State>()) {
  CHECK_GE(num_threads, 1);
  for (int i = 1; i < num_threads; ++i) {
    state_->threads.emplace_back([s = state_.get()] { s->Work(); });
  }
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
  CHECK(!s.busy.exchange(true)) << "two threads start loops on one pool at the same time";
  s.Start(n, body);
  in_loop = true;
  s.Drain();
  in_loop = false;
  s.Finish();
  s.busy = false;
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
