// SPDX-License-Identifier: Apache-2.0
//
// longhaul score.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "command_line.h"

namespace longhaul {
namespace {

using testing::HasSubstr;

class ScoreCommand : public CommandLine {};

// A digit for each line of results.
std::string ScoresOf(const std::string& output) {
  constexpr std::string_view kKey = "{\"score\":";
  std::string scores;
  for (size_t at = output.find(kKey); at != output.npos; at = output.find(kKey, at + 1))
    scores += output[at + kKey.size()];
  return scores;
}

TEST_F(ScoreCommand, ExplainsADecision) {
  const CommandResult result =
      Run("score --verifier math --gold '\\frac{1}{2}' --pred 'so \\boxed{0.5}'");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("extractor         math_answer"));
  EXPECT_THAT(result.output, HasSubstr("read as         expression (1 / 2)"));
  EXPECT_THAT(result.output, HasSubstr("decided by        exact rationals"));
  EXPECT_THAT(result.output, HasSubstr("score             1"));
}

TEST_F(ScoreCommand, ScoresEveryLineOfAFile) {
  Write("cases.jsonl",
        "{\"gold\": \"1/3\", \"pred\": \"\\\\boxed{0.33}\", \"opts\": {\"round_decimals\": 2}}\n"
        "{\"gold\": \"2\", \"pred\": \"\\\\boxed{3}\", \"equal\": false}\n");
  const CommandResult result = Run("score --verifier math --jsonl cases.jsonl");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("{\"score\":1.0,\"status\":\"ok\",\"nanoseconds\":"));
  EXPECT_THAT(result.output, HasSubstr("{\"score\":0.0,\"status\":\"ok\",\"nanoseconds\":"));
  EXPECT_THAT(result.output, HasSubstr("cases.jsonl: 2 lines, 1 right, 0 unscorable"));
  EXPECT_THAT(Run("score --verifier math --jsonl -").output, HasSubstr("-: 0 lines"));
}

TEST_F(ScoreCommand, GroundTruthsThatAreOnlyTextAreNoted) {
  Write("texts.jsonl",
        "{\"gold\": \"2\", \"pred\": \"2\"}\n"
        "{\"gold\": \"Paris\", \"pred\": \"nothing\", \"extractor\": \"boxed\"}\n"
        "{\"gold\": \"\\\\frac{1}{\", \"pred\": \"\\\\frac{1}{\"}\n"
        "{\"gold\": \"Paris\", \"pred\": \"\\\\boxed{Paris}\", \"opts\": {\"text\": true}}\n");
  const CommandResult result = Run("score --verifier math --jsonl texts.jsonl");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output,
              HasSubstr("\"note\":\"the ground truth is compared as text only: unparsed: the word "
                        "'Paris' at byte 5\"}\n"));
  EXPECT_THAT(result.output, HasSubstr("\"note\":\"refused in data files: '\\\\frac{1}{' is no "
                                       "mathematics (option text: true"));
  EXPECT_THAT(result.output,
              HasSubstr("texts.jsonl: 4 lines, 3 right, 0 unscorable, 2 with a note"));
  EXPECT_THAT(Run("score --verifier math --gold Paris --pred Rome").output,
              HasSubstr("note              the ground truth is compared as text only"));
}

TEST_F(ScoreCommand, FormatNeedsNoGroundTruth) {
  const CommandResult result =
      Run("score --verifier format --options '{\"pattern\": \"a+\"}' --pred aa");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("score             1"));
  ExpectError(Run("score --verifier format --pred aa"), {"error: --options: a format has"});
  Write("forms.jsonl", "{\"pred\": \"aa\"}\n{\"pred\": \"b\", \"gold\": \"b\"}\n");
  const CommandResult file =
      Run("score --verifier format --options '{\"pattern\": \"a+\"}' --jsonl forms.jsonl");
  EXPECT_EQ(file.exit_code, 0) << file.output;
  EXPECT_EQ(ScoresOf(file.output), "10");
  ExpectError(Run("score --verifier exact --pred ''"), {"error: --gold: missing"});
  ExpectError(Run("score --verifier exact --jsonl forms.jsonl"), {"forms.jsonl:1: gold: missing"});
}

