// SPDX-License-Identifier: Apache-2.0
//
// How large the engine's caches are, decided before anything is allocated.
#pragma once

#include <cstdint>

#include "common/status.h"
#include "model/inference_pass.h"
#include "model/model_config.h"
#include "rollout/engine.h"

namespace longhaul::rollout {

// Bytes that can be allocated without swapping: the kernel's MemAvailable, or what is left of the
// control group's limit where that is less.
int64_t AvailableMemoryBytes();

// State slots: max_num_seqs and one for the trunk of a group that is admitted in part. Blocks:
// kv_cache_tokens, or enough for max_num_seqs longest sequences but no more than half of what the
// slots leave of `available_bytes`. InvalidArgument and ResourceExhausted show the arithmetic.
StatusOr<model::InferencePassOptions> PlanCache(const model::ModelConfig& config,
                                                const model::WeightsOptions& weights,
                                                const EngineOptions& options,
                                                int64_t available_bytes);

}  // namespace longhaul::rollout
