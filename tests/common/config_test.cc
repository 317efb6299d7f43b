// SPDX-License-Identifier: Apache-2.0
#include "common/config.h"

#include <algorithm>
#include <cmath>

#include "common/config_keys.h"
#include "common/file.h"
#include "common/nearest_name.h"
#include "tests/common/status_matchers.h"

namespace longhaul {
namespace {

constexpr auto kBad = StatusCode::kInvalidArgument;

enum class Precision { kFp32, kBf16 };
std::vector<EnumName> EnumNames(Precision) {
  return {{"fp32", static_cast<int>(Precision::kFp32)},
          {"bf16", static_cast<int>(Precision::kBf16)}};
}

struct Stage {
  int64_t window_tokens = 0;
  std::optional<double> ratio;
  template <typename V>
  void VisitFields(V& v) {
    v.Field("window_tokens", window_tokens, {.min = 1, .required = true});
    v.Field("ratio", ratio, {.above = 0, .max = 1});
  }
};

struct Trainer {
  double learning_rate = 1e-6;
  float eps = 1e-15f;
  int minibatch_prompts = 8;
  Precision precision = Precision::kFp32;
  bool resume = true;
  template <typename V>
  void VisitFields(V& v) {
    v.Field("learning_rate", learning_rate, {.above = 0, .below = 1});
    v.Field("eps", eps);
    v.Field("minibatch_prompts", minibatch_prompts, {.min = 1});
    v.Field("precision", precision);
    v.Field("resume", resume);
  }
};

struct RunConfig {
  std::string name = "run";
  std::string loss = "cispo";
  uint64_t seed = 1;
  Trainer trainer;
  std::vector<Stage> stages = {{40960, std::nullopt}};
  std::vector<int64_t> stop_ids;
  std::vector<std::string> files;
  std::map<std::string, double> weights;
  std::optional<Trainer> warmup;
  template <typename V>
  void VisitFields(V& v) {
    v.Field("name", name, {.not_empty = true});
    v.Field("loss", loss, {.one_of = {"cispo", "grpo", ""}});
    v.Field("seed", seed);
    v.Field("trainer", trainer);
    v.Field("stages", stages, {.not_empty = true});
    v.Field("stop_ids", stop_ids, {.min = 0});
    v.Field("files", files);
    v.Field("weights", weights, {.min = 0});
    v.Field("warmup", warmup);
  }
};

StatusOr<RunConfig> Read(std::string_view text, const std::vector<std::string>& overrides = {}) {
  ASSIGN_OR_RETURN(const Config config, Config::Parse(text, "run.yaml", overrides));
  RunConfig run;
  RETURN_IF_ERROR(config.Read(run));
  return run;
}

TEST(Config, ReadsEveryType) {
  const StatusOr<RunConfig> run = Read(R"(
name: "a b"
seed: 18446744073709551615
trainer:
  learning_rate: 3e-4
  eps: 0.1
  minibatch_prompts: 1_000
  precision: bf16
  resume: false
stages:
  - {window_tokens: 100, ratio: 0.5}
  - window_tokens: 200
    ratio: null
stop_ids: [1, 2]
files: [a.jsonl, "12"]
weights: {math: 1, code: 0.25}
warmup: {eps: 2}
)");
  ASSERT_THAT(run, IsOk());
  EXPECT_EQ(run->name, "a b");
  EXPECT_EQ(run->seed, UINT64_MAX);
  EXPECT_EQ(run->trainer.learning_rate, 3e-4);
  EXPECT_EQ(run->trainer.eps, 0.1f);
  EXPECT_EQ(run->trainer.minibatch_prompts, 1000);
  EXPECT_EQ(run->trainer.precision, Precision::kBf16);
  EXPECT_FALSE(run->trainer.resume);
  ASSERT_EQ(run->stages.size(), 2u);
  EXPECT_EQ(run->stages[0].ratio, 0.5);
  EXPECT_EQ(run->stages[1].window_tokens, 200);
  EXPECT_FALSE(run->stages[1].ratio.has_value());
  EXPECT_EQ(run->stop_ids, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(run->files[1], "12");
  EXPECT_EQ(run->weights.at("code"), 0.25);
  EXPECT_EQ(run->warmup->eps, 2.0f);
}

TEST(Config, DefaultsStayForWhatIsNotGiven) {
  for (const char* text : {"", "trainer:\n", "{}", "# only a comment\n"}) {
    const StatusOr<RunConfig> run = Read(text);
    ASSERT_THAT(run, IsOk()) << text;
    EXPECT_EQ(run->name, "run");
    EXPECT_EQ(run->stages.size(), 1u);
    EXPECT_FALSE(run->warmup.has_value());
  }
}

TEST(Config, UnknownKeyShowsTheNearest) {
  EXPECT_THAT(
      Read("trainer:\n  minibatch_prompt: 3\n"),
      FailsWith(kBad,
                "run.yaml:2:3: unknown key 'minibatch_prompt' in section 'trainer'; did you mean "
                "'minibatch_prompts'?"));
  EXPECT_THAT(
      Read("zzz: 1"),
      FailsWith(kBad, "run.yaml:1:1: unknown key 'zzz' at the top level; valid: name, loss"));
  EXPECT_THAT(
      Read("stages:\n  - window_tokens: 1\n    raito: 1\n"),
      FailsWith(kBad,
                "run.yaml:3:5: unknown key 'raito' in section 'stages.0'; did you mean 'ratio'?"));
}

TEST(Config, WrongTypesAndBounds) {
  const std::pair<const char*, const char*> kCases[] = {
      {"seed: abc", "run.yaml:1:7: seed: expected integer that is not negative, found 'abc'"},
      {"seed: -1", "seed: expected integer that is not negative, found '-1'"},
      {"seed: \"12\"", "seed: expected integer that is not negative, found the string '12'"},
      {"trainer: {minibatch_prompts: 1.5}",
       "run.yaml:1:30: trainer.minibatch_prompts: expected integer, found '1.5'"},
      {"trainer: {minibatch_prompts: 3000000000}", "must be at most 2147483647, found 3000000000"},
      {"trainer: {minibatch_prompts: 99999999999999999999}",
       "99999999999999999999 does not fit its type"},
      {"trainer: {minibatch_prompts: 0}", "trainer.minibatch_prompts: must be at least 1, found 0"},
      {"trainer: {minibatch_prompts: 1__0}", "expected integer"},
      {"trainer: {learning_rate: 0}", "trainer.learning_rate: must be above 0, found 0"},
      {"trainer: {learning_rate: 1}", "must be below 1"},
      {"trainer: {learning_rate: fast}", "expected number, found 'fast'"},
      {"trainer: {learning_rate: nan}", "expected number, found 'nan'"},
      {"trainer: {resume: yes}", "trainer.resume: expected true or false, found 'yes'"},
      {"trainer: {precision: fp23}",
       "expected one of fp32, bf16, found 'fp23'; did you mean 'fp32'?"},
      {"trainer: 3", "trainer: expected a section, found '3'"},
      {"trainer: [1]", "trainer: expected a section, found a list"},
      {"loss: ppo", "loss: expected one of cispo, grpo, '', found 'ppo'"},
      {"loss: cipso", "found 'cipso'; did you mean 'cispo'?"},
      {"name: \"\"", "name: must not be empty"},
      {"name: [a]", "name: expected string, found a list"},
      {"name:", "name: expected string, found nothing"},
      {"stages: []", "stages: the list must not be empty"},
      {"stages: 3", "stages: expected a list, found '3'"},
      {"stop_ids: [1, -2]", "run.yaml:1:15: stop_ids.1: must be at least 0, found -2"},
      {"weights: {math: x}", "weights.math: expected number"},
      {"stages:\n  - ratio: 1\n", "run.yaml:2:5: missing required key 'stages.0.window_tokens'"},
      {"seed: !!int 3", "tag"},
      {"[1, 2]", "run.yaml:1:1: expected sections, found a list"},
  };
  for (const auto& [text, message] : kCases)
    EXPECT_THAT(Read(text), FailsWith(kBad, message)) << text;
}

TEST(Config, SyntaxDuplicatesAndDocuments) {
  EXPECT_THAT(Read("seed: 1\nname: a\nseed: 2\n"),
              FailsWith(kBad, "run.yaml:3:1: key 'seed' is given twice, first at run.yaml:1:1"));
  EXPECT_THAT(Read("a: [1\nb: 2\n"), FailsWith(kBad, "run.yaml:2:"));
  EXPECT_THAT(Read("a: 1\n---\nb: 2\n"), FailsWith(kBad, "second document"));
  EXPECT_THAT(Read("[a]: 1\n"), FailsWith(kBad, "key must be a plain word"));
  EXPECT_THAT(Read(std::string(3000, '[')), FailsWith(kBad, "run.yaml:"));
}

TEST(Config, AliasesWorkButDoNotExplode) {
  const StatusOr<RunConfig> run = Read("trainer: &t {eps: 3}\nwarmup: *t\n");
  ASSERT_THAT(run, IsOk());
  EXPECT_EQ(run->warmup->eps, 3.0f);
  std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; ++j) bomb += fmt::format("{}*a{}", j > 0 ? "," : "", i - 1);
    bomb += "]\n";
  }
  EXPECT_THAT(Read(bomb), FailsWith(kBad, "more than a hundred thousand values"));
}

TEST(Config, ReportsSeveralErrorsAtOnce) {
  const StatusOr<RunConfig> run = Read("seed: x\nbad: 1\ntrainer: {eps: y}\n");
  EXPECT_THAT(run, FailsWith(kBad, "run.yaml:1:7: seed"));
  EXPECT_THAT(run, FailsWith(kBad, "\nrun.yaml:3:16: trainer.eps"));
  EXPECT_THAT(run, FailsWith(kBad, "\nrun.yaml:2:1: unknown key 'bad'"));
  std::string many;
  for (int i = 0; i < 30; ++i) many += fmt::format("unknown_{}: 1\n", i);
  EXPECT_THAT(Read(many), FailsWith(kBad, "and 20 more errors"));
}

TEST(Config, OverridesFromTheCommandLine) {
  const StatusOr<RunConfig> run =
      Read("stages: [{window_tokens: 1}, {window_tokens: 2}]\nname: file\n",
           {"stages.1.window_tokens=7", "trainer.precision=bf16", "stop_ids=[4, 5]", "name=a=b",
            "warmup.eps=2"});
  ASSERT_THAT(run, IsOk());
  EXPECT_EQ(run->stages[1].window_tokens, 7);
  EXPECT_EQ(run->trainer.precision, Precision::kBf16);
  EXPECT_EQ(run->stop_ids, (std::vector<int64_t>{4, 5}));
  EXPECT_EQ(run->name, "a=b");
  EXPECT_EQ(run->warmup->eps, 2.0f);
}

TEST(NearestName, HasSomethingInCommonWithWhatWasGiven) {
  EXPECT_EQ(SuggestName("x", {"", "ab"}), "; valid: '', ab");
  EXPECT_EQ(SuggestName("", {"ab", "abc"}), "; valid: ab, abc");
  EXPECT_EQ(SuggestName("b", {"", "ab"}), "; did you mean 'ab'?");
}

TEST(Config, OverridesReportThemselves) {
  const std::pair<const char*, const char*> kCases[] = {
      {"trainer.learning_rate=abc",
       "command line: trainer.learning_rate: expected number, found 'abc'"},
      {"trainer.learning_rat=1",
       "command line: unknown key 'learning_rat' in section 'trainer'; did you mean "
       "'learning_rate'?"},
      {"seed", "command line: expected section.key=value, found 'seed'"},
      {"seed.x=1", "command line: seed.x: what is before 'x' is the value '3', not a section"},
      {"stages.1.window_tokens=3",
       "command line: stages.1.window_tokens: index 1 of a list with 1 items"},
      {"stages.first.x=3", "'first' should be the index of a list item"},
      {"trainer..eps=3", "empty part"},
      {"name=[1", "command line: name:1:"},
  };
  for (const auto& [text, message] : kCases) {
    EXPECT_THAT(Read("seed: 3\nstages: [{window_tokens: 1}]\n", {text}), FailsWith(kBad, message))
        << text;
  }
}

TEST(Config, RemembersWhereKeysWereGiven) {
  const StatusOr<Config> config =
      Config::Parse("trainer:\n  eps: 1\nstages:\n  - {window_tokens: 3}\n", "run.yaml",
                    {"seed=4", "warmup.eps=2"});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->Where("trainer.eps"), "run.yaml:2:8");
  EXPECT_EQ(config->Where("stages.0.window_tokens"), "run.yaml:4:21");
  EXPECT_EQ(config->Where("seed"), "command line");
  EXPECT_EQ(config->Where("warmup"), "command line");
  EXPECT_EQ(config->Where("trainer.resume"), "run.yaml (default)");
  EXPECT_TRUE(config->Has("trainer.eps"));
  EXPECT_FALSE(config->Has("trainer.resume"));
  EXPECT_THAT(config->Error("trainer.eps", "{} is too much", 1),
              FailsWith(kBad, "run.yaml:2:8: trainer.eps: 1 is too much"));
}

