// SPDX-License-Identifier: Apache-2.0
//
// The "post_processor" of a tokenizer.json: which tokens stand before and after a single text.
#include <cstdint>
#include <string>
#include <vector>

#include "common/tokenizer/tokenizer_spec.h"

namespace longhaul::tokenizer {
namespace {

// Ids of {"SpecialToken": {"id": name}}, from the table "special_tokens" of the same object.
StatusOr<std::vector<int64_t>> TemplateIds(const Json& json, const Json& special) {
  ASSIGN_OR_RETURN(const std::string name, special.GetString("id"));
  ASSIGN_OR_RETURN(const Json* table, json.Get("special_tokens"));
  ASSIGN_OR_RETURN(const Json* entry, table->Get(name));
  return entry->GetInts("ids");
}

Status ParseTemplate(const Json& json, TokenizerSpec* spec) {
  ASSIGN_OR_RETURN(const Json* items, json.Get("single"));
  bool before_text = true;
  for (const Json& item : items->items()) {
    if (item.Find("Sequence") != nullptr) {
      before_text = false;
      continue;
    }
    ASSIGN_OR_RETURN(const Json* special, item.Get("SpecialToken"));
    ASSIGN_OR_RETURN(const std::vector<int64_t> ids, TemplateIds(json, *special));
    std::vector<int32_t>& target = before_text ? spec->prefix_ids : spec->suffix_ids;
    target.insert(target.end(), ids.begin(), ids.end());
  }
  if (before_text)
    return InvalidArgument("{}: the template \"single\" has no Sequence", json.where());
  return OkStatus();
}

// {"cls": ["[CLS]", 101]} of the BERT and RoBERTa kinds.
StatusOr<int32_t> PairId(const Json& json, std::string_view key) {
  ASSIGN_OR_RETURN(const Json* pair, json.Get(key));
  if (pair->size() != 2) return InvalidArgument("{}: expected [token, id]", pair->where());
  ASSIGN_OR_RETURN(const int64_t id, pair->items()[1].AsInt());
  return static_cast<int32_t>(id);
}

}  // namespace

Status ParsePostProcessor(const Json& json, TokenizerSpec* spec) {
  if (json.is_null()) return OkStatus();
  ASSIGN_OR_RETURN(const std::string type, json.GetString("type"));
  if (type == "ByteLevel") return OkStatus();  // concerns offsets only
  if (type == "TemplateProcessing") return ParseTemplate(json, spec);
  if (type == "Sequence") {
    ASSIGN_OR_RETURN(const Json* members, json.Get("processors"));
    for (const Json& member : members->items()) RETURN_IF_ERROR(ParsePostProcessor(member, spec));
    return OkStatus();
  }
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    ASSIGN_OR_RETURN(const int32_t cls, PairId(json, "cls"));
    ASSIGN_OR_RETURN(const int32_t sep, PairId(json, "sep"));
    spec->prefix_ids.push_back(cls);
    spec->suffix_ids.push_back(sep);
    return OkStatus();
  }
  return Unimplemented("{}: post_processor '{}' is not supported", json.where(), type);
}

}  // namespace longhaul::tokenizer
