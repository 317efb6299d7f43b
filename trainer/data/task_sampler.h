// SPDX-License-Identifier: Apache-2.0
//
// TaskSampler: which task is drawn next. Tasks lie in pools, one for each data source (and domain,
// where the curriculum names domains); draw k picks a pool by weight with a counter-based random
// number and takes the pool's next task in its shuffled order. All state is the number of draws and
// a position for each pool.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "proto/rollout.pb.h"
#include "trainer/curriculum/domain_curriculum.h"
#include "trainer/data/data_order.h"

namespace longhaul::trainer {

struct TaskSource {
  std::string path = {};
  double weight = 1;
  std::vector<proto::Task> tasks = {};
};

// Which tasks are still drawn; the curriculum changes it.
struct TaskFilter {
  double drop_pass_rate_above = 1;  // tasks with a known higher rate are skipped
  double synthetic_keep_frac = 1;   // synthetic tasks kept, chosen by a hash of their uid
  bool Keeps(const proto::Task& task) const;
};

struct DrawnTask {
  const proto::Task* task = nullptr;
  int64_t epoch = 0;  // times it was drawn before
};

// Thread-compatible.
class TaskSampler {
 public:
  struct Args {
    std::vector<TaskSource> sources;
    DomainCurriculum domains{{}};
    uint64_t seed = 0;
    bool shuffle = true;
  };
  // A uid may appear once over all sources, and a domain that is configured must have tasks: one
  // that is misspelt would leave the real one at weight 1 from the start.
  static StatusOr<TaskSampler> Create(Args args);

  // `step`: RL steps done. FailedPrecondition when no pool has both a weight then and a task that
  // is kept.
  StatusOr<DrawnTask> Draw(int64_t step);
  void SetFilter(const TaskFilter& filter);
  int64_t draws() const { return draws_; }
  int64_t num_tasks() const;

  Json Save() const;
  Status Load(const Json& state);

 private:
  struct Pool {
    std::string name;  // of messages and of the saved state
    std::string domain;
    double weight = 1;
    std::vector<const proto::Task*> tasks;
    DataOrder order{0, 0, 1};
    int64_t position = 0;
    int64_t kept = 0;  // tasks the filter keeps
  };

  explicit TaskSampler(Args args);
  double PoolWeight(const Pool& pool, int64_t step) const;
  DrawnTask Next(Pool& pool);

  Args args_;
  std::vector<Pool> pools_ = {};
  TaskFilter filter_;
  int64_t draws_ = 0;
};

}  // namespace longhaul::trainer
