// SPDX-License-Identifier: Apache-2.0
#include "tools/metrics_endpoint.h"

#include <httplib.h>

#include <thread>

#include "tools/host_port.h"

namespace longhaul::tools {
namespace {

std::string Render(const std::vector<ServerMetric>& metrics) {
  std::string text;
  for (const ServerMetric& metric : metrics) {
    const bool counter = metric.name.ends_with("_total");
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", metric.name, metric.help,
                        counter ? "counter" : "gauge", metric.value);
  }
  return text;
}

}  // namespace

struct MetricsEndpoint::Impl {
  httplib::Server server;
  std::string address;
  std::thread thread;
};

MetricsEndpoint::MetricsEndpoint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Start(
    const std::string& address, std::function<std::vector<ServerMetric>()> metrics) {
  const StatusOr<HostPort> parts = SplitHostPort(address);
  if (!parts.ok()) return Annotate(parts.status(), "metrics");
  auto impl = std::make_unique<Impl>();
  impl->server.new_task_queue = [] { return new httplib::ThreadPool(2); };
  impl->server.set_keep_alive_max_count(1);  // an idle connection would hold one of the two
  impl->server.Get("/metrics", [metrics = std::move(metrics)](const httplib::Request&,
                                                              httplib::Response& response) {
    response.set_content(Render(metrics()), "text/plain; version=0.0.4");
  });
  impl->server.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("ok\n", "text/plain");
  });
  // Two servers on one port would share its callers.
  impl->server.set_socket_options([](socket_t socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  });
  const std::string& host = parts->host;
  int port = std::stoi(parts->port);
  if (port == 0) {
    port = impl->server.bind_to_any_port(host);
  } else if (!impl->server.bind_to_port(host, port)) {
    port = -1;
  }
  if (port < 0) return FailedPrecondition("metrics: {} is in use or no address of ours", address);
  impl->address = fmt::format("{}:{}", address.substr(0, address.rfind(':')), port);
  impl->thread = std::thread([server = &impl->server] { server->listen_after_bind(); });
  // Stopping a server that does not run yet would be without effect.
  while (!impl->server.is_running()) std::this_thread::yield();
  return std::unique_ptr<MetricsEndpoint>(new MetricsEndpoint(std::move(impl)));
}

MetricsEndpoint::~MetricsEndpoint() {
  impl_->server.stop();
  impl_->thread.join();
}

const std::string& MetricsEndpoint::address() const { return impl_->address; }

}  // namespace longhaul::tools
