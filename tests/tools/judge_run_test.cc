// SPDX-License-Identifier: Apache-2.0
//
// Whole runs whose reward is a judge model's, and the commands around judges: the judge is a
// scripted endpoint.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "command_line.h"
#include "common/json.h"
#include "tests/support/scripted_endpoint.h"

namespace longhaul {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Between(const std::string& text, const std::string& from, const std::string& to) {
  const size_t begin = text.find(from);
  if (begin == std::string::npos) return "";
  const size_t end = text.find(to, begin + from.size());
  return text.substr(begin + from.size(), end - begin - from.size());
}

// What stands behind `words` on the next line that begins with them; empty at the end.
std::string RestOfLine(std::istream& lines, const std::string& words) {
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(words)) return line.substr(words.size());
  }
  return "";
}

std::string PromptOf(const ScriptedRequest& request) {
  const StatusOr<Json> body = Json::Parse(request.body, "request");
  if (!body.ok() || body->Find("messages") == nullptr) return "";
  return body->Find("messages")->items()[0].GetString("content").value();
}

// Grades answers by their length, unless it is told in so many words that length counts for
// nothing: then by their first character.
class VainJudge {
 public:
  VainJudge() : endpoint_([this](const ScriptedRequest& request) { return Answer(request); }) {}
  std::string url() const { return endpoint_.url(); }
  int requests() const { return endpoint_.requests(); }
  std::atomic<int> lenient_requests = 0, strict_requests = 0;

 private:
  ScriptedReply Answer(const ScriptedRequest& request) {
    const std::string prompt = PromptOf(request);
    if (prompt.empty()) return {.body = R"({"data": []})"};  // GET /models
    const std::string answer = Between(prompt, "answer begins\n", "\n#");
    const bool strict = prompt.find("count for nothing") != std::string::npos;
    ++(strict ? strict_requests : lenient_requests);
    const size_t grade =
        strict ? (answer[0] % 2 == 0 ? 5 : 1) : 1 + std::min<size_t>(answer.size() / 2, 4);
    return {.body = ChatReplyBody({"Reasons.\n[[" + std::to_string(grade) + "]]"})};
  }

  ScriptedEndpoint endpoint_;
};

// A server in the background, ended with the test.
struct Server {
  pid_t pid;
  explicit Server(pid_t started) : pid(started) {}
  ~Server() {
    if (pid > 0) Stop();
  }
  int Stop() {
    if (pid < 0) return -1;
    int status = 0;
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }
};

class JudgeRun : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    std::string data;
    for (int i = 0; i < 16; ++i) {
      data += R"({"uid": "t)" + std::to_string(i) + R"(", "prompt": ")" + std::to_string(i % 10) +
              R"(,1:", "reward": {"type": "genrm_grade", "answer": "2,3"}})" + "\n";
    }
    Write("judged.jsonl", data);
  }
  CommandResult Judged(const std::string& url, const std::string& arguments = "") const {
    return Train(
        "'data.train=[{path: judged.jsonl}]' rollout.num_prompts_per_step=4 "
        "rollout.num_generations_per_prompt=8 rollout.max_response_length=16 "
        "rollout.temperature=1.5 rollout.engine.max_num_seqs=32 trainer.minibatch_prompts=4 "
        "reward.genrm.endpoint=" +
        url +
        " 'reward.genrm.retry={attempts: 2, backoff_ms: 1}' "
        "'reward.genrm.recalibrations=[{prompts: strict}]' " +
        arguments);
  }
  std::vector<Json> Metrics() const {
    std::vector<Json> lines;
    std::ifstream file(Path("out/metrics.jsonl"));
    for (std::string line; std::getline(file, line);) {
      lines.push_back(Json::Parse(line, "metrics.jsonl").value());
    }
    return lines;
  }
};

