// SPDX-License-Identifier: Apache-2.0
//
// Which keys of a section say something: those whose values are not the defaults.
#pragma once

#include <string>
#include <vector>

#include "common/config.h"

namespace longhaul::tools {

// Dotted keys in the order of VisitFields; a list counts as one key. Both texts are PrintConfig's.
std::vector<std::string> ChangedKeys(const std::string& text, const std::string& default_text);

template <typename T>
std::vector<std::string> ChangedKeys(const T& config) {
  return ChangedKeys(PrintConfig(config), PrintConfig(T()));
}

}  // namespace longhaul::tools
