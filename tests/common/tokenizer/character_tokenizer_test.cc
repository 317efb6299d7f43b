// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/character_tokenizer.h"

#include <gmock/gmock.h>

#include "common/file.h"
#include "tests/common/status_matchers.h"
#include "tests/common/tokenizer/golden_files.h"

namespace longhaul {
namespace {

CharacterTokenizerArgs Digits() {
  CharacterTokenizerArgs args;
  args.special_tokens = {
      {"pad_token", "<pad>"}, {"eos_token", "<eos>"}, {"unk_token", "<unk>"}, {"", "<think>"}};
  args.alphabet = "0123456789+=\n \u00E9";
  args.model_max_length = 128;
  args.chat_template = "{{ messages[0].content }}=";
  return args;
}

TEST(CharacterTokenizerTest, OneTokenACharacter) {
  const TestDirectory dir;
  ASSERT_THAT(WriteCharacterTokenizer(dir.path(), Digits()), IsOk());
  const auto loaded = Tokenizer::Load(dir.path());
  ASSERT_THAT(loaded, IsOk());
  const Tokenizer& tokenizer = **loaded;
  EXPECT_EQ(tokenizer.vocab_size(), 19);
  EXPECT_EQ(tokenizer.eos_id(), 1);
  EXPECT_EQ(tokenizer.pad_id(), 0);
  const std::string text = "12+ 3\n=\u00E9<think>";
  EXPECT_EQ(tokenizer.Encode(text), (std::vector<int32_t>{5, 6, 14, 17, 7, 16, 15, 18, 3}));
  EXPECT_EQ(tokenizer.Decode(tokenizer.Encode(text)), text);
  EXPECT_EQ(tokenizer.Encode("x\xFF"), (std::vector<int32_t>{2, 2}));
  EXPECT_EQ(
      tokenizer.ApplyChatTemplate({.messages_json = MessagesToJson({{"user", "1+1"}})}).value(),
      "1+1=");
}

TEST(CharacterTokenizerTest, SavedFilesLoadTheSame) {
  const auto first = Tokenizer::FromFiles(MakeCharacterTokenizer(Digits()).value(), "memory");
  ASSERT_THAT(first, IsOk());
  const TestDirectory dir;
  ASSERT_THAT((*first)->Save(dir.path()), IsOk());
  const auto second = Tokenizer::Load(dir.path());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ((*second)->files().size(), (*first)->files().size());
  EXPECT_EQ((*second)->Encode("42+7=<eos>"), (*first)->Encode("42+7=<eos>"));
}

TEST(CharacterTokenizerTest, RefusesWhatCannotBe) {
  CharacterTokenizerArgs twice = Digits();
  twice.alphabet += "0";
  EXPECT_THAT(MakeCharacterTokenizer(twice),
              FailsWith(StatusCode::kInvalidArgument, "'0' is there twice"));
  CharacterTokenizerArgs no_unk = Digits();
  no_unk.special_tokens.erase(no_unk.special_tokens.begin() + 2);
  EXPECT_THAT(MakeCharacterTokenizer(no_unk), FailsWith(StatusCode::kInvalidArgument, "unk_token"));
}

// The public digit-completion model: vocab_size 16, eos 1, pad 2.
TEST(CharacterTokenizerTest, ReadsCharOrds) {
  const TestDirectory dir;
  ASSERT_THAT(WriteFileAtomic(JoinPath(dir.path(), "tokenizer_config.json"),
                              ReadGolden("verl_digits_tokenizer_config.json")),
              IsOk());
  const auto loaded = Tokenizer::Load(dir.path());
  ASSERT_THAT(loaded, IsOk());
  const Tokenizer& tokenizer = **loaded;
  EXPECT_EQ(tokenizer.vocab_size(), 16);
  EXPECT_EQ(tokenizer.eos_id(), 1);
  EXPECT_EQ(tokenizer.pad_id(), 2);
  const auto prompt = tokenizer.ApplyChatTemplate(
      {.messages_json = MessagesToJson({{"user", "8,3:9,4"}}), .add_generation_prompt = true});
  ASSERT_THAT(prompt, IsOk());
  EXPECT_EQ(*prompt, "8,3:9,4S");
  EXPECT_EQ(tokenizer.Encode(*prompt), (std::vector<int32_t>{12, 14, 7, 15, 13, 14, 8, 0}));
  ASSERT_EQ(tokenizer.files().size(), 3u);  // an export holds a tokenizer.json
  EXPECT_EQ(tokenizer.files()[0].name, "tokenizer.json");
}

}  // namespace
}  // namespace longhaul
