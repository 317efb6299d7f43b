// SPDX-License-Identifier: Apache-2.0
#include "rollout/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "rollout/generate.h"
#include "tests/common/status_matchers.h"
#include "tests/rollout/engine_rig.h"

namespace longhaul::rollout {
namespace {

GroupRequest Request(int64_t id, std::vector<int32_t> prompt, int64_t window) {
  GroupRequest request;
  request.id = id;
  request.uid = fmt::format("uid-{}", id);
  request.prompt_ids = std::move(prompt);
  request.sampling.max_response_length = window;
  request.sampling.seed = 1;
  return request;
}

TEST(Engine, RefusesWhatCouldNeverRun) {
  EngineRig rig;
  rig.config.max_position_embeddings = 300;
  const auto engine = rig.MakeEngine({.max_num_seqs = 2, .kv_cache_tokens = 128});
  EXPECT_THAT(engine->Add(Request(1, {2, 3}, 200)),
              FailsWith(StatusCode::kInvalidArgument, "prompt 2 + response 200 = 202 tokens"));
  EXPECT_THAT(engine->Add(Request(1, {}, 20)), FailsWith(StatusCode::kInvalidArgument, "prompt"));
  EXPECT_THAT(engine->Add(Request(1, {1, 64}, 20)),
              FailsWith(StatusCode::kInvalidArgument, "token 64 at 1"));
  EXPECT_THAT(engine->Add(Request(1, {1}, 0)),
              FailsWith(StatusCode::kInvalidArgument, "max_response_length"));
  GroupRequest bad = Request(1, {1}, 20);
  bad.sampling.top_p = 0;
  EXPECT_THAT(engine->Add(bad), FailsWith(StatusCode::kInvalidArgument, "top_p"));
  bad = Request(1, {1}, 20);
  bad.sampling.stop = {""};
  EXPECT_THAT(engine->Add(bad), FailsWith(StatusCode::kInvalidArgument, "empty stop string"));
  bad = Request(1, {1}, 20);
  bad.resume.resize(1);
  bad.resume[0].token_ids = {3};
  EXPECT_THAT(engine->Add(bad), FailsWith(StatusCode::kInvalidArgument, "resumed sample 0"));
  EXPECT_THAT(engine->Add(Request(1, std::vector<int32_t>(300, 5), 20)),
              FailsWith(StatusCode::kInvalidArgument, "context of 300"));
  EXPECT_THAT(engine->Add(Request(1, {1}, 100)), IsOk());
  EXPECT_THAT(engine->Add(Request(1, {1}, 100)), FailsWith(StatusCode::kAlreadyExists, "uid-1"));
  EXPECT_TRUE(engine->Abort(1));
  EXPECT_FALSE(engine->Abort(1));
  ExpectEmpty(*engine);
}

TEST(Engine, RefusesImpossibleOptions) {
  const EngineRig rig;
  const auto create = [&](const EngineConfig& config, int64_t longest) {
    EngineOptions options;
    options.config = config;
    options.max_sequence_tokens = longest;
    return Engine::Create(rig.config, &*rig.weights, rig.tokenizer.get(), options).status();
  };
  EXPECT_THAT(create({.max_num_seqs = 8, .max_num_batched_tokens = 4}, 0),
              FailsWith(StatusCode::kInvalidArgument, "max_num_batched_tokens is 4"));
  EXPECT_THAT(create({.kv_cache_tokens = 128}, 129),
              FailsWith(StatusCode::kResourceExhausted, "129 tokens needs 3"));
  EXPECT_THAT(create({.kv_cache_tokens = int64_t{1} << 50}, 100),
              FailsWith(StatusCode::kResourceExhausted, "are free"));
}

TEST(Engine, TheQueueIsBounded) {
  EngineRig rig;
  EngineOptions options;
  options.config.kv_cache_tokens = 256;
  options.max_waiting_groups = 2;
  auto engine = Engine::Create(rig.config, &*rig.weights, rig.tokenizer.get(), options);
  ASSERT_THAT(engine, IsOk());
  EXPECT_THAT((*engine)->Add(Request(1, {1}, 5)), IsOk());
  EXPECT_THAT((*engine)->Add(Request(2, {1}, 5)), IsOk());
  EXPECT_FALSE((*engine)->HasRoom());
  EXPECT_THAT((*engine)->Add(Request(3, {1}, 5)),
              FailsWith(StatusCode::kResourceExhausted, "queue is full"));
}

TEST(Engine, TheContextEndsAResponse) {
  EngineRig rig;
  rig.config.max_position_embeddings = 20;
  const auto engine = rig.MakeEngine({.max_num_seqs = 2, .kv_cache_tokens = 128});
  GroupRequest request = Request(1, {4, 5, 6, 7, 8}, 100);
  request.sampling.ignore_eos = true;
  ASSERT_THAT(engine->Add(request), IsOk());
  Completions completions;
  Drain(engine.get(), &completions);
  EXPECT_EQ(completions.at({1, 0}).token_ids.size(), 15u);
  EXPECT_EQ(completions.at({1, 0}).stop_reason, StopReason::kLength);
}

TEST(Engine, AbortedGroupsLeaveNothingBehind) {
  EngineRig rig;
  const auto requests = MixedRequests(rig.config, 8, 60);
  const auto engine =
      rig.MakeEngine({.max_num_seqs = 6, .max_num_batched_tokens = 30, .kv_cache_tokens = 6 * 64});
  const Completions reference = RunAll(rig, {.max_num_seqs = 4}, requests);
  AddAll(engine.get(), requests);
  Completions completions;
  for (int64_t id = 100; id < 108; id += 2) {
    for (int step = 0; step < 7; ++step) {
      for (int64_t done : engine->Step().finished) {
        for (Completion& c : engine->Take(done)) completions[{done, c.sample}] = c;
      }
    }
    engine->Abort(id);
  }
  Drain(engine.get(), &completions);
  ExpectEmpty(*engine);
  for (const auto& [key, completion] : completions) {
    EXPECT_TRUE(completion == reference.at(key)) << key.first;
  }
}

TEST(Engine, LogitsThatAreNotNumbersEndOneSampleAlone) {
  EngineRig rig;
  // The embedding of token 9 poisons whoever has it in the prompt.
  model::Parameters poisoned = *std::move(rig.parameters);
  kernels::Tensor& table = poisoned.Get("model.embed_tokens.weight");
  table.as<float>()[9 * rig.config.hidden_size] = std::numeric_limits<float>::quiet_NaN();
  rig.weights->Pack(rig.stream, poisoned, 0);
  const auto engine = rig.MakeEngine({.max_num_seqs = 8});
  std::vector<GroupRequest> requests = {Request(1, {4, 9, 5}, 8), Request(2, {4, 8, 5}, 8)};
  requests[0].group_size = 2;
  AddAll(engine.get(), requests);
  Completions completions;
  Drain(engine.get(), &completions);
  for (int32_t sample : {0, 1}) {
    EXPECT_EQ(completions.at({1, sample}).stop_reason, StopReason::kAborted);
    EXPECT_TRUE(completions.at({1, sample}).token_ids.empty());
  }
  EXPECT_NE(completions.at({2, 0}).stop_reason, StopReason::kAborted);
  ExpectEmpty(*engine);
}

TEST(Engine, ResumedSamplesThatAreFinishedStayAsTheyAre) {
  EngineRig rig;
  GroupRequest request = Request(1, {4, 5}, 30);
  request.group_size = 3;
  const Completions reference = RunAll(rig, {.max_num_seqs = 4}, {request});
  request.resume = {reference.at({1, 0}), reference.at({1, 2})};
  EXPECT_EQ(RunAll(rig, {.max_num_seqs = 4}, {request}), reference);
  request.resume.push_back(reference.at({1, 1}));
  EXPECT_EQ(RunAll(rig, {.max_num_seqs = 4}, {request}), reference);
}

TEST(Engine, GaugesCountWhatHappened) {
  EngineRig rig;
  const auto engine = rig.MakeEngine({.max_num_seqs = 2});
  GroupRequest request = Request(1, {4, 5, 6}, 10);
  request.sampling.ignore_eos = true;
  request.group_size = 3;
  ASSERT_THAT(engine->Add(request), IsOk());
  engine->Step();
  EXPECT_EQ(engine->gauges().running, 2);
  EXPECT_EQ(engine->gauges().waiting, 1);
  Completions completions;
  Drain(engine.get(), &completions);
  EXPECT_EQ(engine->gauges().generated_tokens, 30);
  // The prompt but its last token once, then ten rows a sample.
  EXPECT_EQ(engine->gauges().computed_tokens, 2 + 30);
  engine->Step();
  EXPECT_EQ(engine->gauges().computed_tokens, 2 + 30) << "an idle step computes nothing";
  EXPECT_GT(engine->gauges().tokens_per_second, 0);
}

TEST(Generate, StreamsAndReturnsInOrder) {
  EngineRig rig;
  EngineOptions options;
  options.config = {.max_num_seqs = 4};
  options.max_sequence_tokens = 64;
  options.max_waiting_groups = 2;
  auto engine = Engine::Create(rig.config, &*rig.weights, rig.tokenizer.get(), options);
  ASSERT_THAT(engine, IsOk());
  std::vector<Prompt> prompts;
  for (int i = 0; i < 7; ++i) {
    prompts.emplace_back();
    prompts.back().uid = fmt::format("p{}", i);
    prompts.back().prompt_ids = {3, 4 + i};
    prompts.back().num_samples = 2;
    prompts.back().sampling.max_response_length = 12;
  }
  std::map<std::pair<int64_t, int32_t>, std::vector<int32_t>> streamed;
  GenerateHooks hooks;
  hooks.on_token = [&](const TokenEvent& token) {
    streamed[{token.id, token.sample}].push_back(token.token_id);
  };
  const auto result = Generate(**engine, prompts, hooks);
  ASSERT_THAT(result, IsOk());
  ASSERT_EQ(result->size(), 7u);
  for (int64_t i = 0; i < 7; ++i) {
    for (const Completion& completion : (*result)[static_cast<size_t>(i)]) {
      EXPECT_EQ(completion.token_ids, (streamed[{i, completion.sample}]));
    }
  }
  prompts[3].prompt_ids.clear();
  EXPECT_THAT(Generate(**engine, prompts), FailsWith(StatusCode::kInvalidArgument, "'p3'"));
  const std::atomic<bool> cancel = true;
  hooks.cancel = &cancel;
  prompts[3].prompt_ids = {1};
  EXPECT_THAT(Generate(**engine, prompts, hooks), FailsWith(StatusCode::kCancelled, "cancelled"));
  ExpectEmpty(**engine);
}

}  // namespace
}  // namespace longhaul::rollout
