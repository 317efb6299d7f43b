// SPDX-License-Identifier: Apache-2.0
//
// The form a response must have, whatever it says: a pattern (RE2, time linear in the text) or a
// layout with a name. What the "format" verifier and the router's format term share. Immutable and
// thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/status.h"

namespace longhaul::reward {

struct ResponseFormatSpec {
  // RE2 syntax; '.' matches a newline too.
  std::string pattern;
  // "full": the pattern matches the whole response (default); "contains": a part of it.
  std::string match = "full";
  // Instead of a pattern: "think_answer" is <think>...</think> then <answer>...</answer>, each tag
  // once, nothing but whitespace around; "think" is <think>...</think> then a text without tags.
  std::string layout;
};

class ResponseFormat {
 public:
  // InvalidArgument: a bad pattern (with RE2's reason), an unknown layout, both, neither.
  static StatusOr<ResponseFormat> Create(const ResponseFormatSpec& spec);
  ResponseFormat(ResponseFormat&&) noexcept;
  ResponseFormat& operator=(ResponseFormat&&) noexcept;
  ~ResponseFormat();

  bool Matches(std::string_view text) const;

 private:
  struct Matcher;
  explicit ResponseFormat(std::unique_ptr<Matcher> matcher);

  std::unique_ptr<Matcher> matcher_;
};

}  // namespace longhaul::reward
