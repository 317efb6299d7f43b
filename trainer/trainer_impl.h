// SPDX-License-Identifier: Apache-2.0
//
// The state of a run and the phases that work on it: sft_phase.cc, train_loop.cc, eval_phase.cc,
// save_restore.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/logging.h"
#include "trainer/coordinator/coordinator_service.h"
#include "trainer/coordinator/group_collector.h"
#include "trainer/curriculum/length_curriculum.h"
#include "trainer/eval/evaluation.h"
#include "trainer/judge/judge_watch.h"
#include "trainer/learner.h"
#include "trainer/loss/loss.h"
#include "trainer/optimizer/lr_schedule.h"
#include "trainer/rollout_metrics.h"
#include "trainer/sft_data.h"
#include "trainer/state/run_checkpoint.h"
#include "trainer/state/run_counters.h"
#include "trainer/state/run_logs.h"
#include "trainer/step_batch.h"
#include "trainer/step_timer.h"
#include "trainer/train_speed.h"
#include "trainer/trainer.h"
#include "trainer/weight_publisher.h"

namespace longhaul::trainer {

struct Trainer::Impl {
  TrainerConfig config;
  TrainerDeps deps;
  std::string checkpoint_root;
  std::vector<int32_t> stop_token_ids;
  model::TrainingPassOptions pass_options;

  std::unique_ptr<Coordinator> coordinator;
  std::shared_ptr<grpc::Service> service;
  std::optional<TaskSampler> sampler;  // empty where there is no RL phase
  std::unique_ptr<SftData> sft;        // null where there is no SFT phase
  std::vector<EvalSet> eval_sets;
  std::unique_ptr<GroupCollector> collector;
  std::optional<LengthCurriculum> curriculum;
  std::optional<JudgeWatch> judge_watch;
  bool has_judges = false;  // the reward service has said so
  std::unique_ptr<Learner> learner;
  // The frozen reference of the KL term; both empty without one.
  std::unique_ptr<model::Parameters> reference;
  std::unique_ptr<model::Weights> reference_weights;
  std::optional<RunLogs> logs;
  std::optional<StatusLine> status_line;

  Json inputs;  // seed and data files (run_identity.h)
  RunCounters counters;
  int64_t restored_step = 0;
  int64_t saved_step = -1;  // global step of the newest checkpoint
  std::string last_checkpoint;
  double checkpoint_seconds = 0;  // since the last step
  std::string summary;            // of the last step, for the status line
  double seconds_before = 0;      // of the processes before this one
  StepTimer run_timer;

  // trainer.cc
  Status ReadData();
  Status PlanPasses();
  Status CreateParts();
  StatusOr<RunResult> Run(WorkerClient& worker);
  StatusOr<RunResult> RunSftAlone(WorkerClient* worker);
  StatusOr<RunResult> Result(RunEnd end);
  bool stop_requested() const { return deps.stop != nullptr && deps.stop->load(); }
  // Once RL has begun there is no way back, however many steps a later configuration asks for.
  bool sft_done() const {
    return sft == nullptr || counters.rl_step > 0 || counters.sft_step >= sft->total_steps();
  }

  // sft_phase.cc
  StatusOr<RunEnd> RunSftPhase();
  Status SftStep();

  // train_loop.cc
  StatusOr<RunEnd> RunRlPhase(WorkerClient& worker);
  Status RlStep(WorkerClient& worker);
  StatusOr<Collection> CollectGroups(MetricSet& metrics);
  StatusOr<TrainWork> TrainOnBatch(StepBatch* batch, StepTimer& timer, MetricSet& metrics);
  Status EndStep(const RolloutFacts& facts, StepTimer& timer, MetricSet& metrics);
  void ScoreSequences(StepBatch* batch);
  StatusOr<int64_t> UpdateOnBatch(StepBatch* batch, MetricSet& metrics);  // tokens computed
  Status Publish(WorkerClient& worker, MetricSet& metrics);
  void AdvanceCurriculum(const RolloutFacts& facts, MetricSet& metrics);
  void ApplyCurriculum();
  Status BeginRl();
  Status FreezeReference();
  LossSettings loss_settings() const;
  int64_t updates_in_batch(const StepBatch& batch) const;
  // Before the first update, by a forward pass of their own.
  bool needs_old_logprobs(const StepBatch& batch) const;
  Status LogStepSamples(const Collection& collection);

  // judge_phase.cc
  Status BeginJudges();
  Status WatchJudges(const Collection& collection, MetricSet& metrics);
  // The cause of an alarm, if the standing sets give one.
  std::optional<std::string> CalibrateJudges(MetricSet& metrics);
  Status AlarmAboutJudges(const std::string& cause, MetricSet& metrics);

  // shared by the phases (update_report.cc)
  Status CountUpdate(const LearnerReport& report, MetricSet& metrics);
  void ReportMachine(MetricSet& metrics) const;  // mem/*
  void ShowStatus(const std::string& text);
  // What the step under way is at: "training, update 2/4".
  void ShowPhase(const std::string& phase);
  void ShowProgress(const std::string& text);

  // eval_phase.cc
  bool EvaluationDue() const;
  // Whether the first set did better than ever.
  StatusOr<bool> EvaluateAll();
  // The end of `longhaul sft` with evaluation sets.
  StatusOr<RunEnd> EvaluateAfterSft(WorkerClient& worker);

  // save_restore.cc
  bool CheckpointDue() const;
  // Refuses weights that are not finite, and then touches no checkpoint.
  Status SaveCheckpoint(WorkerClient* worker);
  Status CheckWeightsAreFinite() const;
  Status Restore();
  Status RestoreFrom(const CheckpointReader& checkpoint);
  Status RestoreGroups(const CheckpointReader& checkpoint, const Json& state);
  Json StateJson() const;
};

}  // namespace longhaul::trainer
