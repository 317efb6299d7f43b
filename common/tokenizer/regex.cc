// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cctype>
#include <cstdint>

#include "common/check.h"
#include "common/tokenizer/utf8.h"

namespace longhaul::tokenizer {
namespace {

// Unicode White_Space and Oniguruma's word characters, as the inside of a class. Outside of one
// Oniguruma counts Latin-1's superscripts and fractions too.
constexpr std::string_view kSpaces = "\\p{Z}\\x{9}-\\x{d}\\x{85}";
constexpr std::string_view kWordCharacters = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
constexpr std::string_view kLatinNumbers = "\\x{b2}\\x{b3}\\x{b9}\\x{bc}-\\x{be}";

std::string Escape(char name, bool in_class) {
  const auto wrap = [&](std::string_view inside, bool negated) -> std::string {
    if (in_class) return negated ? std::string("\\") + name : std::string(inside);
    return std::string(negated ? "[^" : "[") + std::string(inside) + "]";
  };
  switch (name) {
    case 's':
      return wrap(kSpaces, false);
    case 'S':
      return wrap(kSpaces, true);
    case 'w':
    case 'W': {
      const std::string_view latin = in_class ? "" : kLatinNumbers;
      return wrap(std::string(kWordCharacters).append(latin), name == 'W');
    }
    case 'h':
      return wrap("0-9a-fA-F", false);
    default:
      return std::string("\\") + name;
  }
}

struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
using MatchData = std::unique_ptr<pcre2_match_data, MatchDataDeleter>;

}  // namespace

struct Regex::Compiled {
  pcre2_code* code = nullptr;
  pcre2_match_context* context = nullptr;
  ~Compiled() {
    pcre2_match_context_free(context);
    pcre2_code_free(code);
  }
  // Length found: false when there is no further match.
  bool Match(std::string_view text, size_t start, pcre2_match_data* data) const;
};

bool Regex::Compiled::Match(std::string_view text, size_t start, pcre2_match_data* data) const {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  int found = pcre2_match(code, subject, text.size(), start, PCRE2_NO_UTF_CHECK, data, context);
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
    // The interpreter keeps its stack on the heap and takes what a very long match needs.
    found = pcre2_match(code, subject, text.size(), start, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data,
                        context);
  }
  if (found == PCRE2_ERROR_NOMATCH) return false;
  CHECK(found >= 0) << "pcre2_match failed with " << found << " on " << text.size() << " bytes";
  return true;
}

Regex::Regex(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

StatusOr<Regex> Regex::Compile(std::string_view pattern) {
  const std::string translated = TranslateOniguruma(pattern);
  auto compiled = std::make_unique<Compiled>();
  int error = 0;
  PCRE2_SIZE offset = 0;
  compiled->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                                 PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE, &error, &offset, nullptr);
  if (compiled->code == nullptr) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof(message));
    return InvalidArgument("regular expression '{}' (read as '{}'), offset {}: {}", pattern,
                           translated, offset, reinterpret_cast<const char*>(message));
  }
  // Without a compiler for this machine the interpreter runs: slower, the same matches.
  pcre2_jit_compile(compiled->code, PCRE2_JIT_COMPLETE);
  compiled->context = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(compiled->context, UINT32_MAX);
  pcre2_set_depth_limit(compiled->context, UINT32_MAX);
  return Regex(std::move(compiled));
}

std::vector<Span> Regex::FindAll(std::string_view text) const {
  std::vector<Span> matches;
  const MatchData data(pcre2_match_data_create_from_pattern(compiled_->code, nullptr));
  size_t start = 0;
  while (start <= text.size() && compiled_->Match(text, start, data.get())) {
    const PCRE2_SIZE* found = pcre2_get_ovector_pointer(data.get());
    const Span match{found[0], found[1]};
    const bool empty = match.begin == match.end;
    // An empty match right behind another is no match of its own.
    if (!empty || matches.empty() || matches.back().end != match.begin) matches.push_back(match);
    start = match.end;
    if (empty) start += start < text.size() ? FirstCharacter(text.substr(start)).length : 1;
  }
  return matches;
}

std::string TranslateOniguruma(std::string_view pattern) {
  std::string out;
  int class_depth = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      out += Escape(pattern[++i], class_depth > 0);
      continue;
    }
    if (c == '[') {
      // Oniguruma nests classes, PCRE2 does not: a nested one is left to PCRE2 to refuse or read.
      if (class_depth == 0) ++class_depth;
    } else if (c == ']' && class_depth > 0) {
      --class_depth;
    }
    out.push_back(c);
  }
  return out;
}

std::string EscapeRegex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c))) {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  return out;
}

}  // namespace longhaul::tokenizer
