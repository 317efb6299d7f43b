// SPDX-License-Identifier: Apache-2.0
#include "rollout/worker.h"

#include <grpcpp/channel.h>
#include <grpcpp/impl/codegen/service_type.h>

#include <mutex>
#include <thread>
#include <utility>

#include "rollout/generation_loop.h"
#include "rollout/lease_book.h"
#include "rollout/lease_client.h"
#include "rollout/lease_renewer.h"
#include "rollout/mailbox.h"
#include "rollout/rpc_gate.h"
#include "rollout/scoring_pool.h"
#include "rollout/worker_service.h"

namespace longhaul::rollout {

// The parts in the order in which they depend on one another.
struct Worker::Impl {
  Impl(Args worker_args, std::unique_ptr<Engine> worker_engine);

  std::vector<proto::Group> Partial();
  void Drop(const std::vector<int64_t>& lease_ids);

  const Args args;
  std::unique_ptr<Engine> engine;
  RpcGate gate;
  Mailbox mailbox;
  LeaseBook book;
  LeaseClient leases;
  ScoringPool scoring;
  GenerationLoop loop;
  LeaseRenewer renewer;
  std::unique_ptr<grpc::Service> service;
  std::mutex lifecycle_mutex;
  std::thread engine_thread;
};

Worker::Impl::Impl(Args worker_args, std::unique_ptr<Engine> worker_engine)
    : args(std::move(worker_args)),
      engine(std::move(worker_engine)),
      leases({.coordinator = args.coordinator,
              .options = &args.options,
              .gate = &gate,
              .on_answer = [this] { mailbox.Wake(); }}),
      scoring({.coordinator = args.coordinator,
               .reward = args.reward,
               .options = &args.options,
               .book = &book,
               .gate = &gate,
               .on_return = [this] { mailbox.Wake(); }}),
      loop({.model = args.model,
            .options = &args.options,
            .engine = engine.get(),
            .book = &book,
            .leases = &leases,
            .scoring = &scoring,
            .mailbox = &mailbox}),
      renewer({.coordinator = args.coordinator,
               .options = &args.options,
               .book = &book,
               .gate = &gate,
               .partial = [this] { return Partial(); },
               .on_lost = [this](const std::vector<int64_t>& ids) { Drop(ids); }}),
      service(MakeWorkerService(&loop, &mailbox)) {}

std::vector<proto::Group> Worker::Impl::Partial() {
  std::vector<proto::Group> groups;
  mailbox.Run([&] { groups = loop.Groups(); });
  return groups;
}

void Worker::Impl::Drop(const std::vector<int64_t>& lease_ids) {
  mailbox.Run([&] { loop.Drop(lease_ids); });
}

Worker::Worker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Worker::~Worker() { Stop(); }

StatusOr<std::unique_ptr<Worker>> Worker::Create(Args args) {
  if (args.options.num_scoring_threads < 1 || args.options.reward_attempts < 1) {
    return InvalidArgument(
        "a rollout worker needs num_scoring_threads ({}) and reward_attempts ({}) "
        "of at least 1",
        args.options.num_scoring_threads, args.options.reward_attempts);
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Engine> engine,
                   Engine::Create(*args.model.config, args.model.weights, args.model.tokenizer,
                                  args.options.engine));
  return std::unique_ptr<Worker>(
      new Worker(std::make_unique<Impl>(std::move(args), std::move(engine))));
}

grpc::Service* Worker::service() { return impl_->service.get(); }

void Worker::Start() {
  const std::lock_guard lock(impl_->lifecycle_mutex);
  impl_->leases.Start();
  impl_->scoring.Start();
  impl_->renewer.Start();
  impl_->engine_thread = std::thread([this] { impl_->loop.Run(); });
}

void Worker::Stop() {
  const std::lock_guard lock(impl_->lifecycle_mutex);
  impl_->gate.Close();
  impl_->mailbox.Close();
  if (impl_->engine_thread.joinable()) impl_->engine_thread.join();
  impl_->mailbox.RefuseAll();
  impl_->leases.Join();
  impl_->scoring.Join();
  impl_->renewer.Join();
}

bool Worker::finished() const { return impl_->loop.run_is_over() && impl_->book.size() == 0; }

EngineGauges Worker::gauges() const { return impl_->engine->gauges(); }

const std::vector<model::MemoryLine>& Worker::memory_plan() const {
  return impl_->engine->memory_plan();
}

}  // namespace longhaul::rollout
