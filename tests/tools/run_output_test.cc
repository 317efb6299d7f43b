// SPDX-License-Identifier: Apache-2.0
//
// What runs write against the pages that say what it means: docs/metrics.md names every key that is
// written, and nothing else.
#include <gmock/gmock.h>
#include <re2/re2.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "command_line.h"
#include "common/json.h"
#include "tests/support/scripted_endpoint.h"

namespace longhaul {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Names = std::set<std::string>;

std::string ReadPage(const std::string& name) {
  std::ifstream file(std::string(LONGHAUL_SOURCE_DIR) + "/docs/" + name);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The names in the first cells of the tables below "## <heading>" of docs/metrics.md.
Names DocumentedNames(const std::string& heading) {
  const std::string page = ReadPage("metrics.md");
  const size_t begin = page.find("\n## " + heading + "\n");
  EXPECT_NE(begin, std::string::npos) << heading;
  std::istringstream lines(page.substr(begin + 1, page.find("\n## ", begin + 1) - begin - 1));
  Names names;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const std::string cell = line.substr(0, line.find(" | "));
    for (size_t at = 0; (at = cell.find('`', at)) != std::string::npos;) {
      const size_t end = cell.find('`', at + 1);
      names.insert(cell.substr(at + 1, end - at - 1));
      at = end + 1;
    }
  }
  EXPECT_FALSE(names.empty()) << heading;
  return names;
}

// "eval/<set>/avg@<k>" matches "eval/held-out/avg@4".
bool Matches(const std::string& pattern, const std::string& name) {
  std::string any = RE2::QuoteMeta(pattern);
  RE2::GlobalReplace(&any, R"(\\<[a-z]+\\>)", "[^/@]+");
  return RE2::FullMatch(name, any);
}

void ExpectSame(const Names& documented, const Names& written) {
  Names unnamed = written, unwritten = documented;
  for (const std::string& name : written) {
    for (const std::string& pattern : documented) {
      if (!Matches(pattern, name)) continue;
      unnamed.erase(name);
      unwritten.erase(pattern);
    }
  }
  EXPECT_THAT(unnamed, IsEmpty()) << "written and not on the page";
  EXPECT_THAT(unwritten, IsEmpty()) << "on the page and not written by any of these runs";
}

// Leaves by path: "components[].type", "accuracy_before_rl_by_set.held-out".
void AddLeaves(const Json& value, const std::string& path, Names* names) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.members()) {
      AddLeaves(member, path.empty() ? key : path + "." + key, names);
    }
  } else if (value.is_array()) {
    for (const Json& item : value.items()) AddLeaves(item, path + "[]", names);
  } else {
    names->insert(path);
  }
}

// Grades by length; cannot decide on answers that begin with a 1.
ScriptedReply Judge(const ScriptedRequest& request) {
  const StatusOr<Json> body = Json::Parse(request.body, "request");
  if (!body.ok() || body->Find("messages") == nullptr) return {.body = R"({"data": []})"};
  const std::string prompt = body->Find("messages")->items()[0].GetString("content").value();
  if (prompt.find("[[B]]") != std::string::npos) return {.body = ChatReplyBody({"[[A]]"})};
  const std::string begin = "answer begins\n";
  const size_t from = prompt.find(begin) + begin.size();
  const size_t length = prompt.find("\n#", from) - from;
  if (prompt[from] == '1') return {.body = ChatReplyBody({"I cannot say."})};
  const size_t grade = 1 + std::min<size_t>(length / 2, 4);
  return {.body = ChatReplyBody({"[[" + std::to_string(grade) + "]]"})};
}

