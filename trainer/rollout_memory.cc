// SPDX-License-Identifier: Apache-2.0
#include "trainer/rollout_memory.h"

#include <algorithm>

namespace longhaul::trainer {
namespace {

// A token of a proto::Rollout: its id, three streams of floats, and four characters of text.
constexpr int64_t kKeptBytes = 4 + 3 * 4 + 4;
// A token of a TrainSequence: its id, its mask, and log-probs of rollout, old weights and
// reference.
constexpr int64_t kTrainedBytes = 4 + 1 + 3 * 4;
// A token of the prompt, which each TrainSequence has of its own.
constexpr int64_t kPromptBytes = 4;

}  // namespace

model::MemoryLine PlanRolloutMemory(const TrainerConfig& config) {
  const StepConfig& step = config.rollout;
  // In floating point: the product of the largest settings is beyond 64 bits.
  const double rollouts = static_cast<double>(step.num_prompts_per_step) *
                          static_cast<double>(step.num_generations_per_prompt);
  const double window = static_cast<double>(config.max_window());
  const int64_t batches = step.dynamic_sampling.enabled ? step.dynamic_sampling.max_gen_batches : 1;
  const double kept = static_cast<double>(batches) * window * kKeptBytes;
  const double trained =
      window * kTrainedBytes + static_cast<double>(config.data.max_prompt_length) * kPromptBytes;
  return {"rollouts of a step, full windows",
          static_cast<int64_t>(std::min(rollouts * (kept + trained), 0x1p60))};
}

}  // namespace longhaul::trainer