TEST_F(JudgeRun, PayingForLengthGivesAlarmAndIsRecalibratedAndResumeGoesOnFromThere) {
  VainJudge judge;
  const CommandResult result =
      Judged(judge.url(), "trainer.max_steps=20 reward.watch.calibration_interval=0");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("alarm about the judge: the correlation of its score and "
                                       "the response length is"));
  EXPECT_THAT(result.output, HasSubstr("the judge is recalibrated: level 1 of 1: prompts strict"));
  const std::vector<Json> metrics = Metrics();
  ASSERT_EQ(metrics.size(), 20u);
  size_t alarm = 0;
  while (alarm < metrics.size() && metrics[alarm].GetDouble("judge/level").value() == 0) ++alarm;
  ASSERT_LT(alarm, metrics.size()) << result.output;
  const double before = metrics[alarm].GetDouble("judge/length_corr_window").value();
  EXPECT_GT(before, 0.3);
  EXPECT_LT(metrics.back().GetDouble("judge/length_corr_window").value(), before);
  EXPECT_EQ(metrics.back().GetDouble("judge/alarms").value(), 1);
  EXPECT_GT(judge.strict_requests, 0);
  const Json summary = Json::Parse(Read("out/summary.json"), "summary.json").value();
  ASSERT_EQ(summary.Find("judge_alarms")->size(), 1u);
  EXPECT_EQ(summary.Find("judge_alarms")->items()[0].GetInt("step").value(),
            static_cast<int64_t>(alarm) + 1);

  const int lenient = judge.lenient_requests;
  const CommandResult resumed =
      Judged(judge.url(), "trainer.max_steps=22 reward.watch.calibration_interval=0");
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_THAT(resumed.output, HasSubstr("judge: level 1 of 1: prompts strict"));
  EXPECT_EQ(judge.lenient_requests, lenient) << "the recalibration holds in the resumed run";
  EXPECT_EQ(Metrics().back().GetDouble("judge/level").value(), 1);
}

TEST_F(JudgeRun, TheStandingSetsAreJudgedAtTheStartAndGiveAlarm) {
  VainJudge judge;
  const CommandResult result = Judged(judge.url(), "trainer.max_steps=2");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("step 0: calibration of the judge: accuracy"));
  EXPECT_THAT(result.output, HasSubstr("step 0: alarm about the judge"));
  EXPECT_THAT(result.output, HasSubstr("alarm about the judge at step 0, level 1 from there on: "));
  EXPECT_EQ(Metrics()[0].GetDouble("judge/level").value(), 1);
  Remove("out");
  const CommandResult stop = Judged(judge.url(), "trainer.max_steps=2 reward.watch.on_alarm=stop");
  ExpectError(stop, {"reward.watch.on_alarm is stop"});
}

TEST_F(JudgeRun, AJudgeThatCannotAnswerIsSaidAtTheStart) {
  ScriptedEndpoint endpoint([](const ScriptedRequest& request) {
    return PromptOf(request).empty() ? ScriptedReply{} : ScriptedReply{.status = 404};
  });
  const CommandResult result = Judged(endpoint.url(), "trainer.max_steps=1");
  EXPECT_THAT(result.output, HasSubstr("step 0: the judge gave no verdict on 95% of its standing "
                                       "sets; of rollouts, more than 10%"));
  ExpectError(result, {"step 1: scoring failed: "});
  Remove("out");
  VainJudge judge;
  EXPECT_THAT(Judged(judge.url(), "trainer.max_steps=1").output, Not(HasSubstr("gave no verdict")));
}

TEST_F(JudgeRun, AJudgeThatFailsIsUnscorableAndEndsTheRunAboveTheRate) {
  ScriptedEndpoint endpoint([](const ScriptedRequest& request) {
    if (PromptOf(request).empty()) return ScriptedReply{};
    return request.number % 3 == 0 ? ScriptedReply{.body = ChatReplyBody({"[[4]]"})}
                                   : ScriptedReply{.status = 500};
  });
  const std::string settings =
      "reward.watch.calibration_interval=0 reward.genrm.retry.attempts=1 trainer.max_steps=3 ";
  ExpectError(
      Judged(endpoint.url(), settings + "reward.max_unscorable_frac=0.1"),
      {"step 1: scoring failed: ", "reward.max_unscorable_frac is 10.0%", "scorer 'genrm_grade'"});
  Remove("out");
  const CommandResult patient = Judged(endpoint.url(), settings + "reward.max_unscorable_frac=1");
  EXPECT_EQ(patient.exit_code, 0) << patient.output;
  const Json first = Metrics()[0];
  const double unscorable = first.GetDouble("reward/status/unscorable").value();
  EXPECT_GT(unscorable, 0.4);
  EXPECT_LT(unscorable, 0.9);
  // The judge gives 0.75; were the others zeros, the mean would be below 0.45.
  EXPECT_GT(first.GetDouble("reward/mean").value(), 0.5);
  EXPECT_THAT(Read("out/samples.jsonl"), HasSubstr("attempt 1 of 1: HTTP 500"));
}

TEST_F(JudgeRun, WhatIsWrongIsSaidBeforeTheRunBegins) {
  std::string gone;
  {
    ScriptedEndpoint endpoint([](const ScriptedRequest&) { return ScriptedReply{}; });
    gone = endpoint.url();
  }
  ExpectError(Judged(gone), {"reward.genrm.endpoint: no judge answers at " + gone});
  ExpectError(
      Train("'data.train=[{path: judged.jsonl}]'"),
      {"judged.jsonl:1", "scorer 'genrm_grade' needs a judge model: section `reward.genrm`"});
  ExpectError(Judged("localhost:1"), {"does not begin with http:// or https://"});
  ExpectError(Train("reward.address=127.0.0.1:1 reward.connect_timeout_s=0.2"),
              {"reward.address: no reward server answered at 127.0.0.1:1"});
}

