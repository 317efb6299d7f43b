// SPDX-License-Identifier: Apache-2.0
//
// ReplyBudget: how much the runs of one request may say together, because they share one message.
// Not thread-safe.
#pragma once

#include <cstdint>

#include "sandbox/jail.h"

namespace longhaul::sandbox {

class ReplyBudget {
 public:
  explicit ReplyBudget(int64_t bytes) : left_(bytes) {}

  // Takes output and files of a run into account. Where they do not fit it has none, and its
  // outcome is kOutputLimit.
  void Charge(GuestResult& result);

 private:
  int64_t left_;
};

}  // namespace longhaul::sandbox
