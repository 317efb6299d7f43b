// SPDX-License-Identifier: Apache-2.0
//
// Help, usage errors, and the recipes that ship.
#include <gmock/gmock.h>

#include <filesystem>

#include "command_line.h"

namespace longhaul {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Usage : public CommandLine {
 protected:
  static std::string Config(const std::string& name) {
    return std::string("'") + LONGHAUL_SOURCE_DIR "/configs/" + name + "'";
  }
};

TEST_F(Usage, HelpOfEveryCommandShowsAnExample) {
  for (const char* command : {"train",
                              "sft",
                              "eval",
                              "generate",
                              "chat",
                              "export",
                              "tokenize",
                              "make-data",
                              "score",
                              "make-data convert",
                              "sandbox",
                              "sandbox probe",
                              "sandbox run",
                              "sandbox-server",
                              "eval-judge",
                              "reward-server",
                              "bench",
                              "inspect",
                              "inspect config",
                              "inspect weights",
                              "inspect checkpoint",
                              "inspect parity",
                              "inspect exactness"}) {
    const CommandResult result = Run(std::string(command) + " --help");
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_THAT(result.output, HasSubstr("Example")) << command;
    EXPECT_THAT(result.output, HasSubstr(std::string("  longhaul ") + command)) << command;
  }
  EXPECT_EQ(Run("--help").exit_code, 0);
  EXPECT_EQ(Run("--version").exit_code, 0);
}

TEST_F(Usage, ErrorsExitWithTwo) {
  for (const char* arguments : {"",
                                "train",
                                "train run.yaml --nonsense",
                                "inspect",
                                "inspect config",
                                "eval model",
                                "generate model",
                                "generate model x --temperature -1",
                                "generate model x --samples 0",
                                "export model",
                                "export model out --dtype int4",
                                "tokenize model",
                                "tokenize model x --jsonl y",
                                "make-data",
                                "make-data convert x",
                                "bench --threads -1",
                                "sandbox",
                                "sandbox run",
                                "sandbox shell x",
                                "sandbox-server"}) {
    EXPECT_EQ(Run(arguments).exit_code, 2) << arguments;
  }
  for (const char* error :
       {"--max-tokens: must be at least 1, found 0", "--temperature: must be at least 0, found -1",
        "--top-p: must be above 0, at most 1, found 0"}) {
    const std::string text = error, option = text.substr(0, text.find(':'));
    const std::string value = text.substr(text.rfind(' '));
    EXPECT_THAT(Run("generate model x " + option + value).output, HasSubstr(error));
  }
}

TEST_F(Usage, MakeDataNamesWhatIsMeant) {
  ExpectError(Run("make-data arithmtic"), {"no type 'arithmtic'; did you mean 'arithmetic'?"});
  ExpectError(Run("make-data zzz"), {"valid: arithmetic, code, digit_completion, logic, math"});
  ExpectError(Run("make-data logic --task numbrx"), {"did you mean 'numbrix'?"});
  ExpectError(Run("make-data convert --format bhb x"), {"--format: ", "did you mean 'bbh'?"});
  ExpectError(Run("make-data logic --task 'numbrix, weight: 3' --count 1"),
              {"command line: puzzles.0: unknown logic task 'numbrix, weight: 3'"});
}

// What is given and would have no effect is refused, and where a file cannot be made is said before
// the work.
TEST_F(Usage, MakeDataPassesOverNothing) {
  ExpectError(Run("make-data arithmetic type=logic --count 1"),
              {"give either arithmetic or 'type=logic', not both"});
  ExpectError(Run("make-data arithmetic --count ''"), {"count: expected integer, found nothing"});
  ExpectError(Run("make-data logic --count 1 --task ''"), {"unknown logic task ''"});
  EXPECT_EQ(Run("make-data logic --count 5 convert --format bbh x").exit_code, 2);
  const std::string endless = "make-data arithmetic --count 1000000 distinct=true --out ";
  ExpectError(Run(endless + "nowhere/x.jsonl"),
              {"error: writing nowhere/x.jsonl: no such directory: nowhere"});
  ExpectError(Run(endless + "''"), {"the name of the file to write is empty"});
  ExpectError(Run(endless + "run.yaml"), {"run.yaml exists: nothing was written"});
}

TEST_F(Usage, MisspeltCommandIsNamed) {
  const CommandResult result = Run("trian run.yaml");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("no command 'trian'; there are train, sft"));
  EXPECT_THAT(Run("inspect foo run.yaml").output,
              HasSubstr("no command 'inspect foo'; there are config, keys"));
  EXPECT_THAT(Run("sandbox foo").output,
              HasSubstr("no command 'sandbox foo'; there are probe, run"));
}

