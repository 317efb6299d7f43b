// SPDX-License-Identifier: Apache-2.0
#include "reward/genrm/endpoint_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "common/file.h"
#include "common/json.h"
#include "tests/common/status_matchers.h"
#include "tests/support/scripted_endpoint.h"

namespace longhaul::reward::genrm {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

GenrmConfig ConfigFor(const std::string& url) {
  GenrmConfig config;
  config.endpoint = url;
  config.model = "judge";
  config.deadline_s = 20;
  config.retry = {.attempts = 4, .backoff_ms = 2, .backoff_max_ms = 8};
  return config;
}

ScriptedReply Good(const std::string& text = "[[4]]") { return {.body = ChatReplyBody({text})}; }

StatusOr<std::vector<JudgeReply>> AskOnce(const GenrmConfig& config, const ScoringCall& call = {}) {
  auto client = EndpointClient::Create(config).value();
  JudgeRequest request;
  request.prompt = "judge this";
  request.sampling = config.sampling;
  request.seed = 0x1234567890;
  return client->Ask(request, call);
}

// What one faulty kind of answer comes to, through all attempts.
Status FailureOf(const ScriptedReply& reply, GenrmConfig config = {}) {
  ScriptedEndpoint endpoint([&](const ScriptedRequest&) { return reply; });
  if (config.endpoint.empty()) config = ConfigFor(endpoint.url());
  config.endpoint = endpoint.url();
  const auto result = AskOnce(config);
  EXPECT_FALSE(result.ok());
  return result.status();
}

TEST(EndpointClient, SendsWhatTheApiDefinesAndReadsTheAnswer) {
  ScriptedRequest seen;
  ScriptedEndpoint endpoint([&](const ScriptedRequest& request) {
    seen = request;
    return ScriptedReply{.body = ChatReplyBody({"first [[4]]", "second [[5]]"})};
  });
  GenrmConfig config = ConfigFor(endpoint.url() + "/");
  config.sampling = {
      .temperature = 0.5, .top_p = 0.9, .max_tokens = 77, .num_samples = 2, .top_logprobs = 5};
  setenv("LONGHAUL_TEST_KEY", "secret", 1);
  config.api_key_env = "LONGHAUL_TEST_KEY";
  const auto replies = AskOnce(config).value();
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[1].text, "second [[5]]");
  EXPECT_EQ(seen.target, "/v1/chat/completions");
  EXPECT_THAT(seen.head, HasSubstr("Authorization: Bearer secret\r\n"));
  const Json body = Json::Parse(seen.body, "body").value();
  EXPECT_EQ(body.GetString("model").value(), "judge");
  EXPECT_EQ(body.GetInt("n").value(), 2);
  EXPECT_EQ(body.GetInt("max_tokens").value(), 77);
  EXPECT_EQ(body.GetDouble("temperature").value(), 0.5);
  EXPECT_EQ(body.GetInt("seed").value(), 0x34567890);
  EXPECT_EQ(body.GetInt("top_logprobs").value(), 5);
  EXPECT_EQ(body.Find("messages")->items()[0].GetString("content").value(), "judge this");
}

TEST(EndpointClient, WhatMayPassIsTriedAgain) {
  for (int status : {408, 429, 500, 502, 503}) {
    ScriptedEndpoint endpoint([&](const ScriptedRequest& request) {
      return request.number < 3 ? ScriptedReply{.status = status} : Good();
    });
    EXPECT_THAT(AskOnce(ConfigFor(endpoint.url())), IsOk()) << status;
    EXPECT_EQ(endpoint.requests(), 4) << status;
  }
  ScriptedEndpoint endpoint([](const ScriptedRequest& request) {
    return request.number < 2 ? ScriptedReply{.hangs_up = true} : Good();
  });
  EXPECT_THAT(AskOnce(ConfigFor(endpoint.url())), IsOk());
}

TEST(EndpointClient, WhatIsWrongForGoodIsNot) {
  for (int status : {400, 401, 404, 422}) {
    ScriptedEndpoint endpoint([&](const ScriptedRequest&) {
      return ScriptedReply{.status = status, .body = R"({"error": {"message": "too long"}})"};
    });
    const auto result = AskOnce(ConfigFor(endpoint.url()));
    EXPECT_EQ(Message(result.status()), fmt::format("HTTP {}: too long", status));
    EXPECT_EQ(endpoint.requests(), 1) << status;
  }
}

