// SPDX-License-Identifier: Apache-2.0
#include "tools/changed_keys.h"

#include <algorithm>

#include "common/check.h"
#include "common/config_node.h"

namespace longhaul::tools {
namespace {

bool Same(const ConfigNode& a, const ConfigNode& b) {
  if (a.kind != b.kind || a.text != b.text || a.entries.size() != b.entries.size()) return false;
  for (size_t i = 0; i < a.entries.size(); ++i) {
    if (a.entries[i].key != b.entries[i].key) return false;
    if (!Same(a.entries[i].value, b.entries[i].value)) return false;
  }
  return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), Same);
}

void Compare(const ConfigNode& node, const ConfigNode& preset, const std::string& key,
             std::vector<std::string>& changed) {
  if (node.kind != ConfigNode::Kind::kMap || preset.kind != ConfigNode::Kind::kMap) {
    if (!Same(node, preset)) changed.push_back(key);
    return;
  }
  for (const ConfigNode::Entry& entry : node.entries) {
    const std::string path = key.empty() ? entry.key : key + "." + entry.key;
    const ConfigNode* other = preset.Find(entry.key);
    if (other == nullptr) {
      changed.push_back(path);
    } else {
      Compare(entry.value, *other, path, changed);
    }
  }
}

}  // namespace

std::vector<std::string> ChangedKeys(const std::string& text, const std::string& default_text) {
  const StatusOr<ConfigNode> node = ParseYaml(text, "configuration");
  const StatusOr<ConfigNode> preset = ParseYaml(default_text, "defaults");
  CHECK(node.ok() && preset.ok()) << "a printed configuration is YAML";
  std::vector<std::string> changed;
  Compare(*node, *preset, "", changed);
  return changed;
}

}  // namespace longhaul::tools
