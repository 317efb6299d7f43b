// SPDX-License-Identifier: Apache-2.0
//
// A list in a puzzle, which may come from anywhere: an object in its place is an error, and not a
// list without items.
#pragma once

#include <string_view>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::reward {

inline StatusOr<const Json*> GetList(const Json& puzzle, std::string_view key) {
  ASSIGN_OR_RETURN(const Json* list, puzzle.Get(key));
  if (!list->is_array()) return InvalidArgument("{}: expected a list", key);
  return list;
}

}  // namespace longhaul::reward
