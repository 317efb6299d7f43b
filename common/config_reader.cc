// SPDX-License-Identifier: Apache-2.0
#include "common/config_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/nearest_name.h"

namespace longhaul {
namespace {

constexpr size_t kMaxErrors = 10;

// "1_000" without its underscores; empty when one is not between two digits.
std::string StripUnderscores(std::string_view text) {
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](size_t j) {
      return j < text.size() && text[j] >= '0' && text[j] <= '9';
    };
    if (text[i] != '_') {
      digits += text[i];
    } else if (i == 0 || !digit(i - 1) || !digit(i + 1)) {
      return "";
    }
  }
  return digits;
}

// The nearest name beside all of them, where one is near.
std::string NotOneOf(const std::string& text, const std::vector<std::string>& valid) {
  const std::string nearest = SuggestName(text, valid);
  return fmt::format("expected one of {}, found '{}'{}", JoinNames(valid), text,
                     nearest.starts_with("; did") ? nearest : "");
}

}  // namespace

Status ConfigReader::Finish() {
  CloseSection();
  if (errors_.empty()) return OkStatus();
  if (errors_left_out_ > 0) errors_.push_back(fmt::format("and {} more errors", errors_left_out_));
  return InvalidArgument("{}", fmt::join(errors_, "\n"));
}

void ConfigReader::Enter(const ConfigNode* node, std::string_view name) {
  parents_.push_back({node_, path_.size()});
  if (!path_.empty()) path_ += '.';
  path_ += name;
  node_ = node;
}

void ConfigReader::Leave() {
  node_ = parents_.back().node;
  path_.resize(parents_.back().path_size);
  parents_.pop_back();
}

void ConfigReader::OpenSection() { known_.emplace_back(); }

void ConfigReader::CloseSection() {
  const std::vector<std::string>& known = known_.back();
  for (const ConfigNode::Entry& entry : node_->entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const std::string section =
        path_.empty() ? "at the top level" : fmt::format("in section '{}'", path_);
    Error("", fmt::format("{}: unknown key '{}' {}{}", entry.where, entry.key, section,
                          SuggestName(entry.key, known)));
  }
  known_.pop_back();
}

void ConfigReader::Error(const std::string& where, std::string_view message) {
  if (errors_.size() >= kMaxErrors) {
    ++errors_left_out_;
  } else if (where.empty()) {
    errors_.emplace_back(message);
  } else {
    errors_.push_back(fmt::format("{}: {}: {}", where, path_, message));
  }
}

void ConfigReader::Expected(std::string_view what) {
  Error(node_->where, fmt::format("expected {}, found {}", what, node_->Describe()));
}

bool ConfigReader::EnterField(std::string_view name, const FieldSpec& spec) {
  known_.back().emplace_back(name);
  const ConfigNode* value = node_->Find(name);
  if (value == nullptr) {
    if (spec.required) {
      const std::string key = path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
      Error("", fmt::format("{}: missing required key '{}'", node_->where, key));
    }
    return false;
  }
  Enter(value, name);
  return true;
}

bool ConfigReader::Present(bool) { return node_->kind != ConfigNode::Kind::kNull; }

void ConfigReader::Section(const std::function<void()>& visit_fields) {
  const bool empty =
      node_->kind == ConfigNode::Kind::kNull;  // "trainer:" with every line commented out
  if (node_->kind != ConfigNode::Kind::kMap && !empty) return Expected("a section");
  OpenSection();
  visit_fields();
  CloseSection();
}

int64_t ConfigReader::BeginList(int64_t, const FieldSpec& spec) {
  if (node_->kind != ConfigNode::Kind::kSequence) {
    Expected("a list");
    return -1;
  }
  if (spec.not_empty && node_->items.empty()) Error(node_->where, "the list must not be empty");
  return static_cast<int64_t>(node_->items.size());
}

void ConfigReader::EnterItem(int64_t index) {
  Enter(&node_->items[static_cast<size_t>(index)], std::to_string(index));
}

