// SPDX-License-Identifier: Apache-2.0
//
// What scorers that cannot do without a ground truth say when a task gives none. A task file's
// missing key and its empty text arrive alike (proto/reward.proto).
#pragma once

#include <string_view>

#include "common/status.h"

namespace longhaul::reward {

inline Status RequireGroundTruth(std::string_view answer) {
  if (answer.find_first_not_of(" \t\r\n") != answer.npos) return OkStatus();
  return InvalidArgument("the ground truth, key `answer`, is missing or empty");
}

}  // namespace longhaul::reward
