// SPDX-License-Identifier: Apache-2.0
//
// RunCheckpoint: what a checkpoint directory of a run holds.
//
//   config.json, model*.safetensors, tokenizer files   a model directory that Transformers loads
//   optimizer/                                         moments (trainer/optimizer/optimizer.h)
//   reference/                                         the frozen reference of a KL term
//   state.json                                         counters, data order, curriculum, log
//   lengths leases.pb, returned.pb, pending.pb, dropped.pb     groups in the making run.yaml the
//   resolved configuration
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/checkpoint/checkpoint_dir.h"
#include "common/json.h"
#include "common/status.h"
#include "common/tokenizer/tokenizer.h"
#include "model/model_config.h"
#include "model/parameters.h"
#include "proto/rollout.pb.h"
#include "trainer/optimizer/optimizer.h"

namespace longhaul::trainer {

// Groups that are neither trained on nor forgotten.
struct GroupsInTheMaking {
  std::vector<proto::Lease> leases;    // not returned, partial rollouts in `resume`
  std::vector<proto::Group> returned;  // at the coordinator
  std::vector<proto::Group> pending;   // at the collector: usable, for this step or the next
  std::vector<proto::Group> dropped;   // at the collector: of the step under way
};

struct SaveArgs {
  std::string root;
  int64_t step = 0;
  const model::ModelConfig* model_config = nullptr;
  const model::Parameters* parameters = nullptr;
  const model::Parameters* reference = nullptr;  // null: none
  const Optimizer* optimizer = nullptr;
  const Tokenizer* tokenizer = nullptr;
  const GroupsInTheMaking* groups = nullptr;
  Json state;
  std::string config_text;
};
// Returns the directory.
StatusOr<std::string> SaveRunCheckpoint(const SaveArgs& args);

StatusOr<GroupsInTheMaking> LoadGroups(const CheckpointReader& checkpoint);

}  // namespace longhaul::trainer
