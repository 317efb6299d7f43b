// SPDX-License-Identifier: Apache-2.0
#include "tools/reward_access.h"

#include <grpcpp/channel.h>

#include "tools/in_process_server.h"
#include "tools/local_scoring.h"
#include "trainer/judge/reward_client.h"

namespace longhaul::tools {
namespace {

constexpr double kCallDeadlineSeconds = 60;

}  // namespace

struct RewardAccess::Impl {
  std::unique_ptr<LocalScoring> local;  // null: the service is elsewhere
  InProcessServer server;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<trainer::RewardClient> client;
};

RewardAccess::RewardAccess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RewardAccess::~RewardAccess() = default;

StatusOr<std::unique_ptr<RewardAccess>> RewardAccess::Open(const Args& args) {
  auto impl = std::make_unique<Impl>();
  if (!args.service->address.empty()) {
    auto channel = ConnectTo(*args.service, "reward server");
    if (!channel.ok()) return Annotate(channel.status(), "reward.address");
    impl->channel = *std::move(channel);
  } else {
    ASSIGN_OR_RETURN(impl->local, LocalScoring::Create({.config = args.config,
                                                        .sandbox = args.sandbox,
                                                        .threads = args.threads}));
    RETURN_IF_ERROR(impl->server.Start({&impl->local->service()}));
    impl->channel = impl->server.Channel();
  }
  impl->client = trainer::MakeGrpcRewardClient(impl->channel, kCallDeadlineSeconds);
  return std::unique_ptr<RewardAccess>(new RewardAccess(std::move(impl)));
}

std::shared_ptr<grpc::Channel> RewardAccess::channel() const { return impl_->channel; }
trainer::RewardClient& RewardAccess::client() { return *impl_->client; }

Status RewardAccess::Check(const proto::RewardSpec& spec) {
  if (impl_->local != nullptr) return impl_->local->service().router().CheckSpec(spec);
  const Status status = impl_->client->Check(spec);
  if (status.code() != StatusCode::kUnauthenticated) return status;
  return Annotate(status, "reward.token_file");
}

std::vector<model::MemoryLine> RewardAccess::memory_plan() const {
  return impl_->local == nullptr ? std::vector<model::MemoryLine>() : impl_->local->memory_plan();
}

}  // namespace longhaul::tools
