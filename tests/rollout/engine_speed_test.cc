// SPDX-License-Identifier: Apache-2.0
//
// Not a test but a measurement, run by hand:
//   rollout_test --gtest_also_run_disabled_tests --gtest_filter='EngineSpeed*'
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/common/status_matchers.h"
#include "tests/model/test_models.h"
#include "tests/rollout/engine_rig.h"

namespace longhaul::rollout {
namespace {

constexpr char kQuickstartClass[] =
    R"({"model_type":"minimax","hidden_size":96,"intermediate_size":96,"num_hidden_layers":4,
        "layer_types":["linear_attention","linear_attention","linear_attention","full_attention"],
        "num_attention_heads":4,"num_key_value_heads":2,"head_dim":24,"num_local_experts":4,
        "num_experts_per_tok":2,"vocab_size":32,"block_size":32,"max_position_embeddings":512,
        "rope_parameters":{"rope_theta":10000.0,"rope_type":"default"}})";

// 256 sequences of 100 tokens in groups of 8, prompts of 24 tokens.
TEST(EngineSpeed, DISABLED_QuickstartClass) {
  const model::ModelConfig config = model::ConfigOf(kQuickstartClass);
  const model::Parameters parameters = model::TestParameters(config, 3);
  model::Weights weights(config, {});
  for (int threads : {1, 2}) {
    ThreadPool pool(threads);
    kernels::Stream stream(&pool);
    weights.Pack(stream, parameters, 0);
    EngineOptions options;
    options.max_sequence_tokens = 128;
    options.num_threads = threads;
    auto engine = Engine::Create(config, &weights, nullptr, options);
    ASSERT_THAT(engine, IsOk());
    for (int64_t id = 0; id < 32; ++id) {
      GroupRequest request;
      request.id = id;
      request.uid = fmt::format("task-{}", id);
      request.prompt_ids = model::RandomTokens(config, 24, static_cast<uint64_t>(id));
      request.group_size = 8;
      request.sampling.max_response_length = 100;
      request.sampling.ignore_eos = true;
      ASSERT_THAT((*engine)->Add(request), IsOk());
    }
    Completions completions;
    Drain(engine->get(), &completions);
    const EngineGauges gauges = (*engine)->gauges();
    std::printf("%d threads: %.0f tokens/s (%.3f s for %ld tokens, %ld rows)\n", threads,
                static_cast<double>(gauges.generated_tokens) / gauges.busy_seconds,
                gauges.busy_seconds, static_cast<long>(gauges.generated_tokens),
                static_cast<long>(gauges.computed_tokens));
  }
}

}  // namespace
}  // namespace longhaul::rollout
