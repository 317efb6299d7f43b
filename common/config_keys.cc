// SPDX-License-Identifier: Apache-2.0
#include "common/config_keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "common/json.h"

namespace longhaul {
namespace {

// Bounds of whole numbers without an exponent.
std::string Bound(double value) {
  const bool whole = std::trunc(value) == value && std::abs(value) < 1e15;
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

class KeyLister : public ConfigVisitor {
 public:
  std::vector<ConfigKey> Take() { return std::move(keys_); }

 protected:
  bool EnterField(std::string_view name, const FieldSpec& spec) override {
    Enter(path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name));
    ConfigKey& key = keys_.emplace_back();
    key.path = path_;
    key.range = DescribeRange(spec);
    key.preset = spec.required ? "required" : "";
    key.meaning = spec.doc;
    return true;
  }
  void EnterItem(int64_t) override { Enter(path_ + "[]"); }
  void EnterKey(const std::string& key) override { Enter(path_ + "." + key); }
  void Leave() override {
    path_.resize(outer_sizes_.back());
    outer_sizes_.pop_back();
  }

  void Bool(bool& value) override { Scalar("true or false", value ? "true" : "false"); }
  void Int(int64_t& value, const FieldSpec&) override {
    Scalar("integer", fmt::format("{}", value));
  }
  void Unsigned(uint64_t& value, const FieldSpec&) override {
    Scalar("integer", fmt::format("{}", value));
  }
  void Double(double& value, const FieldSpec&) override {
    Scalar("number", fmt::format("{}", value));
  }
  void Float(float& value, const FieldSpec&) override {
    Scalar("number", fmt::format("{}", value));
  }
  void String(std::string& value, const FieldSpec& spec) override {
    if (spec.one_of.empty()) {
      Scalar("text", Json(value).ToString());
    } else {
      Scalar("word", value.empty() ? "\"\"" : value);
    }
  }
  void Enum(int& value, const std::vector<EnumName>& names) override {
    keys_.back().range = DescribeChoices(names);
    for (const EnumName& name : names) {
      if (name.value == value) Scalar("word", std::string(name.name));
    }
  }

  // What is not there by default is shown all the same: one item, one key, the section.
  void Section(const std::function<void()>& visit_fields) override {
    keys_.back().type += "section";
    visit_fields();
  }
  bool Present(bool present) override {
    if (!present && keys_.back().preset.empty()) keys_.back().preset = "unset";
    return true;
  }
  int64_t BeginList(int64_t size, const FieldSpec&) override {
    keys_.back().type = "list of ";
    if (size == 0 && keys_.back().preset.empty()) keys_.back().preset = "[]";
    return 1;
  }
  std::vector<std::string> Keys(const std::vector<std::string>&) override {
    keys_.back().type = "map to ";
    return {"<name>"};
  }

 private:
  void Enter(std::string path) {
    outer_sizes_.push_back(path_.size());
    path_ = std::move(path);
  }
  void Scalar(std::string_view type, std::string preset) {
    keys_.back().type += type;
    if (keys_.back().preset.empty()) keys_.back().preset = std::move(preset);
  }

  std::string path_;
  std::vector<size_t> outer_sizes_;
  std::vector<ConfigKey> keys_;
};

}  // namespace

std::string DescribeRange(const FieldSpec& spec) {
  if (!spec.one_of.empty()) {
    std::vector<std::string> words;
    for (const std::string& word : spec.one_of) words.push_back(word.empty() ? "\"\"" : word);
    return fmt::format("{}", fmt::join(words, " | "));
  }
  std::vector<std::string> bounds;
  if (std::isfinite(spec.above)) bounds.push_back("above " + Bound(spec.above));
  if (std::isfinite(spec.min) && std::isfinite(spec.max)) {
    bounds.push_back(Bound(spec.min) + " to " + Bound(spec.max));
  } else {
    if (std::isfinite(spec.min)) bounds.push_back("at least " + Bound(spec.min));
    if (std::isfinite(spec.max)) bounds.push_back("at most " + Bound(spec.max));
  }
  if (std::isfinite(spec.below)) bounds.push_back("below " + Bound(spec.below));
  if (spec.not_empty) bounds.push_back("not empty");
  return fmt::format("{}", fmt::join(bounds, ", "));
}

std::string DescribeChoices(const std::vector<EnumName>& names) {
  std::vector<std::string_view> words;
  for (const EnumName& name : names) words.push_back(name.name);
  return fmt::format("{}", fmt::join(words, " | "));
}

std::vector<ConfigKey> ListConfigKeys(const std::function<void(ConfigVisitor&)>& visit) {
  KeyLister lister;
  visit(lister);
  return lister.Take();
}

}  // namespace longhaul
