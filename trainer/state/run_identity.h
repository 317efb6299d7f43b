// SPDX-License-Identifier: Apache-2.0
//
// What makes a checkpoint one of this run: the model, the seed and the data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "model/model_config.h"
#include "trainer/trainer_config.h"

namespace longhaul::trainer {

// FailedPrecondition if the model in `directory` is another one: names the first key of config.json
// that changes the computation and both its values. How long a context may be, ids of special
// tokens and initialisation are no part of the computation.
Status CheckSameModel(const std::string& directory, const model::ModelConfig& config);

// Seed and checksums of the data files, as a checkpoint keeps them.
StatusOr<Json> DescribeInputs(uint64_t seed, const TrainerConfig& config);
// `saved` and `now` are what DescribeInputs gave. FailedPrecondition names both seeds when they
// differ. Returns a sentence for each data file that is not what it was: a run may go on with it,
// and whoever runs it should know.
StatusOr<std::vector<std::string>> CheckSameInputs(const Json& saved, const Json& now);

}  // namespace longhaul::trainer
