// SPDX-License-Identifier: Apache-2.0
//
// A small generator for checks: samples groups of responses with the inference pass in a prescribed
// batch shape. The engine of rollout/ is another matter; this one is for holding still. model/
// only.
#pragma once

#include <span>
#include <vector>

#include "kernels/sample.h"
#include "model/inference_pass.h"

namespace longhaul::model {

// One response to sample: a prompt and a number of tokens.
struct SampleJob {
  int32_t group = 0;  // jobs of a group have the same prompt
  uint32_t sample = 0;
  std::span<const int32_t> prompt;
  int64_t num_tokens = 0;
};

// How the jobs share batches. None of it may change a result.
struct BatchShape {
  int64_t max_sequences = 1;  // running at once; the next job starts when one ends
  int64_t prefill_chunk = 0;  // prompt tokens of a sequence in one call; 0 for all
  bool fork_groups = false;   // prefill a group's prompt once and copy blocks and slots
  int num_threads = 1;
};

struct SamplingArgs {
  const Weights* weights = nullptr;
  std::span<const SampleJob> jobs;
  float temperature = 1;
  uint64_t seed = 0;
};

// Tokens and their log-probs of every job.
StatusOr<std::vector<std::vector<kernels::SampledToken>>> SampleJobs(const SamplingArgs& args,
                                                                     const BatchShape& shape);

}  // namespace longhaul::model
