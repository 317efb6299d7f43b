// SPDX-License-Identifier: Apache-2.0
//
// Normalizers, pre-tokenizers, added tokens and post-processors, seen through a tokenizer that has
// one token a byte: the pieces show where words were cut.
#include <gmock/gmock.h>

#include "common/tokenizer/normalizer.h"
#include "common/tokenizer/pre_tokenizer.h"
#include "tests/common/status_matchers.h"
#include "tests/common/tokenizer/golden_files.h"

namespace longhaul {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Cut(const std::string& json, const std::string& text) {
  const auto made = tokenizer::PreTokenizer::Parse(Json::Parse(json, "test").value());
  if (!made.ok()) return {Message(made.status())};
  const tokenizer::Words words = made->Apply(text);
  std::vector<std::string> out;
  for (size_t i = 0; i < words.spans.size(); ++i) out.emplace_back(words.word(i));
  return out;
}

std::string SplitJson(const std::string& pattern, const std::string& behavior) {
  return R"({"type": "Split", "pattern": )" + pattern + R"(, "behavior": ")" + behavior + R"("})";
}

TEST(PreTokenizerTest, SplitBehaviors) {
  const std::string dash = R"({"String": "-"})";
  EXPECT_THAT(Cut(SplitJson(dash, "Removed"), "a--b-"), ElementsAre("a", "b"));
  EXPECT_THAT(Cut(SplitJson(dash, "Isolated"), "a--b-"), ElementsAre("a", "-", "-", "b", "-"));
  EXPECT_THAT(Cut(SplitJson(dash, "MergedWithPrevious"), "a--b-"), ElementsAre("a-", "-", "b-"));
  EXPECT_THAT(Cut(SplitJson(dash, "MergedWithNext"), "a--b-"), ElementsAre("a", "-", "-b", "-"));
  EXPECT_THAT(Cut(SplitJson(dash, "Contiguous"), "a--b-"), ElementsAre("a", "--", "b", "-"));
  EXPECT_THAT(
      Cut(R"({"type": "Split", "pattern": {"Regex": "[a-z]+"}, "behavior": "Removed", "invert": true})",
          "ab 12 cd"),
      ElementsAre("ab", "cd"));
  EXPECT_THAT(Cut(SplitJson(R"({"Regex": "("})", "Removed"), "a"),
              ElementsAre(::testing::HasSubstr("regular expression '('")));
}

TEST(PreTokenizerTest, Kinds) {
  EXPECT_THAT(Cut(R"({"type": "Digits", "individual_digits": true})", "a12"),
              ElementsAre("a", "1", "2"));
  EXPECT_THAT(Cut(R"({"type": "Digits"})", "a12b"), ElementsAre("a", "12", "b"));
  EXPECT_THAT(Cut(R"({"type": "Whitespace"})", "ab_1, c!?"), ElementsAre("ab_1", ",", "c", "!?"));
  EXPECT_THAT(Cut(R"({"type": "WhitespaceSplit"})", " a,  b"), ElementsAre("a,", "b"));
  EXPECT_THAT(Cut(R"({"type": "Punctuation"})", "a$b,"), ElementsAre("a", "$", "b", ","));
  EXPECT_THAT(Cut(R"({"type": "ByteLevel", "add_prefix_space": true})", "it's 1 a"),
              ElementsAre("\u0120it", "'s", "\u01201", "\u0120a"));
  EXPECT_THAT(Cut("null", "a b"), ElementsAre("a b"));
  EXPECT_THAT(Cut(R"({"type": "Metaspace"})", "a"),
              ElementsAre(::testing::HasSubstr("'Metaspace'")));
}

// PCRE2's \s has U+180E, Oniguruma's has not; its \w has no marks.
TEST(PreTokenizerTest, RegexesAreReadAsOnigurumaDoes) {
  EXPECT_THAT(Cut(SplitJson(R"({"Regex": "\\s"})", "Removed"), "a\u180Eb\u00A0c\u0085"),
              ElementsAre("a\u180Eb", "c"));
  EXPECT_THAT(Cut(SplitJson(R"({"Regex": "\\w+"})", "Isolated"), "e\u0301\u20AC"),
              ElementsAre("e\u0301", "\u20AC"));
}

std::string Normalized(const std::string& json, const std::string& text) {
  const auto made = tokenizer::Normalizer::Parse(Json::Parse(json, "test").value());
  return made.ok() ? made->Apply(text) : Message(made.status());
}

TEST(NormalizerTest, Kinds) {
  EXPECT_EQ(Normalized(R"({"type": "NFC"})", "e\u0301"), "\u00E9");
  EXPECT_EQ(Normalized(R"({"type": "NFD"})", "\u00E9"), "e\u0301");
  EXPECT_EQ(Normalized(R"({"type": "NFKC"})", "\uFB01"), "fi");
  EXPECT_EQ(Normalized(R"({"type": "NFKD"})", "\u00BD"), "1\u20442");
  EXPECT_EQ(Normalized(R"({"type": "NFC"})", "a\u0316\u0327"), "a\u0327\u0316") << "reordered";
  EXPECT_EQ(Normalized(R"({"type": "NFC"})", "a\u089C\u089B"), "a\u089C\u089B")
      << "marks of Unicode 14 stand still in Hugging Face's tables of Unicode 9";
  EXPECT_EQ(Normalized(R"({"type": "Lowercase"})", "A\u00C9\u0130"), "a\u00E9i\u0307");
  EXPECT_EQ(Normalized(R"({"type": "Prepend", "prepend": "_"})", "a"), "_a");
  EXPECT_EQ(Normalized(R"({"type": "Prepend", "prepend": "_"})", ""), "");
  EXPECT_EQ(
      Normalized(R"({"type": "Replace", "pattern": {"Regex": " +"}, "content": "_"})", "a  b"),
      "a_b");
  EXPECT_EQ(
      Normalized(R"({"type": "Strip", "strip_left": true, "strip_right": false})", " \u3000a "),
      "a ");
  EXPECT_THAT(Normalized(R"({"type": "Precompiled"})", ""), ::testing::HasSubstr("'Precompiled'"));
}

TEST(AddedTokenTest, FlagsAndLongestMatch) {
  const auto made = Tokenizer::FromFiles({{"tokenizer.json", R"({
         "added_tokens": [
           {"id": 10, "content": "<l>", "lstrip": true, "special": true, "normalized": false},
           {"id": 11, "content": "<r>", "rstrip": true, "special": true, "normalized": false},
           {"id": 12, "content": "<r><l>", "special": true, "normalized": false},
           {"id": 13, "content": "yes", "single_word": true, "normalized": false},
           {"id": 14, "content": "AB", "normalized": true}],
         "normalizer": {"type": "Lowercase"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "<l>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                      {"SpecialToken": {"id": "<r>", "type_id": 0}}],
           "special_tokens": {"<l>": {"id": "<l>", "ids": [10]}, "<r>": {"id": "<r>", "ids": [11]}}},
         "decoder": {"type": "Fuse"},
         "model": {"type": "BPE", "merges": [],
                   "vocab": {"a": 0, "b": 1, " ": 2, "y": 3, "e": 4, "s": 5, "<": 6}}})"}},
                                         "dir");
  ASSERT_THAT(made, IsOk());
  const Tokenizer& tokenizer = **made;
  const auto encode = [&](std::string_view text) { return tokenizer.Encode(text); };
  EXPECT_THAT(encode("a  <l> b"), ElementsAre(0, 10, 2, 1));
  EXPECT_THAT(encode("a <r>  b"), ElementsAre(0, 2, 11, 1));
  EXPECT_THAT(encode("<r><l><l>"), ElementsAre(12, 10));
  EXPECT_THAT(encode("yes a"), ElementsAre(13, 2, 0));
  EXPECT_THAT(encode("yesa"), ElementsAre(3, 4, 5, 0));
  EXPECT_THAT(encode("aB<"), ElementsAre(14, 6));
  EXPECT_THAT(tokenizer.Encode("a", {.add_special_tokens = true}), ElementsAre(10, 0, 11));
}

}  // namespace
}  // namespace longhaul
