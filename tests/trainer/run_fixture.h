// SPDX-License-Identifier: Apache-2.0
//
// A whole training run on a tiny model, with a worker that makes its rollouts up: tokens are a
// function of (seed, uid, sample, position), the reward is 1 when the first token is the task's
// answer.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/thread_pool.h"
#include "common/tokenizer/tokenizer.h"
#include "proto/rollout.pb.h"
#include "trainer/coordinator/coordinator.h"
#include "trainer/trainer.h"

namespace longhaul::trainer {

class FakeWorker : public WorkerClient {
 public:
  FakeWorker(Coordinator* coordinator, const model::Parameters* parameters,
             kernels::Stream* stream);
  ~FakeWorker() override;

  StatusOr<proto::PrepareWeightsReply> PrepareWeights(
      const proto::PrepareWeightsRequest& request) override;
  Status CommitWeights(int64_t weight_version) override;
  StatusOr<proto::SnapshotReply> Snapshot() override;
  Status Resume() override;

  // Sets *stop once so many groups were leased, and holds the last one back, half generated.
  void StopAfterLeases(int64_t leases, std::atomic<bool>* stop);
  // Checksum of this tensor comes out wrong.
  void CorruptTensor(int index) { corrupt_ = index; }

 private:
  void Loop();
  void Handle(const proto::Lease& lease);

  Coordinator* coordinator_;
  const model::Parameters* parameters_;
  kernels::Stream* stream_;
  std::atomic<int64_t> version_ = -1;
  std::atomic<int64_t> leases_left_ = -1;
  std::atomic<bool>* stop_ = nullptr;
  int corrupt_ = -1;
  std::mutex mutex_;
  std::vector<proto::Group> held_;
  std::thread thread_;
};

// Everything a Trainer needs, in a directory of its own.
class TinyRun {
 public:
  explicit TinyRun(const std::string& dir);

  // A trainer over the run directory, resumed when there is a checkpoint.
  StatusOr<std::unique_ptr<Trainer>> Start(const TrainerConfig& config);
  StatusOr<RunResult> RunAll(const TrainerConfig& config);
  // RunAll with the stop flag raised after so many leases.
  StatusOr<RunResult> RunInterrupted(const TrainerConfig& config, int64_t leases);

  TrainerConfig config() const;
  void set_seed(uint64_t seed) { seed_ = seed; }
  std::string dir() const { return dir_; }
  std::string Read(const std::string& name) const;
  // metrics.jsonl without the fields that measure the machine.
  std::vector<std::string> Metrics() const;
  std::vector<uint64_t> Checksums();
  model::Parameters& parameters() { return parameters_; }
  kernels::Stream& stream() { return stream_; }

 private:
  std::string dir_;
  model::ModelConfig model_config_;
  model::Parameters parameters_;
  std::unique_ptr<model::Weights> weights_;
  std::unique_ptr<Tokenizer> tokenizer_;
  ThreadPool pool_{2};
  kernels::Stream stream_{&pool_};
  std::atomic<bool> stop_ = false;
  uint64_t seed_ = 1;
};

}  // namespace longhaul::trainer
