// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "common/file.h"
#include "common/tokenizer/character_tokenizer.h"
#include "trainer/data/task_file.h"
#include "trainer/data/task_sampler.h"

namespace longhaul::trainer {
namespace {

using testing::HasSubstr;

class TaskFileTest : public testing::Test {
 protected:
  TaskFileTest() : dir_(testing::TempDir() + "/task_file_" + std::to_string(getpid())) {
    EXPECT_TRUE(CreateDirectories(dir_).ok());
    EXPECT_TRUE(
        WriteCharacterTokenizer(
            dir_, {.special_tokens = {{"pad_token", "<pad>"},
                                      {"eos_token", "<eos>"},
                                      {"unk_token", "<unk>"}},
                   .alphabet = "0123456789+=ab ",
                   .model_max_length = 0,
                   .chat_template = "{% for m in messages %}{{ m['content'] }}={% endfor %}"})
            .ok());
    tokenizer_ = Tokenizer::Load(dir_).value();
  }

  StatusOr<std::vector<TaskEntry>> Read(const std::string& text,
                                        ResponseField response = ResponseField::kIgnored) {
    const std::string path = dir_ + "/t.jsonl";
    EXPECT_TRUE(WriteFileAtomic(path, text).ok());
    return ReadTaskFile(
        path, {.tokenizer = tokenizer_.get(), .max_prompt_length = 8, .response = response});
  }
  std::string ErrorOf(const std::string& text) { return Message(Read(text).status()); }

