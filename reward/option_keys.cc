// SPDX-License-Identifier: Apache-2.0
#include "reward/option_keys.h"

#include <algorithm>
#include <set>

#include "common/nearest_name.h"

namespace longhaul::reward {

std::vector<std::string> OptionKeys(const Scorer& scorer, const Extractor& extractor) {
  std::set<std::string> valid;
  for (const std::string_view key : scorer.option_keys()) valid.emplace(key);
  for (const auto& keys : {extractor.required_options, extractor.optional_options}) {
    for (const std::string_view key : keys) valid.emplace(key);
  }
  return {valid.begin(), valid.end()};
}

Status CheckOptionKeys(const Json& options, const Scorer& scorer, const Extractor& extractor,
                       const std::vector<std::string>& beside) {
  const std::vector<std::string> read = OptionKeys(scorer, extractor);
  for (const Json::Member& member : options.members()) {
    if (std::binary_search(read.begin(), read.end(), member.key)) continue;
    std::vector<std::string> valid = read;
    valid.insert(valid.end(), beside.begin(), beside.end());
    if (valid.empty()) {
      return InvalidArgument("unknown option '{}': scorer '{}' with extractor '{}' reads none",
                             Excerpt(member.key), scorer.name(), extractor.name);
    }
    return InvalidArgument("unknown option '{}'{}", Excerpt(member.key),
                           SuggestName(member.key, valid));
  }
  return OkStatus();
}

}  // namespace longhaul::reward
