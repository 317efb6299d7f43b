// SPDX-License-Identifier: Apache-2.0
//
// HttpClient: HTTP requests of many threads on one thread of libcurl's, with connections that are
// kept and used again. At most so many requests are on their way; others wait for their turn within
// their deadlines.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/status.h"

namespace longhaul::reward::genrm {

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::optional<std::string> body;   // with one it is a POST, else a GET
  std::chrono::system_clock::time_point deadline;
  size_t reply_bytes_max = 64 << 20;
};

struct HttpReply {
  int status = 0;
  std::string body;
  std::optional<double> retry_after_s;
};

class HttpClient {
 public:
  explicit HttpClient(int max_concurrent);
  ~HttpClient();  // nobody may be inside Send

  // Blocks. DeadlineExceeded; Cancelled once `cancelled` says so (looked at several times a
  // second); Unavailable: no whole reply came, with libcurl's reason; ResourceExhausted: the reply
  // is longer than reply_bytes_max. Every HTTP status is a reply.
  StatusOr<HttpReply> Send(const HttpRequest& request, const std::function<bool()>& cancelled);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longhaul::reward::genrm
