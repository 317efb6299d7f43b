// SPDX-License-Identifier: Apache-2.0
#include "tests/trainer/run_fixture.h"

#include "common/check.h"
#include "common/file.h"
#include "common/json.h"
#include "common/metrics.h"
#include "common/random.h"
#include "common/tokenizer/character_tokenizer.h"
#include "tests/trainer/tiny_model.h"

namespace longhaul::trainer {
namespace {

constexpr char kAlphabet[] = "0123456789+= abcdefgh";

proto::Rollout Generate(const proto::Lease& lease, int32_t sample, int64_t version) {
  const uint64_t key = RandomKey(lease.sampling().seed(), RandomStream::kTest);
  const uint64_t uid = StableHash(lease.task().uid());
  const auto draw = [&](uint32_t position, double bound) {
    return static_cast<int32_t>(UniformDoubleAt(key, uid, static_cast<uint32_t>(sample), position) *
                                bound);
  };
  proto::Rollout rollout;
  rollout.set_sample(sample);
  const int64_t longest = lease.sampling().max_response_length();
  const int64_t length = longest / 2 + draw(1000, static_cast<double>(longest / 2)) + 1;
  for (int64_t t = 0; t < length; ++t) {
    rollout.add_token_ids(3 + draw(static_cast<uint32_t>(t), t == 0 ? 2 : 18));
    rollout.add_rollout_logprobs(-2.0f);
  }
  proto::VersionSpan& span = *rollout.add_versions();
  span.set_weight_version(version);
  span.set_count(length);
  rollout.set_stop_reason(proto::STOP_REASON_EOS);
  rollout.set_text("made up");
  const bool correct = rollout.token_ids(0) == 3;
  rollout.mutable_reward()->set_status(proto::REWARD_STATUS_OK);
  rollout.mutable_reward()->set_score(correct ? 1 : 0);
  rollout.mutable_reward()->set_correct(correct);
  return rollout;
}

void WriteTasks(const std::string& path, const std::string& prefix, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    Json line = Json::Object();
    line.Set("uid", fmt::format("{}{}", prefix, i)).Set("prompt", fmt::format("{}+{}=", i % 10, i));
    line.Set("response", fmt::format("{}", 2 * i));
    text += line.ToString() + "\n";
  }
  CHECK(WriteFileAtomic(path, text).ok());
}

}  // namespace

FakeWorker::FakeWorker(Coordinator* coordinator, const model::Parameters* parameters,
                       kernels::Stream* stream)
    : coordinator_(coordinator),
      parameters_(parameters),
      stream_(stream),
      thread_([this] { Loop(); }) {}

FakeWorker::~FakeWorker() {
  coordinator_->Finish();
  thread_.join();
}

StatusOr<proto::PrepareWeightsReply> FakeWorker::PrepareWeights(
    const proto::PrepareWeightsRequest& request) {
  proto::PrepareWeightsReply reply;
  reply.set_weight_version(request.weight_version());
  // The trainer's thread waits in this call, so its stream is free.
  for (uint64_t checksum : model::Checksums(*stream_, *parameters_)) {
    reply.add_checksums(checksum);
  }
  if (corrupt_ >= 0) reply.set_checksums(corrupt_, reply.checksums(corrupt_) ^ 1);
  return reply;
}

Status FakeWorker::CommitWeights(int64_t weight_version) {
  version_ = weight_version;
  return OkStatus();
}

StatusOr<proto::SnapshotReply> FakeWorker::Snapshot() {
  std::lock_guard lock(mutex_);
  proto::SnapshotReply reply;
  reply.mutable_groups()->Assign(held_.begin(), held_.end());
  return reply;
}

Status FakeWorker::Resume() { return OkStatus(); }

void FakeWorker::StopAfterLeases(int64_t leases, std::atomic<bool>* stop) {
  stop_ = stop;
  leases_left_ = leases;
}

void FakeWorker::Loop() {
  while (true) {
    proto::LeaseRequest request;
    request.set_worker("fake");
    request.set_max_groups(1);
    request.set_weight_version(version_);
    const proto::LeaseReply reply = coordinator_->Lease(request, 1);
    if (reply.finished()) return;
    for (const proto::Lease& lease : reply.leases()) Handle(lease);
  }
}

