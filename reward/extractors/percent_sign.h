// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace longhaul::reward {

// The end of a percent sign or word behind `end` and spaces; `end` when there is none.
size_t PercentEnd(std::string_view text, size_t end);

}  // namespace longhaul::reward
