// SPDX-License-Identifier: Apache-2.0
#include "rollout/engine.h"

#include <map>
#include <unordered_map>
#include <utility>

#include "common/check.h"
#include "common/logging.h"
#include "kernels/softmax_attention.h"
#include "model/inference_pass.h"
#include "rollout/cache_plan.h"
#include "rollout/group.h"
#include "rollout/scheduler.h"
#include "rollout/step_runner.h"
#include "rollout/throughput.h"

namespace longhaul::rollout {
namespace {

SchedulerOptions SchedulerOptionsOf(const model::ModelConfig& model, const EngineConfig& engine) {
  return {.max_num_seqs = engine.max_num_seqs,
          .max_num_batched_tokens = engine.max_num_batched_tokens,
          .prefill_chunk = engine.prefill_chunk,
          .uses_blocks = model.HasSoftmax(),
          .uses_slots = model.HasLightning()};
}

}  // namespace

struct Engine::Impl {
  Impl(const model::ModelConfig& model, const model::InferencePassOptions& plan,
       const EngineOptions& engine_options)
      : config(model),
        options(engine_options),
        blocks(plan.num_kv_blocks),
        slots(plan.num_state_slots),
        scheduler(SchedulerOptionsOf(model, engine_options.config), &blocks, &slots) {}

  LiveGroup* Find(int64_t id) const;
  void Schedule(LiveGroup* group);
  void Unschedule(LiveGroup* group);
  void Settle(std::span<const DrawnToken> drawn);
  void CloseSample(LiveSample* sample);
  void Forget(LiveGroup* group);
  void PublishGauges();

