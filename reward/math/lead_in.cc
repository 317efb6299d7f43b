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

// "option C", "choice (C)".
bool TakeOptionWord(std::string_view& text) {
  return TakeWord("option", text) || TakeWord("choice", text);
}

bool InWord(char ch) { return std::isalnum(static_cast<unsigned char>(ch)) != 0; }

// A label on its own.
bool HasLabel(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool alone =
        (i == 0 || !InWord(text[i - 1])) && (i + 1 == text.size() || !InWord(text[i + 1]));
    if (IsLabel(text[i]) && alone) return true;
  }
  return false;
}

// A label as "(C)", "C) 12" or "option C"; 0 when there is none.
char TakeLabel(std::string_view& text) {
  const bool named = TakeOptionWord(text);
  if (text.size() > 2 && text[0] == '(' && IsLabel(text[1]) && text[2] == ')') {
    const char label = text[1];
    text.remove_prefix(3);
    return label;
  }
  if (text.empty() || !IsLabel(text[0])) return 0;
  const bool listed = text.size() > 3 && text[2] == ' ' &&
                      std::string_view(":.)").find(text[1]) != std::string_view::npos;
  const bool alone = text.size() == 1 || !InWord(text[1]);
  if (!listed && !(named && alone)) return 0;
  const char label = text[0];
  text.remove_prefix(listed ? 2 : 1);
  return label;
}

// Takes the "Hence," before an answer.
void TakeConclusion(std::string_view& text) {
  for (const std::string_view word : {"so", "thus", "hence", "therefore"}) {
    if (TakeWord(word, text) && text.starts_with(',')) text = Trim(text.substr(1));
  }
}

}  // namespace

std::string_view WithoutLeadIn(std::string_view text) {
  std::string_view rest = Trim(text);
  TakeConclusion(rest);
  const std::string_view option = rest;
  if (TakeOptionWord(rest)) return option;
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
  const char label = TakeLabel(text);
  if (label == 0) return std::nullopt;
  bool apart = TakeSpaces(text);
  if (wrapped && text.starts_with('}')) {
    text.remove_prefix(1);
    apart = TakeSpaces(text) || apart;
  }
  if (text.empty()) return label;
  const bool value = apart && std::string_view("+*/^_=,;:&|(<>}").find(text[0]) == text.npos;
  return value && !HasQualifier(text) && !HasLabel(text) ? std::optional<char>(label)
                                                         : std::nullopt;
}

std::optional<size_t> AnnouncedLabel(std::string_view sentence) {
  std::string_view rest = Trim(sentence);
  TakeOptionWord(rest);
  const size_t start = rest.find_first_not_of("*$ (");
  if (start == rest.npos) return std::nullopt;
  rest.remove_prefix(start);
  for (const std::string_view command : {"\\(", "\\textbf{", "\\text{", "\\mathrm{", "\\boxed{"}) {
    if (rest.starts_with(command)) rest.remove_prefix(command.size());
  }
  if (rest.starts_with('(')) rest.remove_prefix(1);
  if (rest.empty() || !IsLabel(rest[0]) || (rest.size() > 1 && InWord(rest[1]))) {
    return std::nullopt;
  }
  const char* label = rest.data();
  rest.remove_prefix(1);
  const bool bare = rest.starts_with(' ');  // "A good one"
  // Another label, or a sign that makes a formula of it, leaves open which it is.
  rest.remove_prefix(std::min(rest.find_first_not_of(" )}*$\\"), rest.size()));
  if (!rest.empty() && std::string_view("+-*/^_=<>&|([?!'").find(rest[0]) != rest.npos) {
    return std::nullopt;
  }
  if (HasLabel(rest)) return std::nullopt;
  const std::string_view word = rest.substr(0, rest.find_first_of(" .,;:"));
  const bool reason = word == "because" || word == "since" || word == "as";
  if (!reason && (HasQualifier(word) || (bare && !word.empty()))) return std::nullopt;
  return static_cast<size_t>(label - sentence.data());
}

std::optional<char> LoneChoice(std::string_view text) {
  const std::string plain = PlainText(text);
  const bool letter = plain.size() == 1 && IsLabel(plain[0]);
  return letter ? std::optional<char>(plain[0]) : std::nullopt;
}

}  // namespace longhaul::reward::math
