// SPDX-License-Identifier: Apache-2.0
//
// Run files and overrides that make no sense.
#include <gmock/gmock.h>

#include "command_line.h"

namespace longhaul {
namespace {

using testing::HasSubstr;
using testing::Not;

using BadConfig = CommandLine;

TEST_F(BadConfig, MisspeltKeyShowsItsPlaceAndTheNearest) {
  Replace("run.yaml", "max_steps: 2", "max_stps: 2");
  ExpectError(Train(), {"run.yaml:14:11: unknown key 'max_stps' in section 'trainer'; did you mean "
                        "'max_steps'?"});
  EXPECT_FALSE(Exists("out"));
}

TEST_F(BadConfig, UnknownSection) {
  Write("run.yaml", Read("run.yaml") + "trainr: {}\n");
  ExpectError(Train(), {"run.yaml:17:1: unknown key 'trainr'", "did you mean 'trainer'?"});
}

TEST_F(BadConfig, WrongTypesAndBounds) {
  ExpectError(Train("trainer.max_steps=many"), {"trainer.max_steps: expected integer", "'many'"});
  ExpectError(Train("trainer.max_steps=1.5"), {"trainer.max_steps: expected integer"});
  ExpectError(Train("trainer.max_steps=-1"), {"must be at least 0, found -1"});
  ExpectError(Train("trainer.max_steps="), {"trainer.max_steps", "found nothing"});
  ExpectError(Train("trainer.max_steps=10m"), {"trainer.max_steps: expected integer"});
  ExpectError(Train("rollout.temperature=nan"), {"rollout.temperature: expected number"});
  ExpectError(Train("rollout.lease_timeout_s=30s"), {"rollout.lease_timeout_s: expected number"});
  ExpectError(Train("algorithm.loss.type=cisop"), {"algorithm.loss.type", "cispo"});
  ExpectError(Train("rollout.num_prompts_per_step=99999999999999999999"),
              {"rollout.num_prompts_per_step", "does not fit"});
  ExpectError(Train("model=model"), {"model"});
  EXPECT_FALSE(Exists("out"));
}

TEST_F(BadConfig, SizesThatNobodyMeans) {
  for (const char* key : {"rollout.num_prompts_per_step", "rollout.num_generations_per_prompt",
                          "rollout.max_response_length", "trainer.epochs",
                          "trainer.max_tokens_per_pass", "data.max_prompt_length"}) {
    ExpectError(Train(std::string(key) + "=9223372036854775807"), {key, "must be at most"});
  }
  ExpectError(Train("rollout.lease_timeout_s=1e-300"), {"rollout.lease_timeout_s", "at least 1"});
  EXPECT_FALSE(Exists("out"));
}

TEST_F(BadConfig, SandboxesThatNoHostGives) {
  Write("run.yaml", Read("run.yaml") + "sandbox: {required_protections: [cgroup, foo]}\n");
  ExpectError(Run("inspect config run.yaml"),
              {"run.yaml:17:33: sandbox.required_protections: no protection is called 'foo'"});
  ExpectError(Run("inspect config run.yaml 'sandbox={limits: {memory_bytes: 99999999999}}'"),
              {"command line: sandbox.limits.memory_bytes: 99999999999 is beyond "
               "sandbox.ceiling.memory_bytes, 8589934592"});
}

TEST_F(BadConfig, DataSetNamesAreNoPaths) {
  Write("precious.jsonl", "mine");
  ExpectError(Train("generate.0.name=../../precious data.train.0.generated=../../precious"),
              {"generate.0", "'../../precious'", "letters, digits"});
  EXPECT_EQ(Read("precious.jsonl"), "mine");
}

TEST_F(BadConfig, ADataSetWithoutANameHasThatOfItsType) {
  Replace("run.yaml", "{name: train, type: digit_completion", "{type: digit_completion");
  Replace("run.yaml", "generated: train", "generated: digit_completion");
  const CommandResult run = Train("trainer.max_steps=1");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_TRUE(Exists("out/data/digit_completion.jsonl"));
  ExpectError(Train("'generate=[{type: math}, {type: math}]'"), {"'math' is there twice"});
}

TEST_F(BadConfig, AFullDiskIsNoMistakeInTheAlphabet) {
  Replace("run.yaml", "{path: model}", "{init: {config: model, tokenizer_alphabet: \"01,:,\"}}");
  ExpectError(Train(), {"error: run.yaml:3:51: character tokenizer: ',' is there twice"});
  Replace("run.yaml", "01,:,", "0123456789,:");
  ExpectError(Train("", "ulimit -f 1;"), {"error: writing out/tokenizer.new/", "too large"});
}

TEST_F(BadConfig, AFormThatCountsForNothingIsNoted) {
  const std::string note = "note: reward.format.weight is 0";
  EXPECT_THAT(Run("inspect config run.yaml reward.format.layout=boxed").output, HasSubstr(note));
  EXPECT_THAT(Run("inspect config run.yaml").output, Not(HasSubstr(note)));
}

TEST_F(BadConfig, WhatIsNoYaml) {
  Replace("run.yaml", "  max_prompt_length: 16", "\tmax_prompt_length: 16");
  ExpectError(Train(), {"run.yaml:7:", "not YAML: ", "a line is indented with a tab"});
}

TEST_F(BadConfig, MalformedOverrides) {
  ExpectError(Train("nonsense"), {"expected section.key=value, found 'nonsense'"});
  ExpectError(Train("=1"), {"expected section.key=value"});
  ExpectError(Train("a..b=1"), {"'a..b'"});
  ExpectError(Train("data.train.7.path=x"), {"data.train.7.path", "a list with 1 items"});
  ExpectError(Train("'trainer.max_steps=[1'"), {"trainer.max_steps"});
}

TEST_F(BadConfig, ImpossibleCombinationsShowTheirArithmetic) {
  ExpectError(Train("rollout.num_prompts_per_step=3"),
              {"run.yaml:14:44: trainer.minibatch_prompts: 2 does not divide", "3 / 2"});
  ExpectError(Train("rollout.max_response_length=4000 trainer.max_tokens_per_pass=8192"),
              {"prompt 16 + response 4000 = 4016 tokens", "max_position_embeddings 2048"});
  ExpectError(Train("rollout.max_response_length=1000000000"), {"1000000016 tokens"});
  ExpectError(Train("rollout.max_response_length=1000"),
              {"trainer.max_tokens_per_pass: 512 cannot hold one sequence"});
  ExpectError(Train("algorithm.loss.type=gspo algorithm.loss.loss_agg=token_mean"),
              {"algorithm.loss.loss_agg: gspo"});
  ExpectError(Train("algorithm.loss.is_weight_max=1"), {"must be above 1"});
  ExpectError(Train("algorithm.loss.is_weight_max=3 algorithm.loss.eps_clip_high=2"),
              {"algorithm.loss.eps_clip_high", "two names of one bound"});
  ExpectError(Train("algorithm.kl.coef=0.1"), {"algorithm.kl.coef", "acknowledge_with_cispo"});
  ExpectError(Train("rollout.num_generations_per_prompt=1"), {"at least 2 are needed"});
  Replace("run.yaml", "max_num_batched_tokens: 64", "max_num_batched_tokens: 4");
  ExpectError(Train(), {"run.yaml:13:53: rollout.engine.max_num_batched_tokens: 4 rows of a pass "
                        "are too few for max_num_seqs 8"});
  EXPECT_FALSE(Exists("out"));
}

TEST_F(BadConfig, PenaltyBufferMustLeaveSomethingOfEveryWindow) {
  ExpectError(Train("reward.overlong.buffer_length=8"),
              {"reward.overlong.buffer_length", "not below the response window of 8 tokens"});
  ExpectError(Train("reward.overlong.buffer_length=4 "
                    "'curriculum.length.stages=[{max_response_length: 4}, "
                    "{max_response_length: 16}]'"),
              {"reward.overlong.buffer_length", "window of 4 tokens"});
}

TEST_F(BadConfig, FilesThatAreNoRunFiles) {
  Write("empty.yaml", "");
  ExpectError(Run("train empty.yaml"), {"empty.yaml", "run"});
  Write("nul.yaml", std::string("run: {name: \0}\n", 15));
  ExpectError(Run("train nul.yaml"), {"nul.yaml"});
  Write("binary.yaml",
        "\x7f"
        "ELF\x02\x01\xff\xfe\x80 {]");
  ExpectError(Run("train binary.yaml"), {"binary.yaml:1:"});
  Write("deep.yaml", std::string(20000, '['));
  ExpectError(Run("train deep.yaml"), {"deep.yaml:"});
  Write("long.yaml", "a: " + std::string(1 << 19, 'x'));
  ExpectError(Run("train long.yaml"), {"long.yaml:1:1: unknown key 'a'"});
  Write("huge.yaml", "a: " + std::string(1 << 20, 'x'));
  ExpectError(Run("train huge.yaml"),
              {"huge.yaml: a configuration of 1048579 bytes; at most 1048576 are read"});
  Write("list.yaml", "- a\n- b\n");
  ExpectError(Run("train list.yaml"), {"list.yaml:1:1: expected sections"});
  ExpectError(Run("train model"), {"model: Is a directory"});
  ExpectError(Run("train missing.yaml"), {"missing.yaml: No such file"});
}

TEST_F(BadConfig, AByteOrderMarkIsPassedOver) {
  Write("run.yaml", "\xef\xbb\xbf" + Read("run.yaml"));
  Write("model/config.json", "\xef\xbb\xbf" + Read("model/config.json"));
  EXPECT_EQ(Train().exit_code, 0);
}

TEST_F(BadConfig, TemperaturesThatNobodyMeans) {
  for (const char* value : {"1e-7", "1e9"}) {
    ExpectError(Train(std::string("rollout.temperature=") + value), {"rollout.temperature"});
  }
  Write("data.jsonl",
        R"({"uid": "a", "prompt": "1,", "reward": {"type": "exact", "answer": "2"}})");
  for (const char* value : {"nan", "1e-7", "1e9"}) {
    ExpectError(Run(std::string("eval model --data data.jsonl --temperature ") + value),
                {"temperature", "must be 0 (greedy) or between 1e-06 and 1000"});
  }
}

// What only an evaluation at the end would meet is seen before the first step.
TEST_F(BadConfig, EvaluationsThatCannotBeDone) {
  Write("run.yaml", Read("run.yaml") +
                        "eval: {at_start: false, sets: [{name: a, generated: train, temperature: "
                        "1e-9}]}\n");
  ExpectError(Train(), {"run.yaml:17:73: eval.sets.0.temperature: 1e-09 must be 0 (greedy)"});
  ExpectError(Train("eval.sets.0.temperature=0 eval.sets.0.max_response_length=1000 "
                    "rollout.engine.kv_cache_tokens=512"),
              {"a longest sequence of 1016 tokens", "rollout.engine.kv_cache_tokens = 512"});
  EXPECT_THAT(Checkpoints(), testing::IsEmpty());
  EXPECT_EQ(Train("eval.sets.0.temperature=0 eval.sets.0.max_tasks=1 "
                  "eval.sets.0.max_response_length=1000")
                .exit_code,
            0);
}

TEST_F(BadConfig, AFormatThatIsNoPattern) {
  Write("run.yaml", Read("run.yaml") + "reward: {format: {weight: 0.5, pattern: '('}}\n");
  ExpectError(Train(), {"run.yaml:17:18: reward.format: ", "missing )"});
  Write("server.yaml", "format: {weight: 1}\n");
  ExpectError(Run("reward-server --listen 127.0.0.1:0 --config server.yaml"),
              {"error: server.yaml:1:9: format: a format has either"});
}

TEST_F(BadConfig, AFormatOfTheCommandLine) {
  ExpectError(Train("reward.format.weight=1"),
              {"error: command line: reward.format: a format has either"});
  ExpectError(Train("reward.format.layout=x"),
              {"expected one of '', answer, boxed, json, think, think_answer, think_boxed, found "
               "'x'\n"});
  ExpectError(Train("reward.format.layout=anser"), {"did you mean 'answer'?"});
}

TEST_F(BadConfig, StopStringsThatEndEverything) {
  ExpectError(Train("'rollout.stop=[\"\"]'"), {"rollout.stop.0: is empty"});
}

// Some find too little only once threads run: whatever it is, it is an error and nobody waits.
TEST_F(BadConfig, TooLittleMemoryIsAnError) {
  for (const char* kib : {"200000", "300000", "600000", "1000000"}) {
    const CommandResult result = Train("", std::string("ulimit -v ") + kib + ";");
    EXPECT_EQ(result.exit_code, 1) << kib << ": " << result.output;
    ExpectError(result, {"address space (ulimit -v)"});
  }
  EXPECT_FALSE(Exists("out"));
}

TEST_F(BadConfig, ModelSectionWithoutAModel) {
  ExpectError(Train("model.path=nowhere"), {"model.path: no such directory: nowhere"});
  ExpectError(Train("model.path=null"), {"run.yaml:3:", "either path", "not neither"});
  ExpectError(Train("'model.init={config: model, tokenizer_alphabet: ab}'"), {"not both"});
  ExpectError(Train("run=null"), {"run"});
}

TEST_F(BadConfig, DataSetsTooLargeForTheMachine) {
  ExpectError(Train("generate.0.count=100000000"), {"GiB are free", "generated tasks"});
  ExpectError(Run("make-data arithmetic count=100000000"), {"generated tasks"});
  ExpectError(Train("generate.0.count=1000000000"), {"generate.0.count: must be at most"});
}

}  // namespace
}  // namespace longhaul
