// SPDX-License-Identifier: Apache-2.0
#include "reward/genrm/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "common/check.h"

namespace longhaul::reward::genrm {
namespace {

using Clock = std::chrono::system_clock;
constexpr auto kCancelPoll = std::chrono::milliseconds(50);
constexpr int kIdlePollMs = 1000;
constexpr double kRetryAfterMaxSeconds = 1e9;  // far above any deadline

// libcurl's global state: once in a process, never given back, because other clients may live.
void InitialiseCurl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(code == CURLE_OK) << "libcurl does not start";
}

Status DeadlinePassed(const char* while_doing) {
  return MakeStatus(StatusCode::kDeadlineExceeded,
                    fmt::format("the deadline passed {}", while_doing));
}

// One request on its way. The thread of libcurl's owns `easy` from Add to its end.
struct Transfer {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  HttpReply reply;
  size_t reply_bytes_max = 0;
  bool too_long = false;
  char error[CURL_ERROR_SIZE] = {};

  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;  // guarded by mutex, like abort
  bool abort = false;
  CURLcode code = CURLE_OK;

  ~Transfer() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  if (transfer->reply.body.size() + size * count > transfer->reply_bytes_max) {
    transfer->too_long = true;
    return 0;
  }
  transfer->reply.body.append(data, size * count);
  return size * count;
}

bool IsLoopback(const std::string& url) {
  const size_t host = url.find("://") + 3;
  return url.compare(host, 4, "127.") == 0 || url.compare(host, 9, "localhost") == 0 ||
         url.compare(host, 5, "[::1]") == 0;
}

std::shared_ptr<Transfer> MakeTransfer(const HttpRequest& request) {
  auto transfer = std::make_shared<Transfer>();
  transfer->reply_bytes_max = request.reply_bytes_max;
  transfer->easy = curl_easy_init();
  CHECK(transfer->easy != nullptr);
  CURL* easy = transfer->easy;
  for (const std::string& header : request.headers) {
    transfer->headers = curl_slist_append(transfer->headers, header.c_str());
  }
  // A long body is sent at once, not after "100 Continue".
  transfer->headers = curl_slist_append(transfer->headers, "Expect:");
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(request.deadline - Clock::now());
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(std::clamp<int64_t>(left.count(), 1, 1 << 30)));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
  // A proxy of the environment is for what is not on this machine.
  if (IsLoopback(request.url)) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  if (request.body) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body->size()));
    curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request.body->data());
  }
  return transfer;
}

// Seconds or a date (RFC 9110, section 10.2.3). libcurl's own reading takes eight digits for a date
// and a number beyond 64 bits for 0.
std::optional<double> RetryAfter(CURL* easy) {
  curl_header* header = nullptr;
  if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
    return std::nullopt;
  }
  const std::string_view value = header->value;
  if (value.empty()) return std::nullopt;
  if (value.find_first_not_of("0123456789") == value.npos) {
    int64_t seconds = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
    return parsed.ec == std::errc() ? std::min(static_cast<double>(seconds), kRetryAfterMaxSeconds)
                                    : kRetryAfterMaxSeconds;
  }
  const time_t date = curl_getdate(header->value, nullptr);
  const auto left = date - Clock::to_time_t(Clock::now());
  if (date == -1 || left <= 0) return std::nullopt;
  return std::min(static_cast<double>(left), kRetryAfterMaxSeconds);
}

StatusOr<HttpReply> Outcome(Transfer& transfer) {
  const char* reason =
      transfer.error[0] != '\0' ? transfer.error : curl_easy_strerror(transfer.code);
  if (transfer.abort) return Cancelled("the caller has gone");
  if (transfer.too_long) {
    return ResourceExhausted("the reply is longer than the {} bytes that the request allows for",
                             transfer.reply_bytes_max);
  }
  if (transfer.code == CURLE_OPERATION_TIMEDOUT)
    return DeadlinePassed("before the reply was whole");
  if (transfer.code == CURLE_URL_MALFORMAT || transfer.code == CURLE_UNSUPPORTED_PROTOCOL) {
    return InvalidArgument("{}", reason);
  }
  if (transfer.code != CURLE_OK) return Unavailable("{}", reason);
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  transfer.reply.status = static_cast<int>(status);
  transfer.reply.retry_after_s = RetryAfter(transfer.easy);
  return std::move(transfer.reply);
}

}  // namespace

