// SPDX-License-Identifier: Apache-2.0
//
// Small BPE models, and what a tokenizer.json may not say.
#include <gmock/gmock.h>

#include "common/file.h"
#include "tests/common/status_matchers.h"
#include "tests/common/tokenizer/golden_files.h"

namespace longhaul {
namespace {

StatusOr<std::unique_ptr<Tokenizer>> Make(const std::string& json) {
  return Tokenizer::FromFiles({{"tokenizer.json", json}}, "dir");
}

std::string Model(const std::string& fields) {
  return R"({"added_tokens": [], "decoder": {"type": "Fuse"}, "model": {"type": "BPE", )" + fields +
         "}}";
}

constexpr const char* kVocab =
    R"("vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "bc": 4, "abc": 5, "cc": 6, "<unk>": 7, "<0xC3>": 8, "<0xA9>": 9})";

TEST(BpeTest, LowestRankFirstThenLeftmost) {
  const auto made =
      Make(Model(std::string(kVocab) + R"(, "merges": ["b c", ["a", "b"], "a bc", "c c"])"));
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ((*made)->Encode("abc"), (std::vector<int32_t>{5}));  // b c is first, then a bc
  EXPECT_EQ((*made)->Encode("ccc"), (std::vector<int32_t>{6, 2}));
  EXPECT_EQ((*made)->Encode("abab"), (std::vector<int32_t>{3, 3}));
  EXPECT_EQ((*made)->Encode("a\u00E9"),
            (std::vector<int32_t>{0}));  // no unk_token: dropped, as elsewhere
}

TEST(BpeTest, UnknownCharacters) {
  const std::string merges = R"(, "merges": [])";
  const auto unk = Make(Model(kVocab + merges + R"(, "unk_token": "<unk>")"));
  EXPECT_EQ((*unk)->Encode("xya"), (std::vector<int32_t>{7, 7, 0}));
  const auto fused = Make(Model(kVocab + merges + R"(, "unk_token": "<unk>", "fuse_unk": true)"));
  EXPECT_EQ((*fused)->Encode("xya"), (std::vector<int32_t>{7, 0}));
  const auto bytes =
      Make(Model(kVocab + merges + R"(, "unk_token": "<unk>", "byte_fallback": true)"));
  EXPECT_EQ((*bytes)->Encode("\u00E9x"), (std::vector<int32_t>{8, 9, 7}));
}

TEST(BpeTest, IgnoreMerges) {
  const auto made = Make(Model(std::string(kVocab) + R"(, "merges": [], "ignore_merges": true)"));
  EXPECT_EQ((*made)->Encode("abc"), (std::vector<int32_t>{5}));
  EXPECT_EQ((*made)->Encode("abca"), (std::vector<int32_t>{0, 1, 2, 0}));
}

TEST(BpeTest, ByteFallbackDecodes) {
  const auto made = Make(
      R"({"decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "_"}, "content": " "}, {"type": "ByteFallback"},
            {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
          "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "_"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "_"}]},
          "model": {"type": "BPE", "byte_fallback": true, "merges": ["_ a"],
                    "vocab": {"_": 0, "a": 1, "_a": 2, "<0xC3>": 3, "<0xA9>": 4}}})");
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ((*made)->Encode("a a\u00E9"), (std::vector<int32_t>{2, 2, 3, 4}));
  EXPECT_EQ((*made)->Decode((*made)->Encode("a a\u00E9")), "a a\u00E9");
}

TEST(BpeTest, RefusalsNameFileAndKind) {
  const std::string merges = R"(, "merges": [])";
  const std::pair<std::string, std::string> cases[] = {
      {R"({"model": {"type": "Unigram", "vocab": []}})",
       "tokenizer.json: model: tokenizer kind 'Unigram'"},
      {R"({"model": {"type": "WordPiece", "vocab": {}}})", "kind 'WordPiece' is not supported"},
      {Model(kVocab + merges + R"(, "dropout": 0.1)"), "dropout"},
      {Model(kVocab + merges + R"(, "end_of_word_suffix": "</w>")"), "end_of_word_suffix '</w>'"},
      {Model(kVocab + merges + R"(, "continuing_subword_prefix": "##")"),
       "continuing_subword_prefix"},
  };
  for (const auto& [json, message] : cases) {
    EXPECT_THAT(Make(json), FailsWith(StatusCode::kUnimplemented, message));
  }
  const std::pair<std::string, std::string> broken[] = {
      {"{", "tokenizer.json"},
      {Model(std::string(kVocab) + R"(, "merges": ["a x"])"),
       "merge piece 'x' is not in the vocabulary"},
      {Model(std::string(kVocab) + R"(, "merges": ["a"])"), "model.merges[0]"},
      {Model(std::string(kVocab) + R"(, "merges": [["a"]])"), "must be \"a b\" or [\"a\", \"b\"]"},
      {Model(R"("vocab": {"a": -1}, "merges": [])"), "has id -1"},
      {R"({"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "?"}})", "unk_token '?'"},
  };
  for (const auto& [json, message] : broken) {
    EXPECT_THAT(Make(json), FailsWith(StatusCode::kInvalidArgument, message));
  }
  EXPECT_THAT(Make(Model(R"("vocab": {"a": 0, "b": 0}, "merges": [])")),
              FailsWith(StatusCode::kAlreadyExists, "id 0 is given to 'a' and to 'b'"));
}

TEST(BpeTest, DirectoriesWithoutATokenizer) {
  const TestDirectory dir;
  EXPECT_THAT(Tokenizer::Load(dir.path() + "/none"),
              FailsWith(StatusCode::kNotFound, "no such directory"));
  EXPECT_THAT(Tokenizer::Load(dir.path()), FailsWith(StatusCode::kNotFound, "no tokenizer"));
  ASSERT_THAT(WriteFileAtomic(JoinPath(dir.path(), "tokenizer.model"), "x"), IsOk());
  EXPECT_THAT(Tokenizer::Load(dir.path()), FailsWith(StatusCode::kUnimplemented, "SentencePiece"));
  ASSERT_THAT(WriteFileAtomic(JoinPath(dir.path(), "vocab.json"), "{}"), IsOk());
  EXPECT_THAT(Tokenizer::Load(dir.path()), FailsWith(StatusCode::kNotFound, "merges.txt is not"));
  ASSERT_THAT(WriteFileAtomic(JoinPath(dir.path(), "merges.txt"), "#version: 0.2\na b c\n"),
              IsOk());
  EXPECT_THAT(Tokenizer::Load(dir.path()), FailsWith(StatusCode::kInvalidArgument, "merges.txt:2"));
}

}  // namespace
}  // namespace longhaul
