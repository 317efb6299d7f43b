// SPDX-License-Identifier: Apache-2.0
#include "tools/engine_judge.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "rollout/engine.h"
#include "tools/model_bundle.h"

namespace longhaul::tools {
namespace {

using reward::genrm::GenrmConfig;
using reward::genrm::JudgeReply;
using reward::genrm::JudgeRequest;
using Clock = std::chrono::system_clock;
constexpr auto kCancelPoll = std::chrono::milliseconds(50);

JudgeReply ReplyOf(const rollout::Completion& completion) {
  JudgeReply reply;
  reply.text = completion.text;
  switch (completion.stop_reason) {
    case rollout::StopReason::kEos:
    case rollout::StopReason::kStopString:
      if (reply.text.empty()) reply.failure = "the judge's reply has no content";
      break;
    case rollout::StopReason::kLength:
      reply.failure = "the judge was cut at max_tokens";
      break;
    default:
      reply.failure = "the judge's generation was ended";
  }
  return reply;
}

// A prompt as the model's template writes it; what stands in it cannot forge a token of the
// template.
StatusOr<std::vector<int32_t>> EncodePrompt(const Tokenizer& tokenizer, const std::string& prompt) {
  if (!tokenizer.has_chat_template()) {
    return tokenizer.Encode(
        prompt, {.added_tokens = AddedTokenMode::kAllAsText, .add_special_tokens = false});
  }
  // The template around a marker, and the prompt's own tokens in place of the marker.
  static constexpr std::string_view kMarker = "PROMPTMARKER";
  ChatInput input;
  input.messages_json = MessagesToJson({{"user", std::string(kMarker)}});
  input.add_generation_prompt = true;
  ASSIGN_OR_RETURN(const std::string text, tokenizer.ApplyChatTemplate(input));
  const size_t at = text.find(kMarker);
  if (at == std::string::npos) return Internal("the chat template leaves the message out");
  std::vector<int32_t> ids = tokenizer.Encode(text.substr(0, at));
  const auto inner = tokenizer.Encode(
      prompt, {.added_tokens = AddedTokenMode::kAllAsText, .add_special_tokens = false});
  ids.insert(ids.end(), inner.begin(), inner.end());
  const auto after = tokenizer.Encode(text.substr(at + kMarker.size()));
  ids.insert(ids.end(), after.begin(), after.end());
  return ids;
}

// One Ask on its way: owned by the asker, whom the engine's thread answers.
struct Question {
  rollout::GroupRequest request;
  std::optional<StatusOr<std::vector<JudgeReply>>> answer;
};

}  // namespace

struct EngineJudge::Impl {
  GenrmConfig config;
  ModelBundle bundle;
  std::unique_ptr<rollout::Engine> engine;  // of the thread alone, its plan excepted

  std::mutex mutex;
  std::condition_variable asked;
  std::condition_variable answered;
  std::deque<std::shared_ptr<Question>> queue;
  std::vector<int64_t> given_up;
  int64_t next_id = 0;
  bool stopping = false;
  std::thread thread;

