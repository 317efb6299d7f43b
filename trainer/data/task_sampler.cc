// SPDX-License-Identifier: Apache-2.0
#include "trainer/data/task_sampler.h"

#include <algorithm>
#include <map>
#include <set>

#include "common/nearest_name.h"
#include "common/random.h"

namespace longhaul::trainer {
namespace {

// Keeps the draws of pools apart from the shuffles, which have the same random stream.
constexpr uint32_t kPoolDraw = 0x706f6f6c;

// Uniform in [0, 1) from a uid: a task stays kept while the kept share only shrinks.
double UidFraction(const std::string& uid) {
  return static_cast<double>(StableHash(uid) >> 11) * 0x1p-53;
}

}  // namespace

bool TaskFilter::Keeps(const proto::Task& task) const {
  if (task.has_pass_rate() && task.pass_rate() > drop_pass_rate_above) return false;
  return !task.synthetic() || UidFraction(task.uid()) < synthetic_keep_frac;
}

StatusOr<TaskSampler> TaskSampler::Create(Args args) {
  std::map<std::string, std::string> path_of_uid;
  std::set<std::string> domains;
  for (const TaskSource& source : args.sources) {
    for (const proto::Task& task : source.tasks) {
      const auto [first, inserted] = path_of_uid.emplace(task.uid(), source.path);
      if (!inserted) {
        return InvalidArgument("{}: uid: '{}' is also in {}", source.path, task.uid(),
                               first->second);
      }
      domains.insert(task.domain());
    }
  }
  for (const DomainConfig& config : args.domains.domains()) {
    if (domains.contains(config.name)) continue;
    return InvalidArgument("curriculum.domains: no task of data.train has the domain '{}'{}",
                           config.name, SuggestName(config.name, {domains.begin(), domains.end()}));
  }
  return TaskSampler(std::move(args));
}

TaskSampler::TaskSampler(Args args) : args_(std::move(args)) {
  for (const TaskSource& source : args_.sources) {
    std::map<std::string, Pool> by_domain;
    for (const proto::Task& task : source.tasks) {
      const std::string domain = args_.domains.empty() ? "" : task.domain();
      Pool& pool = by_domain[domain];
      pool.domain = domain;
      pool.tasks.push_back(&task);
    }
    for (auto& [domain, pool] : by_domain) {
      pool.name = domain.empty() ? source.path : source.path + "#" + domain;
      pool.weight = source.weight;
      pool.order =
          DataOrder(args_.seed, pools_.size() + 1, static_cast<int64_t>(pool.tasks.size()));
      pools_.push_back(std::move(pool));
    }
  }
  SetFilter({});
}

void TaskSampler::SetFilter(const TaskFilter& filter) {
  filter_ = filter;
  for (Pool& pool : pools_) {
    pool.kept = std::count_if(pool.tasks.begin(), pool.tasks.end(),
                              [&](const proto::Task* task) { return filter_.Keeps(*task); });
  }
}

double TaskSampler::PoolWeight(const Pool& pool, int64_t step) const {
  if (pool.kept == 0) return 0;
  return args_.domains.empty() ? pool.weight
                               : pool.weight * args_.domains.Weight(pool.domain, step);
}

StatusOr<DrawnTask> TaskSampler::Draw(int64_t step) {
  double total = 0;
  for (const Pool& pool : pools_) total += PoolWeight(pool, step);
  if (total <= 0) {
    return FailedPrecondition(
        "data.train: no task can be drawn at step {}: every domain has weight 0 there or all its "
        "tasks are filtered out (pass_rate above {}, synthetic tasks kept {})",
        step + 1, filter_.drop_pass_rate_above, filter_.synthetic_keep_frac);
  }
  const uint64_t key = RandomKey(args_.seed, RandomStream::kDataOrder);
  double left = UniformDoubleAt(key, static_cast<uint64_t>(draws_), kPoolDraw, 0) * total;
  Pool* chosen = nullptr;
  for (Pool& pool : pools_) {
    const double weight = PoolWeight(pool, step);
    if (weight <= 0) continue;
    chosen = &pool;
    left -= weight;
    if (left < 0) break;
  }
  ++draws_;
  return Next(*chosen);
}

DrawnTask TaskSampler::Next(Pool& pool) {
  const int64_t size = static_cast<int64_t>(pool.tasks.size());
  while (true) {
    const int64_t position = pool.position++;
    const int64_t index = args_.shuffle ? pool.order.At(position) : position % size;
    const proto::Task* task = pool.tasks[index];
    if (filter_.Keeps(*task)) return {.task = task, .epoch = position / size};
  }
}

int64_t TaskSampler::num_tasks() const {
  int64_t tasks = 0;
  for (const Pool& pool : pools_) tasks += static_cast<int64_t>(pool.tasks.size());
  return tasks;
}

Json TaskSampler::Save() const {
  Json pools = Json::Array();
  for (const Pool& pool : pools_) {
    Json entry = Json::Object();
    entry.Set("name", pool.name).Set("size", static_cast<int64_t>(pool.tasks.size()));
    entry.Set("position", pool.position);
    pools.Append(std::move(entry));
  }
  Json state = Json::Object();
  state.Set("draws", draws_).Set("pools", std::move(pools));
  return state;
}

Status TaskSampler::Load(const Json& state) {
  ASSIGN_OR_RETURN(draws_, state.GetInt("draws"));
  ASSIGN_OR_RETURN(const Json* pools, state.Get("pools"));
  if (pools->size() != pools_.size()) {
    return FailedPrecondition("{}: the checkpoint knows {} task pools, data.train gives {}",
                              pools->where(), pools->size(), pools_.size());
  }
  for (size_t i = 0; i < pools_.size(); ++i) {
    const Json& entry = pools->items()[i];
    ASSIGN_OR_RETURN(const int64_t size, entry.GetInt("size"));
    if (size != static_cast<int64_t>(pools_[i].tasks.size())) {
      return FailedPrecondition(
          "{}: '{}' had {} tasks when the checkpoint was written and has {} now; the data order "
          "would change",
          entry.where(), pools_[i].name, size, pools_[i].tasks.size());
    }
    ASSIGN_OR_RETURN(pools_[i].position, entry.GetInt("position"));
  }
  return OkStatus();
}

}  // namespace longhaul::trainer
