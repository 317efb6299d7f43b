// SPDX-License-Identifier: Apache-2.0
//
// Pieces and their ids. Ids may have holes; a piece and an id belong to each other.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::tokenizer {

class Vocabulary {
 public:
  static constexpr int64_t kMaxId = (1 << 24) - 1;

  // `json` is {"piece": id, ...}.
  static StatusOr<Vocabulary> Parse(const Json& json);

  // AlreadyExists when the id or the piece is taken by another; giving the same pair again is fine.
  Status Add(std::string_view piece, int64_t id);

  std::optional<int32_t> Find(std::string_view piece) const;
  // "" for an id without a piece.
  std::string_view piece(int32_t id) const;
  bool Contains(int32_t id) const { return id >= 0 && id < size() && present_[id]; }
  // One more than the largest id.
  int32_t size() const { return static_cast<int32_t>(pieces_.size()); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::vector<std::string> pieces_;
  std::vector<bool> present_;
  absl::flat_hash_map<std::string, int32_t, Hash, std::equal_to<>> ids_;
};

}  // namespace longhaul::tokenizer
