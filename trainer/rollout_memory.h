// SPDX-License-Identifier: Apache-2.0
//
// What the rollouts of a step take while they are kept: ids, log-probs and text. Small beside a
// model at short windows, and gigabytes at long ones.
#pragma once

#include "model/training_pass.h"
#include "trainer/trainer_config.h"

namespace longhaul::trainer {

// Every rollout as long as its window; with dynamic sampling all generation batches that a step may
// need.
model::MemoryLine PlanRolloutMemory(const TrainerConfig& config);

}  // namespace longhaul::trainer
