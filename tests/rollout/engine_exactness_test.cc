// SPDX-License-Identifier: Apache-2.0
//
// What the product promises: a sample's tokens, log-probs and entropies are the same bits however
// it was scheduled, and the trainer's forward pass gives the same log-probs.
#include <gtest/gtest.h>

#include <algorithm>

#include "common/random.h"
#include "model/training_pass.h"
#include "tests/rollout/engine_rig.h"

namespace longhaul::rollout {
namespace {

constexpr int64_t kGroups = 9;
constexpr int64_t kLongest = 90;

// "minimax_m1 fp32"
RigOptions RigOf(const std::string& name) {
  const size_t space = name.find(' ');
  const bool fp32 = name.substr(space + 1) == "fp32";
  return {.model = name.substr(0, space),
          .precision = fp32 ? model::Precision::kFp32 : model::Precision::kBf16};
}

class EngineExactness : public testing::TestWithParam<const char*> {
 protected:
  EngineExactness()
      : rig_(RigOf(GetParam())), requests_(MixedRequests(rig_.config, kGroups, kLongest)) {}

  // One sequence at a time, prompts in one piece.
  Completions Reference() const {
    return RunAll(rig_, {.max_num_seqs = 1, .max_num_batched_tokens = 256, .prefill_chunk = 256},
                  requests_);
  }
  void ExpectSame(const Completions& reference, const Completions& other, const std::string& how) {
    ASSERT_EQ(reference.size(), other.size()) << how;
    for (const auto& [key, completion] : reference) {
      EXPECT_TRUE(completion == other.at(key))
          << how << ": request " << key.first << " sample " << key.second;
    }
  }

