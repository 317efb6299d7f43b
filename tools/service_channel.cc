// SPDX-License-Identifier: Apache-2.0
#include "tools/service_channel.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_interceptor.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iterator>
#include <vector>

#include "common/file.h"
#include "tools/host_port.h"

namespace longhaul::tools {
namespace {

// Puts the token on every call: gRPC's own call credentials refuse connections without TLS.
class TokenInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit TokenInterceptor(std::string metadata) : metadata_(std::move(metadata)) {}
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace(CallToken::kMetadataKey, metadata_);
    }
    methods->Proceed();
  }

 private:
  const std::string metadata_;
};

class TokenInterceptorFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit TokenInterceptorFactory(std::string metadata) : metadata_(std::move(metadata)) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo*) override {
    return new TokenInterceptor(metadata_);
  }

 private:
  const std::string metadata_;
};

using Clock = std::chrono::system_clock;

// Between two looks for a server that went away. gRPC's own is two minutes.
constexpr int kReconnectMsMax = 5000;

Status CheckAddress(const std::string& address) {
  constexpr std::string_view kUnix = "unix:";
  if (!address.starts_with(kUnix)) return SplitHostPort(address).status();
  if (address.size() > kUnix.size()) return OkStatus();
  return InvalidArgument("'{}': the path of the socket is missing", address);
}

StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const std::string& tls_ca) {
  if (tls_ca.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions tls;
  ASSIGN_OR_RETURN(tls.pem_root_certs, ReadFile(tls_ca));
  if (tls.pem_root_certs.find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    return InvalidArgument("{}: is no PEM file with a CERTIFICATE of an authority", tls_ca);
  }
  return grpc::SslCredentials(tls);
}

// Why a channel is not connected, in gRPC's words, which it only tells to calls. Whether the server
// knows the method does not matter.
std::string ConnectionError(const std::shared_ptr<grpc::Channel>& channel,
                            Clock::time_point until) {
  grpc::ClientContext context;
  context.set_deadline(until);
  grpc::CompletionQueue queue;
  const auto call = grpc::GenericStub(channel).PrepareUnaryCall(
      &context, "/grpc.health.v1.Health/Check", grpc::ByteBuffer(), &queue);
  grpc::ByteBuffer reply;
  grpc::Status status;
  call->StartCall();
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return status.error_message();
}

// What gRPC's words mean, and what to do.
struct Cause {
  std::string_view words;
  std::string_view meaning;
};
// Trying again changes nothing.
constexpr Cause kRefusals[] = {
    {"certificate verify failed",
     "its certificate is not signed by the authority in tls_ca, or is out of date"},
    {"is not in peer certificate",
     "its certificate is for another name: connect by a name that is in it"},
    {"wrong version number",
     "it does not speak TLS: leave tls_ca out, or start it with --tls-certificate and --tls-key"},
    {"andshake failed", "the TLS handshake failed"},
    {"DNS resolution failed", "there is no host of that name"}};
constexpr std::string_view kHangUps[] = {"Socket closed", "reset by peer", "End of TCP stream",
                                         "Broken pipe"};

bool HungUp(const std::string& error) {
  return std::any_of(std::begin(kHangUps), std::end(kHangUps), [&](std::string_view words) {
    return error.find(words) != std::string::npos;
  });
}

// The way there is open, and what is there does not want this connection. OK: what is not there yet
// may come.
Status CheckRefusal(const std::string& where, const std::string& error, int hang_ups) {
  for (const Cause& cause : kRefusals) {
    if (error.find(cause.words) == std::string::npos) continue;
    return FailedPrecondition("{}: {} ({})", where, cause.meaning, error);
  }
  constexpr int kHangUpsMax = 2;  // one may be a server on its way down
  if (hang_ups < kHangUpsMax) return OkStatus();
  return FailedPrecondition(
      "{}: it hangs up on a connection without TLS: give tls_ca, if it was started with "
      "--tls-certificate ({})",
      where, error);
}

// Until it is connected, refused, or time is up.
Status AwaitConnection(const std::shared_ptr<grpc::Channel>& channel, const ServiceAddress& service,
                       const std::string& what) {
  const auto wait = std::chrono::duration<double>(service.connect_timeout_s);
  const auto deadline = Clock::now() + std::chrono::duration_cast<std::chrono::milliseconds>(wait);
  const std::string where = what + " " + service.address;
  constexpr std::chrono::seconds kGlance(1);
  std::string error;
  int hang_ups = 0;
  for (;;) {
    const grpc_connectivity_state state = channel->GetState(true);
    if (state == GRPC_CHANNEL_READY) return OkStatus();
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE) {
      error = ConnectionError(channel, deadline);
      hang_ups += HungUp(error) && service.tls_ca.empty();
      RETURN_IF_ERROR(CheckRefusal(where, error, hang_ups));
    }
    // A channel that fails again and again stays in one state.
    channel->WaitForStateChange(state, std::min(deadline, Clock::now() + kGlance));
    if (Clock::now() >= deadline) break;
  }
  return Unavailable("no {} answered at {} within {:g} s{}: {}", what, service.address,
                     service.connect_timeout_s, service.tls_ca.empty() ? "" : " (with TLS)",
                     error.empty() ? "no connection came about" : error);
}

}  // namespace

void AddServiceOptions(CLI::App& command, ServiceAddress& service) {
  command.add_option("--address", service.address,
                     "A sandbox server, host:port or unix:/path; default: this machine");
  command.add_option("--token-file", service.token.file, "File with the server's token");
  command.add_option("--token-env", service.token.env, "Environment variable with the token");
  command.add_option("--tls-ca", service.tls_ca, "PEM file of the server's authority");
}

StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const ServiceAddress& service,
                                                   const std::string& what) {
  ASSIGN_OR_RETURN(const CallToken token, ReadCallToken(service.token));
  RETURN_IF_ERROR(CheckAddress(service.address));
  ASSIGN_OR_RETURN(const auto credentials, Credentials(service.tls_ca));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> creators;
  if (token.required()) {
    creators.push_back(std::make_unique<TokenInterceptorFactory>(token.metadata()));
  }
  auto channel = grpc::experimental::CreateCustomChannelWithInterceptors(
      service.address, credentials, arguments, std::move(creators));
  RETURN_IF_ERROR(AwaitConnection(channel, service, what));
  return channel;
}

}  // namespace longhaul::tools
