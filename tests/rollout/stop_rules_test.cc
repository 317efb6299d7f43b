// SPDX-License-Identifier: Apache-2.0
#include "rollout/stop_rules.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/tokenizer/character_tokenizer.h"
#include "tests/common/status_matchers.h"

namespace longhaul::rollout {
namespace {

// Ids: 0 <eos>, 1 <unk>, then a, b, c, d, é, 漢.
class StopRulesTest : public testing::Test {
 protected:
  StopRulesTest() {
    CharacterTokenizerArgs args;
    args.special_tokens = {{"eos_token", "<eos>"}, {"unk_token", "<unk>"}};
    args.alphabet = "abcdé漢";
    EXPECT_THAT(WriteCharacterTokenizer(directory_.path(), args), IsOk());
    auto tokenizer = Tokenizer::Load(directory_.path());
    EXPECT_THAT(tokenizer, IsOk());
    tokenizer_ = std::move(tokenizer).value();
    sampling_.max_response_length = 1000;
  }

  // Feeds the text a token at a time, each with this probability, until it stops.
  Completion Feed(const std::string& text, double prob = 0.5, int64_t window = 1000) {
    const StopRules rules(sampling_, {0}, window, tokenizer_.get());
    Completion completion;
    StopState state = rules.Begin();
    for (int32_t id : tokenizer_->Encode(text)) {
      completion.token_ids.push_back(id);
      completion.raw_logprobs.push_back(static_cast<float>(std::log(prob)));
      rules.Observe(id, &completion, &state);
      if (completion.stop_reason != StopReason::kUnfinished) break;
    }
    completion.text = rules.Text(completion, state);
    return completion;
  }

  TestDirectory directory_;
  std::unique_ptr<Tokenizer> tokenizer_;
  SamplingParams sampling_;
};

TEST_F(StopRulesTest, AStopStringMayCrossTokens) {
  sampling_.stop = {"dd", "bca"};
  const Completion completion = Feed("abababcabca");
  EXPECT_EQ(completion.stop_reason, StopReason::kStopString);
  EXPECT_EQ(completion.stop_string, "bca");
  EXPECT_EQ(completion.token_ids.size(), 8u);
  EXPECT_EQ(completion.text, "abababca");
}

TEST_F(StopRulesTest, OfTwoStopStringsTheOneThatEndsFirstCounts) {
  sampling_.stop = {"abcd", "bc"};
  const Completion completion = Feed("aabcd");
  EXPECT_EQ(completion.stop_string, "bc");
  EXPECT_EQ(completion.text, "aabc");
}

TEST_F(StopRulesTest, StopStringsOfSeveralBytes) {
  sampling_.stop = {"é漢"};
  const Completion completion = Feed("aé漢c");
  EXPECT_EQ(completion.stop_reason, StopReason::kStopString);
  EXPECT_EQ(completion.text, "aé漢");
}

TEST_F(StopRulesTest, AStopTokenIsNotPartOfTheText) {
  const Completion completion = Feed("ab<eos>c");
  EXPECT_EQ(completion.stop_reason, StopReason::kEos);
  EXPECT_EQ(completion.token_ids.size(), 3u);
  EXPECT_EQ(completion.text, "ab");
}

TEST_F(StopRulesTest, RepetitionStopsAtExactlyN) {
  sampling_.repetition_prob = 0.99;
  sampling_.repetition_run_length = 5;
  EXPECT_EQ(Feed("aaaaaaaa", 0.999).token_ids.size(), 5u);
  EXPECT_EQ(Feed("aaaaaaaa", 0.999).stop_reason, StopReason::kRepetition);
  EXPECT_EQ(Feed("aaaaaaaa", 0.985).stop_reason, StopReason::kUnfinished);
  EXPECT_EQ(Feed("aaaa", 0.999).stop_reason, StopReason::kUnfinished);
  sampling_.repetition_run_length = 0;
  EXPECT_EQ(Feed("aaaaaaaa", 0.999).stop_reason, StopReason::kUnfinished);
}

TEST_F(StopRulesTest, AnUncertainTokenEndsTheRun) {
  sampling_.repetition_run_length = 3;
  const StopRules rules(sampling_, {}, 1000, tokenizer_.get());
  Completion completion;
  StopState state = rules.Begin();
  for (double prob : {0.999, 0.999, 0.5, 0.999, 0.999}) {
    completion.raw_logprobs.push_back(static_cast<float>(std::log(prob)));
    rules.Observe(2, &completion, &state);
  }
  EXPECT_EQ(completion.stop_reason, StopReason::kUnfinished);
  EXPECT_EQ(completion.repetition_run, 2);
  // A continued response goes on counting.
  completion.token_ids.assign(5, 2);
  StopState resumed = rules.Begin();
  rules.Resume(&completion, &resumed);
  completion.raw_logprobs.push_back(0.0f);
  rules.Observe(2, &completion, &resumed);
  EXPECT_EQ(completion.stop_reason, StopReason::kRepetition);
}

TEST_F(StopRulesTest, AContinuedResponseRemembersHalfAStopString) {
  sampling_.stop = {"abc"};
  const StopRules rules(sampling_, {}, 1000, tokenizer_.get());
  Completion completion;
  completion.token_ids = {2, 3};  // "ab"
  completion.raw_logprobs = {-1, -1};
  StopState state = rules.Begin();
  rules.Resume(&completion, &state);
  completion.token_ids.push_back(4);
  completion.raw_logprobs.push_back(-1);
  rules.Observe(4, &completion, &state);
  EXPECT_EQ(completion.stop_reason, StopReason::kStopString);
}

TEST_F(StopRulesTest, TheWindowEndsAResponse) {
  const Completion completion = Feed("abcd", 0.5, 3);
  EXPECT_EQ(completion.stop_reason, StopReason::kLength);
  EXPECT_EQ(completion.text, "abc");
}

}  // namespace
}  // namespace longhaul::rollout
