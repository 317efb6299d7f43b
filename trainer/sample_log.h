// SPDX-License-Identifier: Apache-2.0
//
// samples.jsonl: every rollout of a run, one line each.
#pragma once

#include <cstdint>
#include <string>

#include "common/file.h"
#include "common/status.h"
#include "proto/rollout.pb.h"

namespace longhaul::trainer {

enum class SampleUse { kTrained, kDropped, kEvaluated };

struct SampleContext {
  int64_t step = 0;
  SampleUse use = SampleUse::kTrained;
  std::string eval_name;
};

// Appends a line for each rollout of the group.
Status LogSamples(const SampleContext& context, const proto::Group& group, AppendFile* file);

}  // namespace longhaul::trainer
