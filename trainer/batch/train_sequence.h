// SPDX-License-Identifier: Apache-2.0
//
// TrainSequence: one response with its prompt and its per-token streams, as the trainer holds it.
#pragma once

#include <cstdint>
#include <vector>

namespace longhaul::trainer {

// Streams run over the response tokens.
struct TrainSequence {
  int32_t group = 0;  // prompts with the same number are the same; they stand side by side
  std::vector<int32_t> prompt;
  std::vector<int32_t> response;
  std::vector<uint8_t> loss_mask;
  std::vector<float> rollout_logprobs;
  std::vector<float> old_logprobs;
  std::vector<float> ref_logprobs;  // empty without a reference
  float advantage = 0;

  int64_t num_tokens() const { return static_cast<int64_t>(prompt.size() + response.size()); }
  int64_t masked_tokens() const {
    int64_t tokens = 0;
    for (uint8_t mask : loss_mask) tokens += mask != 0;
    return tokens;
  }
};

}  // namespace longhaul::trainer
