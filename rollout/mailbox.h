// SPDX-License-Identifier: Apache-2.0
//
// Mailbox: how other threads reach the thread that owns the engine. It runs what they post between
// two steps and sleeps here when there is nothing to generate.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

namespace longhaul::rollout {

class Mailbox {
 public:
  // Any thread: has `work` run on the engine thread and waits for it. False, with `work` not run,
  // once the mailbox is closed.
  bool Run(std::function<void()> work);
  // Any thread: ends a Wait, now or the next.
  void Wake();
  // Any thread: the engine thread is to end. It calls RefuseAll when it does.
  void Close();
  bool closed() const;

  // The engine thread:
  void RunPosted();
  void Wait(int64_t milliseconds);
  // Nothing posted from now on, or waiting, will be run.
  void RefuseAll();

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<std::function<void()>> posted_;
  int64_t num_posted_ = 0;
  int64_t num_run_ = 0;
  bool woken_ = false;
  bool closed_ = false;
  bool refusing_ = false;
};

}  // namespace longhaul::rollout
