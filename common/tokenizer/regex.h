// SPDX-License-Identifier: Apache-2.0
//
// Regular expressions of tokenizer files, run by PCRE2 with UTF, Unicode properties and its
// compiler.
//
// The files are written for Oniguruma. Where PCRE2 reads the same text differently the pattern is
// rewritten: \s and \S (PCRE2 adds U+180E), \w and \W (Oniguruma adds marks, takes decimal digits
// only), \h (a hexadecimal digit), and ^ and $ match at lines. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace longhaul::tokenizer {

struct Span {
  size_t begin;
  size_t end;
};

class Regex {
 public:
  static StatusOr<Regex> Compile(std::string_view pattern);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  // Matches of a valid UTF-8 text from left to right, not overlapping. A match may be empty.
  std::vector<Span> FindAll(std::string_view text) const;

 private:
  struct Compiled;
  explicit Regex(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

// The same pattern in PCRE2's reading.
std::string TranslateOniguruma(std::string_view pattern);
// A pattern that matches `text` itself.
std::string EscapeRegex(std::string_view text);

}  // namespace longhaul::tokenizer
