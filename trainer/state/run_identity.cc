// SPDX-License-Identifier: Apache-2.0
#include "trainer/state/run_identity.h"

#include <fmt/ranges.h>

#include "common/checksum.h"
#include "common/file.h"

namespace longhaul::trainer {
namespace {

struct Property {
  const char* key;  // of config.json
  std::string value;
};

template <typename T>
Property Number(const char* key, T value) {
  return {key, fmt::format("{}", value)};
}

Property Scale(const char* key, const model::ResidualScale& scale) {
  return {key, fmt::format("alpha {}, beta {}", scale.alpha, scale.beta)};
}

std::string Kinds(const model::ModelConfig& config) {
  std::vector<const char*> names;
  for (model::AttentionKind kind : config.attention) {
    names.push_back(kind == model::AttentionKind::kLightning ? "lightning" : "softmax");
  }
  return fmt::format("{}", fmt::join(names, " "));
}

std::string Mlps(const model::ModelConfig& config) {
  std::vector<const char*> names;
  for (model::MlpKind kind : config.mlp) {
    names.push_back(kind == model::MlpKind::kMoe ? "experts" : "dense");
  }
  return fmt::format("{}", fmt::join(names, " "));
}

// Everything that the forward pass of a model depends on, beside its weights.
std::vector<Property> PropertiesOf(const model::ModelConfig& c) {
  return {{"model_type", c.model_type},
          Number("vocab_size", c.vocab_size),
          Number("hidden_size", c.hidden_size),
          Number("num_hidden_layers", c.num_hidden_layers),
          Number("num_attention_heads", c.num_attention_heads),
          Number("num_key_value_heads", c.num_key_value_heads),
          Number("head_dim", c.head_dim),
          Number("intermediate_size", c.intermediate_size),
          Number("moe_intermediate_size", c.moe_intermediate_size),
          Number("num_local_experts", c.num_experts),
          Number("num_experts_per_tok", c.num_experts_per_tok),
          {"attn_type_list", Kinds(c)},
          {"mlp_only_layers", Mlps(c)},
          Number("block_size", c.block_size),
          Number("rotary_dim", c.rotary_dim),
          Number("rope_theta", c.rope_theta),
          {"rope_scaling", fmt::format("inverse frequencies {}", fmt::join(c.rope_inv_freq, " "))},
          Number("rms_norm_eps", c.rms_norm_eps),
          Number("lightning_norm_eps", c.lightning_norm_eps),
          Number("tie_word_embeddings", c.tie_word_embeddings),
          Number("attention_bias", c.attention_bias),
          Number("attention_bias (output)", c.attention_output_bias),
          Number("qk_norm", c.qk_norm),
          Number("norm_topk_prob", c.norm_topk_prob),
          Number("postnorm", c.postnorm),
          {"decay rule", c.decay_rule == model::DecayRule::kM1 ? "m1" : "native"},
          Scale("layernorm_linear_attention_alpha", c.lightning_scale),
          Scale("layernorm_full_attention_alpha", c.softmax_scale),
          Scale("layernorm_mlp_alpha", c.mlp_scale)};
}

void AddFile(const std::string& path, const std::string& text, Json* files) {
  Json entry = Json::Object();
  entry.Set("path", path).Set("checksum", ChecksumHex(Checksum64(text)));
  files->Append(std::move(entry));
}

Status AddFiles(const std::vector<DataSource>& sources, Json* files) {
  for (const DataSource& source : sources) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(source.path));
    AddFile(source.path, text, files);
  }
  return OkStatus();
}

}  // namespace

Status CheckSameModel(const std::string& directory, const model::ModelConfig& config) {
  ASSIGN_OR_RETURN(const model::ModelConfig saved, model::ModelConfig::Load(directory));
  const std::vector<Property> theirs = PropertiesOf(saved), ours = PropertiesOf(config);
  for (size_t i = 0; i < ours.size(); ++i) {
    if (theirs[i].value == ours[i].value) continue;
    return FailedPrecondition(
        "{}: is a checkpoint of another model: {} is {} there and {} in this run; take another "
        "output.dir",
        directory, ours[i].key, theirs[i].value, ours[i].value);
  }
  return OkStatus();
}

StatusOr<Json> DescribeInputs(uint64_t seed, const TrainerConfig& config) {
  Json files = Json::Array();
  if (config.trainer.max_steps > 0) RETURN_IF_ERROR(AddFiles(config.data.train, &files));
  if (config.sft.has_value()) RETURN_IF_ERROR(AddFiles(config.sft->data, &files));
  for (const EvalSetConfig& set : config.eval.sets) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(set.path));
    AddFile(set.path, text, &files);
  }
  Json inputs = Json::Object();
  inputs.Set("seed", fmt::format("{}", seed)).Set("files", std::move(files));
  return inputs;
}

StatusOr<std::vector<std::string>> CheckSameInputs(const Json& saved, const Json& now) {
  ASSIGN_OR_RETURN(const std::string old_seed, saved.GetString("seed"));
  ASSIGN_OR_RETURN(const std::string seed, now.GetString("seed"));
  if (old_seed != seed) {
    return FailedPrecondition(
        "{}: this run began with seed {}, run.seed is {} now: tokens and data order would change "
        "in its middle. Give the seed of before, or another output.dir for a new run",
        saved.where(), old_seed, seed);
  }
  ASSIGN_OR_RETURN(const Json* before, saved.Get("files"));
  ASSIGN_OR_RETURN(const Json* files, now.Get("files"));
  std::vector<std::string> changes;
  for (const Json& file : files->items()) {
    ASSIGN_OR_RETURN(const std::string path, file.GetString("path"));
    ASSIGN_OR_RETURN(const std::string checksum, file.GetString("checksum"));
    for (const Json& old : before->items()) {
      ASSIGN_OR_RETURN(const std::string old_path, old.GetString("path"));
      ASSIGN_OR_RETURN(const std::string old_checksum, old.GetString("checksum"));
      if (old_path != path || old_checksum == checksum) continue;
      changes.push_back(fmt::format(
          "{}: is not the file that the checkpoint's run read (checksum {} then, {} now); the run "
          "goes on with the new one",
          path, old_checksum, checksum));
    }
  }
  return changes;
}

}  // namespace longhaul::trainer
