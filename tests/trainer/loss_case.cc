// SPDX-License-Identifier: Apache-2.0
#include "tests/trainer/loss_case.h"

#include "common/check.h"
#include "common/file.h"

namespace longhaul::trainer {
namespace {

std::vector<double> Doubles(const Json& array) {
  std::vector<double> values;
  for (const Json& item : array.items()) values.push_back(item.AsDouble().value());
  return values;
}

LossType TypeOf(const std::string& name) {
  if (name == "ppo_clip") return LossType::kGrpo;
  for (const EnumName& entry : EnumNames(LossType())) {
    if (entry.name == name) return static_cast<LossType>(entry.value);
  }
  CHECK(false) << "loss type " << name;
  return LossType::kCispo;
}

template <typename E>
E ByName(const std::string& name) {
  for (const EnumName& entry : EnumNames(E())) {
    if (entry.name == name) return static_cast<E>(entry.value);
  }
  CHECK(false) << "no " << name;
  return E();
}

std::optional<double> Optional(const Json& json, const char* key) {
  const Json* value = json.Find(key);
  if (value == nullptr) return std::nullopt;
  return value->AsDouble().value();
}

AlgorithmConfig ConfigOf(const Json& root) {
  AlgorithmConfig config;
  const Json& loss = **root.Get("loss");
  config.loss.type = TypeOf(loss.GetString("type").value());
  config.loss.is_weight_min = Optional(loss, "is_weight_min");
  config.loss.is_weight_max = Optional(loss, "is_weight_max");
  config.loss.eps_clip_low = Optional(loss, "eps_low");
  config.loss.eps_clip_high = Optional(loss, "eps_high");
  config.loss.mask_eps_low = Optional(loss, "mask_eps_low");
  config.loss.mask_eps_high = Optional(loss, "mask_eps_high");
  config.loss.importance_sampling = loss.GetBoolOr("importance_sampling", false).value();
  config.loss.anchor = ByName<Anchor>(loss.GetStringOr("anchor", "old").value());
  const Json& aggregation = **root.Get("aggregation");
  config.loss.loss_agg = ByName<LossAggregation>(aggregation.GetString("type").value());
  if (const Json* norm = aggregation.Find("norm_length")) {
    config.loss.norm_length = norm->AsInt().value();
  }
  if (const Json* correction = root.Find("correction")) {
    config.rollout_correction = {
        .type = ByName<CorrectionType>(correction->GetString("type").value()),
        .min = correction->GetDouble("min").value(),
        .max = correction->GetDouble("max").value()};
  }
  config.kl.coef = root.GetDoubleOr("kl_coef", 0).value();
  return config;
}

}  // namespace

LossCase LossCase::Load(const std::string& path) {
  const Json root = Json::ParseFile(path).value();
  LossCase result;
  result.name = root.GetString("case").value();
  result.settings = ResolveLoss(ConfigOf(root), 1);
  const Json& batch = **root.Get("batch");
  const std::vector<int64_t> groups = batch.GetInts("group").value();
  for (int64_t group : groups) {
    result.groups.push_back(static_cast<int32_t>(group));
  }
  result.lengths = batch.GetInts("length").value();
  for (const char* name :
       {"logprob", "old_logprob", "rollout_logprob", "ref_logprob", "advantage"}) {
    if (const Json* stream = batch.Find(name)) result.streams[name] = Doubles(*stream);
  }
  const std::vector<int64_t> masks = batch.GetInts("mask").value();
  for (int64_t mask : masks) {
    result.loss_mask.push_back(static_cast<uint8_t>(mask));
  }
  for (size_t i = 0; i < result.lengths.size(); ++i) {
    result.sequences.insert(result.sequences.end(), static_cast<size_t>(result.lengths[i]),
                            static_cast<int32_t>(i));
  }
  const Json& expected = **root.Get("expected");
  result.loss = expected.GetDouble("loss").value();
  result.grad_logprob = Doubles(**expected.Get("grad_logprob"));
  result.metrics = **expected.Get("metrics");
  return result;
}

Denominators LossCase::denominators() const {
  std::vector<int64_t> tokens(lengths.size(), 0);
  for (size_t t = 0; t < sequences.size(); ++t) tokens[sequences[t]] += loss_mask[t];
  return Denominators(groups, tokens);
}

std::vector<std::string> LossCasePaths() {
  const std::string folder = std::string(LONGHAUL_SOURCE_DIR) + "/tests/golden/losses";
  std::vector<std::string> paths;
  const std::vector<std::string> names = ListDirectory(folder).value();
  for (const std::string& name : names) {
    if (name != "advantages.json") paths.push_back(folder + "/" + name);
  }
  return paths;
}

template <typename T>
LossStreams<T>::LossStreams(const LossCase& loss_case)
    : loss_mask(loss_case.loss_mask), sequences(loss_case.sequences) {
  for (const auto& [name, stream] : loss_case.streams) {
    values[name] = std::vector<T>(stream.begin(), stream.end());
  }
}

template <typename T>
LossInputs<T> LossStreams<T>::Inputs() const {
  LossInputs<T> inputs;
  inputs.logprobs = values.at("logprob");
  inputs.old_logprobs = values.at("old_logprob");
  inputs.rollout_logprobs = values.at("rollout_logprob");
  if (values.contains("ref_logprob")) inputs.ref_logprobs = values.at("ref_logprob");
  if (values.contains("entropy")) inputs.entropies = values.at("entropy");
  inputs.advantages = values.at("advantage");
  inputs.loss_mask = loss_mask;
  inputs.sequences = sequences;
  return inputs;
}

template <typename T>
LossStreams<T> LossStreams<T>::Select(const std::vector<int32_t>& wanted) const {
  LossStreams<T> selected = *this;
  for (auto& [name, stream] : selected.values) stream.clear();
  selected.loss_mask.clear();
  selected.sequences.clear();
  for (int32_t sequence : wanted) {
    for (size_t t = 0; t < sequences.size(); ++t) {
      if (sequences[t] != sequence) continue;
      for (const auto& [name, stream] : values) selected.values[name].push_back(stream[t]);
      selected.loss_mask.push_back(loss_mask[t]);
      selected.sequences.push_back(sequence);
    }
  }
  return selected;
}

template struct LossStreams<float>;
template struct LossStreams<double>;

}  // namespace longhaul::trainer
