// SPDX-License-Identifier: Apache-2.0
#include "reward/extractors/percent_sign.h"

#include <cctype>

namespace longhaul::reward {

size_t PercentEnd(std::string_view text, size_t end) {
  size_t at = end;
  while (at < text.size() && text[at] == ' ') ++at;
  for (const std::string_view sign : {"\\%", "%", "percentage", "percent", "pct"}) {
    if (!text.substr(at).starts_with(sign)) continue;
    const size_t after = at + sign.size();
    if (after >= text.size() || std::isalnum(static_cast<unsigned char>(text[after])) == 0)
      return after;
  }
  return end;
}

}  // namespace longhaul::reward
