// SPDX-License-Identifier: Apache-2.0
#include "reward/code/sandbox_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "common/logging.h"
#include "proto/grpc_status.h"
#include "proto/sandbox.grpc.pb.h"

namespace longhaul::reward {
namespace {

// How often a waiting call looks whether its caller is still there.
constexpr std::chrono::milliseconds kCancellationPoll(20);

bool MayPass(StatusCode code) {
  switch (code) {
    case StatusCode::kUnavailable:
    case StatusCode::kResourceExhausted:
    case StatusCode::kAborted:
    case StatusCode::kInternal:
    case StatusCode::kUnknown:
    case StatusCode::kCancelled:  // by the service as it goes down; ours ends before this is asked
      return true;
    default:
      return false;
  }
}

// The first outcome that is the service's fault, in words.
std::optional<std::string> InternalError(const proto::ExecuteReply& reply) {
  if (reply.compile().outcome() == proto::EXECUTION_OUTCOME_INTERNAL_ERROR) {
    return reply.compile().detail();
  }
  for (const proto::Execution& run : reply.runs()) {
    if (run.outcome() == proto::EXECUTION_OUTCOME_INTERNAL_ERROR) return run.detail();
    if (run.outcome() == proto::EXECUTION_OUTCOME_UNSPECIFIED) return "a run without an outcome";
  }
  return std::nullopt;
}
std::optional<std::string> InternalError(const proto::ConverseReply& reply) {
  const auto error = InternalError(reply.leader());
  return error.has_value() ? error : InternalError(reply.partner());
}

using Async = proto::Sandbox::StubInterface::async_interface;
using Deadline = std::chrono::system_clock::time_point;

using Done = std::function<void(grpc::Status)>;

void Start(Async* async, grpc::ClientContext* context, const proto::ExecuteRequest* request,
           proto::ExecuteReply* reply, Done done) {
  async->Execute(context, request, reply, std::move(done));
}
void Start(Async* async, grpc::ClientContext* context, const proto::ConverseRequest* request,
           proto::ConverseReply* reply, Done done) {
  async->Converse(context, request, reply, std::move(done));
}

template <typename Reply, typename Request>
StatusOr<Reply> Try(Async* async, const Request& request, Deadline deadline,
                    const ScoringCall& call) {
  grpc::ClientContext context;
  context.set_deadline(deadline);
  Reply reply;
  std::mutex mutex;
  std::condition_variable arrived;
  std::optional<grpc::Status> status;
  Start(async, &context, &request, &reply, [&](grpc::Status result) {
    const std::lock_guard lock(mutex);
    status = std::move(result);
    arrived.notify_one();
  });
  std::unique_lock lock(mutex);
  while (!arrived.wait_for(lock, kCancellationPoll, [&] { return status.has_value(); })) {
    if (!call.cancelled()) continue;
    lock.unlock();  // the answer may come within this call, on this thread
    context.TryCancel();
    lock.lock();
    arrived.wait(lock, [&] { return status.has_value(); });
  }
  if (!status->ok()) return FromGrpcStatus(*status);
  return reply;
}

}  // namespace

struct SandboxClient::Stub {
  std::unique_ptr<proto::Sandbox::Stub> sandbox;
};

SandboxClient::SandboxClient(std::shared_ptr<grpc::Channel> channel, RetryPolicy policy)
    : stub_(std::make_unique<Stub>()), policy_(policy) {
  stub_->sandbox = proto::Sandbox::NewStub(channel);
}
SandboxClient::~SandboxClient() = default;

template <typename Reply, typename Request>
StatusOr<Reply> SandboxClient::Call(const Request& request, const ScoringCall& call) const {
  const Deadline now = std::chrono::system_clock::now();
  const Deadline deadline = call.deadline - now > policy_.without_deadline
                                ? now + policy_.without_deadline
                                : call.deadline;
  std::chrono::milliseconds wait = policy_.first_wait;
  int internal_errors = 0;
  Status before;  // the failure that was tried again last
  while (true) {
    if (call.cancelled()) return Cancelled("the caller has gone");
    StatusOr<Reply> reply = Try<Reply>(stub_->sandbox->async(), request, deadline, call);
    if (call.cancelled()) return Cancelled("the caller has gone");
    Status failure = reply.status();
    if (reply.ok()) {
      if (away_.exchange(false)) LogInfo("the sandbox is back");
      const auto error = InternalError(*reply);
      if (!error.has_value()) return reply;
      failure = Internal("the sandbox failed: {}", *error);
      if (++internal_errors >= policy_.max_internal_errors) return failure;
    } else if (failure.code() == StatusCode::kDeadlineExceeded && !before.ok()) {
      return Annotate(before, "sandbox");
    } else if (!MayPass(failure.code())) {
      return Annotate(failure, "sandbox");
    }
    if (std::chrono::system_clock::now() + wait >= deadline) return Annotate(failure, "sandbox");
    if (failure.code() == StatusCode::kUnavailable && !away_.exchange(true)) {
      LogWarning("the sandbox is away, programs wait for it: {}", Message(failure));
    }
    before = std::move(failure);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable never;
    const auto until = std::chrono::steady_clock::now() + wait;
    never.wait_until(lock, until, [&] { return call.cancelled(); });
    wait = std::min(wait * 2, policy_.longest_wait);
  }
}

StatusOr<proto::ExecuteReply> SandboxClient::Execute(const proto::ExecuteRequest& request,
                                                     const ScoringCall& call) const {
  return Call<proto::ExecuteReply>(request, call);
}

StatusOr<proto::ConverseReply> SandboxClient::Converse(const proto::ConverseRequest& request,
                                                       const ScoringCall& call) const {
  return Call<proto::ConverseReply>(request, call);
}

}  // namespace longhaul::reward