void FakeWorker::Handle(const proto::Lease& lease) {
  proto::Group group;
  group.set_lease_id(lease.lease_id());
  for (int32_t sample = 0; sample < lease.group_size(); ++sample) {
    *group.add_rollouts() = Generate(lease, sample, version_);
  }
  // What a former worker had finished must be what this one makes.
  for (const proto::Rollout& before : lease.resume()) {
    CHECK_EQ(before.token_ids(0), group.rollouts(before.sample()).token_ids(0));
  }
  if (leases_left_ > 0 && --leases_left_ == 0) {
    group.mutable_rollouts()->RemoveLast();
    std::lock_guard lock(mutex_);
    held_.push_back(group);
    *stop_ = true;
    return;
  }
  proto::ReturnRequest request;
  request.set_worker("fake");
  *request.mutable_group() = std::move(group);
  CHECK(coordinator_->Return(std::move(request)).value().accepted());
}

TinyRun::TinyRun(const std::string& dir) : dir_(dir), model_config_(TinyModelConfig()) {
  CHECK(RemoveTree(dir_).ok());
  CHECK(CreateDirectories(dir_).ok());
  CHECK(WriteCharacterTokenizer(dir_, {.special_tokens = {{"pad_token", "<pad>"},
                                                          {"eos_token", "<eos>"},
                                                          {"unk_token", "<unk>"}},
                                       .alphabet = kAlphabet,
                                       .model_max_length = 0,
                                       .chat_template = {}})
            .ok());
  tokenizer_ = Tokenizer::Load(dir_).value();
  WriteTasks(dir_ + "/train.jsonl", "t", 10);
  WriteTasks(dir_ + "/eval.jsonl", "e", 5);
  WriteTasks(dir_ + "/sft.jsonl", "s", 9);
}

TrainerConfig TinyRun::config() const {
  TrainerConfig config;
  config.data.train = {{.path = dir_ + "/train.jsonl"}};
  config.data.max_prompt_length = 16;
  config.rollout.num_prompts_per_step = 4;
  config.rollout.num_generations_per_prompt = 4;
  config.rollout.max_response_length = 8;
  config.trainer.max_steps = 5;
  config.trainer.minibatch_prompts = 2;
  config.trainer.max_tokens_per_pass = 128;
  config.optimizer.lr = 1e-3;
  config.optimizer.warmup_steps = 0;
  config.eval.sets = {{.name = "held_out", .path = dir_ + "/eval.jsonl"}};
  config.eval.interval = 2;
  config.checkpoint.interval = 2;
  config.logger.console = false;
  SftConfig sft;
  sft.data = {{.path = dir_ + "/sft.jsonl"}};
  sft.steps = 4;
  sft.batch_size = 3;
  sft.lr = 1e-2;
  config.sft = sft;
  return config;
}

StatusOr<std::unique_ptr<Trainer>> TinyRun::Start(const TrainerConfig& config) {
  stop_ = false;
  parameters_ = model::Parameters::Random(model_config_, 7);
  weights_ = std::make_unique<model::Weights>(model_config_, model::WeightsOptions());
  TrainerDeps deps;
  deps.model_config = &model_config_;
  deps.parameters = &parameters_;
  deps.weights = weights_.get();
  deps.tokenizer = tokenizer_.get();
  deps.stream = &stream_;
  deps.run_name = "tiny";
  deps.run_dir = dir_;
  deps.config_text = "tiny";
  deps.seed = seed_;
  deps.stop = &stop_;
  return Trainer::Create(config, deps);
}

StatusOr<RunResult> TinyRun::RunAll(const TrainerConfig& config) {
  ASSIGN_OR_RETURN(std::unique_ptr<Trainer> trainer, Start(config));
  FakeWorker worker(&trainer->coordinator(), &parameters_, &stream_);
  return trainer->Run(worker);
}

StatusOr<RunResult> TinyRun::RunInterrupted(const TrainerConfig& config, int64_t leases) {
  ASSIGN_OR_RETURN(std::unique_ptr<Trainer> trainer, Start(config));
  FakeWorker worker(&trainer->coordinator(), &parameters_, &stream_);
  worker.StopAfterLeases(leases, &stop_);
  return trainer->Run(worker);
}

std::string TinyRun::Read(const std::string& name) const {
  return ReadFile(JoinPath(dir_, name)).value();
}

std::vector<std::string> TinyRun::Metrics() const {
  std::vector<std::string> lines;
  const std::string text = Read("metrics.jsonl");
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    Json line = Json::Parse(text.substr(begin, end - begin), "metrics.jsonl").value();
    begin = end + 1;
    Json kept = Json::Object();
    for (const auto& [key, value] : line.members()) {
      if (!IsTimeField(key)) kept.Set(key, value);
    }
    lines.push_back(kept.ToString());
  }
  return lines;
}

std::vector<uint64_t> TinyRun::Checksums() { return model::Checksums(stream_, parameters_); }

}  // namespace longhaul::trainer
