// SPDX-License-Identifier: Apache-2.0
#include "trainer/batch/pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longhaul::trainer {
namespace {

using testing::ElementsAre;

// Group g, sample i: prompt {g, g}, response of `length` tokens 100 g + i.
TrainSequence Sequence(int32_t group, int32_t sample, int64_t length) {
  TrainSequence sequence;
  sequence.group = group;
  sequence.prompt = {group, group};
  sequence.response.assign(static_cast<size_t>(length), 100 * group + sample);
  return sequence;
}

TEST(PackTest, TreesShareTheirPrompt) {
  const std::vector<TrainSequence> sequences = {Sequence(1, 0, 3), Sequence(1, 1, 2),
                                                Sequence(2, 0, 1)};
  const auto batches = PackSequences(sequences, {.max_tokens = 20, .max_segments = 10});
  ASSERT_EQ(batches.size(), 1u);
  const model::TokenBatch& tokens = batches[0].tokens;
  EXPECT_THAT(tokens.token_ids, ElementsAre(1, 1, 100, 100, 100, 101, 101, 2, 2, 200));
  ASSERT_EQ(tokens.segments.size(), 5u);
  EXPECT_EQ(tokens.segments[1].parent, 0);
  EXPECT_EQ(tokens.segments[2].parent, 0);
  EXPECT_EQ(tokens.segments[4].parent, 3);
  EXPECT_THAT(tokens.targets, ElementsAre(100, 100, 100, 101, 101, 200));
  EXPECT_THAT(tokens.rows, ElementsAre(1, 2, 3, 1, 5, 8));
  EXPECT_THAT(batches[0].sequences, ElementsAre(0, 1, 2));
}

TEST(PackTest, PlainSequencesHaveTheSameTargets) {
  const std::vector<TrainSequence> sequences = {Sequence(1, 0, 3), Sequence(1, 1, 2)};
  const auto batches =
      PackSequences(sequences, {.max_tokens = 20, .max_segments = 10, .shape = PackShape::kPlain});
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_THAT(batches[0].tokens.token_ids, ElementsAre(1, 1, 100, 100, 100, 1, 1, 101, 101));
  EXPECT_THAT(batches[0].tokens.targets, ElementsAre(100, 100, 100, 101, 101));
  EXPECT_THAT(batches[0].tokens.rows, ElementsAre(1, 2, 3, 6, 7));
}

TEST(PackTest, ClosesABatchAtEitherLimitAndRepeatsTheTrunk) {
  const std::vector<TrainSequence> sequences = {Sequence(1, 0, 3), Sequence(1, 1, 3),
                                                Sequence(1, 2, 3)};
  const auto by_tokens = PackSequences(sequences, {.max_tokens = 8, .max_segments = 10});
  ASSERT_EQ(by_tokens.size(), 2u);
  EXPECT_THAT(by_tokens[0].sequences, ElementsAre(0, 1));
  EXPECT_THAT(by_tokens[1].tokens.token_ids, ElementsAre(1, 1, 102, 102, 102));
  const auto by_segments = PackSequences(sequences, {.max_tokens = 99, .max_segments = 2});
  EXPECT_EQ(by_segments.size(), 3u);
}

}  // namespace
}  // namespace longhaul::trainer