struct HttpClient::Impl {
  CURLM* multi = nullptr;
  const int max_concurrent;
  std::mutex mutex;
  std::condition_variable seat_left;
  int seats_taken = 0;
  bool stopping = false;
  std::deque<std::shared_ptr<Transfer>> added;
  std::set<std::shared_ptr<Transfer>> running;  // of the thread alone
  std::thread thread;

  explicit Impl(int concurrent) : max_concurrent(concurrent) {}
  Status TakeSeat(const HttpRequest& request, const std::function<bool()>& cancelled);
  void LeaveSeat();
  void Loop();
  void TakeAdded();
  void End(const std::shared_ptr<Transfer>& transfer, CURLcode code);
  void EndFinished();
  void EndAborted();
};

HttpClient::HttpClient(int max_concurrent) : impl_(std::make_unique<Impl>(max_concurrent)) {
  InitialiseCurl();
  impl_->multi = curl_multi_init();
  CHECK(impl_->multi != nullptr);
  curl_multi_setopt(impl_->multi, CURLMOPT_MAXCONNECTS, static_cast<long>(max_concurrent));
  impl_->thread = std::thread([this] { impl_->Loop(); });
}

HttpClient::~HttpClient() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  curl_multi_wakeup(impl_->multi);
  impl_->thread.join();
  curl_multi_cleanup(impl_->multi);
}

Status HttpClient::Impl::TakeSeat(const HttpRequest& request,
                                  const std::function<bool()>& cancelled) {
  std::unique_lock lock(mutex);
  while (seats_taken >= max_concurrent) {
    if (cancelled()) return Cancelled("the caller has gone");
    if (Clock::now() >= request.deadline) return DeadlinePassed("while the endpoint was busy");
    seat_left.wait_until(lock, std::min(request.deadline, Clock::now() + kCancelPoll));
  }
  ++seats_taken;
  return OkStatus();
}

void HttpClient::Impl::LeaveSeat() {
  {
    const std::lock_guard lock(mutex);
    --seats_taken;
  }
  seat_left.notify_one();
}

void HttpClient::Impl::TakeAdded() {
  std::deque<std::shared_ptr<Transfer>> taken;
  {
    const std::lock_guard lock(mutex);
    taken.swap(added);
  }
  for (std::shared_ptr<Transfer>& transfer : taken) {
    CHECK(curl_multi_add_handle(multi, transfer->easy) == CURLM_OK);
    running.insert(std::move(transfer));
  }
}

void HttpClient::Impl::End(const std::shared_ptr<Transfer>& transfer, CURLcode code) {
  curl_multi_remove_handle(multi, transfer->easy);
  const std::lock_guard lock(transfer->mutex);
  transfer->code = code;
  transfer->done = true;
  transfer->ended.notify_all();
}

void HttpClient::Impl::EndFinished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    const auto it = std::find_if(running.begin(), running.end(), [&](const auto& transfer) {
      return transfer->easy == message->easy_handle;
    });
    CHECK(it != running.end());
    const std::shared_ptr<Transfer> transfer = *it;
    running.erase(it);
    End(transfer, code);
  }
}

void HttpClient::Impl::EndAborted() {
  for (auto it = running.begin(); it != running.end();) {
    bool abort;
    {
      const std::lock_guard lock((*it)->mutex);
      abort = (*it)->abort;
    }
    if (abort) End(*it, CURLE_ABORTED_BY_CALLBACK);
    it = abort ? running.erase(it) : std::next(it);
  }
}

void HttpClient::Impl::Loop() {
  while (true) {
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
    }
    TakeAdded();
    int active = 0;
    curl_multi_perform(multi, &active);
    EndFinished();
    EndAborted();
    curl_multi_poll(multi, nullptr, 0, kIdlePollMs, nullptr);
  }
}

StatusOr<HttpReply> HttpClient::Send(const HttpRequest& request,
                                     const std::function<bool()>& cancelled) {
  RETURN_IF_ERROR(impl_->TakeSeat(request, cancelled));
  if (Clock::now() >= request.deadline) {
    impl_->LeaveSeat();
    return DeadlinePassed("before the request was sent");
  }
  const std::shared_ptr<Transfer> transfer = MakeTransfer(request);
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->added.push_back(transfer);
  }
  curl_multi_wakeup(impl_->multi);
  {
    std::unique_lock lock(transfer->mutex);
    while (!transfer->ended.wait_for(lock, kCancelPoll, [&] { return transfer->done; })) {
      if (transfer->abort || !cancelled()) continue;
      transfer->abort = true;
      curl_multi_wakeup(impl_->multi);
    }
  }
  impl_->LeaveSeat();
  return Outcome(*transfer);
}

}  // namespace longhaul::reward::genrm
