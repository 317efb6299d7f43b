// SPDX-License-Identifier: Apache-2.0
//
// A small random model, and requests that make the engine do everything it does.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/thread_pool.h"
#include "common/tokenizer/tokenizer.h"
#include "kernels/stream.h"
#include "model/parameters.h"
#include "model/weights.h"
#include "rollout/engine.h"

namespace longhaul::rollout {

// By (request id, sample).
using Completions = std::map<std::pair<int64_t, int32_t>, Completion>;

struct RigOptions {
  std::string model = "minimax_m1";  // of tests/model/test_models.h: lightning, softmax, experts
  model::Precision precision = model::Precision::kFp32;
};

class EngineRig {
 public:
  explicit EngineRig(const RigOptions& options = {});

  // Packs parameters made from another seed as `version`.
  void PackVersion(int64_t version);
  std::unique_ptr<Engine> MakeEngine(const EngineConfig& config, int num_threads = 1) const;

  model::ModelConfig config;
  std::optional<model::Parameters> parameters;
  std::optional<model::Weights> weights;
  std::unique_ptr<Tokenizer> tokenizer;  // a character a token, as many as the model's vocabulary
  ThreadPool pool{1};
  kernels::Stream stream{&pool};
};

// `count` groups of 1 to 6 samples, prompts of 1 to 140 tokens, responses of up to `longest` that
// mostly end at a stop token before.
std::vector<GroupRequest> MixedRequests(const model::ModelConfig& config, int64_t count,
                                        int64_t longest);

void AddAll(Engine* engine, const std::vector<GroupRequest>& requests);
// Steps until idle; collects what finishes.
void Drain(Engine* engine, Completions* completions);
// All of them on a fresh engine.
Completions RunAll(const EngineRig& rig, const EngineConfig& config,
                   const std::vector<GroupRequest>& requests, int num_threads = 1);
// Nothing is held any more: blocks, seats, groups.
void ExpectEmpty(const Engine& engine);

}  // namespace longhaul::rollout
