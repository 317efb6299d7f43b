// SPDX-License-Identifier: Apache-2.0
//
// Python's operations on text that filters and methods share.
#include <unicode/uchar.h>

#include <algorithm>

#include "common/tokenizer/jinja_builtins.h"
#include "common/tokenizer/utf8.h"

namespace longhaul::jinja {
namespace {

UChar32 CodePoint(std::string_view character) {
  return static_cast<UChar32>(tokenizer::FirstCharacter(character).value);
}

// str.isspace() of one character.
bool IsSpace(std::string_view character) {
  const UChar32 value = CodePoint(character);
  return u_isUWhiteSpace(value) || (value >= 0x1C && value <= 0x1F);
}

std::string MapCharacters(std::string_view text, UChar32 (*map)(UChar32)) {
  std::string out;
  for (const std::string_view character : SplitCharacters(text)) {
    tokenizer::AppendUtf8(static_cast<char32_t>(map(CodePoint(character))), &out);
  }
  return out;
}

}  // namespace

std::string StripText(std::string_view text, const std::optional<std::string>& characters,
                      Sides sides) {
  const std::vector<std::string_view> all = SplitCharacters(text);
  std::vector<std::string_view> unwanted;
  if (characters) unwanted = SplitCharacters(*characters);
  const auto strips = [&](std::string_view character) {
    if (!characters) return IsSpace(character);
    return std::find(unwanted.begin(), unwanted.end(), character) != unwanted.end();
  };
  size_t begin = 0;
  size_t end = all.size();
  while (sides != Sides::kRight && begin < end && strips(all[begin])) ++begin;
  while (sides != Sides::kLeft && begin < end && strips(all[end - 1])) --end;
  std::string out;
  for (size_t i = begin; i < end; ++i) out += all[i];
  return out;
}

std::string ReplaceText(std::string_view text, std::string_view from, std::string_view to,
                        int64_t count) {
  std::string out;
  if (from.empty()) {  // Python puts `to` between all characters
    for (const std::string_view character : SplitCharacters(text)) {
      if (count-- != 0) out += to;
      out += character;
    }
    if (count != 0) out += to;
    return out;
  }
  while (count-- != 0) {
    const size_t found = text.find(from);
    if (found == std::string_view::npos) break;
    out.append(text.substr(0, found)).append(to);
    text.remove_prefix(found + from.size());
  }
  return out.append(text);
}

std::string UpperText(std::string_view text) { return MapCharacters(text, u_toupper); }
std::string LowerText(std::string_view text) { return MapCharacters(text, u_tolower); }

std::string TitleText(std::string_view text) {
  std::string out;
  bool inside = false;
  for (const std::string_view character : SplitCharacters(text)) {
    const UChar32 value = CodePoint(character);
    const UChar32 mapped = inside ? u_tolower(value) : u_totitle(value);
    tokenizer::AppendUtf8(static_cast<char32_t>(mapped), &out);
    inside = u_isalpha(value) != 0;
  }
  return out;
}

std::string CapitalizeText(std::string_view text) {
  const std::vector<std::string_view> characters = SplitCharacters(text);
  if (characters.empty()) return "";
  return MapCharacters(characters[0], u_totitle) + LowerText(text.substr(characters[0].size()));
}

}  // namespace longhaul::jinja
