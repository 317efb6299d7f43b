// SPDX-License-Identifier: Apache-2.0
//
// The reference of a configuration struct: a third thing that one VisitFields serves.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/config_visitor.h"

namespace longhaul {

// One key. Items of lists stand as "stages[].max_response_length", keys of maps as "<name>".
struct ConfigKey {
  std::string path;
  std::string type;     // "integer", "number", "text", "word", "section", "list of text", ...
  std::string range;    // "at least 1", "0 to 1", "auto | never"; empty: any
  std::string preset;   // the value where none is given, "required", "unset"; empty for sections
  std::string meaning;  // FieldSpec::doc
};

// Every key in the order of VisitFields, those of absent sections and empty lists too.
std::vector<ConfigKey> ListConfigKeys(const std::function<void(ConfigVisitor&)>& visit);
template <typename T>
std::vector<ConfigKey> ListConfigKeys() {
  T config;
  return ListConfigKeys([&](ConfigVisitor& visitor) { config.VisitFields(visitor); });
}

// "at least 1", "0 to 1", "above 0, below 1", "full | contains"; empty where anything goes.
std::string DescribeRange(const FieldSpec& spec);
std::string DescribeChoices(const std::vector<EnumName>& names);

}  // namespace longhaul
