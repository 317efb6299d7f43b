// SPDX-License-Identifier: Apache-2.0
#include "reward/math/plain_text.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "reward/text_normalizer.h"

namespace longhaul::reward::math {
namespace {

constexpr std::array<std::string_view, 20> kWrappers = {
    "\\textbf", "\\textit", "\\textrm",    "\\textnormal", "\\text",
    "\\mbox",   "\\hbox",   "\\mathrm",    "\\mathbf",     "\\operatorname",
    "\\boxed",  "\\fbox",   "\\left",      "\\right",      "\\displaystyle",
    "\\bf",     "\\rm",     "\\underline", "\\mathit",     "\\mathsf"};
constexpr std::array<std::string_view, 14> kSpacing = {"\\qquad", "\\quad", "\\,", "\\!", "\\;",
                                                       "\\:",     "\\ ",    "\\(", "\\)", "\\[",
                                                       "\\]",     "$",      "~",   "\n"};

bool IsWordByte(char ch) {
  return std::isalnum(static_cast<unsigned char>(ch)) != 0 || (ch & 0x80) != 0;
}

// Commands and delimiters that show nothing become spaces.
std::string WithoutMarkup(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (std::string_view("\\$~\n").find(text[at]) == std::string_view::npos) {
      out += text[at++];
      continue;
    }
    const std::string_view rest = text.substr(at);
    size_t length = 0;
    for (const std::string_view wrapper : kWrappers) {
      if (length == 0 && rest.starts_with(wrapper) &&
          (rest.size() == wrapper.size() ||
           !std::isalpha(static_cast<unsigned char>(rest[wrapper.size()])))) {
        length = wrapper.size();
      }
    }
    for (const std::string_view space : kSpacing) {
      if (length == 0 && rest.starts_with(space)) length = space.size();
    }
    if (length > 0) {
      out += ' ';
      at += length;
    } else if (rest.starts_with("\\dfrac") || rest.starts_with("\\tfrac")) {
      out += "\\frac";
      at += 6;
    } else {
      out += text[at++];
    }
  }
  return out;
}

// A space stays only between two words or numbers.
std::string WithoutSpaces(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!std::isspace(static_cast<unsigned char>(text[at]))) {
      out += text[at];
      continue;
    }
    size_t next = at;
    while (next < text.size() && std::isspace(static_cast<unsigned char>(text[next]))) ++next;
    if (!out.empty() && IsWordByte(out.back()) && next < text.size() && IsWordByte(text[next])) {
      out += ' ';
    }
    at = next - 1;
  }
  return out;
}

std::string WithoutOuter(std::string text) {
  // "3.14..." goes on, "3.14." does not.
  while (!text.empty() && (text.back() == '.' || text.back() == ',') && !text.ends_with("..")) {
    text.pop_back();
  }
  bool changed = true;
  while (changed && text.size() >= 2) {
    changed = false;
    const bool braces =
        text.front() == '{' && text.back() == '}' && text.find('}') == text.size() - 1;
    const bool letter = text.size() == 3 && text.front() == '(' && text.back() == ')' &&
                        std::isalpha(static_cast<unsigned char>(text[1]));
    if (braces || letter) {
      text = text.substr(1, text.size() - 2);
      changed = true;
    }
  }
  return text;
}

// Braces around words only.
std::string WithoutWordBraces(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') {
      const bool behind = at > 0 && text[at - 1] == ' ';
      const size_t close = behind ? text.find_first_of("{}", at + 1) : std::string_view::npos;
      if (close != std::string_view::npos && text[close] == '}' &&
          IsWords(text.substr(at + 1, close - at - 1))) {
        out += text.substr(at + 1, close - at - 1);
        at = close;
        continue;
      }
    }
    out += text[at];
  }
  return out;
}

struct Phrase {
  std::string_view words;
  std::string_view meaning;
};
constexpr std::array<Phrase, 21> kPhrases = {{
    {"dne", "does not exist"},
    {"d.n.e", "does not exist"},
    {"doesn't exist", "does not exist"},
    {"no limit exists", "does not exist"},
    {"there is no limit", "does not exist"},
    {"limit does not exist", "does not exist"},
    {"limit doesn't exist", "does not exist"},
    {"no solutions", "no solution"},
    {"there is no solution", "no solution"},
    {"there are no solutions", "no solution"},
    {"no solution exists", "no solution"},
    {"no solutions exist", "no solution"},
    {"no real solutions", "no real solution"},
    {"there is no real solution", "no real solution"},
    {"there are no real solutions", "no real solution"},
    {"no real roots", "no real root"},
    {"there are no real roots", "no real root"},
    {"infinitely many", "infinitely many solutions"},
    {"there are infinitely many solutions", "infinitely many solutions"},
    {"infinite solutions", "infinitely many solutions"},
    {"infinite number of solutions", "infinitely many solutions"},
}};

// One form for phrases of the same meaning, without an article or conjunction.
std::string MeaningOf(std::string words) {
  for (const std::string_view article : {"that ", "a ", "an ", "the "}) {
    if (words.starts_with(article)) words.erase(0, article.size());
  }
  for (const Phrase& phrase : kPhrases) {
    if (phrase.words == words) return std::string(phrase.meaning);
  }
  return words;
}

}  // namespace

bool IsWords(std::string_view plain) {
  int letters = 0;
  for (const char ch : plain) {
    if (std::isalpha(static_cast<unsigned char>(ch)) || (ch & 0x80) != 0) {
      ++letters;
    } else if (std::string_view(" ,.'-()").find(ch) == std::string_view::npos) {
      return false;
    }
  }
  return letters > 1;
}

std::string PlainText(std::string_view text) {
  return WithoutOuter(WithoutSpaces(WithoutWordBraces(WithoutMarkup(text))));
}

bool SameText(std::string_view gold, std::string_view pred) {
  constexpr size_t kMaxBytes = 64 * 1024;
  if (gold.size() > kMaxBytes || pred.size() > kMaxBytes) return gold == pred;
  const std::string a = PlainText(gold), b = PlainText(pred);
  if (a.empty() || b.empty()) return false;
  if (a == b) return true;
  if (!IsWords(a) || !IsWords(b)) return false;
  const TextRules rules = {.letter_case = CaseRule::kIgnore};
  return MeaningOf(NormalizeText(a, rules)) == MeaningOf(NormalizeText(b, rules));
}

}  // namespace longhaul::reward::math
