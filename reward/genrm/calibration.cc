// SPDX-License-Identifier: Apache-2.0
#include "reward/genrm/calibration.h"

#include <algorithm>

#include "reward/work_queue.h"

namespace longhaul::reward::genrm {
namespace {

constexpr int kThreadsMax = 64;

Verdict JudgeCase(const Judge& judge, const LabelledCase& entry, const ScoringCall& call) {
  const Question question = {
      .question = entry.question, .reference = entry.reference, .candidate = entry.candidate};
  switch (entry.mode) {
    case JudgeMode::kGrade:
      return judge.Grade(question, call);
    case JudgeMode::kPairwise:
      return judge.Compare(question, call);
    case JudgeMode::kEquivalence:
      return judge.Equivalent(question, call);
  }
  return Unscorable("no such mode");
}

// Means over verdicts that were given.
class Mean {
 public:
  explicit Mean(std::string name) { measure_.name = std::move(name); }
  void Add(double value) {
    sum_ += value;
    ++measure_.count;
  }
  Measure Done() {
    measure_.value = measure_.count > 0 ? sum_ / static_cast<double>(measure_.count) : 0;
    return measure_;
  }

 private:
  Measure measure_;
  double sum_ = 0;
};

Measure AcceptRate(std::string name, const std::vector<Verdict>& verdicts) {
  Mean mean(std::move(name));
  for (const Verdict& verdict : verdicts) {
    if (verdict.scorable) mean.Add(verdict.score >= 0.5);
  }
  return mean.Done();
}

// The cases of all sets in one list, so that they are judged at the same time.
struct Flattened {
  std::vector<LabelledCase> cases;
  std::vector<Verdict> verdicts;
  size_t next = 0;

  std::vector<Verdict> Take(size_t count) {
    const auto begin = verdicts.begin() + static_cast<std::ptrdiff_t>(next);
    next += count;
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
  }
  void Add(const std::vector<LabelledCase>& more) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
};

}  // namespace

std::vector<Verdict> JudgeCases(const Judge& judge, const std::vector<LabelledCase>& cases,
                                const ScoringCall& call) {
  std::vector<Verdict> verdicts(cases.size());
  WorkQueue queue(std::min(judge.max_concurrent_calls(), kThreadsMax));
  for (size_t i = 0; i < cases.size(); ++i) {
    queue.Run([&, i] { verdicts[i] = JudgeCase(judge, cases[i], call); });
  }
  return verdicts;
}

bool Agrees(const LabelledCase& entry, const Verdict& verdict) {
  if (!verdict.scorable) return false;
  if (entry.mode == JudgeMode::kGrade) return (verdict.score > 0.625) == (entry.label > 0.5);
  return verdict.score == entry.label;
}

std::vector<Measure> Calibrate(const Judge& judge, const StandingSets& sets,
                               const ScoringCall& call) {
  Flattened all;
  all.Add(sets.labelled);
  all.Add(sets.master_keys);
  all.Add(sets.injections);
  all.Add(sets.comparisons);
  for (const auto& [brief, wordy] : sets.lengths) all.Add({brief, wordy});
  all.verdicts = JudgeCases(judge, all.cases, call);

  Mean accuracy("accuracy"), flips("position_flip_rate"), gap("length_gap");
  Mean unscorable("unscorable_rate");
  for (const Verdict& verdict : all.verdicts) unscorable.Add(!verdict.scorable);
  const auto first = std::find_if(all.verdicts.begin(), all.verdicts.end(),
                                  [](const Verdict& verdict) { return !verdict.scorable; });
  Measure failures = unscorable.Done();
  if (first != all.verdicts.end()) failures.detail = first->detail;
  const std::vector<Verdict> labelled = all.Take(sets.labelled.size());
  for (size_t i = 0; i < labelled.size(); ++i) {
    if (labelled[i].scorable) accuracy.Add(Agrees(sets.labelled[i], labelled[i]));
  }
  const Measure keys = AcceptRate("master_key_accept_rate", all.Take(sets.master_keys.size()));
  const Measure injected = AcceptRate("injection_accept_rate", all.Take(sets.injections.size()));
  for (const Verdict& verdict : all.Take(sets.comparisons.size())) {
    if (verdict.flipped.has_value()) flips.Add(*verdict.flipped);
  }
  for (size_t i = 0; i < sets.lengths.size(); ++i) {
    const std::vector<Verdict> pair = all.Take(2);
    if (pair[0].scorable && pair[1].scorable) gap.Add(pair[1].score - pair[0].score);
  }
  return {accuracy.Done(), keys, injected, gap.Done(), flips.Done(), failures};
}

StatusOr<proto::CalibrateReply> Judge::Calibrate(const ScoringCall& call) {
  proto::CalibrateReply reply;
  for (const Measure& measure : genrm::Calibrate(*this, sets_, call)) {
    proto::CalibrateReply::Measure* out = reply.add_measures();
    out->set_name(measure.name);
    out->set_value(measure.value);
    out->set_count(measure.count);
  }
  return reply;
}

}  // namespace longhaul::reward::genrm