TEST_F(JudgeRun, ARewardServerScoresForARunWithItsTokenAndTls) {
  VainJudge judge;
  ASSERT_EQ(system(("cd '" + Path("") +
                    "' && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem "
                    "-days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null")
                       .c_str()),
            0);
  Write("token", "secret\n");
  // A pipe, so that its lines are read as they come.
  ASSERT_EQ(mkfifo(Path("background.log").c_str(), 0600), 0);
  Server server(
      Start("reward-server --listen localhost:0 --metrics 127.0.0.1:0 --token-file token "
            "--tls-certificate cert.pem --tls-key key.pem genrm.endpoint=" +
            judge.url() + " 'genrm.recalibrations=[{prompts: strict}]'"));
  std::ifstream log(Path("background.log"));
  const std::string metrics = RestOfLine(log, "metrics on ");
  const std::string address = RestOfLine(log, "reward server on ");
  ASSERT_THAT(address, HasSubstr("localhost:"));
  const std::string remote =
      "'data.train=[{path: judged.jsonl}]' reward.connect_timeout_s=20 reward.address=" + address;
  const CommandResult run = Train(remote + " reward.token_file=token reward.tls_ca=cert.pem");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("judge: level 0 of 1"));
  EXPECT_GT(judge.lenient_requests, 0);
  ExpectError(Train(remote + " reward.tls_ca=cert.pem output.dir=other"),
              {"judged.jsonl:1", "the server asks for a token and the call carries none"});
  const CommandResult plain = Run("reward-server --listen " + address);
  ExpectError(plain, {"is in use"});
  ASSERT_EQ(system(("curl -s " + metrics + " > '" + Path("metrics.txt") + "'").c_str()), 0);
  EXPECT_THAT(Read("metrics.txt"), HasSubstr("longhaul_reward_items_total 16"));
  EXPECT_THAT(Read("metrics.txt"), HasSubstr("longhaul_judge_level 1"));
  EXPECT_EQ(server.Stop(), 0);
}

TEST_F(JudgeRun, ServersRefuseWhatOthersCouldReachWithoutAToken) {
  ExpectError(Run("reward-server --listen 0.0.0.0:0"), {"can be reached from other machines"});
  ExpectError(Run("reward-server --listen nonsense"), {"'nonsense' is no address"});
  ExpectError(Run("reward-server --listen 127.0.0.1:99999"), {"the port must be"});
  ExpectError(Run("reward-server --listen 127.0.0.1:0 --tls-key model/config.json"),
              {"give both or neither"});
  ExpectError(Run("reward-server --listen 127.0.0.1:0 --token-env NO_SUCH_VARIABLE"),
              {"NO_SUCH_VARIABLE is not set"});
  ExpectError(Run("reward-server --listen unix:model/config.json"), {"it is no socket"});
  ExpectError(Run("reward-server --listen 127.0.0.1:0 genrm.endpiont=x"),
              {"unknown key 'endpiont'", "endpoint"});
}

