// SPDX-License-Identifier: Apache-2.0
//
// A judge against cases whose verdict is known: what the trainer asks for every K steps, and what
// `longhaul eval-judge` prints.
#pragma once

#include <string>
#include <vector>

#include "reward/genrm/judge.h"
#include "reward/genrm/standing_set.h"

namespace longhaul::reward::genrm {

// A mean over judgements; value 0 where there were none.
struct Measure {
  std::string name;
  double value = 0;
  int64_t count = 0;
  std::string detail = {};  // of unscorable_rate: why the first was; empty when none was
};

// One verdict a case, in order; as many at a time as the judge takes.
std::vector<Verdict> JudgeCases(const Judge& judge, const std::vector<LabelledCase>& cases,
                                const ScoringCall& call);

// Whether the verdict is that of the label: a grade of 4 or 5 counts as correct, an expectation
// rounds.
bool Agrees(const LabelledCase& entry, const Verdict& verdict);

// accuracy, master_key_accept_rate, injection_accept_rate (a score of at least one half),
// length_gap (the score of the wordy copy of an answer minus that of the brief one: 0 is right),
// position_flip_rate and unscorable_rate. What could not be judged counts only in the last.
std::vector<Measure> Calibrate(const Judge& judge, const StandingSets& sets,
                               const ScoringCall& call);

}  // namespace longhaul::reward::genrm
