// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/split_pattern.h"

#include <algorithm>

namespace longhaul::tokenizer {
namespace {

struct Part {
  Span span;
  bool delimiter;
};

std::vector<Part> Parts(const Regex& regex, std::string_view text, SplitSense sense) {
  const bool match_delimits = sense == SplitSense::kMatchesDelimit;
  std::vector<Part> parts;
  size_t end = 0;
  for (const Span& match : regex.FindAll(text)) {
    if (match.begin > end) parts.push_back({{end, match.begin}, !match_delimits});
    parts.push_back({match, match_delimits});
    end = match.end;
  }
  if (end < text.size()) parts.push_back({{end, text.size()}, !match_delimits});
  return parts;
}

// A delimiter joins its neighbour on the left unless that is a delimiter too.
std::vector<Span> MergeWithPrevious(const std::vector<Part>& parts) {
  std::vector<Span> spans;
  bool after_delimiter = false;
  for (const Part& part : parts) {
    if (part.delimiter && !after_delimiter && !spans.empty()) {
      spans.back().end = part.span.end;
    } else {
      spans.push_back(part.span);
    }
    after_delimiter = part.delimiter;
  }
  return spans;
}

std::vector<Span> MergeWithNext(const std::vector<Part>& parts) {
  std::vector<Span> spans;  // right to left
  bool before_delimiter = false;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (part->delimiter && !before_delimiter && !spans.empty()) {
      spans.back().begin = part->span.begin;
    } else {
      spans.push_back(part->span);
    }
    before_delimiter = part->delimiter;
  }
  std::reverse(spans.begin(), spans.end());
  return spans;
}

std::vector<Span> MergeContiguous(const std::vector<Part>& parts) {
  std::vector<Span> spans;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && parts[i].delimiter == parts[i - 1].delimiter) {
      spans.back().end = parts[i].span.end;
    } else {
      spans.push_back(parts[i].span);
    }
  }
  return spans;
}

}  // namespace

StatusOr<Regex> ParsePattern(const Json& pattern) {
  std::string text;
  if (pattern.Find("Regex") != nullptr) {
    ASSIGN_OR_RETURN(text, pattern.GetString("Regex"));
  } else if (pattern.Find("String") != nullptr) {
    ASSIGN_OR_RETURN(text, pattern.GetString("String"));
    text = EscapeRegex(text);
  } else {
    return InvalidArgument("{}: a pattern must be {{\"Regex\": ...}} or {{\"String\": ...}}",
                           pattern.where());
  }
  StatusOr<Regex> regex = Regex::Compile(text);
  if (!regex.ok()) return Annotate(regex.status(), pattern.where());
  return regex;
}

std::string ReplaceAll(const Regex& regex, std::string_view text, std::string_view content) {
  std::string out;
  size_t end = 0;
  for (const Span& match : regex.FindAll(text)) {
    out.append(text.substr(end, match.begin - end)).append(content);
    end = match.end;
  }
  return out.append(text.substr(end));
}

StatusOr<SplitBehavior> ParseSplitBehavior(const Json& split) {
  ASSIGN_OR_RETURN(const std::string name, split.GetString("behavior"));
  if (name == "Removed") return SplitBehavior::kRemoved;
  if (name == "Isolated") return SplitBehavior::kIsolated;
  if (name == "MergedWithPrevious") return SplitBehavior::kMergedWithPrevious;
  if (name == "MergedWithNext") return SplitBehavior::kMergedWithNext;
  if (name == "Contiguous") return SplitBehavior::kContiguous;
  return InvalidArgument(
      "{}: unknown behavior '{}' (Removed, Isolated, MergedWithPrevious, MergedWithNext, "
      "Contiguous)",
      split.where(), name);
}

std::vector<Span> SplitAt(const Regex& regex, std::string_view text, const SplitRule& rule) {
  const std::vector<Part> parts = Parts(regex, text, rule.sense);
  std::vector<Span> spans;
  switch (rule.behavior) {
    case SplitBehavior::kMergedWithPrevious:
      spans = MergeWithPrevious(parts);
      break;
    case SplitBehavior::kMergedWithNext:
      spans = MergeWithNext(parts);
      break;
    case SplitBehavior::kContiguous:
      spans = MergeContiguous(parts);
      break;
    case SplitBehavior::kRemoved:
    case SplitBehavior::kIsolated:
      for (const Part& part : parts) {
        if (rule.behavior == SplitBehavior::kIsolated || !part.delimiter)
          spans.push_back(part.span);
      }
      break;
  }
  std::erase_if(spans, [](const Span& span) { return span.begin == span.end; });
  return spans;
}

}  // namespace longhaul::tokenizer
