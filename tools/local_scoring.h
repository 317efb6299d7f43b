// SPDX-License-Identifier: Apache-2.0
//
// The reward service of this process with everything it asks: verifiers, the judge model and the
// sandbox of programming tasks. What a run and `longhaul reward-server` have in common.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config.h"
#include "common/status.h"
#include "model/training_pass.h"
#include "proto/call_token.h"
#include "reward/genrm/judge.h"
#include "reward/reward_config.h"
#include "reward/reward_service.h"
#include "reward/scorer_registry.h"
#include "tools/sandbox_channel.h"

namespace longhaul::tools {

// A judge that answers: CheckReachable was asked. InvalidArgument where the section names none or
// two. `threads` is for a judge in this process, 0 = all.
StatusOr<std::unique_ptr<reward::genrm::Judge>> MakeJudge(const reward::genrm::GenrmConfig& config,
                                                          int threads);

// The paths among the settings, each with its key. `prefix`: of the keys, "reward." or "".
void ForEachRewardPath(const std::string& prefix, reward::RewardConfig& config,
                       const std::function<void(const std::string& key, std::string& path)>& visit);

// Whether the format is one, where its term counts. `prefix`: of the keys, as above.
Status CheckFormat(const Config& source, const std::string& prefix,
                   const reward::FormatTerm& format);

// What scoring takes of a run, for commands that score without one: the scorers' part of section
// `reward`, with section `sandbox` beside it.
struct ScoringConfig {
  reward::RewardConfig reward;
  SandboxSection sandbox;

  template <typename V>
  void VisitFields(V& v) {
    reward.VisitFields(v);
    v.Field("sandbox", sandbox, {.doc = "where the programs of programming tasks run"});
  }
};

// A file (or none: "") and settings over it.
StatusOr<ScoringConfig> ReadScoringConfig(const std::string& file,
                                          const std::vector<std::string>& settings);

// Every scorer there is in this process, with the judge that some of them ask.
struct LocalScorers {
  std::unique_ptr<reward::genrm::Judge> judge;  // null: none is configured
  reward::ScorerRegistry registry;
};

// The sandbox is opened when the first task needs it. `threads`: of a judge in this process.
StatusOr<LocalScorers> MakeLocalScorers(const reward::RewardConfig& config,
                                        const SandboxSection& sandbox, int threads);

// Owned by one thread; the service may be called by all.
class LocalScoring {
 public:
  struct Args {
    const reward::RewardConfig* config = nullptr;  // read in Create only
    SandboxSection sandbox = {};                   // opened when the first task needs it
    CallToken token = {};                          // of callers of the service
    int threads = 0;
  };
  static StatusOr<std::unique_ptr<LocalScoring>> Create(const Args& args);

  reward::RewardService& service() { return *service_; }
  const reward::genrm::Judge* judge() const { return judge_.get(); }  // null: there is none
  std::vector<model::MemoryLine> memory_plan() const;

 private:
  LocalScoring() = default;

  std::unique_ptr<reward::genrm::Judge> judge_;
  std::unique_ptr<reward::RewardService> service_;
};

}  // namespace longhaul::tools
