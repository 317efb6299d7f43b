// SPDX-License-Identifier: Apache-2.0
#include "reward/response_format.h"

#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>

#include "common/json.h"
#include "reward/extractors/extractor.h"
#include "reward/scorer.h"

namespace longhaul::reward {
namespace {

// Memory of a compiled pattern and its automata.
constexpr int64_t kPatternMemoryBytes = 8 << 20;

// Whether there is text between `open` at the front and the first `close`; `rest` is what follows.
bool TakeElement(std::string_view open, std::string_view close, std::string_view& rest) {
  rest = Trim(rest);
  if (!rest.starts_with(open)) return false;
  const size_t end = rest.find(close);
  if (end == std::string_view::npos) return false;
  const std::string_view inside = rest.substr(open.size(), end - open.size());
  if (inside.find(open) != std::string_view::npos || Trim(inside).empty()) return false;
  rest = rest.substr(end + close.size());
  return true;
}

bool HasThinkingTag(std::string_view text) {
  return text.find("<think>") != std::string_view::npos ||
         text.find("</think>") != std::string_view::npos;
}

bool HasAnswerTag(std::string_view text) {
  return text.find("<answer>") != std::string_view::npos ||
         text.find("</answer>") != std::string_view::npos;
}

bool IsThink(std::string_view text) {
  return TakeElement("<think>", "</think>", text) && !HasThinkingTag(text) && !Trim(text).empty();
}

bool IsThinkAnswer(std::string_view text) {
  const std::string_view whole = Trim(text);
  if (!TakeElement("<think>", "</think>", text)) return false;
  const std::string_view thinking = whole.substr(0, whole.size() - text.size());
  const std::string_view answer = text;
  return !HasAnswerTag(thinking) && TakeElement("<answer>", "</answer>", text) &&
         Trim(text).empty() && !HasThinkingTag(answer);
}

bool HasOneBoxed(std::string_view text) {
  const size_t first = text.find("\\boxed{");
  if (first == text.npos || first != text.rfind("\\boxed{")) return false;
  const auto content = ExtractBoxed(text, Json::Object());
  return content.has_value() && !Trim(*content).empty();
}

bool IsThinkBoxed(std::string_view text) {
  return TakeElement("<think>", "</think>", text) && !HasThinkingTag(text) && HasOneBoxed(text);
}

bool IsAnswer(std::string_view text) {
  text = AfterThinking(text);
  const size_t open = text.find("<answer>");
  if (open == text.npos || text.substr(0, open).find("</answer>") != text.npos) return false;
  text.remove_prefix(open);
  return TakeElement("<answer>", "</answer>", text) && !HasAnswerTag(text);
}

bool IsBoxed(std::string_view text) { return HasOneBoxed(AfterThinking(text)); }

bool IsJson(std::string_view text) {
  constexpr std::string_view kFence = "```";
  text = Trim(AfterThinking(text));
  if (text.starts_with(kFence) && text.size() >= 2 * kFence.size() && text.ends_with(kFence)) {
    text.remove_prefix(text.starts_with("```json") ? 7 : kFence.size());
    text.remove_suffix(std::min(text.size(), kFence.size()));
  }
  const auto json = Json::Parse(Trim(text), "response");
  return json.ok() && (json->is_object() || json->is_array());
}

struct Layout {
  std::string_view name;
  bool (*is)(std::string_view text);
};
constexpr Layout kLayouts[] = {{"answer", IsAnswer},
                               {"boxed", IsBoxed},
                               {"json", IsJson},
                               {"think", IsThink},
                               {"think_answer", IsThinkAnswer},
                               {"think_boxed", IsThinkBoxed}};

StatusOr<const Layout*> FindLayout(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Layout& layout : kLayouts) {
    if (layout.name == name) return &layout;
    names.push_back(layout.name);
  }
  return InvalidArgument("layout '{}'; valid: {}", Excerpt(name), fmt::join(names, ", "));
}

using Pattern = std::unique_ptr<re2::RE2>;

StatusOr<Pattern> Compile(const std::string& text) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_dot_nl(true);
  options.set_max_mem(kPatternMemoryBytes);
  auto pattern = std::make_unique<re2::RE2>(text, options);
  if (!pattern->ok()) {
    return InvalidArgument("pattern '{}': {}", Excerpt(text), pattern->error());
  }
  return pattern;
}

StatusOr<std::vector<Pattern>> CompileAll(const std::vector<std::string>& texts) {
  std::vector<Pattern> patterns;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(Pattern pattern, Compile(text));
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

bool Occurs(const re2::RE2& pattern, std::string_view text, re2::RE2::Anchor anchor) {
  return pattern.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), anchor, nullptr,
                       0);
}

}  // namespace

struct ResponseFormat::Matcher {
  Pattern pattern;
  re2::RE2::Anchor anchor = re2::RE2::ANCHOR_BOTH;
  const Layout* layout = nullptr;
  std::vector<Pattern> require, forbid;
};

ResponseFormat::ResponseFormat(std::unique_ptr<Matcher> matcher) : matcher_(std::move(matcher)) {}
ResponseFormat::ResponseFormat(ResponseFormat&&) noexcept = default;
ResponseFormat& ResponseFormat::operator=(ResponseFormat&&) noexcept = default;
ResponseFormat::~ResponseFormat() = default;

StatusOr<ResponseFormat> ResponseFormat::Create(const ResponseFormatSpec& spec) {
  auto matcher = std::make_unique<Matcher>();
  const bool has_lists = !spec.require.empty() || !spec.forbid.empty();
  if (!spec.pattern.empty() && !spec.layout.empty()) {
    return InvalidArgument("a format has either a pattern or a layout");
  }
  if (spec.pattern.empty() && spec.layout.empty() && !has_lists) {
    return InvalidArgument("a format has either a pattern or a layout, or a list of patterns");
  }
  if (spec.match == "contains") {
    matcher->anchor = re2::RE2::UNANCHORED;
  } else if (spec.match != "full") {
    return InvalidArgument("match '{}'; valid: full, contains", Excerpt(spec.match));
  }
  if (!spec.layout.empty()) {
    ASSIGN_OR_RETURN(matcher->layout, FindLayout(spec.layout));
  } else if (!spec.pattern.empty()) {
    ASSIGN_OR_RETURN(matcher->pattern, Compile(spec.pattern));
  }
  ASSIGN_OR_RETURN(matcher->require, CompileAll(spec.require));
  ASSIGN_OR_RETURN(matcher->forbid, CompileAll(spec.forbid));
  return ResponseFormat(std::move(matcher));
}

bool ResponseFormat::Matches(std::string_view text) const {
  if (matcher_->layout != nullptr && !matcher_->layout->is(text)) return false;
  if (matcher_->pattern != nullptr && !Occurs(*matcher_->pattern, text, matcher_->anchor)) {
    return false;
  }
  const auto occurs = [&](const Pattern& pattern) {
    return Occurs(*pattern, text, re2::RE2::UNANCHORED);
  };
  return std::all_of(matcher_->require.begin(), matcher_->require.end(), occurs) &&
         std::none_of(matcher_->forbid.begin(), matcher_->forbid.end(), occurs);
}

}  // namespace longhaul::reward
