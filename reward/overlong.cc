// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "reward/reward_config.h"

namespace longhaul::reward {

Status CheckOverlongWindow(const OverlongConfig& config, int64_t max_response_length) {
  if (config.buffer_length == 0 || config.buffer_length < max_response_length) return OkStatus();
  return InvalidArgument("a buffer of {} tokens is not below the response window of {} tokens",
                         config.buffer_length, max_response_length);
}

double OverlongShaping(int64_t response_length, int64_t max_response_length,
                       int64_t buffer_length) {
  if (buffer_length == 0) return 0;
  const int64_t free_length = max_response_length - buffer_length;
  const double used = static_cast<double>(response_length - free_length);
  return -std::clamp(used / static_cast<double>(buffer_length), 0.0, 1.0);
}

}  // namespace longhaul::reward
