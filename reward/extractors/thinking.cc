// SPDX-License-Identifier: Apache-2.0
#include "reward/extractors/extractor.h"

namespace longhaul::reward {

std::string_view AfterThinking(std::string_view response) {
  constexpr std::string_view kStart = "<think>", kEnd = "</think>";
  const size_t end = response.rfind(kEnd);
  if (end != std::string_view::npos) response.remove_prefix(end + kEnd.size());
  const bool open = response.find(kStart) != std::string_view::npos;
  return open ? response.substr(response.size()) : response;
}

}  // namespace longhaul::reward
