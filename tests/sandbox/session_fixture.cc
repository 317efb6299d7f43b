// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/session_fixture.h"

namespace longhaul::sandbox {

std::string SessionFixture::Open(const proto::OpenSessionRequest& request) {
  grpc::ClientContext context;
  proto::OpenSessionReply reply;
  const grpc::Status status = stub().OpenSession(&context, request, &reply);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return reply.session();
}

proto::RunCommandReply SessionFixture::Run(const std::string& session, const std::string& command,
                                           int64_t wall_time_ms) {
  proto::RunCommandRequest request;
  request.set_session(session);
  request.set_command(command);
  request.set_wall_time_ms(wall_time_ms);
  grpc::ClientContext context;
  proto::RunCommandReply reply;
  const grpc::Status status = stub().RunCommand(&context, request, &reply);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return reply;
}

std::string SessionFixture::Output(const std::string& session, const std::string& command) {
  return Run(session, command).output();
}

grpc::Status SessionFixture::TryRun(const std::string& session, const std::string& command) {
  proto::RunCommandRequest request;
  request.set_session(session);
  request.set_command(command);
  grpc::ClientContext context;
  proto::RunCommandReply reply;
  return stub().RunCommand(&context, request, &reply);
}

proto::DiffReply SessionFixture::Diff(const std::string& session) {
  proto::DiffRequest request;
  request.set_session(session);
  grpc::ClientContext context;
  proto::DiffReply reply;
  const grpc::Status status = stub().Diff(&context, request, &reply);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return reply;
}

grpc::Status SessionFixture::Close(const std::string& session) {
  proto::CloseSessionRequest request;
  request.set_session(session);
  grpc::ClientContext context;
  proto::CloseSessionReply reply;
  return stub().CloseSession(&context, request, &reply);
}

}  // namespace longhaul::sandbox
