// SPDX-License-Identifier: Apache-2.0
//
// Named results of a parity run, and their comparison with a file. model/ only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/checkpoint/safetensors.h"
#include "common/json.h"
#include "model/parity.h"

namespace longhaul::model {

// One result: floats or integers, never both.
struct ParityTensor {
  std::vector<int64_t> shape;
  std::vector<float> floats;
  std::vector<int64_t> ints;
};
using ParityTensors = std::map<std::string, ParityTensor>;

// Integers of any width.
StatusOr<ParityTensor> ReadInts(const SafetensorsReader& file, const std::string& name);
ParityTensor Floats(std::vector<int64_t> shape, std::vector<float> values);

// Compares every tensor of `expected` with `produced`.
StatusOr<ParityReport> CompareTensors(const SafetensorsReader& expected,
                                      const std::string& expected_path,
                                      const ParityTensors& produced, const ParityOptions& options);

Status WriteTensors(const std::string& path, const ParityTensors& tensors);

}  // namespace longhaul::model
