// SPDX-License-Identifier: Apache-2.0
#include "common/config_node.h"

#include <algorithm>
#include <charconv>

namespace longhaul {
namespace {

std::vector<std::string> SplitKey(std::string_view key) {
  std::vector<std::string> parts;
  while (true) {
    const size_t dot = key.find('.');
    parts.emplace_back(key.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    key.remove_prefix(dot + 1);
  }
}

void SetWhere(const std::string& where, ConfigNode& node) {
  node.where = where;
  for (ConfigNode& item : node.items) SetWhere(where, item);
  for (ConfigNode::Entry& entry : node.entries) {
    entry.where = where;
    SetWhere(where, entry.value);
  }
}

StatusOr<ConfigNode*> StepIntoList(const std::string& part, std::string_view key,
                                   ConfigNode& list) {
  size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc() || end != part.data() + part.size()) {
    return InvalidArgument("command line: {}: '{}' should be the index of a list item", key, part);
  }
  if (index >= list.items.size()) {
    return InvalidArgument("command line: {}: index {} of a list with {} items", key, index,
                           list.items.size());
  }
  return &list.items[index];
}

StatusOr<ConfigNode*> StepInto(const std::string& part, std::string_view key, ConfigNode& node) {
  if (part.empty()) return InvalidArgument("command line: '{}': empty part of a key", key);
  if (node.kind == ConfigNode::Kind::kSequence) return StepIntoList(part, key, node);
  if (node.kind == ConfigNode::Kind::kScalar) {
    return InvalidArgument("command line: {}: what is before '{}' is the value {}, not a section",
                           key, part, node.Describe());
  }
  node.kind = ConfigNode::Kind::kMap;
  if (ConfigNode* value = node.Find(part)) return value;
  node.entries.push_back({part, "command line", ConfigNode()});
  ConfigNode& made = node.entries.back().value;
  made.where = "command line";
  return &made;
}

}  // namespace

const ConfigNode* ConfigNode::Find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

ConfigNode* ConfigNode::Find(std::string_view key) {
  return const_cast<ConfigNode*>(std::as_const(*this).Find(key));
}

std::string ConfigNode::Describe() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kScalar:
      return quoted ? fmt::format("the string '{}'", text) : fmt::format("'{}'", text);
    case Kind::kSequence:
      return "a list";
    case Kind::kMap:
      return "a section";
  }
  return "";
}

void OverlayConfig(const ConfigNode& over, ConfigNode& base) {
  if (over.kind != ConfigNode::Kind::kMap || base.kind != ConfigNode::Kind::kMap) {
    base = over;
    return;
  }
  base.where = over.where;
  for (const ConfigNode::Entry& entry : over.entries) {
    const auto same = [&](const ConfigNode::Entry& other) { return other.key == entry.key; };
    const auto it = std::find_if(base.entries.begin(), base.entries.end(), same);
    if (it == base.entries.end()) {
      base.entries.push_back(entry);
    } else {
      it->where = entry.where;
      OverlayConfig(entry.value, it->value);
    }
  }
}

Status ApplyOverride(std::string_view override_text, ConfigNode& root) {
  const size_t equals = override_text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return InvalidArgument("command line: expected section.key=value, found '{}'", override_text);
  }
  const std::string_view key = override_text.substr(0, equals);
  ConfigNode* node = &root;
  for (const std::string& part : SplitKey(key)) {
    ASSIGN_OR_RETURN(node, StepInto(part, key, *node));
  }
  ASSIGN_OR_RETURN(
      *node, ParseYaml(override_text.substr(equals + 1), fmt::format("command line: {}", key)));
  SetWhere("command line", *node);
  return OkStatus();
}

}  // namespace longhaul
