// SPDX-License-Identifier: Apache-2.0
//
// Prompts to completions, on an engine of its own or one that is idle: what `longhaul generate`,
// `chat` and `eval` call.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "common/status.h"
#include "rollout/engine.h"
#include "rollout/request.h"

namespace longhaul::rollout {

struct Prompt {
  std::string uid;  // keys the random numbers; equal uids give equal samples
  std::vector<int32_t> prompt_ids;
  int32_t num_samples = 1;
  SamplingParams sampling;
};

struct GenerateHooks {
  // Each token as it is drawn; TokenEvent::id is the index of the prompt.
  std::function<void(const TokenEvent&)> on_token;
  // Each prompt as its samples are complete.
  std::function<void(int64_t index, const std::vector<Completion>&)> on_complete;
  // Looked at once a step; true ends with Cancelled.
  const std::atomic<bool>* cancel = nullptr;
};

// Completions of every prompt, in order. The engine must be idle and is idle afterwards, on error
// too. Any number of prompts: they enter the engine's queue as it empties.
StatusOr<std::vector<std::vector<Completion>>> Generate(Engine& engine,
                                                        const std::vector<Prompt>& prompts,
                                                        const GenerateHooks& hooks = {});

}  // namespace longhaul::rollout
