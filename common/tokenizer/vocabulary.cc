// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/vocabulary.h"

namespace longhaul::tokenizer {

StatusOr<Vocabulary> Vocabulary::Parse(const Json& json) {
  if (!json.is_object()) return InvalidArgument("{}: expected an object", json.where());
  Vocabulary vocabulary;
  vocabulary.ids_.reserve(json.members().size());
  vocabulary.pieces_.reserve(json.members().size());
  for (const Json::Member& member : json.members()) {
    ASSIGN_OR_RETURN(const int64_t id, member.value.AsInt());
    const Status added = vocabulary.Add(member.key, id);
    if (!added.ok()) return Annotate(added, json.where());
  }
  return vocabulary;
}

Status Vocabulary::Add(std::string_view piece, int64_t id) {
  if (id < 0 || id > kMaxId) {
    return InvalidArgument("piece '{}' has id {}, outside 0 to {}", piece, id, kMaxId);
  }
  const auto index = static_cast<size_t>(id);
  if (index >= pieces_.size()) {
    pieces_.resize(index + 1);
    present_.resize(index + 1, false);
  }
  if (present_[index] && pieces_[index] != piece) {
    return AlreadyExists("id {} is given to '{}' and to '{}'", id, pieces_[index], piece);
  }
  const auto [entry, inserted] = ids_.try_emplace(std::string(piece), static_cast<int32_t>(id));
  if (!inserted && entry->second != id) {
    return AlreadyExists("piece '{}' has the ids {} and {}", piece, entry->second, id);
  }
  pieces_[index] = piece;
  present_[index] = true;
  return OkStatus();
}

std::optional<int32_t> Vocabulary::Find(std::string_view piece) const {
  const auto entry = ids_.find(piece);
  if (entry == ids_.end()) return std::nullopt;
  return entry->second;
}

std::string_view Vocabulary::piece(int32_t id) const {
  return Contains(id) ? std::string_view(pieces_[id]) : std::string_view();
}

}  // namespace longhaul::tokenizer
