// SPDX-License-Identifier: Apache-2.0
//
// A YAML document as plain values that remember where they were written. yaml-cpp stays behind this
// header.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace longhaul {

struct ConfigNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  std::string text = {};               // of a scalar
  bool quoted = false;                 // "12" in quotes is a string and no integer
  std::vector<ConfigNode> items = {};  // of a sequence
  std::vector<Entry> entries = {};     // of a map, in file order, keys unique
  std::string where = {};              // "runs.yaml:12:3"

  const ConfigNode* Find(std::string_view key) const;
  ConfigNode* Find(std::string_view key);
  // What a message says was found: "'abc'", "a list", "a section", "nothing".
  std::string Describe() const;
};

struct ConfigNode::Entry {
  std::string key;
  std::string where;  // of the key
  ConfigNode value;
  std::string comment = {};  // for printing
};

// Reads one YAML document. Errors name `source`, line and column; refused beside bad syntax:
// duplicate keys, keys that are not scalars, a second document, aliases that blow up past a million
// nodes.
StatusOr<ConfigNode> ParseYaml(std::string_view text, std::string_view source);

// Writes `over` onto `base`: sections merge key by key, everything else is replaced.
void OverlayConfig(const ConfigNode& over, ConfigNode& base);

// Applies one "section.key=value" ("a.0.b=" for items of lists, the value in YAML) to the document.
Status ApplyOverride(std::string_view override_text, ConfigNode& root);

}  // namespace longhaul