// What is wrong with a line ends the command with its place; what was scored before it is there.
TEST_F(ScoreCommand, ALineThatIsWrongIsAnErrorWithItsPlace) {
  const std::string good = "{\"gold\": \"1\", \"pred\": \"1\"}\n";
  const struct {
    const char* arguments;
    const char* line;
    std::vector<std::string> parts;
  } kCases[] = {
      {"math",
       R"({"gold": "1", "pred": "1", "round_decimals": "x"})",
       {"error: bad.jsonl:3: round_decimals: expected integer"}},
      {"math",
       R"({"gold": "1", "pred": "1", "opts": {"percent": "prozent"}})",
       {"error: bad.jsonl:3: option percent 'prozent'; valid: fraction"}},
      {"number",
       R"({"gold": "1", "pred": "1", "opts": {"abs_tol": "x"}})",
       {"error: bad.jsonl:3: option abs_tol: "}},
      {"exact",
       R"({"gold": "1", "pred": "1", "case": 7})",
       {"error: bad.jsonl:3: case: expected string, found 7"}},
      {"exact",
       R"({"gold": "1", "pred": "1", "accept": "1"})",
       {"error: bad.jsonl:3: option accept is not a list"}},
      {"choice",
       R"({"gold": "A", "pred": "A", "accept": ["9"]})",
       {"error: bad.jsonl:3: option accept: '9' is no option"}},
      {"exact",
       R"({"golf": "1", "pred": "1"})",
       {"error: bad.jsonl:3: unknown key 'golf'; did you mean 'gold'?"}},
      {"math",
       R"({"gold": "1", "pred": "1", "extracter": "boxed"})",
       {"error: bad.jsonl:3: unknown key 'extracter'; did you mean 'extractor'?"}},
      {"math",
       R"({"gold": "1", "pred": "1", "extractor": "boxt"})",
       {"error: bad.jsonl:3: unknown extractor 'boxt'; did you mean 'boxed'?"}},
      {"math",
       R"({"gold": "1", "pred": "1", "opts": {"percnt": "value"}})",
       {"error: bad.jsonl:3: unknown option 'percnt'; did you mean 'percent'?"}},
      {"math",
       R"({"gold": "1", "pred": "1", "percent": "value", "opts": {"percent": "reject"}})",
       {"error: bad.jsonl:3: percent: stands in opts too"}},
      {"math", R"({"pred": "1"})", {"error: bad.jsonl:3: gold: missing"}},
      {"math", R"({"gold": 1, "pred": "1"})", {"error: bad.jsonl:3: gold: expected string"}},
  };
  for (const auto& [verifier, line, parts] : kCases) {
    const std::string first =
        verifier == std::string("choice") ? "{\"gold\": \"A\", \"pred\": \"A\"}\n" : good;
    Write("bad.jsonl", first + "\n" + line + "\n" + first);
    const CommandResult result = Run(std::string("score --jsonl bad.jsonl --verifier ") + verifier);
    ExpectError(result, parts);
    EXPECT_EQ(ScoresOf(result.output), "1") << line;
    EXPECT_THAT(result.output, HasSubstr("bad.jsonl: 1 lines, 1 right")) << line;
  }
}

// A ground truth that is none is a finding about the data and no fault of the line.
TEST_F(ScoreCommand, AGroundTruthThatIsNoneIsAFinding) {
  Write("truths.jsonl",
        "{\"gold\": \"many\", \"pred\": \"1\"}\n{\"gold\": \"1\", \"pred\": \"1\"}\n");
  const CommandResult result = Run("score --verifier number --jsonl truths.jsonl");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(ScoresOf(result.output), "01");
  EXPECT_THAT(result.output, HasSubstr("\"status\":\"unscorable\""));
}

