// SPDX-License-Identifier: Apache-2.0
#include "common/config.h"

#include <algorithm>

#include "common/config_reader.h"
#include "common/file.h"

namespace longhaul {
namespace {

// Far above any run, and read in a moment.
constexpr int64_t kMaxFileBytes = 1 << 20;
constexpr std::string_view kBaseKey = "base";

StatusOr<ConfigNode> ParseFile(const std::string& path) {
  ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  if (file.size() > kMaxFileBytes) {
    return InvalidArgument("{}: a configuration of {} bytes; at most {} are read", path,
                           file.size(), kMaxFileBytes);
  }
  ASSIGN_OR_RETURN(ConfigNode root, ParseYaml(file.bytes(), path));
  if (root.kind == ConfigNode::Kind::kMap || root.kind == ConfigNode::Kind::kNull) return root;
  return InvalidArgument("{}: expected sections, found {}", root.where, root.Describe());
}

// The path of `base:` relative to the file, with the key taken out; "" when there is none.
StatusOr<std::string> TakeBase(const std::string& path, ConfigNode& root) {
  const ConfigNode* base = root.Find(kBaseKey);
  if (base == nullptr) return std::string();
  if (base->kind != ConfigNode::Kind::kScalar) {
    return InvalidArgument("{}: base: expected the path of a file, found {}", base->where,
                           base->Describe());
  }
  const std::string base_path = JoinPath(ParentDirectory(path), base->text);
  std::erase_if(root.entries, [](const ConfigNode::Entry& entry) { return entry.key == kBaseKey; });
  return base_path;
}

StatusOr<ConfigNode> LoadWithBase(const std::string& path) {
  ASSIGN_OR_RETURN(ConfigNode root, ParseFile(path));
  const ConfigNode* key = root.Find(kBaseKey);
  const std::string where = key != nullptr ? key->where : "";
  ASSIGN_OR_RETURN(const std::string base_path, TakeBase(path, root));
  if (base_path.empty()) return root;
  StatusOr<ConfigNode> base = ParseFile(base_path);
  if (!base.ok()) return Annotate(base.status(), fmt::format("{}: base", where));
  if (const ConfigNode* second = base->Find(kBaseKey)) {
    return InvalidArgument("{}: base: a base file has no base of its own (named at {})",
                           second->where, where);
  }
  OverlayConfig(root, *base);
  return base;
}

Status ApplyOverrides(const std::vector<std::string>& overrides, ConfigNode& root) {
  for (const std::string& text : overrides) RETURN_IF_ERROR(ApplyOverride(text, root));
  return OkStatus();
}

}  // namespace

StatusOr<Config> Config::Load(const std::string& path, const std::vector<std::string>& overrides) {
  ASSIGN_OR_RETURN(ConfigNode root, LoadWithBase(path));
  RETURN_IF_ERROR(ApplyOverrides(overrides, root));
  return Config(path, std::move(root));
}

StatusOr<Config> Config::Parse(std::string_view text, std::string_view source,
                               const std::vector<std::string>& overrides) {
  ASSIGN_OR_RETURN(ConfigNode root, ParseYaml(text, source));
  RETURN_IF_ERROR(ApplyOverrides(overrides, root));
  return Config(std::string(source), std::move(root));
}

Status Config::ReadWith(const std::function<void(ConfigVisitor&)>& visit) const {
  if (root_.kind != ConfigNode::Kind::kMap && root_.kind != ConfigNode::Kind::kNull) {
    return InvalidArgument("{}: expected sections, found {}", root_.where, root_.Describe());
  }
  ConfigReader reader(root_);
  visit(reader);
  return reader.Finish();
}

const ConfigNode* Config::Find(std::string_view dotted_key) const {
  const ConfigNode* node = &root_;
  while (node != nullptr && !dotted_key.empty()) {
    const std::string_view part = dotted_key.substr(0, dotted_key.find('.'));
    dotted_key.remove_prefix(std::min(part.size() + 1, dotted_key.size()));
    if (node->kind == ConfigNode::Kind::kSequence) {
      const size_t index = std::strtoul(std::string(part).c_str(), nullptr, 10);
      node = index < node->items.size() ? &node->items[index] : nullptr;
    } else {
      node = node->Find(part);
    }
  }
  return node;
}

bool Config::Has(std::string_view dotted_key) const { return Find(dotted_key) != nullptr; }

std::string Config::Where(std::string_view dotted_key) const {
  const ConfigNode* node = Find(dotted_key);
  return node != nullptr ? node->where : fmt::format("{} (default)", source_);
}

}  // namespace longhaul