class RunOutput : public CommandLine {
 protected:
  // `longhaul train run.yaml` into a directory of its own, whose files are then added.
  void TrainAndCollect(const std::string& directory, const std::string& arguments) {
    const CommandResult result = Run("train run.yaml output.dir=" + directory + " " + arguments);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    std::istringstream lines(Read(directory + "/metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      const Json metrics = Json::Parse(line, "metrics.jsonl").value();
      for (const auto& [name, value] : metrics.members()) metrics_.insert(name);
    }
    AddSamples(directory + "/samples.jsonl");
    AddLeaves(Json::Parse(Read(directory + "/summary.json"), "summary.json").value(), "",
              &summary_);
  }
  void AddSamples(const std::string& file) {
    std::istringstream lines(Read(file));
    for (std::string line; std::getline(lines, line);) {
      AddLeaves(Json::Parse(line, file).value(), "", &samples_);
    }
  }

  Names metrics_, samples_, summary_;
};

TEST_F(RunOutput, EveryNameIsDocumentedAndEveryDocumentedNameIsWritten) {
  const std::string evaluated =
      " 'eval.sets=[{name: held-out, generated: train, max_tasks: 4, num_samples: 2, "
      "temperature: 1}]'";
  // A hybrid mixture of experts from nothing: cold start, CISPO with everything that can be on.
  const std::string init = std::string(LONGHAUL_SOURCE_DIR) + "/configs/models/quickstart";
  TrainAndCollect(
      "hybrid",
      "model.path=null 'model.init={config: " + init +
          ", tokenizer_alphabet: \"0123456789+-*=:,;#\"}'" + evaluated +
          " 'generate=[{name: train, type: arithmetic, count: 64, responses: true}]' "
          "'sft={data: [{generated: train}], steps: 1}' 'reward.format={weight: 0.5, pattern: "
          "\"[0-9]+\"}' algorithm.loss.mask_eps_low=0.5 algorithm.loss.mask_eps_high=2 "
          "'algorithm.rollout_correction={type: tis}' "
          "'algorithm.kl={coef: 0.01, acknowledge_with_cispo: true}' logger.peak_tflops=1 "
          "'curriculum.length={stages: [{max_response_length: 8}, {max_response_length: 10}], "
          "advance_when: {ppl_window: 2, ppl_slope_below: 1000, p99_len_frac_above: 0, "
          "min_steps: 1}}' trainer.max_steps=3");
  // Any last digit is right, so that some responses are.
  std::string easy;
  for (int i = 0; i < 8; ++i) {
    easy += R"({"uid": "e)" + std::to_string(i) + R"(", "prompt": "8,)" + std::to_string(i) +
            R"(:", "reward": {"type": "exact", "answer": "0", "extractor": "last_number", )" +
            R"("accept": ["1", "2", "3", "4", "5", "6", "7", "8"]}})" + "\n";
  }
  Write("easy.jsonl", easy);
  TrainAndCollect("clipped",
                  "'data.train=[{path: easy.jsonl}]' algorithm.loss.type=grpo" + evaluated);

  ScriptedEndpoint judge(Judge);
  std::string data;
  for (int i = 0; i < 16; ++i) {
    data += R"({"uid": "t)" + std::to_string(i) + R"(", "prompt": ")" + std::to_string(i % 10) +
            R"(,1:", "reward": [{"type": "genrm_grade", "answer": "2,3"}, )" +
            R"({"type": "genrm_pairwise", "answer": "2,3"}, )" +
            R"({"type": "format", "pattern": "[02468,]*"}]})" + "\n";
  }
  Write("judged.jsonl", data);
  TrainAndCollect("judged",
                  "'data.train=[{path: judged.jsonl}]' rollout.num_generations_per_prompt=8 "
                  "rollout.max_response_length=16 rollout.temperature=1.5 "
                  "reward.genrm.endpoint=" +
                      judge.url() +
                      " 'reward.genrm.recalibrations=[{prompts: strict}]' "
                      "reward.watch.calibration_interval=1 reward.max_unscorable_frac=1 "
                      "trainer.max_steps=4");

  {
    SCOPED_TRACE("metrics.jsonl");
    ExpectSame(DocumentedNames("metrics.jsonl"), metrics_);
  }
  {
    SCOPED_TRACE("samples.jsonl");
    ExpectSame(DocumentedNames("samples.jsonl"), samples_);
  }
  {
    SCOPED_TRACE("summary.json");
    ExpectSame(DocumentedNames("summary.json"), summary_);
  }
}

TEST_F(RunOutput, EvalWritesTheSamplesOfARun) {
  TrainAndCollect("run", "");
  const CommandResult result = Run("eval model --data run/data/train.jsonl --max-tasks 4");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  samples_.clear();
  AddSamples("eval-samples.jsonl");
  for (const std::string& name : samples_) {
    EXPECT_THAT(DocumentedNames("samples.jsonl"), testing::Contains(name));
  }
  EXPECT_THAT(Read("eval-samples.jsonl"), HasSubstr("\"use\":\"eval\""));
}

TEST_F(RunOutput, TheReferenceOfKeysIsWhatTheCommandPrints) {
  const CommandResult result = Run("inspect keys");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const std::string page = ReadPage("configuration-keys.md");
  EXPECT_TRUE(page.ends_with("\n" + result.output))
      << "make docs/configuration-keys.md anew with `longhaul inspect keys`";
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_FALSE(line.ends_with("|  |")) << "no meaning: " << line;
  }
}

TEST_F(RunOutput, TheSummaryShowsTheEndsOfLongSamplesOfThreeTasks) {
  const CommandResult result = Train(
      "trainer.max_steps=0 'eval.sets=[{name: e, generated: train, max_tasks: 5, "
      "max_response_length: 1500}]'");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const std::string shown = result.output.substr(result.output.find("Samples of the end:"));
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '['), 3) << shown;
  EXPECT_THAT(shown, HasSubstr(" ... "));
  EXPECT_LT(shown.size(), 3000u);
  EXPECT_THAT(shown, Not(HasSubstr("checkpoints")));
  const std::string samples = Read("out/samples.jsonl");
  const auto last = Json::Parse(samples.substr(samples.rfind('\n', samples.size() - 2) + 1), "x");
  const std::string end = last->GetString("text").value();
  EXPECT_THAT(shown, HasSubstr(end.substr(end.size() - 100) + "   [reward"));
}

}  // namespace
}  // namespace longhaul