  std::string dir_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(TaskFileTest, ReadsEveryField) {
  const auto entries =
      Read(R"({"uid": "a", "prompt": "1+2=", "domain": "math", "pass_rate": 0.25,)"
           R"( "synthetic": true, "reward": {"type": "number", "answer": 3, "weight": 2,)"
           R"( "extractor": "last_number", "tolerance": 0.5}, "source": "x", "response": "3"})"
           "\n\n"
           R"({"uid": "b", "messages": [{"role": "user", "content": "2+2"}],)"
           R"( "reward": [{"type": "exact", "answer": "4"}, {"type": "format"}], "response": "4"})"
           "\n",
           ResponseField::kRequired)
          .value();
  ASSERT_EQ(entries.size(), 2u);
  const proto::Task& a = entries[0].task;
  EXPECT_EQ(a.prompt_ids_size(), 4);
  EXPECT_EQ(tokenizer_->Decode(std::vector<int32_t>(a.prompt_ids().begin(), a.prompt_ids().end())),
            "1+2=");
  EXPECT_EQ(a.domain(), "math");
  EXPECT_EQ(a.pass_rate(), 0.25);
  EXPECT_TRUE(a.synthetic());
  ASSERT_EQ(a.rewards_size(), 1);
  EXPECT_EQ(a.rewards(0).answer(), "3");
  EXPECT_EQ(a.rewards(0).weight(), 2);
  EXPECT_EQ(a.rewards(0).extractor(), "last_number");
  EXPECT_EQ(a.rewards(0).options_json(), R"({"tolerance":0.5})");
  EXPECT_EQ(a.metadata_json(), R"({"source":"x"})");
  EXPECT_EQ(entries[0].response, "3");
  EXPECT_EQ(entries[1].task.prompt(), "2+2=");
  EXPECT_FALSE(entries[1].task.has_pass_rate());
  EXPECT_EQ(entries[1].task.rewards_size(), 2);
}

TEST_F(TaskFileTest, ErrorsNameFileLineAndField) {
  const std::string good = R"({"uid": "a", "prompt": "1+2="})"
                           "\n";
  EXPECT_THAT(ErrorOf(good + "{oops\n"), HasSubstr("t.jsonl:2"));
  EXPECT_THAT(ErrorOf(good + R"({"prompt": "1"})"), HasSubstr("t.jsonl:2: uid"));
  EXPECT_THAT(ErrorOf(good + good), HasSubstr("t.jsonl:2: uid: 'a' is already that of line 1"));
  EXPECT_THAT(ErrorOf(R"({"uid": "a", "prompt": "1+2+3+4+5"})"),
              HasSubstr("t.jsonl:1: prompt: 9 tokens, data.max_prompt_length is 8 (uid 'a')"));
  EXPECT_THAT(ErrorOf(R"({"uid": "a", "prompt": ""})"), HasSubstr("t.jsonl:1: prompt: is empty"));
  EXPECT_THAT(ErrorOf(R"({"uid": "a"})"), HasSubstr("`prompt` or `messages`"));
  EXPECT_THAT(ErrorOf(R"({"uid": "a", "prompt": 5})"), HasSubstr("t.jsonl:1: prompt"));
  EXPECT_THAT(ErrorOf(R"({"uid": "a", "prompt": "1", "pass_rate": 2})"), HasSubstr("pass_rate"));
  EXPECT_THAT(ErrorOf(R"({"uid": "a", "prompt": "1", "reward": "x"})"), HasSubstr("reward"));
  EXPECT_THAT(ErrorOf("[1]"), HasSubstr("t.jsonl:1"));
  EXPECT_THAT(ErrorOf("\n"), HasSubstr("no task"));
}

TEST_F(TaskFileTest, MissingResponseAndMissingFile) {
  EXPECT_THAT(Message(Read(R"({"uid": "a", "prompt": "1"})", ResponseField::kRequired).status()),
              HasSubstr("response"));
  EXPECT_EQ(ReadTaskFile(dir_ + "/none.jsonl", {}).status().code(), StatusCode::kNotFound);
}

TaskSource Source(const std::string& path, int count, const std::string& domain) {
  TaskSource source;
  source.path = path;
  for (int i = 0; i < count; ++i) {
    proto::Task& task = source.tasks.emplace_back();
    task.set_uid(fmt::format("{}-{}", path, i));
    task.set_domain(domain);
    task.set_pass_rate(static_cast<double>(i) / count);
    task.set_synthetic(i % 2 == 0);
    task.add_prompt_ids(1);
  }
  return source;
}

TEST(TaskSamplerTest, CoversEveryTaskBeforeAnyComesAgain) {
  TaskSampler::Args args;
  args.sources.push_back(Source("a", 10, ""));
  args.seed = 3;
  TaskSampler sampler = TaskSampler::Create(std::move(args)).value();
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    std::map<std::string, int> seen;
    for (int i = 0; i < 10; ++i) {
      const DrawnTask drawn = sampler.Draw(0).value();
      ++seen[drawn.task->uid()];
      EXPECT_EQ(drawn.epoch, epoch);
    }
    EXPECT_EQ(seen.size(), 10u);
  }
}

TEST(TaskSamplerTest, WeightsFiltersAndDomains) {
  TaskSampler::Args args;
  args.sources.push_back(Source("a", 10, "math"));
  args.sources.push_back(Source("b", 10, "general"));
  args.sources[0].weight = 3;
  args.domains = DomainCurriculum({{.name = "general", .from_step = 100, .ramp_steps = 0}});
  TaskSampler sampler = TaskSampler::Create(std::move(args)).value();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(sampler.Draw(5).value().task->domain(), "math");
  int math = 0;
  for (int i = 0; i < 2000; ++i) math += sampler.Draw(100).value().task->domain() == "math";
  EXPECT_NEAR(math, 1500, 80);
  sampler.SetFilter({.drop_pass_rate_above = 0.35, .synthetic_keep_frac = 0});
  for (int i = 0; i < 50; ++i) {
    const DrawnTask drawn = sampler.Draw(100).value();
    EXPECT_LE(drawn.task->pass_rate(), 0.35);
    EXPECT_FALSE(drawn.task->synthetic());
  }
  sampler.SetFilter({.drop_pass_rate_above = -1, .synthetic_keep_frac = 1});
  EXPECT_THAT(Message(sampler.Draw(100).status()), HasSubstr("no task can be drawn at step 101"));
}

TEST(TaskSamplerTest, DomainsWithoutTasksAreRefused) {
  TaskSampler::Args args;
  args.sources.push_back(Source("a", 3, "math"));
  args.sources.push_back(Source("b", 3, "general"));
  args.domains = DomainCurriculum({{.name = "math"}, {.name = "genral", .from_step = 10}});
  EXPECT_EQ(Message(TaskSampler::Create(std::move(args)).status()),
            "curriculum.domains: no task of data.train has the domain 'genral'; did you mean "
            "'general'?");
}

TEST(TaskSamplerTest, ResumesAndRefusesOtherData) {
  const auto make = [](int count) {
    TaskSampler::Args args;
    args.sources.push_back(Source("a", count, ""));
    args.sources.push_back(Source("b", 7, ""));
    args.seed = 11;
    return TaskSampler::Create(std::move(args)).value();
  };
  TaskSampler whole = make(10);
  for (int i = 0; i < 23; ++i) whole.Draw(0).value();
  const Json state = Json::Parse(whole.Save().ToString(), "state.json").value();
  TaskSampler resumed = make(10);
  ASSERT_TRUE(resumed.Load(state).ok());
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(whole.Draw(0).value().task->uid(), resumed.Draw(0).value().task->uid());
  }
  TaskSampler other = make(9);
  EXPECT_THAT(Message(other.Load(state)), HasSubstr("'a' had 10 tasks"));
}

TEST(TaskSamplerTest, AUidBelongsToOneSource) {
  TaskSampler::Args args;
  args.sources.push_back(Source("a", 2, ""));
  args.sources.push_back(Source("a", 2, ""));
  args.sources[1].path = "b";
  EXPECT_THAT(Message(TaskSampler::Create(std::move(args)).status()), HasSubstr("b: uid: 'a-0'"));
}

}  // namespace
}  // namespace longhaul::trainer
