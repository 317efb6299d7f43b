// SPDX-License-Identifier: Apache-2.0
#include "reward/genrm/endpoint_client.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "common/file.h"
#include "common/random.h"
#include "reward/genrm/chat_completion.h"

namespace longhaul::reward::genrm {
namespace {

using Clock = std::chrono::system_clock;
constexpr auto kReachableWait = std::chrono::seconds(10);
constexpr auto kCancelPoll = std::chrono::milliseconds(50);

// The first line of what a file or variable holds. It stands in a header of HTTP, so nothing but
// visible ASCII may be in it.
StatusOr<std::string> KeyIn(std::string_view text) {
  const std::string_view key = text.substr(0, text.find_first_of("\r\n"));
  if (key.empty()) return InvalidArgument("the first line, the key, is empty");
  const auto visible = [](char c) { return c > ' ' && c <= '~'; };
  if (std::all_of(key.begin(), key.end(), visible)) return std::string(key);
  return InvalidArgument("the first line, the key, has a character that is no visible ASCII");
}

StatusOr<std::string> KeyOfVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return NotFound("environment variable {} is not set", name);
  const StatusOr<std::string> key = KeyIn(value);
  return key.ok() ? key : Annotate(key.status(), "environment variable " + name);
}

StatusOr<std::string> KeyOfFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const StatusOr<std::string> key = KeyIn(text);
  return key.ok() ? key : Annotate(key.status(), path);
}

StatusOr<std::string> ReadKey(const GenrmConfig& config) {
  if (config.api_key_env.empty() && config.api_key_file.empty()) return std::string();
  if (!config.api_key_env.empty() && !config.api_key_file.empty()) {
    return InvalidArgument("reward.genrm: give api_key_env or api_key_file, not both");
  }
  const bool of_file = config.api_key_env.empty();
  const StatusOr<std::string> key =
      of_file ? KeyOfFile(config.api_key_file) : KeyOfVariable(config.api_key_env);
  if (key.ok()) return key;
  return Annotate(key.status(), of_file ? "reward.genrm.api_key_file" : "reward.genrm.api_key_env");
}

bool IsRetried(int status) { return status == 408 || status == 429 || status >= 500; }

Status FailureOf(const StatusOr<HttpReply>& reply) {
  if (!reply.ok()) return reply.status();
  const std::string text = fmt::format("HTTP {}: {}", reply->status, ErrorMessage(reply->body));
  if (reply->status == 429) return ResourceExhausted("{}", text);
  return reply->status >= 500 ? Unavailable("{}", text) : InvalidArgument("{}", text);
}

// False once the caller has gone.
bool SleepFor(std::chrono::milliseconds wait, const std::function<bool()>& cancelled) {
  const Clock::time_point until = Clock::now() + wait;
  while (Clock::now() < until) {
    if (cancelled()) return false;
    std::this_thread::sleep_for(std::min<Clock::duration>(kCancelPoll, until - Clock::now()));
  }
  return true;
}

}  // namespace

EndpointClient::EndpointClient(const GenrmConfig& config, std::string api_key)
    : config_(config),
      base_(config.endpoint.substr(0, config.endpoint.find_last_not_of('/') + 1)),
      api_key_(std::move(api_key)),
      http_(config.max_concurrent_calls) {}

StatusOr<std::unique_ptr<EndpointClient>> EndpointClient::Create(const GenrmConfig& config) {
  const bool http =
      config.endpoint.starts_with("http://") || config.endpoint.starts_with("https://");
  if (!http) {
    return InvalidArgument("reward.genrm.endpoint: '{}' does not begin with http:// or https://",
                           config.endpoint);
  }
  const size_t host = config.endpoint.find("://") + 3;
  if (host == config.endpoint.size() || config.endpoint[host] == '/') {
    return InvalidArgument("reward.genrm.endpoint: '{}' names no host", config.endpoint);
  }
  ASSIGN_OR_RETURN(std::string key, ReadKey(config));
  return std::unique_ptr<EndpointClient>(new EndpointClient(config, std::move(key)));
}

std::string EndpointClient::name() const {
  return config_.model.empty() ? base_ : fmt::format("{} (model {})", base_, config_.model);
}

std::vector<std::string> EndpointClient::Headers() const {
  std::vector<std::string> headers = {"Content-Type: application/json"};
  if (!api_key_.empty()) headers.push_back("Authorization: Bearer " + api_key_);
  return headers;
}

