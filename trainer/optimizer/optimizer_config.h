// SPDX-License-Identifier: Apache-2.0
//
// Section `optimizer` of a run. The defaults are MiniMax-M1's: betas 0.9 and 0.95, eps 1e-15.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/config_visitor.h"

namespace longhaul::trainer {

enum class ScheduleType { kConstant, kCosine, kLinear };
inline std::vector<EnumName> EnumNames(ScheduleType) {
  return {{"constant", int(ScheduleType::kConstant)},
          {"cosine", int(ScheduleType::kCosine)},
          {"linear", int(ScheduleType::kLinear)}};
}

struct OptimizerConfig {
  std::string type = "adamw";
  double lr = 1e-6;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double eps = 1e-15;
  double weight_decay = 0.1;
  double grad_clip = 1.0;
  int64_t warmup_steps = 10;
  ScheduleType schedule = ScheduleType::kConstant;
  double min_lr_ratio = 0;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("type", type, {.one_of = {"adamw"}, .doc = "the update rule"});
    v.Field("lr", lr, {.min = 0, .doc = "peak learning rate"});
    v.Field("beta1", beta1, {.min = 0, .below = 1, .doc = "decay of the first moment"});
    v.Field("beta2", beta2, {.min = 0, .below = 1, .doc = "decay of the second moment"});
    v.Field("eps", eps, {.above = 0, .doc = "added to the root of the second moment"});
    v.Field("weight_decay", weight_decay, {.min = 0, .doc = "on matrices only"});
    v.Field("grad_clip", grad_clip, {.min = 0, .doc = "largest global L2 norm; 0: no clip"});
    v.Field("warmup_steps", warmup_steps,
            {.min = 0, .doc = "updates in which the rate rises linearly"});
    v.Field("schedule", schedule, {.doc = "of the rate after the warm-up"});
    v.Field("min_lr_ratio", min_lr_ratio, {.min = 0, .max = 1, .doc = "last lr / peak lr"});
  }
};

}  // namespace longhaul::trainer
