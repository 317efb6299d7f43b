// SPDX-License-Identifier: Apache-2.0
//
// Checks across the fields of a run. Each rule says what is impossible and shows its arithmetic.
#include <algorithm>
#include <set>

#include "model/model_config.h"
#include "trainer/loss/loss.h"
#include "trainer/trainer_config.h"

namespace longhaul::trainer {
namespace {

class Validator {
 public:
  Validator(const TrainerConfig& config, const Config& source, const model::ModelConfig& model)
      : config_(config), source_(source), model_(model) {}

  Status Run() {
    CheckBatches();
    CheckWindows();
    CheckStopStrings();
    CheckLossWindow();
    CheckLossKind();
    CheckCorrection();
    CheckCurriculum();
    CheckData();
    CheckSft();
    if (errors_.empty()) return OkStatus();
    return InvalidArgument("{}", fmt::join(errors_, "\n"));
  }

 private:
  template <typename... Args>
  void Error(std::string_view key, fmt::format_string<Args...> format, Args&&... args) {
    errors_.push_back(fmt::format("{}: {}: {}", source_.Where(key), key,
                                  fmt::format(format, std::forward<Args>(args)...)));
  }

  void CheckBatches() {
    const int64_t prompts = config_.rollout.num_prompts_per_step;
    const int64_t minibatch = config_.trainer.minibatch_prompts;
    if (prompts % minibatch != 0) {
      Error("trainer.minibatch_prompts",
            "{} does not divide rollout.num_prompts_per_step: {} / {} = {:.3g} updates per rollout",
            minibatch, prompts, minibatch,
            static_cast<double>(prompts) / static_cast<double>(minibatch));
    }
    if (config_.rollout.num_generations_per_prompt < 2 && config_.trainer.max_steps > 0) {
      Error("rollout.num_generations_per_prompt",
            "{}: advantages compare the generations of a prompt, so at least 2 are needed",
            config_.rollout.num_generations_per_prompt);
    }
  }

  void CheckWindows() {
    const int64_t prompt = config_.data.max_prompt_length;
    const int64_t window = config_.max_window();
    const int64_t context = model_.max_position_embeddings;
    const std::string key = config_.curriculum.length.stages.empty() ? "rollout.max_response_length"
                                                                     : "curriculum.length.stages";
    if (context > 0 && prompt + window > context) {
      Error(key,
            "prompt {} + response {} = {} tokens is over the model's max_position_embeddings {}",
            prompt, window, prompt + window, context);
    }
    if (prompt + window > config_.trainer.max_tokens_per_pass) {
      Error("trainer.max_tokens_per_pass",
            "{} cannot hold one sequence: prompt {} + response {} = {} tokens",
            config_.trainer.max_tokens_per_pass, prompt, window, prompt + window);
    }
  }

  void CheckStopStrings() {
    const std::vector<std::string>& stop = config_.rollout.stop;
    for (size_t i = 0; i < stop.size(); ++i) {
      if (!stop[i].empty()) continue;
      Error(fmt::format("rollout.stop.{}", i), "is empty: every response would end at once");
    }
  }

  void CheckLossWindow() {
    const LossConfig& loss = config_.algorithm.loss;
    const std::string section = "algorithm.loss.";
    if (loss.is_weight_min.has_value() && loss.eps_clip_low.has_value()) {
      Error(section + "eps_clip_low",
            "{} and is_weight_min {} are two names of one bound; give one", *loss.eps_clip_low,
            *loss.is_weight_min);
    }
    if (loss.is_weight_max.has_value() && loss.eps_clip_high.has_value()) {
      Error(section + "eps_clip_high",
            "{} and is_weight_max {} are two names of one bound; give one", *loss.eps_clip_high,
            *loss.is_weight_max);
    }
    const LossSettings settings = ResolveLoss(config_.algorithm, 1);
    if (settings.ratio_max <= 1) {
      Error(section + (loss.eps_clip_high.has_value() ? "eps_clip_high" : "is_weight_max"),
            "the upper bound is {} absolute (delta {}): it must be above 1, or even on-policy "
            "tokens are cut",
            settings.ratio_max, settings.ratio_max - 1);
    }
    if (settings.ratio_min > 1) {
      Error(section + "is_weight_min", "the lower bound is {} absolute: it must not be above 1",
            settings.ratio_min);
    }
    if (loss.mask_eps_low.has_value() != loss.mask_eps_high.has_value()) {
      Error(section + (loss.mask_eps_low.has_value() ? "mask_eps_low" : "mask_eps_high"),
            "mask_eps_low and mask_eps_high go together");
    }
  }

