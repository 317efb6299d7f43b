// SPDX-License-Identifier: Apache-2.0
#include "rollout/lease_renewer.h"

#include <grpcpp/channel.h>

#include <algorithm>
#include <utility>

#include "common/logging.h"
#include "proto/rollout.grpc.pb.h"

namespace longhaul::rollout {
namespace {

constexpr int64_t kRenewalsPerDeadline = 3;
constexpr int64_t kWaitMsMax = 1000;
constexpr int64_t kWaitMsMin = 5;
// Tokens of one call, so that a message stays around a megabyte.
constexpr int64_t kTokensPerCall = 65536;

int64_t TokensOf(const proto::Group& group) {
  int64_t tokens = 0;
  for (const proto::Rollout& rollout : group.rollouts()) tokens += rollout.token_ids_size();
  return tokens;
}

}  // namespace

LeaseRenewer::LeaseRenewer(Args args) : args_(std::move(args)) {}
LeaseRenewer::~LeaseRenewer() { Join(); }

void LeaseRenewer::Start() {
  thread_ = std::thread([this] { Run(); });
}

void LeaseRenewer::Join() {
  if (thread_.joinable()) thread_.join();
}

// Waits are short next to the interval of renewals, which follows the leases that come in.
void LeaseRenewer::Run() {
  int64_t waited = 0;
  while (true) {
    const int64_t interval = args_.book->RenewalMs() / kRenewalsPerDeadline;
    const int64_t wait = std::clamp(interval / 4, kWaitMsMin, kWaitMsMax);
    if (!args_.gate->Wait(wait)) return;
    waited = interval == 0 ? 0 : waited + wait;
    if (interval == 0 || waited < interval) continue;
    waited = 0;
    Renew();
  }
}

void LeaseRenewer::Renew() {
  proto::RenewRequest request;
  int64_t tokens = 0;
  for (proto::Group& group : args_.partial()) {
    tokens += TokensOf(group);
    *request.add_partial() = std::move(group);
    if (tokens < kTokensPerCall) continue;
    Send(request);
    request.Clear();
    tokens = 0;
  }
  if (request.partial_size() > 0) Send(request);
}

void LeaseRenewer::Send(const proto::RenewRequest& partial) {
  proto::RenewRequest request = partial;
  request.set_worker(args_.options->name);
  proto::RenewReply reply;
  const auto stub = proto::Coordinator::NewStub(args_.coordinator);
  const Status status = args_.gate->CallWithRetry(
      {.what = fmt::format("renewing {} leases", request.partial_size()),
       .deadline_ms = args_.options->return_deadline_ms,
       .attempts = 3,
       .backoff_ms = args_.options->backoff_ms},
      [&](grpc::ClientContext* context) { return stub->Renew(context, request, &reply); });
  if (args_.gate->closed()) return;
  if (!status.ok()) {
    LogWarning("leases were not renewed, they may expire: {}", Message(status));
    return;
  }
  if (reply.lost_lease_ids_size() == 0) return;
  args_.on_lost({reply.lost_lease_ids().begin(), reply.lost_lease_ids().end()});
}

}  // namespace longhaul::rollout
