// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/lost_characters.h"

#include <set>

#include "common/json.h"
#include "common/utf8.h"

namespace longhaul {

std::string DescribeLostCharacters(const Tokenizer& tokenizer, std::string_view text) {
  constexpr size_t kNamedMax = 8;
  std::set<std::string_view> seen;
  std::string named;
  size_t lost = 0;
  while (const size_t length = Utf8CharacterLength(text)) {
    const std::string_view character = text.substr(0, length);
    text.remove_prefix(length);
    if (!seen.insert(character).second) continue;
    if (!tokenizer.LosesText(character, tokenizer.Encode(character))) continue;
    if (++lost > kNamedMax) return named + ", ...";
    named += (lost == 1 ? ": " : ", ") + Json(std::string(character)).ToString();
  }
  return named;
}

}  // namespace longhaul