TEST(EndpointClient, EveryFailureSaysWhatCame) {
  EXPECT_THAT(Message(FailureOf({.status = 500, .body = "oops"})),
              HasSubstr("attempt 4 of 4: HTTP 500: oops"));
  const std::string whole = ChatReplyBody({"[[4]]"});
  EXPECT_THAT(Message(FailureOf({.body = whole.substr(0, whole.size() / 2)})),
              HasSubstr("the judge's reply"));
  EXPECT_THAT(Message(FailureOf({.body = whole, .content_length = whole.size() / 2})),
              HasSubstr("the judge's reply"));
  EXPECT_THAT(Message(FailureOf({.body = whole, .content_length = whole.size() * 2})),
              HasSubstr("attempt 4 of 4"));
  EXPECT_THAT(Message(FailureOf({.body = R"({"choices": []})"})), HasSubstr("choices is empty"));
  EXPECT_THAT(Message(FailureOf({.body = R"({"error": "busy"})"})), HasSubstr("no choices: busy"));
  EXPECT_THAT(Message(FailureOf({.body = ""})), HasSubstr("the judge's reply"));
  EXPECT_THAT(Message(FailureOf({.body = ChatReplyBody({"x"}).replace(30, 1, "\xff")})),
              HasSubstr("the judge's reply"));
  EXPECT_THAT(Message(FailureOf({.hangs_up = true})), HasSubstr("attempt 4 of 4"));
}