TEST(Config, PrintedFormReadsBackTheSame) {
  RunConfig run;
  run.name = "true";  // would be a bool or null without quotes
  run.files = {"a b.jsonl", "null", "x\ny", "5", "é", "- a: b # c", "plain/path-1.jsonl", ""};
  run.trainer.learning_rate = 0.1 + 0.2;
  run.trainer.eps = 1e-15f;
  run.stages = {{1, 0.5}, {2, std::nullopt}};
  run.weights = {{"math", 1e300}, {"a: b", 5e-324}, {"~", 3}};
  run.warmup = Trainer{.learning_rate = 1e-3,
                       .eps = 1,
                       .minibatch_prompts = 2,
                       .precision = Precision::kBf16,
                       .resume = false};
  const std::string printed = PrintConfig(run);
  const StatusOr<RunConfig> back = Read(printed);
  ASSERT_THAT(back, IsOk()) << printed;
  EXPECT_EQ(PrintConfig(*back), printed);
  EXPECT_EQ(back->name, "true");
  EXPECT_EQ(back->files, run.files);
  EXPECT_EQ(back->weights, run.weights);
  EXPECT_EQ(back->trainer.learning_rate, run.trainer.learning_rate);
  EXPECT_EQ(back->trainer.eps, run.trainer.eps);
  EXPECT_EQ(back->stages[0].ratio, 0.5);
  EXPECT_TRUE(back->warmup.has_value());
  EXPECT_NE(printed.find("stages:\n  -\n    window_tokens: 1\n    ratio: 0.5\n"), std::string::npos)
      << printed;
}

