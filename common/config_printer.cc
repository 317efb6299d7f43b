// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "common/check.h"
#include "common/config.h"
#include "common/config_keys.h"
#include "common/json.h"

namespace longhaul {
namespace {

// A word that YAML reads back as the same string without quotes.
bool IsPlainWord(std::string_view text) {
  if (text.empty() || text == "null" || text == "true" || text == "false") return false;
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
  };
  if (!letter(text[0])) return false;
  for (char c : text) {
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '.') return false;
  }
  return true;
}

std::string Quoted(std::string_view text) {
  return IsPlainWord(text) ? std::string(text)
                           : Json(text).ToString();  // YAML takes JSON's strings
}

template <typename T>
std::string FormatFloat(T value) {
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  return fmt::format("{}", value);
}

// Builds a ConfigNode of the visited values; texts of scalars are as they are to be written.
class TreePrinter : public ConfigVisitor {
 public:
  explicit TreePrinter(ConfigComments comments) : comments_(comments) {
    root_.kind = ConfigNode::Kind::kMap;
  }
  const ConfigNode& root() const { return root_; }

 protected:
  bool EnterField(std::string_view name, const FieldSpec& spec) override {
    EnterKey(std::string(name));
    if (comments_ == ConfigComments::kPrinted) Comment(spec.doc, DescribeRange(spec));
    return true;
  }
  void EnterKey(const std::string& key) override {
    node_->entries.push_back({Quoted(key), "", ConfigNode()});
    Enter(node_->entries.back().value);
  }
  void EnterItem(int64_t) override { Enter(node_->items.emplace_back()); }
  void Leave() override {
    node_ = parents_.back();
    parents_.pop_back();
  }

  void Bool(bool& value) override { Scalar(value ? "true" : "false"); }
  void Int(int64_t& value, const FieldSpec&) override { Scalar(std::to_string(value)); }
  void Unsigned(uint64_t& value, const FieldSpec&) override { Scalar(std::to_string(value)); }
  void Double(double& value, const FieldSpec&) override { Scalar(FormatFloat(value)); }
  void Float(float& value, const FieldSpec&) override { Scalar(FormatFloat(value)); }
  void String(std::string& value, const FieldSpec&) override { Scalar(Quoted(value)); }
  void Enum(int& value, const std::vector<EnumName>& names) override {
    if (comments_ == ConfigComments::kPrinted) Comment("", DescribeChoices(names));
    for (const EnumName& name : names) {
      if (name.value == value) return Scalar(Quoted(name.name));
    }
    CHECK(false) << "enum value " << value << " has no name";
  }

  bool Present(bool present) override { return present; }
  void Section(const std::function<void()>& visit_fields) override {
    node_->kind = ConfigNode::Kind::kMap;
    visit_fields();
  }
  int64_t BeginList(int64_t size, const FieldSpec&) override {
    node_->kind = ConfigNode::Kind::kSequence;
    return size;
  }
  std::vector<std::string> Keys(const std::vector<std::string>& keys) override {
    node_->kind = ConfigNode::Kind::kMap;
    return keys;
  }

 private:
  void Enter(ConfigNode& child) {
    parents_.push_back(node_);
    node_ = &child;
  }
  // Adds to what stands behind the key that is visited.
  void Comment(std::string_view meaning, const std::string& range) {
    if (parents_.back()->kind != ConfigNode::Kind::kMap) return;  // an item of a list
    std::string& comment = parents_.back()->entries.back().comment;
    comment += meaning;
    if (!range.empty()) comment += (comment.empty() ? "(" : " (") + range + ")";
  }
  void Scalar(std::string text) {
    node_->kind = ConfigNode::Kind::kScalar;
    node_->text = std::move(text);
  }

  ConfigComments comments_;
  ConfigNode root_;
  ConfigNode* node_ = &root_;
  std::vector<ConfigNode*> parents_;
};

bool IsFlat(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::kScalar || node.kind == ConfigNode::Kind::kNull;
}

// A value that fits behind its key: a scalar, nothing, an empty section, a list of flat values.
std::optional<std::string> OneLine(const ConfigNode& node) {
  if (node.kind == ConfigNode::Kind::kNull) return "null";
  if (node.kind == ConfigNode::Kind::kScalar) return node.text;
  if (node.kind == ConfigNode::Kind::kMap && node.entries.empty()) return "{}";
  if (node.kind == ConfigNode::Kind::kMap) return std::nullopt;
  std::string text = "[";
  for (const ConfigNode& item : node.items) {
    if (!IsFlat(item)) return std::nullopt;
    text += (text.size() > 1 ? ", " : "") + *OneLine(item);
  }
  return text + "]";
}

void WriteBlock(const ConfigNode& node, size_t indent, std::string& out);

// `lead` is what precedes the value, "key:" or "-"; `comment` is what ends its line.
void WriteValue(const std::string& lead, const std::string& comment, const ConfigNode& node,
                std::string& out) {
  const std::string end = comment.empty() ? "\n" : "  # " + comment + "\n";
  const auto line = OneLine(node);
  out += lead + (line.has_value() ? " " + *line : "") + end;
  if (!line.has_value()) WriteBlock(node, lead.find_first_not_of(' ') + 2, out);
}

void WriteBlock(const ConfigNode& node, size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  for (const ConfigNode::Entry& entry : node.entries) {
    WriteValue(margin + entry.key + ":", entry.comment, entry.value, out);
  }
  for (const ConfigNode& item : node.items) WriteValue(margin + "-", "", item, out);
}

}  // namespace

std::string PrintConfigWith(const std::function<void(ConfigVisitor&)>& visit,
                            ConfigComments comments) {
  TreePrinter printer(comments);
  visit(printer);
  std::string out;
  WriteBlock(printer.root(), 0, out);
  return out;
}

}  // namespace longhaul
