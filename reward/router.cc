// SPDX-License-Identifier: Apache-2.0
#include "reward/router.h"

#include <cmath>

#include "reward/option_keys.h"

namespace longhaul::reward {
namespace {

constexpr std::string_view kFormatTerm = "format_term";
constexpr std::string_view kOverlong = "overlong";

proto::RewardComponent MakeComponent(std::string_view type, double weight, Verdict verdict) {
  proto::RewardComponent component;
  component.set_type(std::string(type));
  component.set_weight(weight);
  if (verdict.scorable && !std::isfinite(verdict.score)) {
    verdict = Unscorable("the score is not finite");
  }
  component.set_status(verdict.scorable ? proto::REWARD_STATUS_OK
                                        : proto::REWARD_STATUS_UNSCORABLE);
  component.set_score(verdict.scorable ? verdict.score : 0);
  if (verdict.flipped.has_value()) component.set_flipped(*verdict.flipped);
  component.set_detail(std::move(verdict.detail));
  return component;
}

StatusOr<Json> ParseOptions(const std::string& text) {
  if (text.empty()) return Json::Object();
  ASSIGN_OR_RETURN(Json options, Json::Parse(text, "options"));
  if (!options.is_object()) return InvalidArgument("options: expected an object");
  return options;
}

Status CheckWeight(const proto::RewardSpec& spec) {
  if (spec.weight() >= 0 && spec.weight() <= kWeightMax) return OkStatus();
  return InvalidArgument("weight: {}; valid: 0 to {}", spec.weight(), kWeightMax);
}

// The weighted sum, or the first cause why there is none.
void AddUp(const std::string& uid, proto::RewardResult& result) {
  result.set_status(proto::REWARD_STATUS_OK);
  double score = 0;
  for (const proto::RewardComponent& component : result.components()) {
    if (component.weight() == 0) continue;
    if (component.status() == proto::REWARD_STATUS_UNSCORABLE) {
      result.set_status(proto::REWARD_STATUS_UNSCORABLE);
      result.set_detail(
          fmt::format("uid '{}': {}: {}", Excerpt(uid), component.type(), component.detail()));
      return;
    }
    score += component.weight() * component.score();
  }
  if (!std::isfinite(score)) {
    result.set_status(proto::REWARD_STATUS_UNSCORABLE);
    result.set_detail(fmt::format("uid '{}': the score is not finite", Excerpt(uid)));
    return;
  }
  result.set_score(score);
}

}  // namespace

StatusOr<std::unique_ptr<Router>> Router::Create(const RewardConfig& config,
                                                 ScorerRegistry registry) {
  auto router = std::unique_ptr<Router>(new Router(config, std::move(registry)));
  if (config.format.weight > 0) {
    auto format = ResponseFormat::Create(config.format.spec);
    if (!format.ok()) return Annotate(format.status(), "reward.format");
    router->format_ = std::move(format).value();
  }
  return router;
}

StatusOr<Router::Resolved> Router::Resolve(const proto::RewardSpec& spec) const {
  Resolved resolved;
  ASSIGN_OR_RETURN(resolved.scorer, registry_.Find(spec.type()));
  const std::string_view extractor =
      spec.extractor().empty() ? resolved.scorer->default_extractor() : spec.extractor();
  ASSIGN_OR_RETURN(resolved.extractor, FindExtractor(extractor));
  ASSIGN_OR_RETURN(resolved.options, ParseOptions(spec.options_json()));
  return resolved;
}

Status Router::CheckSpec(const proto::RewardSpec& spec) const {
  const StatusOr<Resolved> resolved = Resolve(spec);
  RETURN_IF_ERROR(resolved.status());
  const auto& [scorer, extractor, options] = *resolved;
  const auto check = [&]() -> Status {
    RETURN_IF_ERROR(CheckWeight(spec));
    RETURN_IF_ERROR(
        CheckOptionKeys(options, *scorer, *extractor, {"type", "answer", "extractor", "weight"}));
    RETURN_IF_ERROR(extractor->CheckOptions(options));
    return scorer->CheckTask({.answer = spec.answer(), .options = options});
  };
  return Annotate(check(), fmt::format("scorer '{}'", spec.type()));
}

proto::RewardComponent Router::ScoreComponent(const proto::ScoreItem& item,
                                              const proto::RewardSpec& spec,
                                              const ScoringCall& call) const {
  const StatusOr<Resolved> resolved = Resolve(spec);
  const Status valid = resolved.ok() ? CheckWeight(spec) : resolved.status();
  if (!valid.ok()) return MakeComponent(spec.type(), spec.weight(), Unscorable(Message(valid)));
  const auto& [scorer, extractor, options] = *resolved;
  const ScoringTask task = {.answer = spec.answer(),
                            .options = options,
                            .prompt = item.prompt(),
                            .metadata_json = item.metadata_json()};
  const std::optional<std::string> answer = extractor->Extract(item.response(), options);
  const Response response = {.text = item.response(), .answer = answer};
  proto::RewardComponent component =
      MakeComponent(spec.type(), spec.weight(), scorer->Score(task, response, call));
  component.set_judged_by_model(scorer->is_judge());
  return component;
}

const Scorer* Router::AsksOthers(const proto::RewardSpec& spec) const {
  const StatusOr<const Scorer*> scorer = registry_.Find(spec.type());
  return scorer.ok() && (*scorer)->max_concurrent_calls() > 0 ? *scorer : nullptr;
}

proto::RewardComponent Router::ScoreOverlong(const proto::ScoreItem& item) const {
  const OverlongConfig& overlong = config_.overlong;
  const Status window = CheckOverlongWindow(overlong, item.max_response_length());
  if (!window.ok()) {
    return MakeComponent(kOverlong, overlong.penalty, Unscorable(Message(window)));
  }
  const double shaping =
      OverlongShaping(item.response_length(), item.max_response_length(), overlong.buffer_length);
  return MakeComponent(kOverlong, overlong.penalty,
                       Partial(shaping, fmt::format("{} of {} tokens", item.response_length(),
                                                    item.max_response_length())));
}

bool Router::IsCorrect(const proto::RewardResult& result, int num_specs) const {
  bool all_full = num_specs > 0, answers_full = true, answer_judged = false;
  for (int i = 0; i < num_specs; ++i) {
    const proto::RewardComponent& component = result.components(i);
    if (component.weight() == 0) continue;
    const bool full = component.status() == proto::REWARD_STATUS_OK && component.score() == 1;
    all_full = all_full && full;
    const auto scorer = registry_.Find(component.type());
    if (!scorer.ok() || !(*scorer)->judges_answer()) continue;
    answer_judged = true;
    answers_full = answers_full && full;
  }
  return answer_judged ? answers_full : all_full;
}

proto::RewardResult Router::Combine(const proto::ScoreItem& item,
                                    std::vector<proto::RewardComponent> components) const {
  proto::RewardResult result;
  result.set_exclude_from_loss(config_.overlong.mask_truncated && item.truncated());
  if (item.rewards().empty()) {
    result.set_status(proto::REWARD_STATUS_UNSCORABLE);
    result.set_detail(fmt::format("uid '{}': the task names no scorer", Excerpt(item.uid())));
    return result;
  }
  for (proto::RewardComponent& component : components) {
    *result.add_components() = std::move(component);
  }
  if (format_.has_value()) {
    const bool matches = format_->Matches(item.response());
    *result.add_components() = MakeComponent(
        kFormatTerm, config_.format.weight, matches ? Right() : Wrong("not in the form asked for"));
  }
  if (config_.overlong.buffer_length > 0) *result.add_components() = ScoreOverlong(item);
  AddUp(item.uid(), result);
  result.set_correct(result.status() == proto::REWARD_STATUS_OK &&
                     IsCorrect(result, item.rewards_size()));
  return result;
}

proto::RewardResult Router::Score(const proto::ScoreItem& item, const ScoringCall& call) const {
  std::vector<proto::RewardComponent> components;
  for (const proto::RewardSpec& spec : item.rewards()) {
    components.push_back(ScoreComponent(item, spec, call));
  }
  return Combine(item, std::move(components));
}

}  // namespace longhaul::reward
