// SPDX-License-Identifier: Apache-2.0
//
// Task files that are refused when the run starts, with file and line.
#include "command_line.h"

namespace longhaul {
namespace {

using BadData = CommandLine;

constexpr char kGood[] =
    R"({"uid": "a", "prompt": "1,2:9,1", "reward": {"type": "exact", "answer": "3"}})"
    "\n";

std::string WithReward(const std::string& reward) {
  return std::string(kGood) + R"({"uid": "b", "prompt": "1,2:9,1", "reward": )" + reward + "}\n";
}

TEST_F(BadData, SupervisedBatchesOfMoreThanThereIs) {
  Write("sft.jsonl", R"({"uid": "a", "prompt": "1,2:", "response": "3"})");
  ExpectError(Train("'sft={data: [{path: sft.jsonl}], batch_size: 2, steps: 1}'"),
              {"sft.batch_size: 2: sft.data has 1 examples"});
}

TEST_F(BadData, LinesThatAreNoTasks) {
  ExpectError(TrainOn(std::string(kGood) + "nope\n"), {"data.jsonl:2"});
  ExpectError(TrainOn(std::string(kGood) + "[1]\n"), {"data.jsonl:2: expected a JSON object"});
  ExpectError(TrainOn(R"({"prompt": "1"})"), {"data.jsonl:1: uid: missing"});
  ExpectError(TrainOn(R"({"uid": 7, "prompt": "1"})"), {"data.jsonl:1: uid: expected string"});
  ExpectError(TrainOn(R"({"uid": "a"})"), {"data.jsonl:1: needs either `prompt` or `messages`"});
  ExpectError(TrainOn(R"({"uid": "a", "prompt": ""})"), {"data.jsonl:1: prompt: is empty"});
  ExpectError(TrainOn(std::string(kGood) + kGood), {"data.jsonl:2: uid: 'a'", "that of line 1"});
  ExpectError(TrainOn(""), {"data.jsonl: holds no task"});
  ExpectError(TrainOn("\xff\xfe\n"), {"data.jsonl:1", "UTF-8"});
  ExpectError(TrainOn("\x1f\x8b\x08\x08"), {"data.jsonl:1: compressed with gzip: unpack"});
  ExpectError(TrainOn("PAR1\x15\x04\xff\n"), {"data.jsonl:1: a Parquet file: write its rows"});
}

TEST_F(BadData, PromptOverTheLimit) {
  ExpectError(TrainOn(R"({"uid": "long", "prompt": "1,2:9,111111111111111111111"})"),
              {"data.jsonl:1: prompt: 27 tokens, data.max_prompt_length is 16 (uid 'long')"});
}

TEST_F(BadData, PromptThatTheTokenizerWouldLose) {
  ExpectError(TrainOn(R"({"uid": "x", "prompt": "1+2="})"),
              {"data.jsonl:1: prompt: has characters", "know: \"+\", \"=\" (uid 'x')"});
  Write("sft.jsonl", R"({"uid": "y", "prompt": "1,2:", "response": "3\n+3"})");
  ExpectError(Train("'sft={data: [{path: sft.jsonl}], batch_size: 1, steps: 1}'"),
              {"sft.jsonl: response of uid 'y': has characters", R"(know: "\n", "+")"});
}

TEST_F(BadData, ScorersAreCheckedBeforeTheRun) {
  ExpectError(TrainOn(WithReward(R"({"type": "exakt", "answer": "3"})")),
              {"data.jsonl:2: reward of uid 'b': unknown scorer 'exakt'"});
  ExpectError(TrainOn(WithReward(R"({"type": "number", "answer": "three"})")),
              {"data.jsonl:2: reward of uid 'b': scorer 'number'", "'three' is not a number"});
  ExpectError(TrainOn(WithReward(R"({"type": "exact", "answer": "3", "extractor": "boxd"})")),
              {"data.jsonl:2: reward of uid 'b': unknown extractor 'boxd'"});
  ExpectError(TrainOn(WithReward(R"({"type": "exact", "answer": "3", "tolerance": 1})")),
              {"data.jsonl:2: reward of uid 'b'", "unknown option 'tolerance'"});
  for (const char* type : {"number", "math", "choice", "code", "instruction"}) {
    ExpectError(TrainOn(WithReward(R"({"type": ")" + std::string(type) + "\"}")),
                {"data.jsonl:2: reward of uid 'b': scorer '" + std::string(type) + "'",
                 "key `answer`, is missing"});
  }
  ExpectError(TrainOn(WithReward(R"({"type": "logic"})")),
              {"data.jsonl:2: reward of uid 'b': scorer 'logic': key `task`", "is missing"});
  for (const char* weight : {"-1", "1e300", "1001"}) {
    ExpectError(TrainOn(WithReward(R"({"type": "exact", "answer": "3", "weight": )" +
                                   std::string(weight) + "}")),
                {"data.jsonl:2: reward of uid 'b': scorer 'exact': weight: ", "valid: 0 to 1000"});
  }
  ExpectError(TrainOn(WithReward(R"([{"type": "exact", "answer": "3", "weight": 0}, )"
                                 R"({"type": "format", "layout": "json", "weight": 0}])")),
              {"data.jsonl:2: reward: every weight is 0, so nothing scores uid 'b'"});
  ExpectError(TrainOn(WithReward("[]")), {"data.jsonl:2: reward: is missing", "'b'"});
  EXPECT_FALSE(Exists("out/metrics.jsonl"));
}

TEST_F(BadData, ScorersOfEvaluationTasksToo) {
  Write("data.jsonl", WithReward(R"({"type": "number", "answer": "three"})"));
  ExpectError(Train("'eval.sets=[{name: e, path: data.jsonl}]'"), {"data.jsonl:2", "uid 'b'"});
  ExpectError(Run("eval model --data data.jsonl"), {"data.jsonl:2", "uid 'b'"});
  EXPECT_FALSE(Exists("eval-samples.jsonl"));
}

TEST_F(BadData, FilesThatAreNotThere) {
  ExpectError(Train("'data.train=[{path: nope.jsonl}]'"),
              {"command line: data.train.0.path: opening nope.jsonl: No such file"});
  Write("eval.yaml", Read("run.yaml") + "eval:\n  sets: [{name: e, path: nope.jsonl}]\n");
  ExpectError(Run("train eval.yaml"), {"eval.yaml:18:26: eval.sets.0.path: opening ./nope.jsonl"});
  ExpectError(Train("'data.train=[{path: model}]'"),
              {"data.train.0.path: reading model: Is a directory"});
  ExpectError(Train("'data.train=[{generated: nope}]'"), {"data.train.0", "named 'nope'"});
  ExpectError(Train("'data.train=[{generated: train, path: data.jsonl}]'"), {"not both"});
}

TEST_F(BadData, NoUsableGroupEndsTheRunWithItsSolveRates) {
  const CommandResult result =
      TrainOn(R"({"uid": "a", "prompt": "1,2:9,1", "reward": {"type": "exact", "answer": "QQQQ"}})",
              "rollout.dynamic_sampling.enabled=true rollout.dynamic_sampling.max_gen_batches=2");
  ExpectError(result, {"step 1: 0 usable groups after 2 generation batches",
                       "rollout.dynamic_sampling.max_gen_batches", "all wrong 4"});
}

}  // namespace
}  // namespace longhaul