  void CheckLossKind() {
    const LossConfig& loss = config_.algorithm.loss;
    const bool cispo = loss.type == LossType::kCispo;
    if (!cispo && loss.mask_eps_low.has_value()) {
      Error("algorithm.loss.mask_eps_low", "the trust-region mask belongs to cispo");
    }
    if (loss.importance_sampling && loss.type != LossType::kReinforce) {
      Error("algorithm.loss.importance_sampling",
            "belongs to reinforce; this loss has its ratio by definition");
    }
    if (loss.type == LossType::kReinforce) CheckNoWindow();
    const LossSettings settings = ResolveLoss(config_.algorithm, 1);
    if (loss.type == LossType::kGspo &&
        settings.aggregation.type != LossAggregation::kSeqMeanTokenMean) {
      Error("algorithm.loss.loss_agg",
            "gspo has one ratio a sequence and needs seq_mean_token_mean: under token-level "
            "aggregation long sequences would count several times");
    }
    if (loss.loss_agg != LossAggregation::kSeqMeanTokenSumNorm && loss.norm_length.has_value()) {
      Error("algorithm.loss.norm_length", "belongs to loss_agg: seq_mean_token_sum_norm");
    }
    if (loss.loss_agg != LossAggregation::kBlend && loss.blend.has_value()) {
      Error("algorithm.loss.blend", "belongs to loss_agg: blend");
    }
    const KlConfig& kl = config_.algorithm.kl;
    if (cispo && kl.uses_reference() && !kl.acknowledge_with_cispo) {
      Error("algorithm.kl.coef",
            "{} with cispo, which has no KL term in MiniMax-M1's recipe; set it to 0, or set "
            "algorithm.kl.acknowledge_with_cispo: true",
            kl.coef);
    }
  }

  void CheckNoWindow() {
    const LossConfig& loss = config_.algorithm.loss;
    const LengthCurriculumConfig& length = config_.curriculum.length;
    const auto refuse = [this](const std::string& key, const std::optional<double>& bound) {
      if (bound.has_value()) {
        Error(key,
              "{}: reinforce has no window of the importance ratio; cispo is reinforce with one",
              *bound);
      }
    };
    refuse("algorithm.loss.is_weight_min", loss.is_weight_min);
    refuse("algorithm.loss.is_weight_max", loss.is_weight_max);
    refuse("algorithm.loss.eps_clip_low", loss.eps_clip_low);
    refuse("algorithm.loss.eps_clip_high", loss.eps_clip_high);
    refuse("curriculum.length.on_advance.is_weight_max", length.on_advance.is_weight_max);
    for (size_t i = 0; i < length.stages.size(); ++i) {
      refuse(fmt::format("curriculum.length.stages.{}.is_weight_max", i),
             length.stages[i].changes.is_weight_max);
    }
  }

  void CheckCorrection() {
    const AlgorithmConfig& algorithm = config_.algorithm;
    const CorrectionConfig correction = algorithm.rollout_correction.value_or(CorrectionConfig());
    if (correction.type == CorrectionType::kNone) return;
    if (algorithm.loss.anchor == Anchor::kRollout) {
      Error("algorithm.rollout_correction.type",
            "with algorithm.loss.anchor: rollout the ratio already is to the rollout policy; a "
            "correction would count it twice");
    }
    if (algorithm.loss.type == LossType::kCispo && correction.type == CorrectionType::kSeqMaskTis) {
      Error("algorithm.rollout_correction.type",
            "seq_mask_tis drops whole sequences, which cispo exists not to do; use tis or icepop");
    }
    if (correction.min >= correction.max) {
      Error("algorithm.rollout_correction.min", "{} is not below max {}", correction.min,
            correction.max);
    }
  }

  void CheckCurriculum() {
    const std::vector<LengthStage>& stages = config_.curriculum.length.stages;
    for (size_t i = 1; i < stages.size(); ++i) {
      if (stages[i].max_response_length > stages[i - 1].max_response_length) continue;
      Error(fmt::format("curriculum.length.stages.{}.max_response_length", i),
            "{} is not longer than that of the stage before, {}", stages[i].max_response_length,
            stages[i - 1].max_response_length);
    }
    std::set<std::string> names;
    for (const DomainConfig& domain : config_.curriculum.domains) {
      if (!names.insert(domain.name).second) {
        Error("curriculum.domains", "'{}' is there twice", domain.name);
      }
    }
  }

