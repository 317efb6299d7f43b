// SPDX-License-Identifier: Apache-2.0
//
// The header of a safetensors file: reading it with every check, and writing it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/checkpoint/safetensors.h"
#include "common/status.h"

namespace longhaul {

// Names of the files of a directory.
inline constexpr std::string_view kSafetensorsSuffix = ".safetensors";
inline constexpr std::string_view kSafetensorsIndexSuffix = ".safetensors.index.json";

struct SafetensorsHeader {
  struct Tensor {
    std::string name;
    std::string dtype;  // as the file says: "BF16", "F8_E4M3", ...
    std::vector<int64_t> shape;
    int64_t begin;  // from the start of the file
    int64_t end;
  };
  std::vector<Tensor> tensors;  // by position
  std::map<std::string, std::string> metadata;
};

// Checks that the tensors tile the bytes of the file exactly. `path` is for messages.
StatusOr<SafetensorsHeader> ParseSafetensorsHeader(std::string_view file, const std::string& path);

// The element type that Longhaul reads such a tensor as; none for those it has no use for.
std::optional<DType> SafetensorsDType(std::string_view name);

// The bytes before the data: length, JSON, and spaces up to a multiple of eight. Tensors follow one
// another in the order given.
std::string WriteSafetensorsHeader(const std::vector<const TensorSpec*>& tensors,
                                   const std::map<std::string, std::string>& metadata);

}  // namespace longhaul
