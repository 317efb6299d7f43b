// SPDX-License-Identifier: Apache-2.0
//
// The scorer "code": runs the program in a response against the tests of its task, in the sandbox
// service. 1 when all tests pass, else 0; with `score: fraction` their share.
//
// The verdict cannot be talked into: a program's exit code, what it prints beside its answers and
// what it does to its interpreter mean nothing, because expectations are held where it is not
// (reward/code/judge.h). What its answers claim is compared as data of built-in types.
//
// A failure of the program, time and memory limits included, is a score. A failure of the service,
// tried again until the call's deadline, and tests that do not run are unscorable.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "reward/code/judge.h"
#include "reward/code/sandbox_client.h"
#include "reward/scorer.h"

namespace longhaul::reward {

struct CodeScorerConfig {
  int max_concurrent_calls = 8;  // responses judged at a time; about twice the sandbox's slots
  RetryPolicy retries;
};

// A channel to a service of proto/sandbox.proto. Asked for when the first task needs it, so that
// what has no programming tasks needs no sandbox.
using SandboxSource = std::function<StatusOr<std::shared_ptr<grpc::Channel>>()>;

class CodeScorer final : public Scorer {
 public:
  CodeScorer(SandboxSource source, const CodeScorerConfig& config);

  std::string_view name() const override { return "code"; }
  std::string_view default_extractor() const override { return "code_block"; }
  std::vector<std::string_view> option_keys() const override { return CodeOptionKeys(); }
  int max_concurrent_calls() const override { return config_.max_concurrent_calls; }

  // Also opens the sandbox, so that a host that has none is found when the data is loaded.
  Status CheckReady() const override { return Sandbox().status(); }
  Status CheckTask(const ScoringTask& task) const override;
  Verdict Score(const ScoringTask& task, const Response& response,
                const ScoringCall& call) const override;

 private:
  StatusOr<const SandboxClient*> Sandbox() const;

  SandboxSource source_;
  CodeScorerConfig config_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<SandboxClient> sandbox_;  // null: not asked for yet; guarded by mutex_
  mutable ProvenJudges proven_judges_;
};

}  // namespace longhaul::reward
