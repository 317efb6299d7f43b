// SPDX-License-Identifier: Apache-2.0
//
// generate, chat, eval, tokenize, export and make-data with odd arguments.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <filesystem>

#include "command_line.h"

namespace longhaul {
namespace {

using testing::HasSubstr;
using ModelCommands = CommandLine;

TEST_F(ModelCommands, GenerateIsAFunctionOfItsArguments) {
  const CommandResult one = Run("generate model 1,2:9,3 --max-tokens 20 --threads 1");
  EXPECT_EQ(one.exit_code, 0) << one.output;
  EXPECT_EQ(Run("generate model 1,2:9,3 --max-tokens 20 --threads 2").output, one.output);
  EXPECT_NE(Run("generate model 1,2:9,3 --max-tokens 20 --seed 2").output, one.output);
}

TEST_F(ModelCommands, GenerateWithOddPrompts) {
  ExpectError(Run("generate model ''"), {"the prompt has no tokens"});
  ExpectError(Run("generate model '" + std::string(3000, '1') + "'"),
              {"request 'prompt'", "3000", "2048"});
  const CommandResult unknown = Run("generate model 'what?' --max-tokens 4");
  EXPECT_EQ(unknown.exit_code, 0);
  EXPECT_THAT(unknown.output, HasSubstr("warning: the prompt has characters"));
}

TEST_F(ModelCommands, GenerateUpToTheContextAndWithManySamples) {
  EXPECT_EQ(Run("generate model 1 --max-tokens 9223372036854775807").exit_code, 0);
  const CommandResult many = Run("generate model 1 --samples 4096 --max-tokens 1");
  EXPECT_EQ(many.exit_code, 0) << many.output.substr(0, 400);
  EXPECT_THAT(many.output, HasSubstr("--- sample 4095\n"));
}

TEST_F(ModelCommands, SamplingParametersOutOfRange) {
  ExpectError(Run("generate model 1 --precision fp8"), {"unknown precision 'fp8'"});
  ExpectError(Run("generate model 1 --temperature nan"), {"temperature nan"});
  ExpectError(Run("generate model 1 --stop ''"), {"an empty stop string"});
  ExpectError(Run("generate nowhere 1"), {"nowhere: no such model directory"});
}

TEST_F(ModelCommands, TokenizeOddInput) {
  EXPECT_THAT(Run("tokenize model ''").output, HasSubstr("0 tokens"));
  Write("texts.jsonl", "{\"text\": \"1,2\"}\n{\"text\": 3}\n");
  const CommandResult result = Run("tokenize model --jsonl texts.jsonl");
  ExpectError(result, {R"({"ids":[5,14,6],"decoded":"1,2"})", "texts.jsonl:2: text: expected"});
  ExpectError(Run("tokenize model --jsonl nope"), {"nope: cannot be opened"});
  ExpectError(Run("tokenize model --jsonl model"), {"model: is a directory"});
}

TEST_F(ModelCommands, ExportNeverWritesOver) {
  ASSERT_EQ(Run("export model copy").exit_code, 0);
  const std::string weights = Read("copy/model.safetensors");
  ExpectError(Run("export model copy --dtype bf16"), {"copy exists and is not empty"});
  EXPECT_TRUE(Read("copy/model.safetensors") == weights);
  Write("file", "");
  ExpectError(Run("export model file"), {"file is a file"});
  ExpectError(Run("export model /dev/null/x"), {"/dev/null/x"});
  EXPECT_THAT(Run("export model rounded --dtype bf16").output,
              HasSubstr("bf16 rounds the weights: a difference of up to 0.5 is allowed"));
  std::filesystem::create_directories(Path("run/checkpoints/step-00000007"));
  ExpectError(Run("export run/checkpoints new"),
              {"give one of its step-N directories, such as run/checkpoints/step-00000007"});
  ExpectError(Run("export run new"), {"run: is the directory of a run"});
  ExpectError(Run("inspect weights run"), {"run: is the directory of a run"});
  ExpectError(Train("model.path=run"), {"model.path: run: is the directory of a run"});
  EXPECT_THAT(Run("inspect checkpoint run").output, HasSubstr("run/checkpoints/step-00000007  "));
  EXPECT_THAT(Run("inspect checkpoint copy").output, HasSubstr("copy: all 6 files match"));
  ExpectError(Run("export model small", "ulimit -f 1000;"), {"small", "File too large"});
  EXPECT_FALSE(Exists("small"));
  EXPECT_FALSE(Exists("small.tmp-export"));
}

TEST_F(ModelCommands, ExportsToOnePlaceDoNotMix) {
  for (int i = 0; i < 3; ++i) {
    Remove("out");
    const pid_t first = Start("export model out --dtype bf16"), second = Start("export model out");
    int one = 0, two = 0;
    waitpid(first, &one, 0);
    waitpid(second, &two, 0);
    EXPECT_NE(one == 0, two == 0) << Read("background.log");
    EXPECT_EQ(std::filesystem::file_size(Path("out/model.safetensors")) > 2 << 20, two == 0);
    EXPECT_FALSE(Exists("out/.lock"));
    EXPECT_FALSE(Exists("out.tmp-export"));
  }
}

TEST_F(ModelCommands, ExportAfterOneThatWasKilled) {
  std::filesystem::create_directory(Path("out.tmp-export"));
  Write("out.tmp-export/notes", "mine");
  ExpectError(Run("export model out"), {"out.tmp-export: is in the way"});
  EXPECT_EQ(Read("out.tmp-export/notes"), "mine");
  Write("out.tmp-export/.lock", "1");
  EXPECT_EQ(Run("export model out").exit_code, 0);
  EXPECT_FALSE(Exists("out.tmp-export"));
  EXPECT_FALSE(Exists("out/notes"));
}

TEST_F(ModelCommands, ExportThroughLinks) {
  std::filesystem::create_directory(Path("big"));
  std::filesystem::create_directory_symlink("big", Path("link"));
  std::filesystem::create_directory_symlink("nowhere", Path("dangling"));
  EXPECT_EQ(Run("export model link/").exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(Path("link")));
  EXPECT_TRUE(Exists("big/model.safetensors"));
  ExpectError(Run("export model dangling"), {"dangling is a link to nowhere"});
  ExpectError(Run("export model ''"), {"empty name"});
  ExpectError(Run("export model /proc"), {"/proc"});
}

TEST_F(ModelCommands, ExportWithoutATokenizer) {
  Remove("model/tokenizer_config.json");
  const CommandResult result = Run("export model copy");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("model has no tokenizer, so none was written"));
  EXPECT_FALSE(Exists("copy/tokenizer.json"));
}

TEST_F(ModelCommands, ConvertedPromptsAsChatMessages) {
  Write("sums.jsonl", R"({"question": "1+1?", "answer": "#### 2"})");
  const std::string convert = "make-data convert --format math sums.jsonl ";
  EXPECT_THAT(Run(convert).output, HasSubstr(R"({"uid":"sums-0","prompt":"1+1?\n)"));
  EXPECT_THAT(Run(convert + "--messages").output,
              HasSubstr(R"({"uid":"sums-0","messages":[{"role":"user","content":"1+1?\n)"));
}

TEST_F(ModelCommands, MakeDataAndEval) {
  ASSERT_EQ(Run("make-data digit_completion count=5 --out tasks.jsonl").exit_code, 0);
  ExpectError(Run("make-data digit_completion count=5 --out tasks.jsonl"), {"tasks.jsonl exists"});
  const std::string many = "make-data arithmetic --count 3000 --out two.jsonl --seed ";
  const pid_t other = Start(many + "1");
  const int exit_code = Run(many + "2").exit_code;
  int status = 0;
  ASSERT_EQ(waitpid(other, &status, 0), other);
  EXPECT_EQ(exit_code + WEXITSTATUS(status), 1) << "one made the file and one did not";
  ExpectError(Run("make-data sudoku"), {"arithmetic", "digit_completion", "'sudoku'", "convert"});
  ExpectError(Run("make-data digit_completion count=1000 distinct=true"), {"of 1000 tasks"});
  ExpectError(Run("make-data math --task liner"), {"'liner'", "did you mean 'linear'?"});
  ExpectError(Run("make-data arithmetic --difficulty 3"), {"--difficulty", "'make-data logic'"});
  ExpectError(Run("make-data logic --task numbrix 'puzzles=[{task: math_path}]'"),
              {"give either --task or 'puzzles=[{task: math_path}]', not both"});
  ExpectError(Run("make-data code --difficulty 2 'programs=[{difficulty_max: 1}]'"),
              {"give either --difficulty or 'programs=["});
  ExpectError(Run("make-data arithmetic --count 3 count=4"), {"either --count or 'count=4'"});
  EXPECT_EQ(Run("make-data logic --task numbrix --count 1 puzzles.0.weight=2").exit_code, 0);
  ExpectError(Run("make-data arithmetic cuont=3"), {"'cuont'", "did you mean 'count'?"});
  const CommandResult result =
      Run("eval model --data tasks.jsonl --max-tokens 8 --samples 3 --temperature 1 --batch 4096");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("generated 1/5 tasks"));
  EXPECT_THAT(result.output, HasSubstr("5 tasks, 3 samples each"));
  EXPECT_TRUE(Exists("eval-samples.jsonl"));
  EXPECT_THAT(Run("eval model --data tasks.jsonl --max-tokens 2").output,
              HasSubstr("samples in eval-samples-2.jsonl"));
  ExpectError(Run("eval model --data tasks.jsonl --samples 2"),
              {"--samples: 2 samples at temperature 0 would all be the same"});
  ExpectError(Run("eval model --data tasks.jsonl --out /dev/null/x"), {"/dev/null/x"});
  ExpectError(Run("eval model --data tasks.jsonl --out tasks.jsonl"), {"tasks.jsonl", "exists"});
  EXPECT_EQ(Run("eval model --data tasks.jsonl --max-tokens 2 > /dev/full").exit_code, 1);
}

}  // namespace
}  // namespace longhaul
