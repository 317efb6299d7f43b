// SPDX-License-Identifier: Apache-2.0
//
// Trainer: a training run from its first weights to its last checkpoint. It serves the coordinator
// that rollout workers lease prompts from, and drives one worker through its weight versions.
//
//   ASSIGN_OR_RETURN(auto trainer, Trainer::Create(config, deps));
//   builder.RegisterService(trainer->coordinator_service());      // then start worker and server
//   ASSIGN_OR_RETURN(RunResult result, trainer->Run(*worker_client));
//
// A run begins where its newest valid checkpoint stands (checkpoint.resume: auto): Create has
// loaded that into *parameters when it returns.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/status.h"
#include "kernels/stream.h"
#include "model/parameters.h"
#include "model/training_pass.h"
#include "model/weights.h"
#include "trainer/data/task_file.h"
#include "trainer/generation_watch.h"
#include "trainer/judge/judge_watch.h"
#include "trainer/judge/reward_client.h"
#include "trainer/trainer_config.h"
#include "trainer/worker_client.h"

namespace grpc {
class Service;
}
namespace longhaul {
class Tokenizer;
}

namespace longhaul::trainer {

class Coordinator;

// All pointers outlive the trainer.
struct TrainerDeps {
  const model::ModelConfig* model_config = nullptr;
  model::Parameters* parameters = nullptr;  // fp32 master copy, trained in place
  // Packed copy of *parameters that this trainer computes with; Use kTraining. In one process the
  // rollout worker reads the same object, which is why it only changes while generation stands.
  model::Weights* weights = nullptr;
  const Tokenizer* tokenizer = nullptr;
  kernels::Stream* stream = nullptr;  // used by the trainer's thread only
  model::Recompute recompute = model::Recompute::kNone;
  uint64_t seed = 1;
  std::string run_name = {};
  std::string run_dir = {};  // exists, locked by the caller; metrics, samples, checkpoints go there
  std::string config_text = {};  // resolved configuration, stored in checkpoints
  // Asked for every scorer that a task of data.train or eval.sets names, when the files are read.
  // Without it tasks are not checked.
  RewardCheck check_reward = {};
  // The reward service, for the watch over its judges. Without it they are not watched.
  RewardClient* reward = nullptr;
  // What the workers are at, for the status line and perf/*; called from a thread of the trainer.
  // Without it only whole steps are seen.
  std::function<GenerationGauges()> generation_gauges = {};
  // Set from any thread: the run saves a checkpoint at the next safe point and returns.
  const std::atomic<bool>* stop = nullptr;
};

enum class RunEnd { kFinished, kInterrupted };

struct CurriculumBoundary {
  int64_t step = 0;  // first RL step of the new stage
  int64_t max_response_length = 0;
  double ppl_slope = 0;  // rule inputs that let it pass
  double p99_len_frac = 0;
};

struct RunResult {
  RunEnd end = RunEnd::kFinished;
  int64_t sft_steps = 0;
  int64_t rl_steps = 0;
  // avg@k by evaluation set; empty where no such evaluation ran.
  std::map<std::string, double> accuracy_before_rl;
  std::map<std::string, double> accuracy_after_rl;
  double reward_first = 0;  // reward/mean of the first and the last RL step
  double reward_last = 0;
  std::vector<CurriculumBoundary> curriculum_boundaries = {};
  std::vector<JudgeAlarm> judge_alarms = {};
  double train_seconds = 0;          // of this process
  double total_seconds = 0;          // with the processes before a resume
  std::string last_checkpoint = {};  // directory; "" when none was written
  std::string best_checkpoint = {};
};

// Owned by one thread, except coordinator_service(), whose calls come from gRPC's threads.
class Trainer {
 public:
  // Reads data files, restores a checkpoint if there is one, plans memory. `config` was validated.
  static StatusOr<std::unique_ptr<Trainer>> Create(const TrainerConfig& config, TrainerDeps deps);
  ~Trainer();

  grpc::Service* coordinator_service();
  Coordinator& coordinator();
  // 0 for a fresh run; else the step the checkpoint stood at (SFT and RL steps together).
  int64_t restored_step() const;
  // Memory of the training pass, for the plan printed at start.
  std::vector<model::MemoryLine> PlanMemory() const;

  // SFT (if configured), then RL with evaluations. Call once.
  StatusOr<RunResult> Run(WorkerClient& worker);
  // Only the SFT phase, then the evaluation sets when there is a worker (null: none). Call once.
  StatusOr<RunResult> RunSft(WorkerClient* worker);

 private:
  struct Impl;
  explicit Trainer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace longhaul::trainer
