// SPDX-License-Identifier: Apache-2.0
//
// SftData: prompts with the responses to imitate, drawn in the order of a TaskSampler.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/status.h"
#include "common/tokenizer/tokenizer.h"
#include "trainer/batch/train_sequence.h"
#include "trainer/data/task_sampler.h"
#include "trainer/trainer_config.h"

namespace longhaul::trainer {

class SftData {
 public:
  struct Args {
    const SftConfig* config = nullptr;
    const Tokenizer* tokenizer = nullptr;
    int64_t max_prompt_length = 0;    // tokens
    int64_t max_sequence_length = 0;  // prompt and response, tokens
    int32_t eos_token_id = -1;        // ends every response; -1: none
    uint64_t seed = 0;
  };
  static StatusOr<std::unique_ptr<SftData>> Load(const Args& args);

  // The next batch_size sequences. Each is a group of its own.
  StatusOr<std::vector<TrainSequence>> Next();
  TaskSampler& sampler() { return sampler_; }
  // steps of the configuration, or epochs turned into steps.
  int64_t total_steps() const { return total_steps_; }

 private:
  SftData(const Args& args, TaskSampler sampler)
      : config_(*args.config), sampler_(std::move(sampler)) {}

  SftConfig config_;
  TaskSampler sampler_;
  std::unordered_map<std::string, std::vector<int32_t>> responses_;  // by uid
  int64_t total_steps_ = 0;
};

}  // namespace longhaul::trainer