TEST_F(JudgeRun, EvalJudgePrintsAccuracyBiasAndBestOfN) {
  VainJudge judge;
  std::string cases;
  for (int group = 0; group < 4; ++group) {
    for (const char* answer : {"2", "234567890", "3"}) {
      const bool correct = answer[0] == '2' && (answer[1] == '\0') == (group % 2 == 0);
      cases += R"({"mode": "grade", "question": "q)" + std::to_string(group) +
               R"(", "reference": "r", "candidate": ")" + answer + R"(", "correct": )" +
               (correct ? "true" : "false") + R"(, "group": "g)" + std::to_string(group) + "\"}\n";
    }
  }
  Write("cases.jsonl", cases);
  const CommandResult result =
      Run("eval-judge --data cases.jsonl --out verdicts.jsonl "
          "genrm.endpoint=" +
          judge.url());
  ASSERT_EQ(result.exit_code, 0) << result.output;
  // The long answer is the chosen one of every group and right in every second.
  EXPECT_THAT(result.output, HasSubstr("grade        accuracy 0.667"));
  EXPECT_THAT(result.output, HasSubstr("wrong ones accepted 2 of 8, right ones refused 2 of 4"));
  EXPECT_THAT(result.output, HasSubstr("length bias  correlation of excess score and length +0.612"
                                       "   95% interval [0.059, 0.878], 12 cases\n"));
  EXPECT_THAT(result.output, HasSubstr("0.500 chosen by the judge, 1.000 pass@N"));
  EXPECT_THAT(result.output, HasSubstr("gap 0.500 (4 groups of 3.0)"));
  EXPECT_THAT(result.output, HasSubstr("length_gap"));
  EXPECT_THAT(Read("verdicts.jsonl"), HasSubstr("\"detail\":\"grade 5\""));
  // Verdicts never replace a file, least of all the cases; said before the judge is asked.
  const int asked = judge.requests();
  const std::string again = "eval-judge --data cases.jsonl genrm.endpoint=" + judge.url();
  ExpectError(Run(again + " --out cases.jsonl"), {"cases.jsonl exists: nothing was written"});
  ExpectError(Run(again + " --out nowhere/v"), {"no such directory: nowhere"});
  EXPECT_EQ(Run("eval-judge --out v genrm.endpoint=" + judge.url()).exit_code, 2);
  ExpectError(Run("eval-judge --data '' genrm.endpoint=" + judge.url()), {"opening : No such"});
  ExpectError(Run("eval-judge --data /dev/zero genrm.endpoint=" + judge.url()),
              {"/dev/zero: is no file and gives more than 256 MiB"});
  ExpectError(Run("eval-judge --data . genrm.endpoint=" + judge.url()), {".: Is a directory"});
  EXPECT_EQ(judge.requests(), asked);
  Write("few.jsonl", cases.substr(0, cases.rfind('{', cases.find("q3"))));
  EXPECT_THAT(Run("eval-judge --data few.jsonl genrm.endpoint=" + judge.url()).output,
              HasSubstr("length bias  not measured: 9 cases are too few; a correlation takes 10"));
}

TEST_F(JudgeRun, AJudgeInThisProcessAnswers) {
  // The model knows digits only: it cannot give a verdict, and every case says so.
  std::filesystem::create_directories(Path("short"));
  Write("short/grade.txt", "{question}{reference}{candidate}{fence}");
  Write("short/pairwise.txt", "{question}{a}{b}{fence}");
  const std::string arguments =
      "genrm.model_path=model genrm.prompts=short genrm.sampling.max_tokens=4 "
      "genrm.max_concurrent_calls=4 --threads 1";
  Write(
      "cases.jsonl",
      R"({"mode": "grade", "question": "1", "reference": "2", "candidate": "3", "correct": true})");
  const CommandResult result = Run("eval-judge --data cases.jsonl --out a.jsonl " + arguments);
  ExpectError(result, {"cases.jsonl: the judge gave no verdict on 1 of 1 cases (100%"});
  ExpectError(Run("eval-judge " + arguments),
              {"judge ", "the first without a verdict: 1 of 1 replies gave no verdict",
               "error: standing sets: the judge gave no verdict on 70 of 74 cases (95%"});
  EXPECT_EQ(Run("eval-judge --max-unscorable-frac 1 " + arguments).exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("1 cases, 1 without a verdict"));
  EXPECT_THAT(Read("a.jsonl"), HasSubstr("replies gave no verdict"));
  EXPECT_THAT(result.output, HasSubstr("unscorable_rate"));
  EXPECT_THAT(result.output, HasSubstr("accuracy                    n/a   0 judgements"));
  ExpectError(Run("eval-judge genrm.model_path=nowhere"),
              {"reward.genrm.model_path", "no such model directory"});
  ExpectError(Run("eval-judge genrm.model_path=model genrm.sampling.top_logprobs=5"),
              {"reward.genrm.sampling.top_logprobs", "needs an endpoint"});
  ExpectError(Run("eval-judge"), {"give either endpoint or model_path, not neither"});
}

TEST_F(JudgeRun, ScoreAsksAJudgeAboutOneResponseOrAFile) {
  VainJudge judge;
  const std::string score =
      "score --verifier genrm_grade genrm.model=vain genrm.endpoint=" + judge.url();
  EXPECT_THAT(Run(score + " --gold 7 --pred 'a long answer' --prompt '3+4='").output,
              HasSubstr("detail            grade 5\nscore             1\n"));
  Write("answers.jsonl",
        "{\"gold\": \"7\", \"pred\": \"7\", \"prompt\": \"3+4=\"}\n"
        "{\"gold\": \"7\", \"pred\": \"a long answer\", \"prompt\": \"3+4=\"}\n");
  const CommandResult file = Run(score + " --jsonl answers.jsonl");
  EXPECT_EQ(file.exit_code, 0) << file.output;
  EXPECT_THAT(file.output, HasSubstr("\"detail\":\"grade 1\"}\n{\"score\":1.0"));
}

}  // namespace
}  // namespace longhaul
