// SPDX-License-Identifier: Apache-2.0
#include "tools/embedded_run.h"

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "common/file.h"
#include "rollout/worker.h"
#include "tools/in_process_server.h"
#include "tools/model_bundle.h"
#include "tools/reward_access.h"
#include "tools/run_files.h"

namespace longhaul::tools {
namespace {

constexpr double kWorkerCallDeadlineSeconds = 120;

StatusOr<model::Parameters> InitialParameters(const LoadedRun& run) {
  const ModelSection& model = run.config->model;
  if (model.path) return model::Parameters::Load(run.model_config, *model.path);
  return model::Parameters::Random(run.model_config, run.config->run.seed);
}

}  // namespace

// Declared in the order in which things depend on one another, so that they go in the reverse
// order.
struct EmbeddedRun::Impl {
  const RunConfig* config = nullptr;
  model::ModelConfig model_config;
  std::unique_ptr<Tokenizer> tokenizer;
  model::Parameters parameters;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<kernels::Stream> stream;
  std::unique_ptr<model::Weights> weights;
  std::unique_ptr<RewardAccess> reward;
  std::unique_ptr<trainer::Trainer> trainer;
  InProcessServer coordinator_server;
  std::unique_ptr<rollout::Worker> worker;
  InProcessServer worker_server;
  Phases phases = Phases::kAll;

  Status LoadModel(const LoadedRun& run);
  Status OpenReward();
  Status CreateTrainer(const LoadedRun& run, const std::atomic<bool>* stop);
  Status StartServices();
  trainer::GenerationGauges Gauges() const;
};

Status EmbeddedRun::Impl::LoadModel(const LoadedRun& run) {
  model_config = run.model_config;
  ASSIGN_OR_RETURN(tokenizer, LoadRunTokenizer(run));
  RETURN_IF_ERROR(CheckTokenizerFits(*tokenizer, model_config));
  ASSIGN_OR_RETURN(parameters, InitialParameters(run));
  pool = std::make_unique<ThreadPool>(config->threads > 0 ? config->threads : AvailableCpus());
  stream = std::make_unique<kernels::Stream>(pool.get());
  weights = std::make_unique<model::Weights>(model_config, config->model.weights_options());
  return OkStatus();
}

Status EmbeddedRun::Impl::OpenReward() {
  ASSIGN_OR_RETURN(reward, RewardAccess::Open({.service = &config->reward.service,
                                               .config = &config->reward.router,
                                               .sandbox = config->sandbox,
                                               .threads = config->threads}));
  return OkStatus();
}

Status EmbeddedRun::Impl::CreateTrainer(const LoadedRun& run, const std::atomic<bool>* stop) {
  trainer::TrainerDeps deps;
  deps.model_config = &model_config;
  deps.parameters = &parameters;
  deps.weights = weights.get();
  deps.tokenizer = tokenizer.get();
  deps.stream = stream.get();
  deps.recompute = config->model.recompute_mode();
  deps.seed = config->run.seed;
  deps.run_name = config->run.name;
  deps.run_dir = run.run_dir;
  deps.config_text = run.config_text;
  deps.check_reward = [this](const proto::RewardSpec& spec) { return reward->Check(spec); };
  deps.reward = &reward->client();
  deps.generation_gauges = [this] { return Gauges(); };
  deps.stop = stop;
  ASSIGN_OR_RETURN(trainer, trainer::Trainer::Create(config->trainer, deps));
  return OkStatus();
}

Status EmbeddedRun::Impl::StartServices() {
  RETURN_IF_ERROR(coordinator_server.Start({trainer->coordinator_service()}));
  rollout::Worker::Args args;
  args.model = {.config = &model_config,
                .parameters = &parameters,
                .weights = weights.get(),
                .tokenizer = tokenizer.get()};
  args.coordinator = coordinator_server.Channel();
  args.reward = reward->channel();
  args.options.reward_deadline_ms = static_cast<int64_t>(config->reward.deadline_s * 1000);
  args.options.engine.config = config->rollout.engine;
  args.options.engine.num_threads = config->threads;
  args.options.engine.max_sequence_tokens =
      std::min(model_config.max_position_embeddings,
               config->trainer.data.max_prompt_length + config->trainer.longest_response());
  ASSIGN_OR_RETURN(worker, rollout::Worker::Create(std::move(args)));
  return worker_server.Start({worker->service()});
}

trainer::GenerationGauges EmbeddedRun::Impl::Gauges() const {
  if (worker == nullptr) return {};
  const rollout::EngineGauges gauges = worker->gauges();
  const double blocks = static_cast<double>(std::max<int64_t>(1, gauges.kv_blocks_total));
  return {.finished_rollouts = gauges.finished_samples,
          .tokens = gauges.generated_tokens,
          .tokens_per_second = gauges.tokens_per_second,
          .running = gauges.running,
          .preemptions = gauges.preemptions,
          .kv_usage = static_cast<double>(gauges.kv_blocks_used) / blocks};
}

EmbeddedRun::EmbeddedRun(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EmbeddedRun::~EmbeddedRun() {
  if (impl_->worker) impl_->worker->Stop();
}

StatusOr<std::unique_ptr<EmbeddedRun>> EmbeddedRun::Create(const LoadedRun& run, Phases phases,
                                                           const std::atomic<bool>* stop) {
  auto impl = std::make_unique<Impl>();
  impl->config = run.config.get();
  impl->phases = phases;
  RETURN_IF_ERROR(impl->LoadModel(run));
  RETURN_IF_ERROR(impl->OpenReward());
  RETURN_IF_ERROR(impl->CreateTrainer(run, stop));
  const bool generates = phases == Phases::kAll || !impl->config->trainer.eval.sets.empty();
  if (generates) RETURN_IF_ERROR(impl->StartServices());
  return std::unique_ptr<EmbeddedRun>(new EmbeddedRun(std::move(impl)));
}

StatusOr<trainer::RunResult> EmbeddedRun::Run() {
  if (impl_->worker == nullptr) return impl_->trainer->RunSft(nullptr);
  impl_->worker->Start();
  const auto client =
      trainer::MakeGrpcWorkerClient(impl_->worker_server.Channel(), kWorkerCallDeadlineSeconds);
  StatusOr<trainer::RunResult> result = impl_->phases == Phases::kSftOnly
                                            ? impl_->trainer->RunSft(client.get())
                                            : impl_->trainer->Run(*client);
  impl_->worker->Stop();
  return result;
}

std::vector<model::MemoryLine> EmbeddedRun::memory_plan() const {
  std::vector<model::MemoryLine> plan = {{"parameters, fp32", impl_->parameters.bytes()},
                                         {"packed weights", impl_->weights->bytes()}};
  const std::vector<model::MemoryLine> training = impl_->trainer->PlanMemory();
  plan.insert(plan.end(), training.begin(), training.end());
  const std::vector<model::MemoryLine> judge = impl_->reward->memory_plan();
  plan.insert(plan.end(), judge.begin(), judge.end());
  if (impl_->worker) {
    const std::vector<model::MemoryLine>& engine = impl_->worker->memory_plan();
    plan.insert(plan.end(), engine.begin(), engine.end());
  }
  return plan;
}

int64_t EmbeddedRun::restored_step() const { return impl_->trainer->restored_step(); }
const model::Parameters& EmbeddedRun::parameters() const { return impl_->parameters; }
const Tokenizer& EmbeddedRun::tokenizer() const { return *impl_->tokenizer; }
kernels::Stream& EmbeddedRun::stream() { return *impl_->stream; }

}  // namespace longhaul::tools
