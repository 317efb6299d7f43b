// SPDX-License-Identifier: Apache-2.0
#include "common/file.h"
#include "common/json.h"
#include "common/tokenizer/model_files.h"

namespace longhaul::tokenizer {
namespace {

// Transformers' Qwen2Tokenizer.
constexpr std::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";

Json Typed(std::string_view type) {
  Json json = Json::Object();
  json.Set("type", type);
  return json;
}

struct Rules {
  Json normalizer;
  Json pre_tokenizer;
};

StatusOr<Rules> RulesOfClass(const Json& config) {
  ASSIGN_OR_RETURN(const std::string name, config.GetStringOr("tokenizer_class", "GPT2Tokenizer"));
  ASSIGN_OR_RETURN(const bool add_prefix_space, config.GetBoolOr("add_prefix_space", false));
  Json byte_level = Typed("ByteLevel");
  byte_level.Set("add_prefix_space", add_prefix_space).Set("trim_offsets", true);
  if (name == "GPT2Tokenizer" || name == "GPT2TokenizerFast") {
    byte_level.Set("use_regex", true);
    return Rules{Json(), byte_level};
  }
  if (name == "Qwen2Tokenizer" || name == "Qwen2TokenizerFast") {
    byte_level.Set("use_regex", false);
    Json split = Typed("Split");
    split.Set("pattern", Json::Object().Set("Regex", kQwen2Pattern));
    split.Set("behavior", "Isolated").Set("invert", false);
    Json sequence = Typed("Sequence");
    sequence.Set("pretokenizers", Json::Array().Append(split).Append(byte_level));
    return Rules{Typed("NFC"), sequence};
  }
  return Unimplemented(
      "{}: how {} splits words is written in no vocab.json; a tokenizer.json is needed",
      config.where(), name);
}

StatusOr<Json> ParseMerges(std::string_view text, const std::string& where) {
  Json merges = Json::Array();
  for (int line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view merge = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (merge.ends_with('\r')) merge.remove_suffix(1);
    if (merge.empty() || (line == 1 && merge.starts_with("#version"))) continue;
    const size_t space = merge.find(' ');
    if (space == std::string_view::npos || merge.find(' ', space + 1) != std::string_view::npos) {
      return InvalidArgument("{}:{}: '{}' is not two pieces and a space", where, line, merge);
    }
    merges.Append(Json(merge));
  }
  return merges;
}

}  // namespace

StatusOr<std::string> MakeBpeTokenizerJson(const BpeFilesArgs& args) {
  ASSIGN_OR_RETURN(const Json config,
                   Json::Parse(args.config, JoinPath(args.where, "tokenizer_config.json")));
  ASSIGN_OR_RETURN(Json vocab, Json::Parse(args.vocab, JoinPath(args.where, "vocab.json")));
  ASSIGN_OR_RETURN(Json merges, ParseMerges(args.merges, JoinPath(args.where, "merges.txt")));
  ASSIGN_OR_RETURN(Rules rules, RulesOfClass(config));
  Json byte_level = Typed("ByteLevel");
  byte_level.Set("add_prefix_space", false).Set("trim_offsets", false).Set("use_regex", false);
  Json model = Typed("BPE");
  model.Set("dropout", Json()).Set("unk_token", Json()).Set("continuing_subword_prefix", "");
  model.Set("end_of_word_suffix", "").Set("fuse_unk", false).Set("byte_fallback", false);
  model.Set("vocab", std::move(vocab)).Set("merges", std::move(merges));
  Json root = Json::Object();
  root.Set("version", "1.0").Set("truncation", Json()).Set("padding", Json());
  root.Set("added_tokens", Json::Array()).Set("normalizer", std::move(rules.normalizer));
  root.Set("pre_tokenizer", std::move(rules.pre_tokenizer)).Set("post_processor", byte_level);
  root.Set("decoder", byte_level).Set("model", std::move(model));
  return root.ToString();
}

}  // namespace longhaul::tokenizer
