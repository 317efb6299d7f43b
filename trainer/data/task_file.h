// SPDX-License-Identifier: Apache-2.0
//
// Task files: one JSON object a line.
//
//   {"uid": "a-1", "prompt": "2+2=" | "messages": [{"role": .., "content": ..}], "domain": "math",
//    "reward": {"type": "number", "answer": "4", "extractor": "answer_tag", "weight": 1} | [..],
//    "response": "4" (SFT), "pass_rate": 0.5, "synthetic": true, ...}
//
// `prompt` is tokenised as it is written, with the special tokens the tokenizer itself puts around
// a text (never an end-of-sequence); `messages` go through the model's chat template. Other keys
// are metadata that scorers see. Errors begin with "file:line" and name the field.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/status.h"
#include "common/tokenizer/tokenizer.h"
#include "proto/rollout.pb.h"

namespace longhaul::trainer {

// Whether the scorers of this run can judge what one entry of `reward` asks for.
using RewardCheck = std::function<Status(const proto::RewardSpec&)>;

enum class ResponseField { kIgnored, kRequired };

struct TaskFileOptions {
  const Tokenizer* tokenizer = nullptr;
  int64_t max_prompt_length = 0;  // tokens
  ResponseField response = ResponseField::kIgnored;
  int64_t max_tasks = 0;  // 0: all
  // With one, every task must name a scorer, and each is checked; without, scorers are not looked
  // at.
  RewardCheck check_reward = {};
};

struct TaskEntry {
  proto::Task task;
  std::string response;  // with ResponseField::kRequired
};

// At least one task. Every uid must be unique in the file.
StatusOr<std::vector<TaskEntry>> ReadTaskFile(const std::string& path,
                                              const TaskFileOptions& options);

}  // namespace longhaul::trainer
