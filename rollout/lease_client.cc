// SPDX-License-Identifier: Apache-2.0
#include "rollout/lease_client.h"

#include <grpcpp/channel.h>

#include <utility>

#include "common/check.h"
#include "common/logging.h"
#include "proto/rollout.grpc.pb.h"

namespace longhaul::rollout {

LeaseClient::LeaseClient(Args args) : args_(std::move(args)) {}
LeaseClient::~LeaseClient() { Join(); }

void LeaseClient::Start() {
  thread_ = std::thread([this] { Run(); });
}

void LeaseClient::Ask(int32_t max_groups, int64_t weight_version) {
  const std::lock_guard lock(mutex_);
  CHECK(!outstanding_);
  proto::LeaseRequest request;
  request.set_worker(args_.options->name);
  request.set_max_groups(max_groups);
  request.set_weight_version(weight_version);
  request_ = std::move(request);
  outstanding_ = true;
  wake_.notify_one();
}

bool LeaseClient::outstanding() const {
  const std::lock_guard lock(mutex_);
  return outstanding_;
}

std::optional<LeaseClient::Answer> LeaseClient::Take() {
  const std::lock_guard lock(mutex_);
  if (answer_) outstanding_ = false;
  return std::exchange(answer_, std::nullopt);
}

void LeaseClient::Join() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void LeaseClient::Run() {
  bool last_was_empty = false;
  while (true) {
    proto::LeaseRequest request;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || request_; });
      if (stopping_) return;
      request = *std::exchange(request_, std::nullopt);
    }
    // A coordinator that answers at once with nothing is not to be asked in a busy loop.
    if (last_was_empty && !args_.gate->Wait(args_.options->backoff_ms)) return;
    Answer answer{.reply = {}, .weight_version = request.weight_version()};
    if (!Fetch(request, &answer.reply)) return;
    last_was_empty = answer.reply.leases_size() == 0;
    {
      const std::lock_guard lock(mutex_);
      answer_ = std::move(answer);
    }
    args_.on_answer();
  }
}

// A call that reaches its deadline found nothing to lease.
bool LeaseClient::Fetch(const proto::LeaseRequest& request, proto::LeaseReply* reply) {
  const auto stub = proto::Coordinator::NewStub(args_.coordinator);
  const Status status = args_.gate->CallWithRetry(
      {.what = "asking the coordinator for leases",
       .deadline_ms = args_.options->lease_deadline_ms,
       .attempts = 0,
       .backoff_ms = args_.options->backoff_ms},
      [&](grpc::ClientContext* context) {
        reply->Clear();
        const grpc::Status called = stub->Lease(context, request, reply);
        const bool nothing = called.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
        return nothing ? grpc::Status::OK : called;
      });
  if (status.ok()) return true;
  if (!args_.gate->closed()) LogError("the coordinator gives no leases: {}", Message(status));
  return !args_.gate->closed();
}

}  // namespace longhaul::rollout
