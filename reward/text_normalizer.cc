// SPDX-License-Identifier: Apache-2.0
#include "reward/text_normalizer.h"

#include <unicode/unistr.h>

#include <algorithm>

#include "common/utf8.h"
#include "reward/extractors/extractor.h"

namespace longhaul::reward {
namespace {

bool IsSpace(char ch) { return ch == ' ' || (ch >= '\t' && ch <= '\r'); }

std::string WithoutSpaces(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char ch) { return !IsSpace(ch); });
  return out;
}

std::string WithSingleSpaces(std::string_view text) {
  std::string out;
  for (const char ch : Trim(text)) {
    if (!IsSpace(ch)) {
      out += ch;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

std::string ApplyWhitespace(std::string_view text, WhitespaceRule rule) {
  switch (rule) {
    case WhitespaceRule::kKeep:
      return std::string(text);
    case WhitespaceRule::kTrim:
      return std::string(Trim(text));
    case WhitespaceRule::kCollapse:
      return WithSingleSpaces(text);
    case WhitespaceRule::kRemove:
      return WithoutSpaces(text);
  }
  return std::string(text);
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char ch) { return (ch & 0x80) == 0; });
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string FoldCase(std::string text) {
  if (!IsAscii(text) && IsUtf8(text)) {
    std::string folded;
    icu::UnicodeString::fromUTF8(text).foldCase().toUTF8String(folded);
    return folded;
  }
  for (char& ch : text) {
    if (ch >= 'A' && ch <= 'Z') ch = static_cast<char>(ch - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::string NormalizeText(std::string_view text, const TextRules& rules) {
  std::string out = ApplyWhitespace(text, rules.whitespace);
  return rules.letter_case == CaseRule::kIgnore ? FoldCase(std::move(out)) : out;
}

}  // namespace longhaul::reward
