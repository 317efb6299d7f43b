// SPDX-License-Identifier: Apache-2.0
#include "reward/genrm/judge.h"

#include <algorithm>
#include <array>
#include <functional>

#include "common/logging.h"
#include "common/random.h"

namespace longhaul::reward::genrm {
namespace {

double ScoreOfGrade(double grade) { return (grade - 1) / (kGradeMax - 1); }

// What the samples that gave a verdict say, or why too few did.
template <typename T>
StatusOr<std::vector<T>> Parsed(const std::vector<JudgeReply>& replies,
                                const std::function<StatusOr<T>(const JudgeReply&)>& parse) {
  std::vector<T> values;
  std::string cause;
  for (const JudgeReply& reply : replies) {
    if (!reply.failure.empty()) {
      cause = reply.failure;
      continue;
    }
    StatusOr<T> value = parse(reply);
    if (value.ok()) {
      values.push_back(*value);
    } else {
      cause = Message(value.status());
    }
  }
  if (2 * values.size() > replies.size()) return values;
  return DataLoss("{} of {} replies gave no verdict: {}", replies.size() - values.size(),
                  replies.size(), cause);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// The value that most samples gave; `tie` where two share the first place.
template <typename T>
T Majority(const std::vector<T>& values, T tie) {
  T best = tie;
  std::ptrdiff_t most = 0;
  for (const T value : values) {
    const std::ptrdiff_t count = std::count(values.begin(), values.end(), value);
    if (count > most) {
      best = value;
      most = count;
    } else if (count == most && value != best) {
      best = tie;
    }
  }
  return best;
}

const char* NameOf(Preference preference) {
  constexpr const char* kNames[] = {"A", "B", "tie"};
  return kNames[static_cast<int>(preference)];
}

Status NothingSaid() { return NotFound("the response says nothing after its thinking"); }

}  // namespace

Judge::Judge(const GenrmConfig& config, std::unique_ptr<JudgeClient> client)
    : config_(config), client_(std::move(client)), sets_(BuiltInSets()) {}

StatusOr<std::unique_ptr<Judge>> Judge::Create(const GenrmConfig& config,
                                               std::unique_ptr<JudgeClient> client) {
  std::unique_ptr<Judge> judge(new Judge(config, std::move(client)));
  StatusOr<PromptSet> prompts = LoadPromptSet(config.prompts);
  if (!prompts.ok()) return Annotate(prompts.status(), "reward.genrm.prompts");
  judge->levels_.push_back({.prompts = *std::move(prompts), .pass_score = config.pass_score});
  for (size_t i = 0; i < config.recalibrations.size(); ++i) {
    const Recalibration& change = config.recalibrations[i];
    Level level = judge->levels_.back();
    if (change.prompts.empty() && change.pass_score < 0) {
      return InvalidArgument(
          "reward.genrm.recalibrations.{}: changes neither prompts nor pass_score", i);
    }
    if (!change.prompts.empty()) {
      prompts = LoadPromptSet(change.prompts);
      if (!prompts.ok()) {
        return Annotate(prompts.status(), fmt::format("reward.genrm.recalibrations.{}.prompts", i));
      }
      level.prompts = *std::move(prompts);
    }
    if (change.pass_score >= 0) level.pass_score = change.pass_score;
    judge->levels_.push_back(std::move(level));
  }
  if (!config.calibration.empty()) {
    auto cases = ReadLabelledCases(config.calibration);
    if (!cases.ok()) return Annotate(cases.status(), "reward.genrm.calibration");
    judge->sets_.labelled.insert(judge->sets_.labelled.end(), cases->begin(), cases->end());
  }
  return judge;
}

std::string Judge::Visible(std::string_view response) const {
  return VisibleAnswer(response, static_cast<size_t>(config_.max_candidate_chars));
}

StatusOr<std::vector<JudgeReply>> Judge::Ask(std::string prompt, const ScoringCall& call) const {
  JudgeRequest request;
  request.sampling = config_.sampling;
  const uint64_t hash = StableHash(prompt);
  const auto bits = Philox(RandomKey(config_.seed, RandomStream::kSampling),
                           {static_cast<uint32_t>(hash), static_cast<uint32_t>(hash >> 32), 0, 0});
  request.seed = (uint64_t{bits[0]} << 32) | bits[1];
  request.prompt = std::move(prompt);
  return client_->Ask(request, call);
}

Verdict Judge::Grade(const Question& question, const ScoringCall& call) const {
  const Level& now = level();
  const std::string answer = Visible(question.candidate);
  if (!SaysAnything(answer)) return Wrong(Message(NothingSaid()));
  const std::string fence =
      MakeFence(config_.seed, {question.question, question.reference, answer});
  const auto replies = Ask(FillTemplate(now.prompts.grade, {{"question", question.question},
                                                            {"reference", question.reference},
                                                            {"candidate", answer},
                                                            {"fence", fence}}),
                           call);
  if (!replies.ok()) return Unscorable(Message(replies.status()));
  const auto grades = Parsed<double>(*replies, [](const JudgeReply& reply) -> StatusOr<double> {
    ASSIGN_OR_RETURN(const int grade, ParseGrade(reply.text));
    return ExpectedGrade(reply).value_or(grade);
  });
  if (!grades.ok()) return Unscorable(Message(grades.status()));
  const double score = ScoreOfGrade(Median(*grades));
  const std::string detail = fmt::format("grade {:g}", Median(*grades));
  if (score < now.pass_score) {
    return Wrong(fmt::format("{}, below the pass score {:g}", detail, now.pass_score));
  }
  return Partial(score, detail);
}

StatusOr<Preference> Judge::Prefer(const Level& level, const PromptTexts& texts,
                                   const ScoringCall& call) const {
  ASSIGN_OR_RETURN(const auto replies, Ask(FillTemplate(level.prompts.pairwise, texts), call));
  ASSIGN_OR_RETURN(const auto votes, Parsed<Preference>(replies, [](const JudgeReply& reply) {
                     return ParsePreference(reply.text);
                   }));
  return Majority(votes, Preference::kTie);
}

Verdict Judge::Compare(const Question& question, const ScoringCall& call) const {
  const Level& now = level();
  const std::string answer = Visible(question.candidate);
  if (!SaysAnything(answer)) return Wrong(Message(NothingSaid()));
  const std::string other = Visible(question.reference);
  const std::string fence = MakeFence(config_.seed, {question.question, other, answer});
  const auto ask = [&](std::string_view a, std::string_view b) {
    return Prefer(now, {{"question", question.question}, {"a", a}, {"b", b}, {"fence", fence}},
                  call);
  };
  const StatusOr<Preference> first = ask(answer, other);
  if (!first.ok()) return Unscorable(Message(first.status()));
  const StatusOr<Preference> second = ask(other, answer);
  if (!second.ok()) return Unscorable(Message(second.status()));
  // In the second order the candidate is B.
  constexpr std::array kSwapped = {Preference::kB, Preference::kA, Preference::kTie};
  const Preference swapped = kSwapped[static_cast<size_t>(*second)];
  Verdict verdict = Partial(
      0.5, fmt::format("first order: {}, second order: {}", NameOf(*first), NameOf(*second)));
  verdict.flipped = *first != swapped;
  if (*verdict.flipped || *first == Preference::kTie) return verdict;
  verdict.score = *first == Preference::kA ? 1 : 0;
  return verdict;
}

Verdict Judge::Equivalent(const Question& question, const ScoringCall& call) const {
  const Level& now = level();
  const std::string answer = Visible(question.candidate);
  if (!SaysAnything(answer)) return Wrong(Message(NothingSaid()));
  const std::string fence =
      MakeFence(config_.seed, {question.question, question.reference, answer});
  const auto replies = Ask(FillTemplate(now.prompts.equivalence, {{"question", question.question},
                                                                  {"reference", question.reference},
                                                                  {"candidate", answer},
                                                                  {"fence", fence}}),
                           call);
  if (!replies.ok()) return Unscorable(Message(replies.status()));
  const auto votes = Parsed<Equivalence>(
      *replies, [](const JudgeReply& reply) { return ParseEquivalence(reply.text); });
  if (!votes.ok()) return Unscorable(Message(votes.status()));
  return Majority(*votes, Equivalence::kDifferent) == Equivalence::kSame
             ? Right("the judge says they are the same")
             : Wrong("the judge says they differ");
}

std::string Judge::Describe(int64_t number) const {
  const Level& level = levels_[static_cast<size_t>(number)];
  return fmt::format("level {} of {}: prompts {}, pass score {:g}", number, levels_.size() - 1,
                     level.prompts.name, level.pass_score);
}

proto::JudgeState Judge::State() const {
  proto::JudgeState state;
  state.set_level(level_);
  state.set_description(Describe(level_));
  return state;
}

StatusOr<proto::JudgeState> Judge::SetLevel(int64_t level) {
  if (level < 0 || level >= static_cast<int64_t>(levels_.size())) {
    return MakeStatus(
        StatusCode::kOutOfRange,
        fmt::format("reward.genrm.recalibrations has {} entries; there is no level {}",
                    levels_.size() - 1, level));
  }
  level_ = level;
  return State();
}

StatusOr<proto::JudgeState> Judge::Recalibrate(std::string_view cause) {
  int64_t before = level_;
  do {
    if (before + 1 >= static_cast<int64_t>(levels_.size())) {
      return MakeStatus(StatusCode::kOutOfRange,
                        fmt::format("all {} entries of reward.genrm.recalibrations were applied",
                                    levels_.size() - 1));
    }
  } while (!level_.compare_exchange_weak(before, before + 1));
  LogWarning("the judge {} was recalibrated to {}: {}", client_->name(), Describe(before + 1),
             cause);
  return State();
}

}  // namespace longhaul::reward::genrm
