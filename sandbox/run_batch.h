// SPDX-License-Identifier: Apache-2.0
//
// RunBatch: the runs of one program. The calling thread holds a slot and does them one after
// another; whenever another slot is free and nobody waits for it, a helper thread joins in, and it
// leaves as soon as somebody waits. What the runs report does not depend on who ran them or when.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "common/status.h"
#include "sandbox/execution.h"
#include "sandbox/program_guest.h"
#include "sandbox/reply_budget.h"
#include "sandbox/slot_pool.h"

namespace longhaul::sandbox {

class RunBatch {
 public:
  struct Args {
    Jail* jail;
    SlotPool* slots;
    const ExecutionJob* job;
    BuiltProgram built;
    int64_t reply_bytes_max;  // output and files of all runs together
  };
  RunBatch(Args args, const RunContext& context);

  // Call once.
  StatusOr<std::vector<GuestResult>> Run();

 private:
  // False: nothing is left to start.
  bool RunNext();
  void RunOne(size_t index);
  void Keep(size_t index, StatusOr<GuestResult> result);
  // Helpers for as many runs as are left and as many slots as nobody wants.
  void CallHelpers();

  const Args args_;
  const RunContext& context_;
  std::atomic<size_t> next_ = 0;
  // Runs from here on are not wanted: one before has failed, or the whole request has.
  std::atomic<size_t> end_;
  std::mutex mutex_;  // guards what follows
  Status failure_;
  ReplyBudget budget_;
  std::vector<GuestResult> results_;
  std::vector<std::jthread> helpers_;  // touched by the calling thread only
};

}  // namespace longhaul::sandbox
