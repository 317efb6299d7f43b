// SPDX-License-Identifier: Apache-2.0
#include "sandbox/reply_budget.h"

namespace longhaul::sandbox {

void ReplyBudget::Charge(GuestResult& result) {
  size_t bytes =
      result.stdout_bytes.size() + result.stderr_bytes.size() + result.reply_bytes.size();
  for (const auto& [path, content] : result.files) bytes += content.size();
  if (static_cast<int64_t>(bytes) <= left_) {
    left_ -= static_cast<int64_t>(bytes);
    return;
  }
  result.outcome = Outcome::kOutputLimit;
  result.detail = "the runs of this request have more output together than a reply may hold";
  result.stdout_truncated = result.stderr_truncated = result.reply_truncated = true;
  result.stdout_bytes.clear();
  result.stderr_bytes.clear();
  result.reply_bytes.clear();
  result.files.clear();
}

}  // namespace longhaul::sandbox