// In the order of the lines, although several are judged at a time.
TEST_F(ScoreCommand, ProgramsAreRun) {
  if (Run("sandbox probe").exit_code != 0) GTEST_SKIP() << "no sandbox on this host";
  std::string lines;
  for (int i = 0; i < 6; ++i) {
    lines += fmt::format(R"({{"gold": {{"inputs": ["{0}\n"], "outputs": ["{0}\n"]}}, "pred": )"
                         R"("```python\nprint({1})\n```", "opts": {{"time_limit_ms": 9000}}}})"
                         "\n",
                         i, i % 2 == 0 ? "input()" : "'no'");
  }
  Write("programs.jsonl", lines);
  const CommandResult result = Run("score --verifier code --jsonl programs.jsonl sandbox.slots=1");
  EXPECT_EQ(ScoresOf(result.output), "101010");
  EXPECT_THAT(result.output, HasSubstr("programs.jsonl: 6 lines, 3 right"));
  Write("wrong.jsonl", lines + "{\"gold\": {}, \"pred\": 1}\n");
  const CommandResult wrong = Run("score --verifier code --jsonl wrong.jsonl");
  ExpectError(wrong, {"wrong.jsonl:7: pred"});
  EXPECT_EQ(ScoresOf(wrong.output), "101010");
  ExpectError(Run("score --verifier code --jsonl programs.jsonl sandbox.token_file=none"
                  " sandbox.address=localhost:1"),
              {"opening ", "none: No such file"});
  ExpectError(Run("score --verifier code --gold 1 --pred 1"), {"--gold: ", "expected an object"});
  ExpectError(Run("score --verifier code --jsonl programs.jsonl sandbox.slts=1"),
              {"command line: unknown key 'slts' in section 'sandbox'"});
}

TEST_F(ScoreCommand, BadInputIsNamed) {
  Write("bad.jsonl", "{\"gold\": \"1\", \"pred\": \"1\"}\n{\"gold\": \"1\"}\n");
  ExpectError(Run("score --verifier math --jsonl bad.jsonl"), {"bad.jsonl:2", "pred"});
  ExpectError(Run("score --verifier maht --gold 1 --pred 1"), {"did you mean 'math'?"});
  for (const char* name : {"genrm_equivalence", "genrm_grade", "genrm_pairwise"}) {
    ExpectError(Run(std::string("score --gold 1 --pred 1 --verifier ") + name),
                {"needs a judge model", "`longhaul eval --reward`"});
  }
  ExpectError(Run("score --verifier math --extractor boxt --gold 1 --pred 1"), {"boxed"});
  ExpectError(Run("score --verifier math --gold '\\frac{1}{' --pred 1"), {"is no mathematics"});
  ExpectError(Run("score --verifier math --options '{\"percnt\": 1}' --gold 1 --pred 1"),
              {"error: --options: unknown option 'percnt'; did you mean 'percent'?"});
  ExpectError(Run("score --verifier exact --options '{\"case\": 1}' --gold 1 --pred 1"),
              {"error: --options: ", "case"});
  ExpectError(Run("score --verifier exact --options '{\"pattern\": \"b\"}' --gold a --pred b"),
              {"error: --gold: ", "finds nothing in 'a'"});
  ExpectError(Run("score --verifier math --extractor after --gold 1 --pred 1"),
              {"error: --options: ", "marker"});
  ExpectError(Run("score --verifier math --pred 1"), {"error: --gold: missing"});
  ExpectError(Run("score --verifier math --pred 1 --gold ''"),
              {"error: --gold: ", "missing or empty"});
  const CommandResult typed =
      Run("score --verifier format --options '{\"pattern\": 3}' --pred 1 --gold 1");
  ExpectError(typed, {"error: --options: pattern: expected string, found 3"});
  ExpectError(Run("score --verifier math --jsonl ''"), {"error: opening : No such file"});
  ExpectError(Run("score --verifier math --jsonl /dev/zero"),
              {"error: /dev/zero:1: a line of more than 256 MiB"});
  ExpectError(Run("score --verifier genrm_gade --gold 1 --pred 1"),
              {"did you mean 'genrm_grade'?"});
  EXPECT_THAT(Run("score --help").output,
              HasSubstr("choice, code, exact, format, genrm_equivalence, genrm_grade, "));
  EXPECT_EQ(Run("score --verifier math").exit_code, 2);
}

}  // namespace
}  // namespace longhaul
