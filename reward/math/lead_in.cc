// SPDX-License-Identifier: Apache-2.0
#include "reward/math/lead_in.h"

#include <cctype>
#include <string>

#include "reward/extractors/extractor.h"
#include "reward/math/parser.h"
#include "reward/math/plain_text.h"

namespace longhaul::reward::math {
namespace {

// Takes a word and the spaces behind it from the front, whatever its case.
bool TakeWord(std::string_view word, std::string_view& text) {
  if (text.size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != word[i]) return false;
  }
  const std::string_view rest = text.substr(word.size());
  if (!rest.empty() && std::isalnum(static_cast<unsigned char>(rest[0])) != 0) return false;
  text = Trim(rest);
  return true;
}

// Whether there were any.
bool TakeSpaces(std::string_view& text) {
  const size_t before = text.size();
  bool more = true;
  while (more) {
    more = false;
    for (const std::string_view space :
         {"\\qquad", "\\quad", "\\ ", "\\,", "\\;", "\\:", "~", " "}) {
      if (!text.starts_with(space)) continue;
      text.remove_prefix(space.size());
      more = true;
    }
  }
  return text.size() < before;
}

bool IsLabel(char ch) { return ch >= 'A' && ch <= 'J'; }

}  // namespace

std::string_view WithoutLeadIn(std::string_view text) {
  std::string_view rest = Trim(text);
  for (const std::string_view word : {"so", "thus", "hence", "therefore"}) {
    if (TakeWord(word, rest) && rest.starts_with(',')) rest = Trim(rest.substr(1));
  }
  TakeWord("the", rest);
  TakeWord("final", rest);
  if (!TakeWord("answer", rest)) return text;
  if (rest.starts_with(':')) return Trim(rest.substr(1));
  return TakeWord("is", rest) ? rest : text;
}

std::optional<char> ChoiceLabel(std::string_view text) {
  text = Trim(text);
  bool wrapped = false;
  for (const std::string_view command : {"\\textbf{", "\\text{", "\\mathrm{", "\\textrm{"}) {
    if (wrapped || !text.starts_with(command)) continue;
    text = Trim(text.substr(command.size()));
    wrapped = true;
  }
  if (text.size() < 3 || text[0] != '(' || !IsLabel(text[1]) || text[2] != ')') return std::nullopt;
  const char label = text[1];
  text.remove_prefix(3);
  bool apart = TakeSpaces(text);
  if (wrapped && text.starts_with('}')) {
    text.remove_prefix(1);
    apart = TakeSpaces(text) || apart;
  }
  if (text.empty()) return label;
  const bool value = apart && std::string_view("+*/^_=,;:&|(<>}").find(text[0]) == text.npos;
  return value && !HasQualifier(text) ? std::optional<char>(label) : std::nullopt;
}

std::optional<char> LoneChoice(std::string_view text) {
  const std::string plain = PlainText(text);
  const bool letter = plain.size() == 1 && IsLabel(plain[0]);
  return letter ? std::optional<char>(plain[0]) : std::nullopt;
}

}  // namespace longhaul::reward::math