Status EndpointClient::CheckReachable() {
  const HttpRequest request = {.url = base_ + "/models",
                               .headers = Headers(),
                               .body = std::nullopt,
                               .deadline = Clock::now() + kReachableWait};
  const StatusOr<HttpReply> reply = http_.Send(request, [] { return false; });
  if (!reply.ok()) {
    return MakeStatus(StatusCode::kUnavailable,
                      fmt::format("reward.genrm.endpoint: no judge answers at {}: {}", base_,
                                  Message(reply.status())));
  }
  // A server may not list its models; whether it knows the key it says anyway.
  if (reply->status == 401 || reply->status == 403) {
    return MakeStatus(StatusCode::kUnauthenticated,
                      fmt::format("reward.genrm.endpoint: {} refuses the key: {}", base_,
                                  Message(FailureOf(reply))));
  }
  return OkStatus();
}

StatusOr<std::chrono::milliseconds> EndpointClient::Backoff(const HttpRequest& request, int next,
                                                            const StatusOr<HttpReply>& last) const {
  const RetryConfig& retry = config_.retry;
  const double doubled = static_cast<double>(retry.backoff_ms) * std::exp2(std::min(next - 1, 30));
  const double longest = std::min(doubled, static_cast<double>(retry.backoff_max_ms));
  // Half of the wait is random, so that calls that failed together do not come back together. It
  // changes when a judge is asked, never what it is asked.
  const uint64_t key = RandomKey(config_.seed, RandomStream::kTask);
  const double jitter = UniformDoubleAt(key, StableHash(*request.body), static_cast<uint32_t>(next),
                                        static_cast<uint32_t>(requests_.load()));
  double wait_ms = longest * (0.5 + 0.5 * jitter);
  if (last.ok() && last->retry_after_s) {
    wait_ms = std::max(wait_ms, *last->retry_after_s * 1000 + retry.backoff_ms * jitter);
  }
  const auto wait = std::chrono::milliseconds(static_cast<int64_t>(wait_ms));
  if (Clock::now() + wait < request.deadline) return wait;
  return MakeStatus(
      StatusCode::kDeadlineExceeded,
      fmt::format("the next attempt, in {:.1f} s, would come after the deadline", wait_ms * 1e-3));
}

Status EndpointClient::TakeTurn(Clock::time_point deadline, const ScoringCall& call) {
  if (config_.max_requests_per_minute == 0) return OkStatus();
  const auto gap = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(60.0 / static_cast<double>(config_.max_requests_per_minute)));
  std::unique_lock lock(mutex_);
  const Clock::time_point turn = std::max(next_turn_, Clock::now());
  if (turn >= deadline) {
    return MakeStatus(StatusCode::kDeadlineExceeded,
                      "the deadline passed within max_requests_per_minute");
  }
  next_turn_ = turn + gap;
  lock.unlock();
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(turn - Clock::now());
  return SleepFor(wait, call.cancelled) ? OkStatus() : Cancelled("the caller has gone");
}

StatusOr<HttpReply> EndpointClient::SendWithRetry(const HttpRequest& request,
                                                  const ScoringCall& call) {
  for (int attempt = 1;; ++attempt) {
    RETURN_IF_ERROR(TakeTurn(request.deadline, call));
    StatusOr<HttpReply> reply = http_.Send(request, call.cancelled);
    const bool retried =
        reply.ok() ? IsRetried(reply->status) : reply.status().code() == StatusCode::kUnavailable;
    if (!retried) return reply;
    const std::string what = fmt::format("attempt {} of {}: {}", attempt, config_.retry.attempts,
                                         Message(FailureOf(reply)));
    if (attempt == config_.retry.attempts) return MakeStatus(FailureOf(reply).code(), what);
    const auto wait = Backoff(request, attempt, reply);
    if (!wait.ok()) return Annotate(wait.status(), what);
    ++retries_;
    if (!SleepFor(*wait, call.cancelled)) return Cancelled("the caller has gone");
  }
}

StatusOr<std::vector<JudgeReply>> EndpointClient::Ask(const JudgeRequest& request,
                                                      const ScoringCall& call) {
  ++requests_;
  const auto own = std::chrono::duration<double>(config_.deadline_s);
  const HttpRequest http = {
      .url = base_ + "/chat/completions",
      .headers = Headers(),
      .body = WriteChatRequest(request, config_.model),
      .deadline =
          std::min(call.deadline, Clock::now() + std::chrono::duration_cast<Clock::duration>(own)),
      .reply_bytes_max = ReplySizeMax(request).bytes};
  const StatusOr<HttpReply> reply = SendWithRetry(http, call);
  const bool good = reply.ok() && reply->status >= 200 && reply->status < 300;
  if (!good) {
    ++failures_;
    return FailureOf(reply);
  }
  StatusOr<std::vector<JudgeReply>> replies = ReadChatReply(reply->body, request);
  if (!replies.ok()) ++failures_;
  return replies;
}

std::map<std::string, int64_t> EndpointClient::Counters() const {
  return {
      {"requests", requests_.load()}, {"retries", retries_.load()}, {"failures", failures_.load()}};
}

}  // namespace longhaul::reward::genrm