  void CheckData() {
    std::set<std::string> names;
    for (size_t i = 0; i < config_.eval.sets.size(); ++i) {
      const EvalSetConfig& set = config_.eval.sets[i];
      if (set.temperature != 0 && set.temperature < kMinTemperature) {
        Error(fmt::format("eval.sets.{}.temperature", i), "{} must be 0 (greedy) or at least {}",
              set.temperature, kMinTemperature);
      }
      if (!names.insert(set.name).second) Error("eval.sets", "'{}' is there twice", set.name);
      if (set.path.empty() && set.generated.empty()) {
        Error("eval.sets", "'{}' has neither path nor generated", set.name);
      }
      if (set.num_samples > 1 && set.temperature == 0) {
        Error("eval.sets", "'{}': {} samples at temperature 0 would all be the same", set.name,
              set.num_samples);
      }
    }
    if (config_.trainer.max_steps > 0 && config_.data.train.empty()) {
      Error("data.train", "is empty, and trainer.max_steps is {}", config_.trainer.max_steps);
    }
    for (const DataSource& source : config_.data.train) {
      if (source.path.empty() && source.generated.empty()) {
        Error("data.train", "an entry has neither path nor generated");
      }
    }
  }

  void CheckSft() {
    if (!config_.sft.has_value()) return;
    if ((config_.sft->steps > 0) == (config_.sft->epochs > 0)) {
      Error("sft.steps", "give either steps or epochs ({})",
            config_.sft->steps > 0 ? "both are given" : "neither is given");
    }
  }

  const TrainerConfig& config_;
  const Config& source_;
  const model::ModelConfig& model_;
  std::vector<std::string> errors_;
};

}  // namespace

int64_t TrainerConfig::max_window() const {
  int64_t window = curriculum.length.stages.empty() ? rollout.max_response_length : 0;
  for (const LengthStage& stage : curriculum.length.stages) {
    window = std::max(window, stage.max_response_length);
  }
  return window;
}

int64_t TrainerConfig::longest_response() const {
  int64_t longest = max_window();
  for (const EvalSetConfig& set : eval.sets) {
    longest = std::max(longest, set.max_response_length.value_or(0));
  }
  return longest;
}

Status Validate(const TrainerConfig& config, const Config& source,
                const model::ModelConfig& model) {
  return Validator(config, source, model).Run();
}

std::vector<std::string> Warnings(const TrainerConfig& config) {
  std::vector<std::string> warnings;
  // Only refills leave groups for a later step.
  const bool stale = config.rollout.dynamic_sampling.enabled &&
                     config.rollout.async.max_staleness_steps > 0 &&
                     config.algorithm.loss.anchor == Anchor::kRollout;
  if (config.updates_per_rollout() == 1 && !stale &&
      config.algorithm.loss.type != LossType::kReinforce) {
    warnings.push_back(
        "updates_per_rollout is 1 and nothing is stale: every importance ratio is 1, the window "
        "never binds and the loss is REINFORCE");
  }
  if (config.optimizer.eps >= 1e-8) {
    warnings.push_back(fmt::format(
        "optimizer.eps is {}: RL gradients are often below it (MiniMax-M1 uses 1e-15); watch "
        "optim/eps_dominated_frac",
        config.optimizer.eps));
  }
  return warnings;
}

std::vector<std::string> DescribeAlgorithm(const TrainerConfig& config) {
  const StepConfig& step = config.rollout;
  const LossSettings loss = ResolveLoss(config.algorithm, config.max_window());
  const auto name = [](auto value) {
    for (const EnumName& entry : EnumNames(value)) {
      if (entry.value == static_cast<int>(value)) return std::string(entry.name);
    }
    return std::string("?");
  };
  std::vector<std::string> lines;
  lines.push_back(fmt::format(
      "a step: {} prompts x {} generations = {} rollouts; {} prompts an update x {} epochs = {} "
      "updates per rollout",
      step.num_prompts_per_step, step.num_generations_per_prompt,
      step.num_prompts_per_step * step.num_generations_per_prompt, config.trainer.minibatch_prompts,
      config.trainer.epochs, config.updates_per_rollout()));
  lines.push_back(fmt::format(
      "loss: {}, {}, advantages {}; {}", name(loss.type), name(loss.aggregation.type),
      name(config.algorithm.adv_estimator),
      loss.type == LossType::kReinforce
          ? "no ratio window"
          : fmt::format("ratio window absolute [{:.6g}, {:.6g}] = deltas (low {:.6g}, high {:.6g})",
                        loss.ratio_min, loss.ratio_max, 1 - loss.ratio_min, loss.ratio_max - 1)));
  return lines;
}

}  // namespace longhaul::trainer
