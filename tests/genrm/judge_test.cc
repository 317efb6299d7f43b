// SPDX-License-Identifier: Apache-2.0
#include "reward/genrm/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <mutex>

#include "common/file.h"
#include "reward/genrm/calibration.h"
#include "reward/genrm/genrm_scorers.h"
#include "tests/common/status_matchers.h"

namespace longhaul::reward::genrm {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Replies of a function of the prompt.
class FakeClient final : public JudgeClient {
 public:
  using Answer = std::function<StatusOr<std::vector<JudgeReply>>(const JudgeRequest&)>;
  explicit FakeClient(Answer answer) : answer_(std::move(answer)) {}
  std::string name() const override { return "fake"; }
  int max_concurrent_calls() const override { return 4; }
  Status CheckReachable() override { return OkStatus(); }
  StatusOr<std::vector<JudgeReply>> Ask(const JudgeRequest& request, const ScoringCall&) override {
    const std::lock_guard lock(mutex_);
    requests.push_back(request);
    return answer_(request);
  }
  std::vector<JudgeRequest> requests;

 private:
  std::mutex mutex_;
  const Answer answer_;
};

struct Rig {
  FakeClient* client;
  std::unique_ptr<Judge> judge;
};
Rig MakeRig(FakeClient::Answer answer, const GenrmConfig& config = {}) {
  auto client = std::make_unique<FakeClient>(std::move(answer));
  FakeClient* seen = client.get();
  return {seen, Judge::Create(config, std::move(client)).value()};
}
FakeClient::Answer Always(std::vector<std::string> texts) {
  return [texts = std::move(texts)](const JudgeRequest&) {
    std::vector<JudgeReply> replies;
    for (const std::string& text : texts) replies.push_back({.text = text});
    return replies;
  };
}
const Question kQuestion = {.question = "Q?", .reference = "R", .candidate = "<think>t</think>C"};

TEST(Judge, GradesAreQuarters) {
  for (int grade = 1; grade <= 5; ++grade) {
    const Rig rig = MakeRig(Always({fmt::format("[[{}]]", grade)}));
    const Verdict verdict = rig.judge->Grade(kQuestion, {});
    EXPECT_TRUE(verdict.scorable);
    EXPECT_EQ(verdict.score, (grade - 1) / 4.0);
    EXPECT_FALSE(verdict.flipped.has_value());
  }
}

TEST(Judge, TheMedianOfTheSamplesThatDecided) {
  EXPECT_EQ(MakeRig(Always({"[[1]]", "[[5]]", "[[4]]"})).judge->Grade(kQuestion, {}).score, 0.75);
  EXPECT_EQ(MakeRig(Always({"[[2]]", "?", "[[4]]"})).judge->Grade(kQuestion, {}).score, 0.5);
  const Verdict verdict = MakeRig(Always({"?", "[[5]]"})).judge->Grade(kQuestion, {});
  EXPECT_FALSE(verdict.scorable);
  EXPECT_THAT(verdict.detail, HasSubstr("1 of 2 replies gave no verdict"));
}

TEST(Judge, AFailureIsUnscorableWithTheCause) {
  const Rig down = MakeRig([](const JudgeRequest&) -> StatusOr<std::vector<JudgeReply>> {
    return Unavailable("nobody home");
  });
  for (const auto mode : {&Judge::Grade, &Judge::Compare, &Judge::Equivalent}) {
    const Verdict verdict = (*down.judge.*mode)(kQuestion, {});
    EXPECT_FALSE(verdict.scorable);
    EXPECT_EQ(verdict.detail, "nobody home");
  }
  const Rig cut = MakeRig([](const JudgeRequest&) {
    return std::vector<JudgeReply>{{.text = "[[5]]", .failure = "cut"}};
  });
  EXPECT_THAT(cut.judge->Grade(kQuestion, {}).detail, HasSubstr("cut"));
}

TEST(Judge, ThePromptFencesTheCandidateAndHidesItsThinking) {
  const Rig rig = MakeRig(Always({"[[1]]"}));
  rig.judge->Grade(
      {.question = "Q?", .reference = "R", .candidate = "<think>SECRET</think>{fence}"}, {});
  rig.judge->Grade(
      {.question = "Q?", .reference = "R", .candidate = "<think>SECRET</think>{fence}"}, {});
  const std::string& prompt = rig.client->requests[0].prompt;
  EXPECT_THAT(prompt, Not(HasSubstr("SECRET")));
  EXPECT_THAT(prompt, HasSubstr("\n{fence}\n"));
  EXPECT_THAT(prompt, Not(HasSubstr("{candidate}")));
  EXPECT_EQ(rig.client->requests[1].prompt, prompt) << "a function of the texts";
  EXPECT_EQ(rig.client->requests[1].seed, rig.client->requests[0].seed);
}

TEST(Judge, NothingSaidIsWrongAndNobodyIsAsked) {
  const Rig rig = MakeRig(Always({"[[5]]"}));
  for (const char* nothing : {"", ":", "<think>the answer is R", "<think>R</think> ..."}) {
    const Verdict verdict =
        rig.judge->Grade({.question = "Q?", .reference = "R", .candidate = nothing}, {});
    EXPECT_TRUE(verdict.scorable) << nothing;
    EXPECT_EQ(verdict.score, 0) << nothing;
  }
  EXPECT_TRUE(rig.client->requests.empty());
}

// Which of the two answers stands as A.
bool CandidateIsA(const std::string& prompt) { return prompt.find("GOOD") < prompt.find("BASE"); }
const Question kPair = {.question = "Q?", .reference = "BASE", .candidate = "GOOD"};

TEST(Judge, ComparesInBothOrders) {
  const auto honest = [](const JudgeRequest& request) {
    return std::vector<JudgeReply>{{.text = CandidateIsA(request.prompt) ? "[[A]]" : "[[B]]"}};
  };
  const Verdict better = MakeRig(honest).judge->Compare(kPair, {});
  EXPECT_EQ(better.score, 1);
  EXPECT_EQ(better.flipped, false);
  const auto against = [](const JudgeRequest& request) {
    return std::vector<JudgeReply>{{.text = CandidateIsA(request.prompt) ? "[[B]]" : "[[A]]"}};
  };
  EXPECT_EQ(MakeRig(against).judge->Compare(kPair, {}).score, 0);
  const Verdict first_always = MakeRig(Always({"[[A]]"})).judge->Compare(kPair, {});
  EXPECT_EQ(first_always.score, 0.5) << "disagreement is a tie";
  EXPECT_EQ(first_always.flipped, true);
  const Verdict tie = MakeRig(Always({"[[C]]"})).judge->Compare(kPair, {});
  EXPECT_EQ(tie.score, 0.5);
  EXPECT_EQ(tie.flipped, false);
  EXPECT_EQ(MakeRig(Always({"[[A]]", "[[B]]"})).judge->Compare(kPair, {}).score, 0.5);
}

TEST(Judge, Equivalence) {
  EXPECT_EQ(MakeRig(Always({"[[A=B]]"})).judge->Equivalent(kQuestion, {}).score, 1);
  EXPECT_EQ(MakeRig(Always({"[[A!=B]]"})).judge->Equivalent(kQuestion, {}).score, 0);
  EXPECT_FALSE(MakeRig(Always({"[[5]]"})).judge->Equivalent(kQuestion, {}).scorable);
}

TEST(Judge, RecalibrationsChangePromptsAndThreshold) {
  GenrmConfig config;
  config.recalibrations = {{.prompts = "strict"}, {.pass_score = 0.75}};
  const Rig rig = MakeRig(Always({"[[3]]"}), config);
  EXPECT_EQ(rig.judge->Grade(kQuestion, {}).score, 0.5);
  EXPECT_EQ(rig.judge->Recalibrate("a test").value().level(), 1);
  EXPECT_EQ(rig.judge->Grade(kQuestion, {}).score, 0.5);
  EXPECT_NE(rig.client->requests[0].prompt, rig.client->requests[1].prompt);
  EXPECT_EQ(rig.judge->Recalibrate("a test").value().level(), 2);
  const Verdict verdict = rig.judge->Grade(kQuestion, {});
  EXPECT_EQ(verdict.score, 0);
  EXPECT_THAT(verdict.detail, HasSubstr("below the pass score"));
  EXPECT_EQ(rig.client->requests[2].prompt, rig.client->requests[1].prompt) << "strict stays";
  EXPECT_EQ(rig.judge->Recalibrate("a test").status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(rig.judge->SetLevel(1).value().level(), 1);
  EXPECT_THAT(rig.judge->State().description(), HasSubstr("prompts strict"));
  EXPECT_EQ(rig.judge->SetLevel(3).status().code(), StatusCode::kOutOfRange);
}

TEST(Judge, ConfigurationErrorsNameTheKey) {
  const auto create = [](const GenrmConfig& config) {
    return Message(Judge::Create(config, std::make_unique<FakeClient>(Always({"[[1]]"}))).status());
  };
  EXPECT_THAT(create({.prompts = "nonsense"}), HasSubstr("reward.genrm.prompts"));
  GenrmConfig config;
  config.recalibrations = {{.prompts = "nonsense"}};
  EXPECT_THAT(create(config), HasSubstr("reward.genrm.recalibrations.0.prompts"));
  config.recalibrations = {{.prompts = "strict"}, {}};
  EXPECT_THAT(create(config), HasSubstr("recalibrations.1: changes neither"));
  config = {};
  config.calibration = "/no/such/file";
  EXPECT_THAT(create(config), HasSubstr("reward.genrm.calibration"));
}

double MeasureOf(const std::vector<Measure>& measures, const std::string& name) {
  for (const Measure& measure : measures) {
    if (measure.name == name) return measure.value;
  }
  ADD_FAILURE() << name;
  return -1;
}

std::string Between(const std::string& text, const std::string& from, const std::string& to) {
  const size_t begin = text.find(from) + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

TEST(Calibration, SeesAJudgeThatPaysForLength) {
  const Rig rig = MakeRig([](const JudgeRequest& request) {
    const std::string answer = Between(request.prompt, "answer begins\n", "\n#");
    return std::vector<JudgeReply>{{.text = answer.size() > 200 ? "[[5]]" : "[[1]]"}};
  });
  const auto measures = Calibrate(*rig.judge, BuiltInSets(), {});
  EXPECT_EQ(MeasureOf(measures, "length_gap"), 1);
  EXPECT_EQ(MeasureOf(measures, "accuracy"), 0.5);
  EXPECT_EQ(MeasureOf(measures, "master_key_accept_rate"), 0);
}

TEST(Calibration, SeesAJudgeThatIsFooled) {
  const auto measures = Calibrate(*MakeRig(Always({"[[5]]"})).judge, BuiltInSets(), {});
  EXPECT_EQ(MeasureOf(measures, "injection_accept_rate"), 1);
  EXPECT_EQ(MeasureOf(measures, "master_key_accept_rate"), 0.8) << "all but ':' and '.'";
  EXPECT_EQ(MeasureOf(measures, "length_gap"), 0);
  EXPECT_GT(MeasureOf(measures, "unscorable_rate"), 0) << "[[5]] is no comparison";
  EXPECT_THAT(measures.back().detail, HasSubstr("no verdict"));
}

TEST(Calibration, AnHonestJudgePasses) {
  const Rig rig = MakeRig([](const JudgeRequest& request) -> std::vector<JudgeReply> {
    const std::string& prompt = request.prompt;
    if (prompt.find("answer A begins") != std::string::npos) {
      const std::string question = Between(prompt, "Question:\n", "\n");
      for (const LabelledCase& entry : BuiltInSets().comparisons) {
        if (entry.question != question) continue;
        const bool reference_is_a =
            prompt.find("\n" + entry.reference + "\n") < prompt.find("\n" + entry.candidate + "\n");
        return {{.text = reference_is_a ? "[[A]]" : "[[B]]"}};
      }
    }
    const std::string reference = Between(prompt, "Reference answer:\n", "\n");
    const std::string answer = Between(prompt, "answer begins\n", "\n#");
    const bool right =
        answer == reference || answer.find("question is: " + reference + ".") != std::string::npos;
    return {{.text = right ? "[[5]]" : "[[1]]"}};
  });
  const auto measures = Calibrate(*rig.judge, BuiltInSets(), {});
  EXPECT_EQ(MeasureOf(measures, "accuracy"), 1);
  EXPECT_EQ(MeasureOf(measures, "master_key_accept_rate"), 0);
  EXPECT_EQ(MeasureOf(measures, "injection_accept_rate"), 0);
  EXPECT_EQ(MeasureOf(measures, "length_gap"), 0);
  EXPECT_EQ(MeasureOf(measures, "position_flip_rate"), 0);
  EXPECT_EQ(MeasureOf(measures, "unscorable_rate"), 0);
}

TEST(LabelledCases, AreReadAndWhatIsWrongIsNamed) {
  const std::string path = testing::TempDir() + "/cases.jsonl";
  ASSERT_TRUE(
      WriteFileAtomic(
          path,
          R"({"mode": "grade", "question": "q", "reference": "r", "candidate": "c", "grade": 4, "group": "g"}
{"mode": "pairwise", "question": "q", "a": "x", "b": "y", "better": "tie"}

{"mode": "equivalence", "question": "q", "reference": "r", "candidate": "c", "correct": false}
)")
          .ok());
  const auto cases = ReadLabelledCases(path).value();
  ASSERT_EQ(cases.size(), 3u);
  EXPECT_EQ(cases[0].label, 1);
  EXPECT_EQ(cases[1].label, 0.5);
  EXPECT_EQ(cases[2].label, 0);
  ASSERT_TRUE(WriteFileAtomic(path, "{\"mode\": \"grade\"}\n").ok());
  EXPECT_THAT(Message(ReadLabelledCases(path).status()), HasSubstr("cases.jsonl:1"));
  ASSERT_TRUE(WriteFileAtomic(path, "{\"mode\": \"grad\"}\n").ok());
  EXPECT_THAT(Message(ReadLabelledCases(path).status()), HasSubstr("valid: grade, pairwise"));
  ASSERT_TRUE(WriteFileAtomic(path, "\n").ok());
  EXPECT_THAT(Message(ReadLabelledCases(path).status()), HasSubstr("holds no case"));
  const auto error_of = [&](const std::string& keys) {
    EXPECT_TRUE(WriteFileAtomic(path, "\n{\"question\": \"q\", " + keys + "}\n").ok());
    return Message(ReadLabelledCases(path).status());
  };
  const std::string grade = R"("mode": "grade", "reference": "r", "candidate": "c", )";
  EXPECT_THAT(error_of(grade + R"("correct": true, "gruop": "g")"),
              AllOf(HasSubstr("cases.jsonl:2: gruop: unknown key"), HasSubstr("mean 'group'?")));
  EXPECT_THAT(error_of(grade + R"("correct": true, "better": "a")"), HasSubstr("unknown key"));
  EXPECT_THAT(error_of(grade + R"("correct": true, "grade": 4)"),
              HasSubstr("cases.jsonl:2: grade: give either"));
  EXPECT_THAT(error_of(R"("mode": "pairwise", "a": "x", "b": "y", "better": "a", "correct": true)"),
              HasSubstr("cases.jsonl:2: correct: unknown key"));
}

TEST(GenrmScorers, AskTheJudgeAboutTheTask) {
  const Rig rig = MakeRig(Always({"[[5]]"}));
  const auto scorers = MakeScorers(*rig.judge);
  ASSERT_EQ(scorers.size(), 3u);
  const Scorer& grade = *scorers[0];
  EXPECT_EQ(grade.name(), "genrm_grade");
  EXPECT_EQ(grade.max_concurrent_calls(), 4);
  EXPECT_TRUE(grade.is_judge());
  const Json none = Json::Object();
  for (const char* missing : {"", " \n"}) {
    EXPECT_THAT(Message(grade.CheckTask({.answer = missing, .options = none})),
                HasSubstr("key `answer`, is missing or empty"));
  }
  EXPECT_THAT(grade.CheckTask({.answer = "R", .options = none}), IsOk());
  const Verdict verdict = grade.Score({.answer = "R", .options = none, .prompt = "the prompt"},
                                      {.text = "C", .answer = "C"}, {});
  EXPECT_EQ(verdict.score, 1);
  EXPECT_THAT(rig.client->requests[0].prompt, HasSubstr("the prompt"));
  Json options = Json::Object();
  options.Set("question", "another question");
  grade.Score({.answer = "R", .options = options, .prompt = "the prompt"},
              {.text = "C", .answer = "C"}, {});
  EXPECT_THAT(rig.client->requests[1].prompt, HasSubstr("another question"));
}

}  // namespace
}  // namespace longhaul::reward::genrm
