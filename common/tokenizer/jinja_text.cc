// SPDX-License-Identifier: Apache-2.0
//
// How values are written: str(), repr() and json.dumps() of Python.
#include <charconv>
#include <cmath>

#include "common/tokenizer/jinja_value.h"

namespace longhaul::jinja {
namespace {

using Kind = Value::Kind;

std::string ReprString(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const bool has_double = text.find('"') != std::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out.append({'\\', c});
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out.push_back(c);
    }
  }
  out.push_back(quote);
  return out;
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        *out += "\\\"";
        break;
      case '\\':
        *out += "\\\\";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\r':
        *out += "\\r";
        break;
      case '\t':
        *out += "\\t";
        break;
      case '\b':
        *out += "\\b";
        break;
      case '\f':
        *out += "\\f";
        break;
      default:
        if (byte < 0x20) {
          *out += fmt::format("\\u{:04x}", byte);
        } else {
          out->push_back(c);
        }
    }
  }
  out->push_back('"');
}

class JsonWriter {
 public:
  explicit JsonWriter(int64_t indent) : indent_(indent) {}

  Status Write(const Value& value) {
    switch (value.kind()) {
      case Kind::kNone:
        out_ += "null";
        return OkStatus();
      case Kind::kBool:
        out_ += value.Truth() ? "true" : "false";
        return OkStatus();
      case Kind::kInt:
        out_ += std::to_string(value.integer());
        return OkStatus();
      case Kind::kDouble:
        out_ += JsonNumber(value.number());
        return OkStatus();
      case Kind::kString:
        AppendJsonString(value.string(), &out_);
        return OkStatus();
      case Kind::kList:
        return WriteList(value.list());
      case Kind::kDict:
        return WriteDict(value.dict());
      default:
        return InvalidArgument("tojson cannot write {}", value.Describe());
    }
  }
  std::string Take() { return std::move(out_); }

 private:
  static std::string JsonNumber(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return FormatDouble(value);
  }

  void Break(bool first) {
    if (!first) out_ += indent_ < 0 ? ", " : ",";
    if (indent_ >= 0) out_.append("\n").append(static_cast<size_t>(depth_ * indent_), ' ');
  }

  Status WriteList(const List& items) {
    out_.push_back('[');
    ++depth_;
    for (size_t i = 0; i < items.size(); ++i) {
      Break(i == 0);
      RETURN_IF_ERROR(Write(items[i]));
    }
    --depth_;
    if (!items.empty() && indent_ >= 0) Break(true);
    out_.push_back(']');
    return OkStatus();
  }

  Status WriteDict(const Dict& dict) {
    out_.push_back('{');
    ++depth_;
    bool first = true;
    for (const auto& [key, value] : dict.items) {
      Break(first);
      first = false;
      AppendJsonString(key, &out_);
      out_ += ": ";
      RETURN_IF_ERROR(Write(value));
    }
    --depth_;
    if (!dict.items.empty() && indent_ >= 0) Break(true);
    out_.push_back('}');
    return OkStatus();
  }

  int64_t indent_;
  int64_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string FormatDouble(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[512];
  // Python writes exponents outside 1e-4 to 1e16.
  const double size = std::fabs(value);
  const bool fixed = value == 0 || (size >= 1e-4 && size < 1e16);
  const auto result =
      std::to_chars(buffer, buffer + sizeof(buffer), value,
                    fixed ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer, result.ptr);
  if (fixed && text.find('.') == std::string::npos) text += ".0";
  return text;
}

std::string Value::Text() const {
  return is(Kind::kString) ? string() : is(Kind::kUndefined) ? std::string() : Repr();
}

std::string Value::Repr() const {
  switch (kind()) {
    case Kind::kUndefined:
      return "Undefined";
    case Kind::kNone:
      return "None";
    case Kind::kBool:
      return Truth() ? "True" : "False";
    case Kind::kInt:
      return std::to_string(integer());
    case Kind::kDouble:
      return FormatDouble(number());
    case Kind::kString:
      return ReprString(string());
    case Kind::kList: {
      std::string out = "[";
      for (const Value& item : list()) {
        if (out.size() > 1) out += ", ";
        out += item.Repr();
      }
      out.push_back(']');
      return out;
    }
    case Kind::kDict: {
      std::string out = "{";
      for (const auto& [key, value] : dict().items) {
        if (out.size() > 1) out += ", ";
        out += fmt::format("{}: {}", ReprString(key), value.Repr());
      }
      out.push_back('}');
      return out;
    }
    default:
      return fmt::format("<{}>", Describe());
  }
}

StatusOr<std::string> ToJsonText(const Value& value, int64_t indent) {
  JsonWriter writer(indent);
  RETURN_IF_ERROR(writer.Write(value));
  return writer.Take();
}

}  // namespace longhaul::jinja
