// SPDX-License-Identifier: Apache-2.0
//
// ParseYaml on top of yaml-cpp's events, which carry positions and show duplicate keys.
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>

#include "common/config_node.h"

namespace longhaul {
namespace {

constexpr int64_t kMaxNodes = 100'000;

int64_t CountNodes(const ConfigNode& node) {
  int64_t count = 1;
  for (const ConfigNode& item : node.items) count += CountNodes(item);
  for (const ConfigNode::Entry& entry : node.entries) count += CountNodes(entry.value);
  return count;
}

// yaml-cpp does not say what is wrong with a tab before a key.
std::string_view TabHint(std::string_view text) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const size_t indent = line.find_first_not_of(" \t");
    if (indent != line.npos && line.substr(0, indent).find('\t') != line.npos)
      return " (a line is indented with a tab; YAML takes blanks)";
    begin = end + 1;
  }
  return "";
}

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view source) : source_(source) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Open({.where = Where(mark)}, anchor);
    Close();
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool quoted = tag == "!";
    const bool null = !quoted && (value.empty() || value == "null" || value == "~");
    ConfigNode node{.where = Where(mark)};
    if (!null) node.kind = ConfigNode::Kind::kScalar, node.text = value, node.quoted = quoted;
    if (!quoted && !tag.empty() && tag != "?")
      Fail(node.where, "tag '" + tag + "' has no meaning here");
    Open(std::move(node), anchor);
    Close();
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchored_.find(anchor);
    if (it == anchored_.end()) return Fail(Where(mark), "alias of a value that is not finished");
    nodes_ += CountNodes(it->second);
    Open(nodes_ <= kMaxNodes ? it->second : ConfigNode{.where = Where(mark)}, YAML::NullAnchor);
    Close();
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open({.kind = ConfigNode::Kind::kSequence, .where = Where(mark)}, anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open({.kind = ConfigNode::Kind::kMap, .where = Where(mark)}, anchor);
  }
  void OnMapEnd() override { Close(); }

  const std::string& failure() const { return failure_; }
  ConfigNode TakeRoot() { return std::move(root_); }

 private:
  struct Frame {
    ConfigNode node;
    YAML::anchor_t anchor;
    bool has_key = false;  // of a map: a key waits for its value
    std::string key = {};
    std::string key_where = {};
    std::unordered_map<std::string, std::string> keys = {};  // and where each was given
  };

  std::string Where(const YAML::Mark& mark) const {
    return fmt::format("{}:{}:{}", source_, mark.line + 1, mark.column + 1);
  }

  void Fail(const std::string& where, const std::string& message) {
    if (failure_.empty()) failure_ = fmt::format("{}: {}", where, message);
  }

  void Open(ConfigNode node, YAML::anchor_t anchor) {
    if (++nodes_ > kMaxNodes) Fail(node.where, "more than a hundred thousand values");
    if (!failure_.empty())
      node = ConfigNode{.where = node.where};  // keeps the nesting, drops the content
    stack_.push_back({.node = std::move(node), .anchor = anchor});
  }

  void Close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    if (frame.anchor != YAML::NullAnchor) anchored_[frame.anchor] = frame.node;
    if (stack_.empty()) {
      root_ = std::move(frame.node);
    } else if (Frame& parent = stack_.back(); parent.node.kind == ConfigNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(frame.node));
    } else if (parent.node.kind == ConfigNode::Kind::kMap) {
      AddToMap(parent, std::move(frame.node));
    }
  }

  void AddToMap(Frame& map, ConfigNode node) {
    if (map.has_key) {
      map.has_key = false;
      map.node.entries.push_back({map.key, map.key_where, std::move(node)});
      return;
    }
    if (node.kind != ConfigNode::Kind::kScalar)
      return Fail(node.where, "a key must be a plain word");
    const auto [first, added] = map.keys.emplace(node.text, node.where);
    if (!added) {
      Fail(node.where,
           fmt::format("key '{}' is given twice, first at {}", node.text, first->second));
    }
    map.has_key = true;
    map.key = node.text;
    map.key_where = node.where;
  }

  std::string source_;
  std::string failure_;
  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, ConfigNode> anchored_;
  ConfigNode root_;
  int64_t nodes_ = 0;
};

}  // namespace

StatusOr<ConfigNode> ParseYaml(std::string_view text, std::string_view source) {
  TreeBuilder builder(source);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      return ConfigNode{.where = fmt::format("{}:1:1", source)};
    }
    if (builder.failure().empty()) {
      TreeBuilder second(source);
      if (parser.HandleNextDocument(second)) {
        return InvalidArgument("{}: a second document in one file", second.TakeRoot().where);
      }
    }
  } catch (const YAML::Exception& error) {
    return InvalidArgument("{}:{}:{}: not YAML: {}{}", source, error.mark.line + 1,
                           error.mark.column + 1, error.msg, TabHint(text));
  }
  if (!builder.failure().empty()) return InvalidArgument("{}", builder.failure());
  return builder.TakeRoot();
}

}  // namespace longhaul