  void Loop();
  void TakeQuestions(std::map<int64_t, std::shared_ptr<Question>>* open);
  void Answer(const std::shared_ptr<Question>& question, StatusOr<std::vector<JudgeReply>> replies);
};

StatusOr<std::unique_ptr<EngineJudge>> EngineJudge::Create(const GenrmConfig& config, int threads) {
  if (config.sampling.top_logprobs > 0) {
    return InvalidArgument(
        "reward.genrm.sampling.top_logprobs: a judge in this process gives none; it needs an "
        "endpoint");
  }
  auto impl = std::make_unique<Impl>();
  impl->config = config;
  BundleOptions bundle_options;
  bundle_options.weights.use = model::WeightsUse::kInference;
  bundle_options.threads = threads;
  StatusOr<ModelBundle> bundle = LoadModelBundle(config.model_path, bundle_options);
  if (!bundle.ok()) return Annotate(bundle.status(), "reward.genrm.model_path");
  impl->bundle = std::move(*bundle);
  rollout::EngineOptions options;
  options.config.max_num_seqs =
      std::max<int64_t>(config.sampling.num_samples, std::min(config.max_concurrent_calls, 256));
  options.num_threads = threads;
  ASSIGN_OR_RETURN(impl->engine,
                   rollout::Engine::Create(impl->bundle.config, impl->bundle.weights.get(),
                                           impl->bundle.tokenizer.get(), options));
  std::unique_ptr<EngineJudge> judge(new EngineJudge(std::move(impl)));
  judge->impl_->thread = std::thread([state = judge->impl_.get()] { state->Loop(); });
  return judge;
}

EngineJudge::EngineJudge(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EngineJudge::~EngineJudge() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->asked.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::string EngineJudge::name() const { return impl_->config.model_path; }
int EngineJudge::max_concurrent_calls() const { return impl_->config.max_concurrent_calls; }
std::vector<model::MemoryLine> EngineJudge::memory_plan() const {
  std::vector<model::MemoryLine> plan = {
      {"judge: parameters, fp32", impl_->bundle.parameters.bytes()},
      {"judge: packed weights", impl_->bundle.weights->bytes()}};
  for (const model::MemoryLine& line : impl_->engine->memory_plan()) {
    plan.push_back({"judge: " + line.purpose, line.bytes});
  }
  return plan;
}

StatusOr<std::vector<JudgeReply>> EngineJudge::Ask(const JudgeRequest& request,
                                                   const reward::ScoringCall& call) {
  const auto question = std::make_shared<Question>();
  rollout::GroupRequest& group = question->request;
  ASSIGN_OR_RETURN(group.prompt_ids, EncodePrompt(*impl_->bundle.tokenizer, request.prompt));
  group.uid = request.prompt;
  group.group_size = request.sampling.num_samples;
  group.sampling.temperature = request.sampling.temperature;
  group.sampling.top_p = request.sampling.top_p;
  group.sampling.max_response_length = request.sampling.max_tokens;
  group.sampling.seed = request.seed;
  const auto own = std::chrono::duration<double>(impl_->config.deadline_s);
  const Clock::time_point deadline =
      std::min(call.deadline, Clock::now() + std::chrono::duration_cast<Clock::duration>(own));
  std::unique_lock lock(impl_->mutex);
  group.id = impl_->next_id++;
  impl_->queue.push_back(question);
  impl_->asked.notify_all();
  while (!question->answer.has_value()) {
    const bool gone = call.cancelled();
    if (gone || Clock::now() >= deadline) {
      impl_->given_up.push_back(group.id);
      if (gone) return Cancelled("the caller has gone");
      return MakeStatus(StatusCode::kDeadlineExceeded, "the judge did not end before the deadline");
    }
    impl_->answered.wait_until(lock, std::min(deadline, Clock::now() + kCancelPoll));
  }
  return std::move(*question->answer);
}

void EngineJudge::Impl::Answer(const std::shared_ptr<Question>& question,
                               StatusOr<std::vector<JudgeReply>> replies) {
  const std::lock_guard lock(mutex);
  question->answer = std::move(replies);
  answered.notify_all();
}

void EngineJudge::Impl::TakeQuestions(std::map<int64_t, std::shared_ptr<Question>>* open) {
  std::vector<std::shared_ptr<Question>> taken;
  {
    const std::lock_guard lock(mutex);
    for (int64_t id : given_up) {
      std::erase_if(queue, [id](const auto& question) { return question->request.id == id; });
      if (open->erase(id) > 0) engine->Abort(id);
    }
    given_up.clear();
    while (!queue.empty() && engine->HasRoom()) {
      taken.push_back(std::move(queue.front()));
      queue.pop_front();
      // HasRoom speaks of one more request.
      if (taken.size() >= static_cast<size_t>(config.max_concurrent_calls)) break;
    }
  }
  for (const std::shared_ptr<Question>& question : taken) {
    const Status added = engine->Add(question->request);
    if (added.ok()) {
      (*open)[question->request.id] = question;
    } else {
      Answer(question, added);
    }
  }
}

void EngineJudge::Impl::Loop() {
  std::map<int64_t, std::shared_ptr<Question>> open;
  while (true) {
    TakeQuestions(&open);
    if (engine->idle()) {
      std::unique_lock lock(mutex);
      asked.wait(lock, [this] { return stopping || !queue.empty() || !given_up.empty(); });
      if (stopping) return;
      continue;
    }
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
    }
    for (int64_t id : engine->Step().finished) {
      std::vector<JudgeReply> replies;
      for (const rollout::Completion& completion : engine->Take(id)) {
        replies.push_back(ReplyOf(completion));
      }
      Answer(open.at(id), std::move(replies));
      open.erase(id);
    }
  }
}

}  // namespace longhaul::tools
