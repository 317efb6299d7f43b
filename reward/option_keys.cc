// SPDX-License-Identifier: Apache-2.0
#include "reward/option_keys.h"

#include <set>
#include <string>

#include "common/nearest_name.h"

namespace longhaul::reward {

Status CheckOptionKeys(const Json& options, const Scorer& scorer, const Extractor& extractor) {
  std::set<std::string, std::less<>> valid;
  for (const std::string_view key : scorer.option_keys()) valid.emplace(key);
  for (const auto& keys : {extractor.required_options, extractor.optional_options}) {
    for (const std::string_view key : keys) valid.emplace(key);
  }
  for (const Json::Member& member : options.members()) {
    if (valid.contains(member.key)) continue;
    return InvalidArgument("unknown option '{}'{}", Excerpt(member.key),
                           SuggestName(member.key, {valid.begin(), valid.end()}));
  }
  return OkStatus();
}

}  // namespace longhaul::reward