struct Documented {
  int64_t window_tokens = 5;
  Stage stage;
  template <typename V>
  void VisitFields(V& v) {
    v.Field("window_tokens", window_tokens, {.min = 1, .max = 9, .doc = "longest response"});
    v.Field("stage", stage, {.doc = "one stage"});
  }
};

TEST(Config, CommentsAreTheDocumentation) {
  const std::string printed = PrintConfig(Documented(), ConfigComments::kPrinted);
  EXPECT_EQ(printed,
            "window_tokens: 5  # longest response (1 to 9)\n"
            "stage:  # one stage\n"
            "  window_tokens: 0  # (at least 1)\n"
            "  ratio: null  # (above 0, at most 1)\n");
  EXPECT_THAT(Config::Parse(printed, "printed"), IsOk());
  EXPECT_EQ(PrintConfig(Documented()).find('#'), std::string::npos);
}

TEST(Config, KeysOfAbsentSectionsAndEmptyListsAreListed) {
  const std::vector<ConfigKey> keys = ListConfigKeys<RunConfig>();
  const auto key = [&keys](std::string_view path) {
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [path](const ConfigKey& key) { return key.path == path; });
    return found == keys.end() ? ConfigKey() : *found;
  };
  EXPECT_EQ(key("stages").type, "list of section");
  EXPECT_EQ(key("stages[].window_tokens").preset, "required");
  EXPECT_EQ(key("stages[].ratio").preset, "unset");
  EXPECT_EQ(key("files").type, "list of text");
  EXPECT_EQ(key("files").preset, "[]");
  EXPECT_EQ(key("weights").type, "map to number");
  EXPECT_EQ(key("warmup").preset, "unset");
  EXPECT_EQ(key("warmup.eps").type, "number");
  EXPECT_EQ(key("warmup.precision").range, "fp32 | bf16");
  EXPECT_EQ(key("loss").range, "cispo | grpo | \"\"");
}