std::vector<std::string> ConfigReader::Keys(const std::vector<std::string>& keys) {
  if (node_->kind != ConfigNode::Kind::kMap) {
    Expected("a section of names and values");
    return keys;
  }
  std::vector<std::string> found;
  for (const ConfigNode::Entry& entry : node_->entries) found.push_back(entry.key);
  return found;
}

void ConfigReader::EnterKey(const std::string& key) {
  static const ConfigNode kNothing;
  const ConfigNode* value = node_->Find(key);
  Enter(value != nullptr ? value : &kNothing, key);
}

bool ConfigReader::CheckBounds(double value, const FieldSpec& spec) {
  std::string_view rule;
  double bound = 0;
  if (value < spec.min) rule = "at least", bound = spec.min;
  if (value > spec.max) rule = "at most", bound = spec.max;
  if (value <= spec.above) rule = "above", bound = spec.above;
  if (value >= spec.below) rule = "below", bound = spec.below;
  if (std::isnan(value)) {
    Expected("number");
  } else if (!rule.empty()) {
    Error(node_->where, fmt::format("must be {} {}, found {}", rule, bound, node_->text));
  } else {
    return true;
  }
  return false;
}

template <typename T>
bool ConfigReader::ReadNumber(std::string_view what, T& value) {
  const std::string text = StripUnderscores(node_->text);
  const bool plain = node_->kind == ConfigNode::Kind::kScalar && !node_->quoted && !text.empty();
  if constexpr (std::is_floating_point_v<T>) {
    if (plain && (text == ".inf" || text == "-.inf")) {
      value =
          text[0] == '-' ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
      return true;
    }
  }
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.data() + text.size();
  // from_chars also takes "inf" and "nan", which YAML writes otherwise.
  const bool number = plain && text.find_first_of("0123456789") != std::string::npos;
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (number && error == std::errc() && stop == end) return true;
  if (number && error == std::errc::result_out_of_range) {
    Error(node_->where, fmt::format("{} does not fit its type", node_->text));
  } else {
    Expected(what);
  }
  return false;
}

void ConfigReader::Bool(bool& value) {
  const bool plain = node_->kind == ConfigNode::Kind::kScalar && !node_->quoted;
  if (!plain || (node_->text != "true" && node_->text != "false")) return Expected("true or false");
  value = node_->text == "true";
}

void ConfigReader::Int(int64_t& value, const FieldSpec& spec) {
  int64_t read = 0;
  if (ReadNumber("integer", read) && CheckBounds(static_cast<double>(read), spec)) value = read;
}

void ConfigReader::Unsigned(uint64_t& value, const FieldSpec& spec) {
  uint64_t read = 0;
  if (ReadNumber("integer that is not negative", read) &&
      CheckBounds(static_cast<double>(read), spec)) {
    value = read;
  }
}

void ConfigReader::Double(double& value, const FieldSpec& spec) {
  double read = 0;
  if (ReadNumber("number", read) && CheckBounds(read, spec)) value = read;
}

void ConfigReader::Float(float& value, const FieldSpec& spec) {
  float read = 0;
  if (ReadNumber("number", read) && CheckBounds(static_cast<double>(read), spec)) value = read;
}

void ConfigReader::String(std::string& value, const FieldSpec& spec) {
  if (node_->kind != ConfigNode::Kind::kScalar) return Expected("string");
  if (spec.not_empty && node_->text.empty()) return Error(node_->where, "must not be empty");
  const std::vector<std::string>& valid = spec.one_of;
  if (!valid.empty() && std::find(valid.begin(), valid.end(), node_->text) == valid.end()) {
    return Error(node_->where, NotOneOf(node_->text, valid));
  }
  value = node_->text;
}

void ConfigReader::Enum(int& value, const std::vector<EnumName>& names) {
  if (node_->kind != ConfigNode::Kind::kScalar) return Expected("a name");
  std::vector<std::string> valid;
  for (const EnumName& candidate : names) {
    if (candidate.name == node_->text) {
      value = candidate.value;
      return;
    }
    valid.emplace_back(candidate.name);
  }
  Error(node_->where, NotOneOf(node_->text, valid));
}

}  // namespace longhaul
