// SPDX-License-Identifier: Apache-2.0
#include "tools/server_listener.h"

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "common/check.h"
#include "common/file.h"
#include "common/file_descriptor.h"
#include "common/logging.h"
#include "tools/host_port.h"

namespace longhaul::tools {
namespace {

constexpr int kMaxMessageBytes = 512 << 20;
constexpr auto kGrace = std::chrono::seconds(3);
constexpr std::string_view kUnix = "unix:";

// A unix socket: in use while somebody answers; what a dead server left is removed.
Status ClaimUnixSocket(const std::string& address, const std::string& path) {
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(name.sun_path)) {
    return InvalidArgument("{}: a socket's path has between 1 and {} bytes", address,
                           sizeof(name.sun_path) - 1);
  }
  path.copy(name.sun_path, path.size());
  struct stat found;
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT && DirectoryExists(ParentDirectory(path))) return OkStatus();
    return ErrnoStatus(errno, "listening on", path);
  }
  if (!S_ISSOCK(found.st_mode)) {
    return FailedPrecondition("{}: there is a file of that name, and it is no socket", address);
  }
  const FileDescriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0) {
    return FailedPrecondition("{} is in use: a server answers there", address);
  }
  return unlink(path.c_str()) == 0 ? OkStatus() : ErrnoStatus(errno, "removing", path);
}

// Binds once and lets go, because gRPC does not say why it could not.
Status ProbeTcp(const std::string& address) {
  ASSIGN_OR_RETURN(const HostPort parts, SplitHostPort(address));
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* list = nullptr;
  const int failure = getaddrinfo(parts.host.c_str(), parts.port.c_str(), &hints, &list);
  if (failure != 0) return InvalidArgument("'{}': {}", address, gai_strerror(failure));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(list, freeaddrinfo);
  const FileDescriptor probe(socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(probe.get(), list->ai_addr, list->ai_addrlen) == 0) return OkStatus();
  if (errno == EADDRINUSE) {
    return FailedPrecondition("{} is in use: choose another port, or 0 for any", address);
  }
  return ErrnoStatus(errno, "listening on", address);
}

Status ClaimAddress(const std::string& address) {
  if (address.empty()) {
    return InvalidArgument("no address to listen on; give --listen host:port or unix:/path");
  }
  if (address.starts_with(kUnix)) return ClaimUnixSocket(address, address.substr(kUnix.size()));
  return ProbeTcp(address);
}

StatusOr<std::string> ReadPem(const std::string& path, std::string_view holds) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  if (text.find("-----BEGIN ") == std::string::npos || text.find(holds) == std::string::npos) {
    return InvalidArgument("{}: is no PEM file with a {}", path, holds);
  }
  return text;
}

StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(const ListenOptions& options) {
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    return InvalidArgument("TLS takes a certificate and a key: give both or neither");
  }
  if (options.tls_certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions tls;
  ASSIGN_OR_RETURN(std::string certificate, ReadPem(options.tls_certificate, "CERTIFICATE"));
  ASSIGN_OR_RETURN(std::string key, ReadPem(options.tls_key, "PRIVATE KEY"));
  tls.pem_key_cert_pairs.push_back({std::move(key), std::move(certificate)});
  return grpc::SslServerCredentials(tls);
}

}  // namespace

StatusOr<CallToken> ReadCallToken(const TokenSource& source) {
  if (!source.given()) return CallToken();
  if (!source.file.empty() && !source.env.empty()) {
    return InvalidArgument("the token stands in a file or in an environment variable, not in both");
  }
  std::string token;
  std::string where;
  if (!source.file.empty()) {
    where = source.file;
    ASSIGN_OR_RETURN(token, ReadFile(source.file));
    token.resize(std::min(token.find_first_of("\r\n"), token.size()));
  } else {
    where = "environment variable " + source.env;
    const char* value = std::getenv(source.env.c_str());
    if (value == nullptr) return NotFound("{} is not set; a token should stand there", where);
    token = value;
  }
  const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
  if (token.empty() || !std::all_of(token.begin(), token.end(), printable)) {
    return InvalidArgument("{}: a token is one word of printable ASCII", where);
  }
  return CallToken(token);
}

void AddListenOptions(CLI::App& command, ListenOptions& options) {
  command.add_option("--listen", options.address, "host:port (port 0: any) or unix:/path")
      ->required();
  command.add_option("--token-file", options.token.file, "File with the token that callers show");
  command.add_option("--token-env", options.token.env, "Environment variable with the token");
  command.add_option("--tls-certificate", options.tls_certificate, "PEM file; TLS with --tls-key");
  command.add_option("--tls-key", options.tls_key, "PEM file");
}

bool IsLocalAddress(const std::string& address) {
  if (address.starts_with(kUnix)) return true;
  const StatusOr<HostPort> parts = SplitHostPort(address);
  return parts.ok() &&
         (parts->host == "localhost" || parts->host == "::1" || parts->host.starts_with("127."));
}

struct ServerListener::Impl {
  std::unique_ptr<grpc::Server> server;
  std::string socket_path;
};

ServerListener::ServerListener() : impl_(std::make_unique<Impl>()) {}

StatusOr<std::unique_ptr<ServerListener>> ServerListener::Start(
    const ListenOptions& options, const std::vector<grpc::Service*>& services) {
  RETURN_IF_ERROR(ClaimAddress(options.address));
  const bool local = IsLocalAddress(options.address);
  if (!local && !options.token.given()) {
    return InvalidArgument(
        "{} can be reached from other machines: give --token-file or --token-env, or listen on "
        "127.0.0.1 or a unix socket",
        options.address);
  }
  if (!local && options.tls_certificate.empty()) {
    LogWarning("{}: without TLS the token and all data cross the network in the clear",
               options.address);
  }
  ASSIGN_OR_RETURN(const auto credentials, Credentials(options));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  int port = 0;
  builder.AddListeningPort(options.address, credentials, &port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<ServerListener> listener(new ServerListener());
  // A new socket belongs to its owner alone.
  const mode_t mask = umask(0177);
  listener->impl_->server = builder.BuildAndStart();
  umask(mask);
  if (listener->impl_->server == nullptr || port == 0) {
    return FailedPrecondition(
        "the server did not start on {}{}", options.address,
        options.tls_key.empty() ? "" : ": is the key that of the certificate?");
  }
  listener->address_ = options.address;
  if (options.address.starts_with(kUnix)) {
    listener->impl_->socket_path = options.address.substr(kUnix.size());
  } else {
    const size_t colon = options.address.rfind(':');
    listener->address_ = fmt::format("{}:{}", options.address.substr(0, colon), port);
  }
  return listener;
}

ServerListener::~ServerListener() {
  if (impl_->server == nullptr) return;
  if (auto* health = impl_->server->GetHealthCheckService()) health->SetServingStatus(false);
  impl_->server->Shutdown(std::chrono::system_clock::now() + kGrace);
  if (!impl_->socket_path.empty()) unlink(impl_->socket_path.c_str());
}

}  // namespace longhaul::tools