  EngineRig rig_;
  std::vector<GroupRequest> requests_;
};

TEST_P(EngineExactness, NeitherBatchNorThreadsNorChunksMatter) {
  const Completions reference = Reference();
  int64_t tokens = 0;
  for (const auto& [key, completion] : reference) {
    tokens += static_cast<int64_t>(completion.token_ids.size());
  }
  EXPECT_GT(tokens, 500);
  for (int64_t seqs : {2, 3, 8, 64}) {
    for (int64_t chunk : {1, 17, 64}) {
      const int threads = chunk == 17 ? 2 : 1;
      const EngineConfig config{.max_num_seqs = seqs,
                                .max_num_batched_tokens = std::max<int64_t>(seqs, 4 * chunk),
                                .prefill_chunk = chunk};
      ExpectSame(reference, RunAll(rig_, config, requests_, threads),
                 fmt::format("{} sequences, chunks of {}, {} threads", seqs, chunk, threads));
    }
  }
}

TEST_P(EngineExactness, NeitherOrderNorCompanyMatters) {
  const Completions reference = Reference();
  const EngineConfig config{.max_num_seqs = 16, .max_num_batched_tokens = 128};
  std::vector<GroupRequest> reversed = requests_;
  std::reverse(reversed.begin(), reversed.end());
  ExpectSame(reference, RunAll(rig_, config, reversed), "reversed");
  for (const GroupRequest& request : {requests_[1], requests_[4]}) {
    for (const auto& [key, completion] : RunAll(rig_, config, {request})) {
      EXPECT_TRUE(completion == reference.at(key)) << "alone: " << request.uid;
    }
  }
}

TEST_P(EngineExactness, PreemptionChangesNothing) {
  requests_ = MixedRequests(rig_.config, 7, 160);
  for (GroupRequest& request : requests_) request.sampling.ignore_eos = true;
  const Completions reference = Reference();
  const EngineConfig config{.max_num_seqs = 16,
                            .max_num_batched_tokens = 64,
                            .kv_cache_tokens = 8 * 64,
                            .prefill_chunk = 40};
  const std::unique_ptr<Engine> engine = rig_.MakeEngine(config);
  Completions completions;
  AddAll(engine.get(), requests_);
  Drain(engine.get(), &completions);
  if (rig_.config.HasSoftmax()) {
    EXPECT_GT(engine->gauges().preemptions, 5);
  }
  ExpectEmpty(*engine);
  ExpectSame(reference, completions, "tiny cache");
}

TEST_P(EngineExactness, SnapshotsContinueToTheSameBits) {
  const Completions reference = Reference();
  RandomSequence random(RandomKey(4, RandomStream::kTest), 1);
  for (int trial = 0; trial < 4; ++trial) {
    std::vector<GroupRequest> state = requests_;
    Completions completions;
    for (int life = 0; life < 4; ++life) {
      const EngineConfig config{.max_num_seqs = random.Between(1, 12),
                                .max_num_batched_tokens = random.Between(12, 100),
                                .prefill_chunk = random.Between(1, 64)};
      const std::unique_ptr<Engine> engine = rig_.MakeEngine(config);
      AddAll(engine.get(), state);
      if (life == 3) {
        Drain(engine.get(), &completions);
        break;
      }
      for (int64_t steps = random.Between(1, 60); steps > 0 && !engine->idle(); --steps) {
        engine->Step();
      }
      state = engine->Snapshot();
    }
    ExpectSame(reference, completions, "snapshots");
  }
}

// Prompt and response as one plain sequence through the trainer's pass.
void ExpectTrainerAgrees(const EngineRig& rig, const GroupRequest& request,
                         const Completion& completion, model::TrainingPass* pass) {
  model::TokenBatch batch;
  std::vector<int32_t> path = request.prompt_ids;
  path.insert(path.end(), completion.token_ids.begin(), completion.token_ids.end());
  const int32_t segment = batch.AddSegment(path, -1);
  batch.AddTargets(segment, static_cast<int64_t>(request.prompt_ids.size()));
  ThreadPool pool(1);
  kernels::Stream stream(&pool);
  pass->Forward(stream, *rig.weights, batch);
  std::vector<float> logprobs(completion.token_ids.size()), entropies(logprobs.size());
  pass->Logprobs(stream, static_cast<float>(request.sampling.temperature), logprobs, entropies);
  EXPECT_EQ(logprobs, completion.rollout_logprobs) << request.uid;
  EXPECT_EQ(entropies, completion.entropies) << request.uid;
  pass->Logprobs(stream, 1.0f, logprobs, entropies);
  EXPECT_EQ(logprobs, completion.raw_logprobs) << request.uid;
}

TEST_P(EngineExactness, TheTrainerComputesTheSameLogprobs) {
  auto pass =
      model::TrainingPass::Create(rig_.config, rig_.weights->options(),
                                  {.max_tokens = 256, .max_targets = 256, .max_segments = 1});
  ASSERT_TRUE(pass.ok()) << Message(pass.status());
  const Completions completions = RunAll(
      rig_, {.max_num_seqs = 7, .max_num_batched_tokens = 50, .prefill_chunk = 19}, requests_, 2);
  for (const auto& [key, completion] : completions) {
    const GroupRequest& request = requests_[static_cast<size_t>(key.first - 100)];
    ExpectTrainerAgrees(rig_, request, completion, pass->get());
  }
}

// Tokens before the update stay; those after it are what a fresh engine with the new weights draws
// when it is given the tokens before.
TEST_P(EngineExactness, NewWeightsInFlightEqualAFreshPrefill) {
  const EngineConfig config{.max_num_seqs = 8, .max_num_batched_tokens = 40, .prefill_chunk = 24};
  const std::unique_ptr<Engine> engine = rig_.MakeEngine(config);
  AddAll(engine.get(), requests_);
  for (int step = 0; step < 40; ++step) engine->Step();
  std::vector<GroupRequest> at_update = engine->Snapshot();
  int64_t carried = 0;
  for (const GroupRequest& request : at_update) {
    for (const Completion& completion : request.resume) {
      carried += completion.stop_reason == StopReason::kUnfinished && !completion.token_ids.empty();
    }
  }
  EXPECT_GT(carried, 0);
  rig_.PackVersion(1);
  engine->UpdateWeights(&*rig_.weights);
  Completions updated;
  Drain(engine.get(), &updated);
  const std::unique_ptr<Engine> fresh =
      rig_.MakeEngine({.max_num_seqs = 3, .max_num_batched_tokens = 64});
  AddAll(fresh.get(), at_update);
  Completions expected;
  Drain(fresh.get(), &expected);
  int64_t spanning = 0;
  for (const auto& [key, completion] : updated) {
    EXPECT_TRUE(completion == expected.at(key)) << key.first << " " << key.second;
    int64_t next = 0;
    for (const VersionSpan& span : completion.versions) {
      EXPECT_EQ(span.first, next);
      next += span.count;
    }
    EXPECT_EQ(next, static_cast<int64_t>(completion.token_ids.size()));
    spanning += completion.versions.size() == 2;
  }
  EXPECT_GT(spanning, 0);
}

INSTANTIATE_TEST_SUITE_P(Models, EngineExactness,
                         testing::Values("minimax_m1 fp32", "minimax_m1 bf16", "llama fp32",
                                         "llama bf16", "minimax_all_lightning fp32"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace longhaul::rollout
