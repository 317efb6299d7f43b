// SPDX-License-Identifier: Apache-2.0
#include "reward/genrm/chat_completion.h"

#include <algorithm>

#include "common/json.h"

namespace longhaul::reward::genrm {
namespace {

constexpr std::string_view kSource = "the judge's reply";

constexpr int kDepthMax = 32;                // log-probabilities are 9 deep
constexpr size_t kErrorBytesMax = 64 << 10;  // of a body that is looked at for its message
constexpr size_t kTokenBytes = 96;           // escaped, and given as reasoning a second time
constexpr size_t kAlternativeBytes = 512;    // a token with its log-probability and its bytes
constexpr size_t kAlternativeValues = 48;

// What parsing the text would make of it. A pass over the bytes, before anything is allocated.
struct Shape {
  int depth = 0;
  size_t values = 1;
};

Shape ShapeOf(std::string_view json) {
  Shape shape;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char ch = json[i];
    if (in_string) {
      if (ch == '\\') ++i;
      in_string = ch != '"';
    } else if (ch == '"') {
      in_string = true;
    } else if (ch == '[' || ch == '{') {
      shape.depth = std::max(shape.depth, ++depth);
      ++shape.values;
    } else if (ch == ']' || ch == '}') {
      --depth;
    } else if (ch == ',') {
      ++shape.values;
    }
  }
  return shape;
}

Status CheckSize(std::string_view body, const JudgeRequest& request) {
  const ReplySize most = ReplySizeMax(request);
  if (body.size() > most.bytes) {
    return DataLoss("{}: longer than the {} bytes that the request allows for", kSource,
                    most.bytes);
  }
  const Shape shape = ShapeOf(body);
  if (shape.depth > kDepthMax) return DataLoss("{}: nested deeper than {}", kSource, kDepthMax);
  if (shape.values > most.values) {
    return DataLoss("{}: {} values, more than the {} that the request allows for", kSource,
                    shape.values, most.values);
  }
  return OkStatus();
}

StatusOr<std::vector<ReplyToken>> ReadTokens(const Json& choice) {
  std::vector<ReplyToken> tokens;
  const Json* logprobs = choice.Find("logprobs");
  if (logprobs == nullptr) return tokens;
  const Json* content = logprobs->Find("content");
  if (content == nullptr) return tokens;
  for (const Json& entry : content->items()) {
    ReplyToken token;
    ASSIGN_OR_RETURN(token.text, entry.GetString("token"));
    if (const Json* top = entry.Find("top_logprobs")) {
      for (const Json& other : top->items()) {
        ASSIGN_OR_RETURN(std::string text, other.GetString("token"));
        ASSIGN_OR_RETURN(const double logprob, other.GetDouble("logprob"));
        token.alternatives.emplace_back(std::move(text), logprob);
      }
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

StatusOr<JudgeReply> ReadChoice(const Json& choice) {
  JudgeReply reply;
  ASSIGN_OR_RETURN(const std::string finish, choice.GetStringOr("finish_reason", "stop"));
  ASSIGN_OR_RETURN(const Json* message, choice.Get("message"));
  ASSIGN_OR_RETURN(reply.text, message->GetStringOr("content", ""));
  ASSIGN_OR_RETURN(reply.tokens, ReadTokens(choice));
  if (finish == "length") {
    reply.failure = "the judge was cut at max_tokens (finish_reason: length)";
  } else if (finish != "stop") {
    reply.failure = fmt::format("the judge ended with finish_reason '{}'", Excerpt(finish));
  } else if (reply.text.empty()) {
    reply.failure = "the judge's reply has no content";
  }
  return reply;
}

}  // namespace

std::string WriteChatRequest(const JudgeRequest& request, const std::string& model) {
  Json message = Json::Object();
  message.Set("role", "user").Set("content", request.prompt);
  Json body = Json::Object();
  if (!model.empty()) body.Set("model", model);
  body.Set("messages", Json::Array().Append(std::move(message)));
  body.Set("temperature", request.sampling.temperature).Set("top_p", request.sampling.top_p);
  body.Set("max_tokens", request.sampling.max_tokens);
  if (request.sampling.num_samples > 1) body.Set("n", request.sampling.num_samples);
  // Servers differ in how large a seed may be; all take 31 bits.
  body.Set("seed", static_cast<int64_t>(request.seed & 0x7fffffff));
  if (request.sampling.top_logprobs > 0) {
    body.Set("logprobs", true).Set("top_logprobs", request.sampling.top_logprobs);
  }
  return body.ToString();
}

ReplySize ReplySizeMax(const JudgeRequest& request) {
  const JudgeSampling& sampling = request.sampling;
  const auto samples = static_cast<size_t>(sampling.num_samples);
  const size_t tokens = samples * static_cast<size_t>(sampling.max_tokens);
  const auto top = static_cast<size_t>(sampling.top_logprobs);
  const size_t alternatives = top > 0 ? tokens * (1 + top) : 0;
  return {.bytes = (64 << 10) + 4 * request.prompt.size() + tokens * kTokenBytes +
                   alternatives * kAlternativeBytes,
          .values = 4096 + 256 * samples + alternatives * kAlternativeValues};
}

StatusOr<std::vector<JudgeReply>> ReadChatReply(std::string_view body,
                                                const JudgeRequest& request) {
  RETURN_IF_ERROR(CheckSize(body, request));
  const int num_samples = request.sampling.num_samples;
  StatusOr<Json> json = Json::Parse(body, kSource);
  if (!json.ok()) return DataLoss("{}", Message(json.status()));
  const Json* choices = json->Find("choices");
  if (choices == nullptr || !choices->is_array()) {
    return DataLoss("{}: no choices: {}", kSource, ErrorMessage(body));
  }
  if (choices->items().empty()) return DataLoss("{}: choices is empty", kSource);
  const auto wanted = static_cast<size_t>(num_samples);
  std::vector<JudgeReply> replies(wanted);
  for (JudgeReply& reply : replies) reply.failure = "the server gave fewer choices than asked for";
  for (size_t i = 0; i < choices->size(); ++i) {
    const Json& choice = choices->items()[i];
    const StatusOr<int64_t> index = choice.GetIntOr("index", static_cast<int64_t>(i));
    if (!index.ok()) return DataLoss("{}", Message(index.status()));
    if (*index < 0 || *index >= num_samples) continue;
    StatusOr<JudgeReply> reply = ReadChoice(choice);
    if (!reply.ok()) return DataLoss("{}", Message(reply.status()));
    replies[static_cast<size_t>(*index)] = std::move(*reply);
  }
  return replies;
}

std::string ErrorMessage(std::string_view body) {
  const bool readable = body.size() <= kErrorBytesMax && ShapeOf(body).depth <= kDepthMax;
  const StatusOr<Json> json =
      readable ? Json::Parse(body, kSource) : StatusOr<Json>(DataLoss("{}", kSource));
  if (json.ok()) {
    const Json* error = json->Find("error");
    if (error == nullptr) error = &*json;
    if (error->is_string()) return Excerpt(error->AsString().value(), 200);
    const Json* message = error->Find("message");
    if (message != nullptr && message->is_string())
      return Excerpt(message->AsString().value(), 200);
  }
  return body.empty() ? "empty body" : Excerpt(body, 200);
}

}  // namespace longhaul::reward::genrm
