// SPDX-License-Identifier: Apache-2.0
#include "rollout/mailbox.h"

#include <chrono>
#include <utility>

namespace longhaul::rollout {

bool Mailbox::Run(std::function<void()> work) {
  std::unique_lock lock(mutex_);
  if (closed_ || refusing_) return false;
  posted_.push_back(std::move(work));
  const int64_t ticket = ++num_posted_;
  wake_.notify_one();
  done_.wait(lock, [&] { return num_run_ >= ticket || refusing_; });
  return num_run_ >= ticket;
}

void Mailbox::Wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  wake_.notify_one();
}

void Mailbox::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  wake_.notify_one();
}

bool Mailbox::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void Mailbox::RunPosted() {
  std::unique_lock lock(mutex_);
  while (!posted_.empty()) {
    const std::function<void()> work = std::move(posted_.front());
    posted_.pop_front();
    lock.unlock();
    work();
    lock.lock();
    ++num_run_;
    done_.notify_all();
  }
}

void Mailbox::Wait(int64_t milliseconds) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::milliseconds(milliseconds),
                 [this] { return woken_ || closed_ || !posted_.empty(); });
  woken_ = false;
}

void Mailbox::RefuseAll() {
  const std::lock_guard lock(mutex_);
  refusing_ = true;
  done_.notify_all();
}

}  // namespace longhaul::rollout