TEST(Config, BaseFilesAreOverlaid) {
  TestDirectory dir;
  ASSERT_THAT(CreateDirectories(dir / "sub"), IsOk());
  ASSERT_THAT(WriteFileAtomic(dir / "base.yaml",
                              "seed: 5\ntrainer: {eps: 2, resume: false}\nstop_ids: [1, 2]\n"),
              IsOk());
  ASSERT_THAT(WriteFileAtomic(dir / "sub/run.yaml",
                              "base: ../base.yaml\ntrainer: {eps: 3}\nstop_ids: [9]\n"),
              IsOk());
  const StatusOr<Config> config = Config::Load(dir / "sub/run.yaml", {"seed=6"});
  ASSERT_THAT(config, IsOk());
  RunConfig run;
  ASSERT_THAT(config->Read(run), IsOk());
  EXPECT_EQ(run.trainer.eps, 3.0f);
  EXPECT_FALSE(run.trainer.resume);
  EXPECT_EQ(run.seed, 6u);
  EXPECT_EQ(run.stop_ids, std::vector<int64_t>{9});
  EXPECT_NE(config->Where("trainer.resume").find("base.yaml:2:"), std::string::npos);
}

TEST(Config, BaseFilesThatDoNotWork) {
  TestDirectory dir;
  ASSERT_THAT(WriteFileAtomic(dir / "a.yaml", "base: b.yaml\n"), IsOk());
  EXPECT_THAT(Config::Load(dir / "a.yaml"),
              FailsWith(StatusCode::kNotFound, "a.yaml:1:7: base: opening"));
  ASSERT_THAT(WriteFileAtomic(dir / "b.yaml", "base: a.yaml\n"), IsOk());
  EXPECT_THAT(Config::Load(dir / "a.yaml"),
              FailsWith(kBad, "b.yaml:1:7: base: a base file has no base"));
  ASSERT_THAT(WriteFileAtomic(dir / "c.yaml", "base: [1]\n"), IsOk());
  EXPECT_THAT(Config::Load(dir / "c.yaml"),
              FailsWith(kBad, "c.yaml:1:7: base: expected the path of a file"));
  EXPECT_THAT(Config::Load(dir / "none.yaml"), FailsWith(StatusCode::kNotFound, "none.yaml"));
}

}  // namespace
}  // namespace longhaul
