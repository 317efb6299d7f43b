// SPDX-License-Identifier: Apache-2.0
//
// The scheduler against a cache made of token ids: every block and slot knows which tokens it has
// seen, and a row may only run where its whole past is there.
#include "rollout/scheduler.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <vector>

#include "common/random.h"
#include "kernels/softmax_attention.h"

namespace longhaul::rollout {
namespace {

using kernels::kKvBlockTokens;

// What the caches would hold, as token ids.
struct FakeCache {
  std::vector<std::vector<int32_t>> blocks;
  std::vector<std::vector<int32_t>> slots;

  void Copy(const Schedule& schedule) {
    for (const CacheCopy& copy : schedule.block_copies) {
      blocks[static_cast<size_t>(copy.to)] = blocks[static_cast<size_t>(copy.from)];
    }
    for (const CacheCopy& copy : schedule.slot_copies) {
      slots[static_cast<size_t>(copy.to)] = slots[static_cast<size_t>(copy.from)];
    }
  }

  // Runs one row, after checking that the past is what the path says.
  void RunRow(const Sequence& sequence, int64_t position) {
    if (sequence.slot >= 0) {
      std::vector<int32_t>& state = slots[static_cast<size_t>(sequence.slot)];
      if (position == 0) state.clear();
      ASSERT_EQ(state.size(), static_cast<size_t>(position));
      ASSERT_TRUE(std::equal(state.begin(), state.end(), sequence.path.begin()));
      state.push_back(sequence.path[static_cast<size_t>(position)]);
    }
    const int64_t block = position / kKvBlockTokens;
    for (int64_t p = 0; p < position; ++p) {
      const int32_t b = sequence.blocks.at(static_cast<size_t>(p / kKvBlockTokens));
      ASSERT_EQ(blocks[static_cast<size_t>(b)].at(static_cast<size_t>(p % kKvBlockTokens)),
                sequence.path[static_cast<size_t>(p)]);
    }
    std::vector<int32_t>& content =
        blocks[static_cast<size_t>(sequence.blocks.at(static_cast<size_t>(block)))];
    content.resize(kKvBlockTokens, -1);
    content[static_cast<size_t>(position % kKvBlockTokens)] =
        sequence.path[static_cast<size_t>(position)];
  }
};

struct Simulation {
  SchedulerOptions options;
  int64_t num_blocks = 0;
  uint64_t seed = 0;
  int64_t rows_max = 0;
  int64_t prompt_rows = 0;
  int64_t preemptions = 0;
  std::vector<std::vector<int64_t>> trace;  // rows of each step
};

// Groups of random sizes come at random moments, some are removed half-way, caches are evicted now
// and then; each sequence grows by its own number of tokens.
void Simulate(Simulation* run) {
  RandomSequence random(RandomKey(3, RandomStream::kTest), run->seed);
  BlockPool blocks(run->num_blocks);
  StatePool slots(run->options.uses_slots ? run->options.max_num_seqs + 1 : 0);
  Scheduler scheduler(run->options, &blocks, &slots);
  FakeCache cache{.blocks = std::vector<std::vector<int32_t>>(static_cast<size_t>(run->num_blocks)),
                  .slots = std::vector<std::vector<int32_t>>(static_cast<size_t>(slots.total()))};
  std::vector<std::unique_ptr<PromptGroup>> groups;
  std::vector<std::unique_ptr<Sequence>> sequences;
  std::vector<int64_t> target;  // path length at which a sequence is done
  int32_t next_token = 0;
  int64_t groups_left = 12;
  const auto add_group = [&] {
    auto group = std::make_unique<PromptGroup>();
    group->order = static_cast<int64_t>(groups.size());
    const int64_t prompt = random.Between(1, 150);
    group->prefix_length = prompt - 1;
    std::vector<int32_t> path(static_cast<size_t>(prompt));
    std::iota(path.begin(), path.end(), next_token);
    next_token += static_cast<int32_t>(prompt);
    const int64_t size = random.Between(1, 6);
    for (int64_t i = 0; i < size; ++i) {
      auto sequence = std::make_unique<Sequence>();
      sequence->group = group.get();
      sequence->sample = static_cast<int32_t>(i);
      sequence->path = path;
      scheduler.Add(sequence.get());
      target.push_back(prompt + random.Between(1, 100));
      sequences.push_back(std::move(sequence));
    }
    groups.push_back(std::move(group));
    --groups_left;
  };
  while (groups_left > 0 || scheduler.running() + scheduler.waiting() > 0) {
    if (groups_left > 0 && random.Below(4) == 0) add_group();
    if (random.Below(200) == 0) scheduler.EvictAll();
    if (random.Below(100) == 0) {  // a group is aborted
      const size_t gone = random.Below(groups.size() + 1);
      for (const auto& sequence : sequences) {
        if (sequence->group->order == static_cast<int64_t>(gone)) scheduler.Remove(sequence.get());
      }
    }
    const Schedule& schedule = scheduler.Next();
    ASSERT_EQ(schedule.rows.empty(), scheduler.running() + scheduler.waiting() == 0);
    cache.Copy(schedule);
    int64_t rows = 0;
    std::vector<Sequence*> draws;
    run->trace.emplace_back();
    for (const ScheduledRows& scheduled : schedule.rows) {
      ASSERT_LE(scheduled.count, run->options.prefill_chunk);
      rows += scheduled.count;
      for (int64_t i = 0; i < scheduled.count; ++i) {
        ASSERT_NO_FATAL_FAILURE(cache.RunRow(*scheduled.sequence, scheduled.first + i));
        run->prompt_rows += scheduled.first + i < scheduled.sequence->group->prefix_length;
      }
      if (scheduled.draws) draws.push_back(scheduled.sequence);
      run->trace.back().push_back(scheduled.sequence->group->order);
      run->trace.back().push_back(scheduled.first);
    }
    ASSERT_LE(rows, run->options.max_num_batched_tokens);
    ASSERT_LE(scheduler.running(), run->options.max_num_seqs);
    run->rows_max = std::max(run->rows_max, rows);
    scheduler.Advance();
    for (Sequence* sequence : draws) {
      sequence->path.push_back(next_token++);
      for (size_t i = 0; i < sequences.size(); ++i) {
        if (sequences[i].get() == sequence && sequence->length() >= target[i]) {
          scheduler.Remove(sequence);
        }
      }
    }
  }
  EXPECT_EQ(blocks.used(), 0);
  EXPECT_EQ(slots.used(), 0);
  run->preemptions = scheduler.preemptions();
}

Simulation MakeRun(int64_t seqs, int64_t budget, int64_t chunk, int64_t blocks) {
  Simulation run;
  run.options = {.max_num_seqs = seqs, .max_num_batched_tokens = budget, .prefill_chunk = chunk};
  run.num_blocks = blocks;
  return run;
}

TEST(Scheduler, RowsFindTheirPastAndNothingLeaks) {
  int64_t preemptions = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    for (Simulation run : {MakeRun(4, 32, 16, 9), MakeRun(1, 1, 7, 5), MakeRun(16, 64, 64, 24),
                           MakeRun(7, 256, 100, 200)}) {
      run.seed = seed;
      ASSERT_NO_FATAL_FAILURE(Simulate(&run)) << "seed " << seed;
      preemptions += run.preemptions;
    }
  }
  EXPECT_GT(preemptions, 100);
}

TEST(Scheduler, DecidesTheSameForTheSameCalls) {
  Simulation first = MakeRun(6, 40, 16, 12), second = first;
  Simulate(&first);
  Simulate(&second);
  EXPECT_EQ(first.trace, second.trace);
}

TEST(Scheduler, ComputesAPromptOncePerGroup) {
  BlockPool blocks(64);
  StatePool slots(4);
  Scheduler scheduler({.max_num_seqs = 3, .max_num_batched_tokens = 64, .prefill_chunk = 32},
                      &blocks, &slots);
  PromptGroup group{.order = 0, .prefix_length = 99};
  std::vector<Sequence> sequences(8);  // more than there are seats
  for (int32_t i = 0; i < 8; ++i) {
    sequences[static_cast<size_t>(i)].group = &group;
    sequences[static_cast<size_t>(i)].sample = i;
    sequences[static_cast<size_t>(i)].path.assign(100, 7);
    scheduler.Add(&sequences[static_cast<size_t>(i)]);
  }
  int64_t prompt_rows = 0;
  while (scheduler.running() + scheduler.waiting() > 0) {
    std::vector<Sequence*> draws;
    for (const ScheduledRows& rows : scheduler.Next().rows) {
      if (rows.first < 99) prompt_rows += rows.count;
      if (rows.draws) draws.push_back(rows.sequence);
    }
    scheduler.Advance();
    for (Sequence* sequence : draws) {
      sequence->path.push_back(1);
      if (sequence->length() == 120) scheduler.Remove(sequence);
    }
  }
  EXPECT_EQ(prompt_rows, 99);
  EXPECT_EQ(blocks.used(), 0);
  EXPECT_EQ(slots.used(), 0);
}

}  // namespace
}  // namespace longhaul::rollout
