// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/stream_decoder.h"

#include <gmock/gmock.h>

#include "common/tokenizer/utf8.h"
#include "tests/common/tokenizer/golden_files.h"

namespace longhaul {
namespace {

// The id of each byte alone.
std::vector<int32_t> ByteIds(std::string_view bytes) {
  std::vector<int32_t> ids;
  for (const char byte : bytes) {
    ids.push_back(Gpt2().TokenToId(tokenizer::ByteLevelEncode(std::string_view(&byte, 1))).value());
  }
  return ids;
}

TEST(StreamDecoderTest, HoldsACharacterUntilItsLastByte) {
  StreamDecoder decoder(Gpt2());
  const std::vector<int32_t> ids = ByteIds("\U0001F642!");
  EXPECT_EQ(decoder.Push(ids[0]), "");
  EXPECT_EQ(decoder.Push(ids[1]), "");
  EXPECT_EQ(decoder.Push(ids[2]), "");
  EXPECT_EQ(decoder.pending().size(), 3u);
  EXPECT_EQ(decoder.Push(ids[3]), "\U0001F642");
  EXPECT_EQ(decoder.Push(ids[4]), "!");
  EXPECT_EQ(decoder.Finish(), "");
}

TEST(StreamDecoderTest, AnUnfinishedCharacterEndsAsOneReplacement) {
  StreamDecoder decoder(Gpt2());
  for (const int32_t id : ByteIds("\xF0\x9F\x99")) EXPECT_EQ(decoder.Push(id), "");
  EXPECT_EQ(decoder.Finish(), "\uFFFD");
  EXPECT_EQ(decoder.Finish(), "");
}

TEST(StreamDecoderTest, ABrokenCharacterIsReplacedWhenItBreaks) {
  StreamDecoder decoder(Gpt2());
  const std::vector<int32_t> ids = ByteIds("\xE6\x95x");
  EXPECT_EQ(decoder.Push(ids[0]), "");
  EXPECT_EQ(decoder.Push(ids[1]), "");
  EXPECT_EQ(decoder.Push(ids[2]), "\uFFFDx");
}

TEST(StreamDecoderTest, EqualsDecodeOnAnyBytes) {
  uint32_t state = 7;
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525u + 1013904223u;
      constexpr std::string_view kHard = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x99\x82\xED\xA0\xFF\x80";
      bytes.push_back(kHard[(state >> 16) % kHard.size()]);
    }
    const std::vector<int32_t> ids = ByteIds(bytes);
    StreamDecoder decoder(Gpt2());
    std::string text;
    for (const int32_t id : ids) {
      text += decoder.Push(id);
      ASSERT_TRUE(tokenizer::IsValidUtf8(text));
    }
    text += decoder.Finish();
    ASSERT_EQ(text, Gpt2().Decode(ids));
  }
}

TEST(StreamDecoderTest, SkipsSpecialTokensAndIdsOutsideTheVocabulary) {
  StreamDecoder decoder(Qwen3(), {.skip_special_tokens = true});
  EXPECT_EQ(decoder.Push(151645), "");
  EXPECT_EQ(decoder.Push(151667), "<think>");
  EXPECT_EQ(decoder.Push(151935), "");
  EXPECT_EQ(decoder.Push(-5), "");
}

}  // namespace
}  // namespace longhaul