// Beyond what was asked for, before anything is parsed.
TEST(EndpointClient, ABodyIsBoundedByTheRequest) {
  GenrmConfig config = ConfigFor("http://unused");
  config.sampling.max_tokens = 256;
  const std::string choice = R"({"message": {"content": "[[4]]"}},)";
  std::string choices = R"({"choices": [)";
  for (int i = 0; i < 100'000; ++i) choices += choice;
  choices.back() = ']';
  choices += "}";
  EXPECT_THAT(Message(FailureOf({.body = choices}, config)),
              HasSubstr("longer than the 90152 bytes that the request allows for"));
  EXPECT_THAT(Message(FailureOf({.body = std::string(50'000, '[')}, config)),
              HasSubstr("nested deeper than 32"));
  std::string numbers = "[";
  for (int i = 0; i < 20'000; ++i) numbers += "1,";
  EXPECT_THAT(Message(FailureOf({.body = numbers + "1]"}, config)),
              HasSubstr("20002 values, more than the 4352"));
  EXPECT_THAT(Message(FailureOf({.status = 400, .body = std::string(50'000, '[')}, config)),
              HasSubstr("HTTP 400: [[["));
  // A string is one value, whatever it looks like.
  ScriptedEndpoint endpoint(
      [](const ScriptedRequest&) { return Good(std::string(20'000, '[') + "\"\\\"[[4]]"); });
  config.endpoint = endpoint.url();
  EXPECT_THAT(AskOnce(config), IsOk());
}

TEST(EndpointClient, CutRepliesAreNoReplies) {
  ScriptedEndpoint endpoint([](const ScriptedRequest&) {
    return ScriptedReply{.body = ChatReplyBody({"so far [[5]]"}, "length")};
  });
  GenrmConfig config = ConfigFor(endpoint.url());
  config.sampling.num_samples = 2;
  const auto replies = AskOnce(config).value();
  EXPECT_THAT(replies[0].failure, HasSubstr("finish_reason: length"));
  EXPECT_THAT(replies[1].failure, HasSubstr("fewer choices"));
}

TEST(EndpointClient, TheDeadlineHoldsWhateverTheServerDoes) {
  GenrmConfig config = ConfigFor("");
  config.deadline_s = 0.15;
  const std::vector<ScriptedReply> faults = {
      {.body = ChatReplyBody({"[[4]]"}), .delay = std::chrono::minutes(5)},
      {.drips = true},
      {.status = 429, .headers = {"Retry-After: 3600"}},
      {.status = 503},
  };
  config.retry = {.attempts = 1000, .backoff_ms = 40, .backoff_max_ms = 40};
  for (const ScriptedReply& fault : faults) {
    ScriptedEndpoint endpoint([&](const ScriptedRequest&) { return fault; });
    config.endpoint = endpoint.url();
    const auto result = AskOnce(config);
    EXPECT_EQ(result.status().code(), StatusCode::kDeadlineExceeded) << Message(result.status());
    EXPECT_LT(endpoint.requests(), 10);
  }
}

TEST(EndpointClient, TheDeadlineOfTheCallCountsToo) {
  ScriptedEndpoint endpoint(
      [](const ScriptedRequest&) { return ScriptedReply{.delay = std::chrono::minutes(5)}; });
  const ScoringCall call = {.deadline = std::chrono::system_clock::now() + milliseconds(100)};
  const auto result = AskOnce(ConfigFor(endpoint.url()), call);
  EXPECT_EQ(result.status().code(), StatusCode::kDeadlineExceeded);
}

TEST(EndpointClient, ACallerThatHasGoneIsLeft) {
  std::atomic<bool> gone = false;
  ScriptedEndpoint endpoint([&](const ScriptedRequest&) {
    gone = true;
    return ScriptedReply{.delay = std::chrono::minutes(5)};
  });
  const ScoringCall call = {.cancelled = [&] { return gone.load(); }};
  EXPECT_EQ(AskOnce(ConfigFor(endpoint.url()), call).status().code(), StatusCode::kCancelled);
}

TEST(EndpointClient, RetryAfterIsWaitedFor) {
  ScriptedEndpoint endpoint([](const ScriptedRequest& request) {
    return request.number == 0 ? ScriptedReply{.status = 429, .headers = {"Retry-After: 1"}}
                               : Good();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(AskOnce(ConfigFor(endpoint.url())), IsOk());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(1000));
}

// Nobody is asked again before the time the server names, however it is written.
TEST(EndpointClient, RetryAfterOfAnySizeIsHeeded) {
  for (const char* value : {"20300101", "99999999999999999999", "9223372036854775807",
                            "Fri, 31 Dec 2100 23:59:59 GMT"}) {
    ScriptedEndpoint endpoint([&](const ScriptedRequest&) {
      return ScriptedReply{.status = 503, .headers = {std::string("Retry-After: ") + value}};
    });
    const auto result = AskOnce(ConfigFor(endpoint.url()));
    EXPECT_EQ(result.status().code(), StatusCode::kDeadlineExceeded) << value;
    EXPECT_THAT(Message(result.status()), HasSubstr("would come after the deadline"));
    EXPECT_EQ(endpoint.requests(), 1) << value;
  }
  for (const char* value : {"soon", "-5", "Fri, 31 Dec 1999 23:59:59 GMT", ""}) {
    ScriptedEndpoint endpoint([&](const ScriptedRequest& request) {
      return request.number > 0
                 ? Good()
                 : ScriptedReply{.status = 429, .headers = {std::string("Retry-After: ") + value}};
    });
    EXPECT_THAT(AskOnce(ConfigFor(endpoint.url())), IsOk()) << value;
  }
}

TEST(EndpointClient, RequestsPerMinuteAreKept) {
  ScriptedEndpoint endpoint([](const ScriptedRequest&) { return Good(); });
  GenrmConfig config = ConfigFor(endpoint.url());
  config.max_requests_per_minute = 600;
  const auto client = EndpointClient::Create(config).value();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) EXPECT_THAT(client->Ask({.prompt = "p"}, {}), IsOk());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(300));
  config.max_requests_per_minute = 1;
  const auto slow = EndpointClient::Create(config).value();
  EXPECT_THAT(slow->Ask({.prompt = "p"}, {}), IsOk());
  const ScoringCall hurried = {.deadline = std::chrono::system_clock::now() + milliseconds(500)};
  EXPECT_THAT(Message(slow->Ask({.prompt = "p"}, hurried).status()),
              HasSubstr("max_requests_per_minute"));
}

TEST(EndpointClient, CallsAreBoundedAndConnectionsUsedAgain) {
  ScriptedEndpoint endpoint([](const ScriptedRequest&) {
    return ScriptedReply{.body = ChatReplyBody({"[[4]]"}), .delay = milliseconds(2)};
  });
  GenrmConfig config = ConfigFor(endpoint.url());
  config.max_concurrent_calls = 8;
  const auto client = EndpointClient::Create(config).value();
  std::vector<std::thread> callers;
  std::atomic<int> good = 0;
  for (int caller = 0; caller < 32; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < 10; ++i) good += client->Ask({.prompt = "p"}, {}).ok();
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(good, 320);
  EXPECT_LE(endpoint.most_in_flight(), 8);
  EXPECT_LE(endpoint.connections(), 16) << "connections are kept";
  EXPECT_EQ(client->Counters().at("requests"), 320);
}

// Prints what 64 calls at a time carry over the loopback with a server that answers after 5 ms.
TEST(EndpointClient, ThroughputOfSixtyFourCalls) {
  ScriptedEndpoint endpoint([](const ScriptedRequest&) {
    return ScriptedReply{.body = ChatReplyBody({"[[4]]"}), .delay = milliseconds(5)};
  });
  GenrmConfig config = ConfigFor(endpoint.url());
  config.max_concurrent_calls = 64;
  const auto client = EndpointClient::Create(config).value();
  std::atomic<int> good = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 64; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < 50; ++i) good += client->Ask({.prompt = "p"}, {}).ok();
    });
  }
  for (std::thread& caller : callers) caller.join();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(good, 3200);
  fmt::print("64 concurrent calls: {:.0f} judgements/s, {} connections, at most {} in flight\n",
             3200 / seconds.count(), endpoint.connections(), endpoint.most_in_flight());
}

TEST(EndpointClient, WhatIsNotThereIsSaidAtTheStart) {
  std::string gone;
  {
    ScriptedEndpoint endpoint([](const ScriptedRequest&) { return Good(); });
    gone = endpoint.url();
    EXPECT_THAT(EndpointClient::Create(ConfigFor(gone)).value()->CheckReachable(), IsOk());
  }
  const Status status = EndpointClient::Create(ConfigFor(gone)).value()->CheckReachable();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(status), HasSubstr("reward.genrm.endpoint: no judge answers at " + gone));

  ScriptedEndpoint refusing([](const ScriptedRequest&) { return ScriptedReply{.status = 401}; });
  EXPECT_THAT(Message(EndpointClient::Create(ConfigFor(refusing.url())).value()->CheckReachable()),
              HasSubstr("refuses the key"));

  EXPECT_THAT(Message(EndpointClient::Create(ConfigFor("localhost:8000")).status()),
              HasSubstr("does not begin with http"));
  for (const char* url : {"http://", "https:///v1"}) {
    EXPECT_THAT(Message(EndpointClient::Create(ConfigFor(url)).status()),
                HasSubstr("names no host"));
  }
  GenrmConfig config = ConfigFor("http://127.0.0.1:1/v1");
  config.api_key_env = "LONGHAUL_NO_SUCH_VARIABLE";
  EXPECT_THAT(Message(EndpointClient::Create(config).status()),
              HasSubstr("LONGHAUL_NO_SUCH_VARIABLE is not set"));
  config.api_key_env.clear();
  config.api_key_file = "/no/such/key";
  EXPECT_THAT(Message(EndpointClient::Create(config).status()),
              HasSubstr("reward.genrm.api_key_file: opening /no/such/key: "));
  config.api_key_file = testing::TempDir() + "longhaul-key";
  const std::pair<std::string, const char*> kCases[] = {
      {"", "longhaul-key: the first line, the key, is empty"},
      {"\nkey", "is empty"},
      {"two words", "is no visible ASCII"},
      {std::string("k\0", 2), "is no visible ASCII"},
      {"k\xc3\xa9y", "is no visible ASCII"}};
  for (const auto& [text, message] : kCases) {
    ASSERT_THAT(WriteFileAtomic(config.api_key_file, text), IsOk());
    const std::string error = Message(EndpointClient::Create(config).status());
    EXPECT_THAT(error, HasSubstr("reward.genrm.api_key_file: "));
    EXPECT_THAT(error, HasSubstr(message));
  }
  ASSERT_THAT(WriteFileAtomic(config.api_key_file, "sk-1\r\nnotes"), IsOk());
  EXPECT_THAT(EndpointClient::Create(config), IsOk());
}

}  // namespace
}  // namespace longhaul::reward::genrm
