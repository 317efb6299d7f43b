// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/pre_tokenizer.h"

#include "common/tokenizer/utf8.h"

namespace longhaul::tokenizer {
namespace {

// OpenAI's GPT-2 pattern, as Hugging Face tokenizers' ByteLevel has it.
constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
// Unicode punctuation and the ASCII symbols that count as such.
constexpr std::string_view kPunctuation = R"([\p{P}$+<=>^`|~])";
// \w+|[^\w\s]+ with the word characters of Rust's regex crate, which are not Oniguruma's.
constexpr std::string_view kWhitespacePattern =
    R"([\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|)"
    R"([^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\s]+)";

class SplitStep : public PreTokenizerStep {
 public:
  SplitStep(Regex regex, const SplitRule& rule) : regex_(std::move(regex)), rule_(rule) {}
  void Apply(Words* words) const override {
    std::vector<Span> spans;
    for (size_t i = 0; i < words->spans.size(); ++i) {
      const size_t offset = words->spans[i].begin;
      for (const Span& span : SplitAt(regex_, words->word(i), rule_)) {
        spans.push_back({offset + span.begin, offset + span.end});
      }
    }
    words->spans = std::move(spans);
  }

 private:
  Regex regex_;
  SplitRule rule_;
};

class PrefixSpaceStep : public PreTokenizerStep {
 public:
  void Apply(Words* words) const override {
    Words out;
    for (size_t i = 0; i < words->spans.size(); ++i) {
      const std::string_view word = words->word(i);
      const size_t begin = out.text.size();
      if (!word.starts_with(' ')) out.text.push_back(' ');
      out.text.append(word);
      out.spans.push_back({begin, out.text.size()});
    }
    *words = std::move(out);
  }
};

class ByteAlphabetStep : public PreTokenizerStep {
 public:
  void Apply(Words* words) const override {
    Words out;
    out.text.reserve(words->text.size() + words->text.size() / 2);
    out.spans.reserve(words->spans.size());
    const std::array<char32_t, 256>& alphabet = ByteAlphabet();
    for (size_t i = 0; i < words->spans.size(); ++i) {
      const size_t begin = out.text.size();
      for (const char byte : words->word(i)) {
        AppendUtf8(alphabet[static_cast<unsigned char>(byte)], &out.text);
      }
      out.spans.push_back({begin, out.text.size()});
    }
    *words = std::move(out);
  }
};

}  // namespace

StatusOr<PreTokenizer> PreTokenizer::Parse(const Json& json) {
  PreTokenizer pre_tokenizer;
  RETURN_IF_ERROR(pre_tokenizer.Append(json));
  return pre_tokenizer;
}

Status PreTokenizer::Append(const Json& json) {
  if (json.is_null()) return OkStatus();
  ASSIGN_OR_RETURN(const std::string type, json.GetString("type"));
  if (type == "Sequence") {
    ASSIGN_OR_RETURN(const Json* members, json.Get("pretokenizers"));
    for (const Json& member : members->items()) RETURN_IF_ERROR(Append(member));
    return OkStatus();
  }
  if (type == "ByteLevel") return AppendByteLevel(json);
  if (type == "Split") return AppendSplit(json);
  if (type == "Digits") {
    ASSIGN_OR_RETURN(const bool individual, json.GetBoolOr("individual_digits", false));
    return AppendPattern(R"(\p{N})",
                         {individual ? SplitBehavior::kIsolated : SplitBehavior::kContiguous});
  }
  if (type == "Punctuation") {
    SplitRule rule{SplitBehavior::kIsolated};
    if (json.Find("behavior") != nullptr) {
      ASSIGN_OR_RETURN(rule.behavior, ParseSplitBehavior(json));
    }
    return AppendPattern(kPunctuation, rule);
  }
  if (type == "Whitespace") {
    return AppendPattern(kWhitespacePattern,
                         {SplitBehavior::kRemoved, SplitSense::kMatchesAreText});
  }
  if (type == "WhitespaceSplit") return AppendPattern(R"(\s)", {SplitBehavior::kRemoved});
  return Unimplemented(
      "{}: pre_tokenizer '{}' is not supported (ByteLevel, Split, Digits, Punctuation, Whitespace, "
      "WhitespaceSplit, Sequence are)",
      json.where(), type);
}

Status PreTokenizer::AppendSplit(const Json& json) {
  SplitRule rule;
  ASSIGN_OR_RETURN(rule.behavior, ParseSplitBehavior(json));
  ASSIGN_OR_RETURN(const bool invert, json.GetBoolOr("invert", false));
  if (invert) rule.sense = SplitSense::kMatchesAreText;
  ASSIGN_OR_RETURN(const Json* pattern, json.Get("pattern"));
  ASSIGN_OR_RETURN(Regex regex, ParsePattern(*pattern));
  steps_.push_back(std::make_unique<SplitStep>(std::move(regex), rule));
  return OkStatus();
}

Status PreTokenizer::AppendByteLevel(const Json& json) {
  ASSIGN_OR_RETURN(const bool add_prefix_space, json.GetBoolOr("add_prefix_space", true));
  ASSIGN_OR_RETURN(const bool use_regex, json.GetBoolOr("use_regex", true));
  if (add_prefix_space) steps_.push_back(std::make_unique<PrefixSpaceStep>());
  if (use_regex) RETURN_IF_ERROR(AppendPattern(kGpt2Pattern, {SplitBehavior::kIsolated}));
  steps_.push_back(std::make_unique<ByteAlphabetStep>());
  byte_level_ = true;
  return OkStatus();
}

Status PreTokenizer::AppendPattern(std::string_view pattern, const SplitRule& rule) {
  ASSIGN_OR_RETURN(Regex regex, Regex::Compile(pattern));
  steps_.push_back(std::make_unique<SplitStep>(std::move(regex), rule));
  return OkStatus();
}

Words PreTokenizer::Apply(std::string text) const {
  Words words{.text = std::move(text), .spans = {}};
  if (!words.text.empty()) words.spans.push_back({0, words.text.size()});
  for (const auto& step : steps_) step->Apply(&words);
  return words;
}

}  // namespace longhaul::tokenizer