// Files whose sizes alone are beyond what the sandbox takes: reading one would end the memory.
TEST_F(Usage, SandboxRunLooksAtSizesFirst) {
  Write("a.py", "");
  Write("large.py", "");
  std::filesystem::resize_file(Path("large.py"), uint64_t{1} << 40);
  ExpectError(Run("sandbox run large.py"),
              {"large.py has 1099511627776 bytes; the sandbox takes at most 1048576 of source"});
  for (const char* option : {"--stdin", "--file"}) {
    ExpectError(Run("sandbox run a.py " + std::string(option) + " large.py"),
                {"large.py has 1099511627776 bytes", "at most 268435456 of input and files"});
  }
  ExpectError(Run("sandbox run a.py --stdin /dev/zero"), {"/dev/zero", "more than 256 MiB"});
}

TEST_F(Usage, SandboxRunFetchesToTheSamePathAndReplacesNothing) {
  Write("a.py", "import os\nfor d in 'ab':\n os.mkdir(d); open(d + '/o.txt', 'w').write(d)\n");
  const std::string fetch = "sandbox run a.py --fetch a/o.txt --fetch b/o.txt";
  if (Run("sandbox probe").exit_code == 0) {
    const CommandResult result = Run(fetch);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    EXPECT_EQ(Read("a/o.txt") + Read("b/o.txt"), "ab");
    ExpectError(Run(fetch), {"--fetch: a/o.txt exists here: nothing was run"});
  }
  Write("mine", "mine");
  ExpectError(Run("sandbox run a.py --fetch mine"), {"--fetch: mine exists here"});
  ExpectError(Run("sandbox run a.py --fetch mine/o.txt"), {"mine exists here and is no directory"});
  ExpectError(Run("sandbox run a.py --fetch x/y --fetch x/y"),
              {"--fetch: file 'x/y' is given twice"});
  ExpectError(Run("sandbox run a.py --fetch ../x"), {"--fetch", "has '.' or '..' in it"});
  EXPECT_EQ(Read("mine"), "mine");
}

TEST_F(Usage, SandboxShellKeepsItsStateAndTellsWhatChanged) {
  if (Run("sandbox probe").exit_code != 0) GTEST_SKIP() << "no sandbox on this host";
  std::filesystem::create_directories(Path("tree/sub"));
  Write("tree/sub/a.txt", "one\n");
  std::filesystem::create_symlink("sub", Path("tree/link"));
  const CommandResult result =
      Run("sandbox shell --dir tree --command 'x=5; cd sub' --command 'echo two >> a.txt; echo $x' "
          "--diff changes.patch");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("5\n"));
  EXPECT_THAT(result.output, HasSubstr("left out, a symbolic link: tree/link"));
  EXPECT_THAT(Read("changes.patch"),
              HasSubstr("--- a/sub/a.txt\n+++ b/sub/a.txt\n@@ -1 +1,2 @@\n one\n+two\n"));
  EXPECT_EQ(Read("tree/sub/a.txt"), "one\n");
  Write("commands", "cat <<< text\n\nexit 7\n");
  const CommandResult lines = Run("sandbox shell < commands 2>&1 #");
  EXPECT_EQ(lines.exit_code, 3);
  EXPECT_THAT(lines.output, AllOf(HasSubstr("text\n"), HasSubstr("exit code 7\n")));
  EXPECT_THAT(Run("sandbox shell --command 'sleep 9' --command-wall-time-ms 50").output,
              HasSubstr("time limit after "));
  ExpectError(Run("sandbox shell --dir missing"), {"--dir: missing: No such file"});
  Write("tree/large", "");
  std::filesystem::resize_file(Path("tree/large"), uint64_t{1} << 40);
  ExpectError(Run("sandbox shell --dir tree"), {"tree/large has 1099511627776 bytes"});
}

TEST_F(Usage, ShippedRecipesLoadAndValidate) {
  for (const char* name :
       {"quickstart.yaml", "code-toy.yaml", "digits-llama.yaml", "judged-domain.yaml",
        "logic-curriculum.yaml", "math-toy.yaml", "minimax-m1-512gpu.yaml"}) {
    const CommandResult result = Run("inspect config " + Config(name));
    EXPECT_EQ(result.exit_code, 0) << name << result.output;
    EXPECT_THAT(result.output, HasSubstr("# a step: ")) << name;
  }
}

TEST_F(Usage, RunTooLargeForTheMachineIsRefusedWithItsMemory) {
  ExpectError(Run("train " + Config("minimax-m1-512gpu.yaml") + " output.dir=out"),
              {"needs at least 76", "GiB are free", "parameters, fp32", "AdamW moments"});
  EXPECT_FALSE(Exists("out"));
}

TEST_F(Usage, DigitsRecipeTrains) {
  const CommandResult result =
      Run("train " + Config("digits-llama.yaml") + " output.dir=out trainer.max_steps=2");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("Done: 0 SFT steps and 2 RL steps"));
  EXPECT_TRUE(Exists("out/summary.json"));
  EXPECT_TRUE(Exists("out/export/model.safetensors"));
}

TEST_F(Usage, ResolvedConfigurationIsARunFile) {
  ASSERT_EQ(Train().exit_code, 0);
  const CommandResult again = Run("inspect config out/config.yaml");
  EXPECT_EQ(again.exit_code, 0) << again.output;
}

}  // namespace
}  // namespace longhaul
