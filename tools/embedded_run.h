// SPDX-License-Identifier: Apache-2.0
//
// EmbeddedRun: coordinator, rollout worker and reward service of a run in one process, joined by
// gRPC's in-process channel. The same services and stubs serve over sockets where the roles are
// apart.
#pragma once

#include <atomic>
#include <memory>

#include "common/status.h"
#include "model/training_pass.h"
#include "tools/run_config.h"
#include "trainer/trainer.h"

namespace longhaul::tools {

enum class Phases { kSftOnly, kAll };

class EmbeddedRun {
 public:
  // The run directory exists and is locked by the caller. `stop` is set by a signal handler.
  static StatusOr<std::unique_ptr<EmbeddedRun>> Create(const LoadedRun& run, Phases phases,
                                                       const std::atomic<bool>* stop);
  ~EmbeddedRun();

  StatusOr<trainer::RunResult> Run();

  // Memory of this process by purpose, from what was really laid out.
  std::vector<model::MemoryLine> memory_plan() const;
  int64_t restored_step() const;
  const model::Parameters& parameters() const;
  const Tokenizer& tokenizer() const;
  kernels::Stream& stream();

 private:
  struct Impl;
  explicit EmbeddedRun(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace longhaul::tools