  const model::ModelConfig config;
  const EngineOptions options;
  RequestLimits limits;
  const model::Weights* weights = nullptr;
  int64_t version = -1;
  BlockPool blocks;
  StatePool slots;
  Scheduler scheduler;
  std::unique_ptr<StepRunner> runner;
  std::vector<model::MemoryLine> memory_plan;
  std::map<int64_t, std::unique_ptr<LiveGroup>> groups;  // by order
  std::unordered_map<int64_t, int64_t> orders;           // by id
  std::vector<int64_t> complete_on_arrival;              // ids
  int64_t next_order = 0;
  int64_t unfinished_groups = 0;
  int64_t unfinished_samples = 0;
  StepEvents events;
  Throughput throughput;
};

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

StatusOr<std::unique_ptr<Engine>> Engine::Create(const model::ModelConfig& config,
                                                 const model::Weights* weights,
                                                 const Tokenizer* tokenizer,
                                                 const EngineOptions& options) {
  ASSIGN_OR_RETURN(model::InferencePassOptions plan,
                   PlanCache(config, weights->options(), options, AvailableMemoryBytes()));
  if (tokenizer != nullptr && tokenizer->vocab_size() > config.vocab_size) {
    return InvalidArgument("the tokenizer has {} tokens, more than the model's vocab_size of {}",
                           tokenizer->vocab_size(), config.vocab_size);
  }
  auto impl = std::make_unique<Impl>(config, plan, options);
  ASSIGN_OR_RETURN(impl->runner,
                   StepRunner::Create(config, weights->options(), plan, options.num_threads));
  impl->weights = weights;
  impl->version = weights->version();
  impl->memory_plan = model::PlanInferenceMemory(config, weights->options(), plan);
  impl->limits = {.model = &impl->config,
                  .tokenizer = tokenizer,
                  .cache_tokens = plan.num_kv_blocks * kernels::kKvBlockTokens};
  impl->PublishGauges();
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Status Engine::Add(GroupRequest request) {
  if (impl_->orders.contains(request.id)) {
    return AlreadyExists("request {} ('{}') is already there", request.id, request.uid);
  }
  if (!HasRoom()) {
    return ResourceExhausted("the engine's queue is full: {} groups are unfinished",
                             impl_->unfinished_groups);
  }
  RETURN_IF_ERROR(CheckRequest(request, impl_->limits));
  const int64_t order = impl_->next_order++;
  const int64_t id = request.id;
  auto group = MakeLiveGroup(std::move(request), impl_->limits, order);
  impl_->orders[id] = order;
  if (group->num_unfinished == 0) {
    impl_->complete_on_arrival.push_back(id);
  } else {
    ++impl_->unfinished_groups;
    impl_->unfinished_samples += group->num_unfinished;
    impl_->Schedule(group.get());
  }
  impl_->groups[order] = std::move(group);
  return OkStatus();
}

bool Engine::HasRoom() const {
  return impl_->unfinished_groups < impl_->options.max_waiting_groups;
}

const StepEvents& Engine::Step() {
  Impl& impl = *impl_;
  impl.events.tokens.clear();
  impl.events.finished_samples.clear();
  impl.events.finished.clear();
  impl.events.finished.swap(impl.complete_on_arrival);
  CHECK_EQ(impl.weights->version(), impl.version)
      << "the weights were packed without a call of UpdateWeights";
  impl.throughput.Begin();
  const rollout::Schedule& schedule = impl.scheduler.Next();
  int64_t computed = 0;
  if (!schedule.rows.empty()) {
    const std::span<const DrawnToken> drawn = impl.runner->Run(*impl.weights, schedule);
    computed = impl.runner->num_rows();
    impl.scheduler.Advance();
    impl.Settle(drawn);
  }
  impl.throughput.End(static_cast<int64_t>(impl.events.tokens.size()), computed,
                      static_cast<int64_t>(impl.events.finished_samples.size()));
  impl.PublishGauges();
  return impl.events;
}

// Tokens go to their samples in request order; a sample whose logits are not numbers ends alone.
void Engine::Impl::Settle(std::span<const DrawnToken> drawn) {
  for (const DrawnToken& token : drawn) {
    LiveSample* sample = token.sample;
    const int64_t id = sample->owner->request.id;
    if (token.finite) {
      AppendToken(token.token, version, sample);
      events.tokens.push_back({id, sample->sample, token.token.token_id});
    } else {
      LogError(
          "request '{}' sample {}: logits are not finite at position {} (weight version {}); this "
          "sample is aborted",
          sample->owner->request.uid, sample->sample, sample->length(), version);
      sample->completion.stop_reason = StopReason::kAborted;
      FinishSample(sample);
    }
    if (!sample->unfinished()) CloseSample(sample);
  }
}

void Engine::Impl::CloseSample(LiveSample* sample) {
  scheduler.Remove(sample);
  --unfinished_samples;
  const LiveGroup& group = *sample->owner;
  events.finished_samples.push_back({group.request.id, sample->sample});
  if (group.num_unfinished > 0) return;
  --unfinished_groups;
  events.finished.push_back(group.request.id);
}

bool Engine::idle() const {
  return impl_->scheduler.running() == 0 && impl_->scheduler.waiting() == 0 &&
         impl_->complete_on_arrival.empty();
}

LiveGroup* Engine::Impl::Find(int64_t id) const {
  const auto order = orders.find(id);
  return order == orders.end() ? nullptr : groups.at(order->second).get();
}

void Engine::Impl::Schedule(LiveGroup* group) {
  for (const auto& sample : group->samples) {
    const bool out = sample->phase == Sequence::Phase::kOut;
    if (sample->unfinished() && out) scheduler.Add(sample.get());
  }
}

void Engine::Impl::Unschedule(LiveGroup* group) {
  for (auto it = group->samples.rbegin(); it != group->samples.rend(); ++it) {
    scheduler.Remove(it->get());
  }
}

void Engine::Impl::Forget(LiveGroup* group) {
  const int64_t id = group->request.id;
  std::erase(complete_on_arrival, id);
  const int64_t order = orders.at(id);
  orders.erase(id);
  groups.erase(order);
}

std::vector<Completion> Engine::Take(int64_t id) {
  LiveGroup* group = impl_->Find(id);
  CHECK(group != nullptr && group->num_unfinished == 0) << "request " << id;
  std::vector<Completion> completions;
  for (const auto& sample : group->samples) completions.push_back(std::move(sample->completion));
  impl_->Forget(group);
  return completions;
}

Completion Engine::Peek(int64_t id, int32_t sample) const {
  const LiveGroup* group = impl_->Find(id);
  CHECK(group != nullptr) << "request " << id;
  CHECK(sample >= 0 && sample < group->request.group_size);
  return CompletionOf(*group->samples[static_cast<size_t>(sample)]);
}

bool Engine::Abort(int64_t id) {
  LiveGroup* group = impl_->Find(id);
  if (group == nullptr) return false;
  impl_->Unschedule(group);
  impl_->unfinished_groups -= group->num_unfinished > 0;
  impl_->unfinished_samples -= group->num_unfinished;
  impl_->Forget(group);
  impl_->PublishGauges();
  return true;
}

bool Engine::Has(int64_t id) const { return impl_->Find(id) != nullptr; }

void Engine::UpdateWeights(const model::Weights* weights) {
  impl_->weights = weights;
  impl_->version = weights->version();
  Restart();
}

void Engine::Restart() {
  impl_->scheduler.EvictAll();
  for (const auto& [order, group] : impl_->groups) impl_->Schedule(group.get());
}

std::vector<GroupRequest> Engine::Snapshot() const {
  std::vector<GroupRequest> requests;
  for (const auto& [order, group] : impl_->groups) {
    requests.push_back(group->request);
    for (const auto& sample : group->samples) {
      requests.back().resume.push_back(CompletionOf(*sample));
    }
  }
  return requests;
}

int64_t Engine::weight_version() const { return impl_->version; }
int64_t Engine::unfinished_groups() const { return impl_->unfinished_groups; }
int64_t Engine::unfinished_samples() const { return impl_->unfinished_samples; }
kernels::Stream& Engine::stream() { return impl_->runner->stream(); }
const std::vector<model::MemoryLine>& Engine::memory_plan() const { return impl_->memory_plan; }
EngineGauges Engine::gauges() const { return impl_->throughput.gauges(); }

void Engine::Impl::PublishGauges() {
  EngineGauges gauges;
  gauges.kv_blocks_used = blocks.used();
  gauges.kv_blocks_total = blocks.total();
  gauges.running = scheduler.running();
  gauges.waiting = scheduler.waiting();
  gauges.preemptions = scheduler.preemptions();
  throughput.Publish(gauges);
}

}  // namespace longhaul::rollout
