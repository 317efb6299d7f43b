// SPDX-License-Identifier: Apache-2.0
//
// A Sandbox service without a sandbox, for tests of what is built on it: it runs Python and C++ as
// plain child processes in a temporary directory, with descriptor 3 and wall-clock limits but
// without any protection. Or it answers what a test scripts. Joined by the in-process channel.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "proto/sandbox.grpc.pb.h"

namespace longhaul::reward {

class FakeSandbox final : public proto::Sandbox::Service {
 public:
  // A scripted answer, or nothing: the programs are run.
  using Script = std::function<std::optional<grpc::Status>(
      int call, const proto::ExecuteRequest& request, proto::ExecuteReply* reply)>;

  using ConverseScript = std::function<void(proto::ConverseReply& reply)>;
  // In the place of the judged program of a conversation: what it answers to a call, line ends and
  // all.
  using Partner = std::function<std::string(int call)>;

  FakeSandbox();
  ~FakeSandbox() override;

  void set_script(Script script) { script_ = std::move(script); }
  void set_converse_script(ConverseScript script) { converse_script_ = std::move(script); }
  void set_partner(Partner partner) { partner_ = std::move(partner); }
  std::shared_ptr<grpc::Channel> channel();
  // What was asked so far; a conversation is two.
  std::vector<proto::ExecuteRequest> requests() const;

  grpc::Status Execute(grpc::ServerContext* context, const proto::ExecuteRequest* request,
                       proto::ExecuteReply* reply) override;
  grpc::Status Converse(grpc::ServerContext* context, const proto::ConverseRequest* request,
                        proto::ConverseReply* reply) override;

 private:
  // Compiled once, as the service does it.
  struct Program {
    proto::Execution compile;
    std::string path;
    std::shared_ptr<void> directory;
  };
  Program Build(const proto::ExecuteRequest& request);
  struct Prepared;
  Prepared Prepare(const proto::ExecuteRequest& request, proto::ExecuteReply* reply);
  // The number of the request.
  int Keep(const proto::ExecuteRequest& request);

  Script script_;
  ConverseScript converse_script_;
  Partner partner_;
  mutable std::mutex mutex_;
  std::vector<proto::ExecuteRequest> requests_;  // guarded by mutex_
  std::map<std::string, Program> programs_;      // guarded by mutex_
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace longhaul::reward
