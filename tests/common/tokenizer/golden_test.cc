// SPDX-License-Identifier: Apache-2.0
//
// Ids of other implementations, line by line, and what decoding gives back.
#include <gmock/gmock.h>

#include "common/tokenizer/stream_decoder.h"
#include "tests/common/status_matchers.h"
#include "tests/common/tokenizer/golden_files.h"

namespace longhaul {
namespace {

void ExpectSameIds(const Tokenizer& tokenizer, const std::string& name,
                   const EncodeOptions& options) {
  const std::vector<Json> lines = ReadGoldenLines(name);
  ASSERT_EQ(lines.size(), 300u);
  for (const Json& line : lines) {
    const std::string text = line.GetString("text").value();
    const std::vector<int32_t> ids = tokenizer.Encode(text, options);
    EXPECT_EQ(ids, Ids(*line.Find("ids"))) << text;
    StreamDecoder stream(tokenizer);
    std::string streamed;
    for (const int32_t id : ids) streamed += stream.Push(id);
    EXPECT_EQ(streamed + stream.Finish(), tokenizer.Decode(ids));
  }
}

TEST(GoldenTest, Qwen3) { ExpectSameIds(Qwen3(), "qwen3_golden.jsonl.gz", {}); }

TEST(GoldenTest, Gpt2) {
  ExpectSameIds(Gpt2(), "gpt2_golden.jsonl.gz", {.added_tokens = AddedTokenMode::kAllAsText});
}

TEST(GoldenTest, Gpt2DecodesToTheText) {
  for (const Json& line : ReadGoldenLines("gpt2_golden.jsonl.gz")) {
    EXPECT_EQ(Gpt2().Decode(Ids(*line.Find("ids"))), line.GetString("text").value());
  }
}

TEST(GoldenTest, NamedTokens) {
  EXPECT_EQ(Qwen3().eos_id(), 151645);
  EXPECT_EQ(Qwen3().pad_id(), 151643);
  EXPECT_EQ(Qwen3().bos_id(), std::nullopt);
  EXPECT_EQ(Qwen3().vocab_size(), 151669);
  EXPECT_EQ(Qwen3().TokenToId("<think>"), 151667);
  EXPECT_FALSE(Qwen3().IsSpecial(151667));
  EXPECT_TRUE(Qwen3().IsSpecial(151645));
  EXPECT_EQ(Gpt2().eos_id(), 50256);
  EXPECT_EQ(Gpt2().vocab_size(), 50257);
  EXPECT_EQ(Gpt2().IdToPiece(995), "\u0120world");
  EXPECT_EQ(Gpt2().TokenBytes(995), " world");
  EXPECT_EQ(Gpt2().IdToPiece(50257), "");
  EXPECT_EQ(Gpt2().TokenBytes(-1), "");
}

TEST(GoldenTest, AddedTokensAndStrangersText) {
  const std::string text = "<think><|im_end|><|im_end|>";
  EXPECT_EQ(Qwen3().Encode(text), (std::vector<int32_t>{151667, 151645, 151645}));
  const std::vector<int32_t> partly =
      Qwen3().Encode(text, {.added_tokens = AddedTokenMode::kSpecialAsText});
  EXPECT_EQ(partly[0], 151667);
  const std::vector<int32_t> plain =
      Qwen3().Encode(text, {.added_tokens = AddedTokenMode::kAllAsText});
  for (const int32_t id : plain) EXPECT_LT(id, 151643);
  EXPECT_EQ(std::count(partly.begin(), partly.end(), 151645), 0);
  EXPECT_EQ(Qwen3().Decode(plain), text);
  EXPECT_EQ(Qwen3().Decode(partly), text);
  EXPECT_EQ(Qwen3().Decode(Qwen3().Encode("a<|im_end|>b"), {.skip_special_tokens = true}), "ab");
}

// Text of any bytes: NUL, not UTF-8, cut characters, joined emoji, 100,000 letters in one word.
TEST(GoldenTest, EveryByteStringComesBack) {
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes.push_back(static_cast<char>(byte));
  std::string noise;
  uint32_t state = 1;
  for (int i = 0; i < 50'000; ++i) {
    state = state * 1664525u + 1013904223u;
    noise.push_back(static_cast<char>(state >> 24));
  }
  const std::string texts[] = {
      "",
      std::string("a\0b\0", 4),
      all_bytes,
      noise,
      "\xF0\x9F\x91",
      "ok \xED\xA0\x80 \xC0\xAF \xF4\x90\x80\x80",
      "\U0001F469\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466 \U0001F1FA\U0001F1F3",
      "\u6570\u5B66\u9898\uFF1A\u6C42\u89E3",
      std::string(100'000, 'a'),
      std::string(100'000, ' ') + "x",
      std::string(5'000, '\n')};
  for (const std::string& text : texts) {
    const std::vector<int32_t> ids = Gpt2().Encode(text);
    EXPECT_EQ(Gpt2().DecodeBytes(ids), text) << text.size() << " bytes";
  }
  EXPECT_TRUE(Gpt2().Encode("").empty());
}

TEST(GoldenTest, NormalizationLeavesInvalidBytesAlone) {
  const std::vector<int32_t> ids = Qwen3().Encode(
      "e\u0301\xFF"
      "e\u0301");
  EXPECT_EQ(Qwen3().DecodeBytes(ids), "\u00E9\xFF\u00E9");
  EXPECT_EQ(Qwen3().Decode(ids), "\u00E9\uFFFD\u00E9");
}

}  // namespace
}  // namespace longhaul
