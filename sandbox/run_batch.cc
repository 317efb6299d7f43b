// SPDX-License-Identifier: Apache-2.0
#include "sandbox/run_batch.h"

namespace longhaul::sandbox {
namespace {

void LowerTo(std::atomic<size_t>& end, size_t value) {
  size_t seen = end;
  while (value < seen && !end.compare_exchange_weak(seen, value)) {
  }
}

}  // namespace

RunBatch::RunBatch(Args args, const RunContext& context)
    : args_(std::move(args)),
      context_(context),
      end_(args_.job->runs.size()),
      budget_(args_.reply_bytes_max) {
  results_.resize(args_.job->runs.size());
}

void RunBatch::Keep(size_t index, StatusOr<GuestResult> result) {
  const std::lock_guard lock(mutex_);
  if (!result.ok()) {
    // A run that was stopped because it is not wanted reports the same as one that was cancelled.
    if (index >= end_) return;
    if (failure_.ok()) failure_ = result.status();
    end_ = 0;
    return;
  }
  budget_.Charge(*result);
  if (args_.job->stop_after_failure && result->outcome != Outcome::kOk) LowerTo(end_, index + 1);
  results_[index] = *std::move(result);
}

void RunBatch::RunOne(size_t index) {
  RunContext context = context_;
  context.cancelled = [this, index] { return index >= end_ || context_.cancelled(); };
  Keep(index, args_.jail->Run(MakeGuestProgram(args_.built, args_.job->runs[index]), context));
}

bool RunBatch::RunNext() {
  const size_t index = next_++;
  if (index >= end_) return false;
  RunOne(index);
  return true;
}

void RunBatch::CallHelpers() {
  while (next_ + 1 < end_) {
    std::optional<SlotPool::Slot> slot = args_.slots->TryAcquire();
    if (!slot) return;
    helpers_.emplace_back([this, slot = std::move(slot)] {
      while (!args_.slots->HasWaiters() && RunNext()) {
      }
    });
  }
}

StatusOr<std::vector<GuestResult>> RunBatch::Run() {
  do {
    CallHelpers();
  } while (RunNext());
  helpers_.clear();  // joins
  RETURN_IF_ERROR(failure_);
  results_.resize(std::min(results_.size(), end_.load()));
  return std::move(results_);
}

}  // namespace longhaul::sandbox
