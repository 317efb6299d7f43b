// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "common/json.h"
#include "common/utf8.h"

namespace longhaul {
namespace {

void WriteString(std::string_view text, std::string& out) {
  out += '"';
  size_t i = 0;
  while (i < text.size()) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i++];
    } else if (byte >= 0x20 && byte < 0x80) {
      out += text[i++];
    } else if (byte < 0x20) {
      constexpr std::string_view kShort = "btn?fr";  // 8..13; 11 has no short form
      if (byte >= 8 && byte <= 13 && byte != 11) {
        out += '\\';
        out += kShort[byte - 8u];
      } else {
        out += fmt::format("\\u{:04x}", byte);
      }
      ++i;
    } else {
      const size_t length = Utf8CharacterLength(text.substr(i));
      out += length > 0 ? text.substr(i, length) : kReplacementCharacter;
      i += length > 0 ? length : 1;
    }
  }
  out += '"';
}

void WriteDouble(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  const std::string text = fmt::format("{}", value);
  out += text;
  if (text.find_first_of(".e") == std::string::npos) out += ".0";
}

void NewLine(int indent, std::string& out) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<size_t>(2 * indent), ' ');
}

// `indent` is the depth of the value's own line; negative: all in one line.
void Write(const Json& json, int indent, std::string& out) {
  const int inner = indent < 0 ? indent : indent + 1;
  switch (json.kind()) {
    case Json::Kind::kNull:
      out += "null";
      return;
    case Json::Kind::kBool:
      out += *json.AsBool() ? "true" : "false";
      return;
    case Json::Kind::kInt:
      out += std::to_string(*json.AsInt());
      return;
    case Json::Kind::kDouble:
      return WriteDouble(*json.AsDouble(), out);
    case Json::Kind::kString:
      return WriteString(*json.AsString(), out);
    case Json::Kind::kArray:
      out += '[';
      for (size_t i = 0; i < json.items().size(); ++i) {
        if (i > 0) out += ',';
        NewLine(inner, out);
        Write(json.items()[i], inner, out);
      }
      if (json.size() > 0) NewLine(indent, out);
      out += ']';
      return;
    case Json::Kind::kObject:
      out += '{';
      for (size_t i = 0; i < json.members().size(); ++i) {
        if (i > 0) out += ',';
        NewLine(inner, out);
        WriteString(json.members()[i].key, out);
        out += indent < 0 ? ":" : ": ";
        Write(json.members()[i].value, inner, out);
      }
      if (!json.members().empty()) NewLine(indent, out);
      out += '}';
      return;
  }
}

}  // namespace

std::string Json::ToString() const {
  std::string out;
  Write(*this, -1, out);
  return out;
}

std::string Json::ToPrettyString() const {
  std::string out;
  Write(*this, 0, out);
  return out + "\n";
}

}  // namespace longhaul
