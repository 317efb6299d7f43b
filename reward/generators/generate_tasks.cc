// SPDX-License-Identifier: Apache-2.0
#include "reward/generators/generate_tasks.h"

#include <functional>
#include <optional>
#include <set>

#include "common/check.h"
#include "common/json.h"
#include "common/random.h"
#include "reward/generators/arithmetic.h"
#include "reward/generators/code_problem.h"
#include "reward/generators/digit_completion.h"
#include "reward/generators/logic_problem.h"
#include "reward/generators/math_problem.h"

namespace longhaul::reward {
namespace {

// Draws for one line before its split is taken to be (nearly) empty at this difficulty.
constexpr int kMaxDraws = 2000;

// Every exercise, terse puzzle and answer; full prompts of some kinds of puzzles go beyond.
constexpr std::string_view kPrintableAscii =
    "\n "
    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz"
    "{|}~";

// A problem with what its line says.
struct Draft {
  std::string key;  // equal for equal problems; decides the split
  Json prompt_key_values = Json::Object();
  Json reward = Json::Object();
  Json metadata = Json::Object();
  std::string response;
};

template <typename Mix>
const Mix& DrawMix(const std::vector<Mix>& mix, RandomSequence& random) {
  double total = 0;
  for (const Mix& entry : mix) total += entry.weight;
  double draw = random.Uniform() * total;
  const Mix* chosen = nullptr;
  for (const Mix& entry : mix) {
    if (entry.weight == 0) continue;
    chosen = &entry;
    draw -= entry.weight;
    if (draw < 0) break;
  }
  CHECK(chosen != nullptr);
  return *chosen;
}

std::string_view FamilyName(ArithmeticFamily family) {
  for (const EnumName& name : EnumNames(family)) {
    if (name.value == static_cast<int>(family)) return name.name;
  }
  return "";
}

Draft DraftArithmetic(const ArithmeticMix& mix, RandomSequence& random) {
  const ArithmeticProblem problem = DrawProblem(mix, random);
  const ArithmeticResponse response = DrawResponse(mix, problem, random);
  Draft draft;
  draft.key = problem.Key();
  draft.prompt_key_values.Set("prompt", problem.Prompt());
  draft.response = response.text;
  draft.reward.Set("type", "number").Set("answer", std::to_string(problem.Answer()));
  draft.reward.Set("extractor", "after").Set("marker", "#").Set("form", "integer");
  draft.metadata.Set("family", FamilyName(problem.family)).Set("digits", problem.digits);
  draft.metadata.Set("operands", problem.operands.size());
  draft.metadata.Set("style", StyleName(response.style));
  return draft;
}

Draft DraftCompletion(const DigitCompletionMix& mix, RandomSequence& random) {
  const CompletionProblem problem = DrawCompletion(mix, random);
  Draft draft;
  draft.key = problem.Prompt();
  Json message = Json::Object();
  message.Set("role", "user").Set("content", problem.Prompt());
  draft.prompt_key_values.Set("messages", Json::Array().Append(std::move(message)));
  draft.response = problem.Answer();
  draft.reward.Set("type", "exact").Set("answer", problem.Answer()).Set("extractor", "response");
  draft.reward.Set("partial", "prefix").Set("whitespace", "keep");
  draft.metadata.Set("terms", problem.num_terms);
  return draft;
}

Draft DraftProgram(const CodeMix& mix, RandomSequence& random) {
  const CodeProblem problem = DrawCodeProblem(mix, random);
  Draft draft;
  draft.key = problem.Prompt();
  draft.prompt_key_values.Set("prompt", problem.Prompt());
  draft.response = DrawCodeResponse(mix, problem, random);
  draft.reward.Set("type", "code").Set("answer", problem.Tests().ToString());
  draft.reward.Set("extractor", "whole").Set("language", "python").Set("time_limit_ms", 1000);
  draft.metadata.Set("difficulty", problem.difficulty);
  return draft;
}

Draft DraftPuzzle(const LogicMix& mix, const LogicRegistry& registry, RandomSequence& random) {
  DrawnPuzzle puzzle = DrawPuzzle(mix, registry, random);
  Draft draft;
  draft.key = puzzle.prompt;
  draft.prompt_key_values.Set("prompt", std::move(puzzle.prompt));
  draft.response = std::move(puzzle.response);
  draft.reward = std::move(puzzle.reward);
  draft.metadata.Set("task", puzzle.task).Set("difficulty", puzzle.difficulty);
  return draft;
}

Draft DraftExercise(const MathMix& mix, RandomSequence& random) {
  DrawnExercise exercise = DrawExercise(mix, random);
  Draft draft;
  draft.key = std::move(exercise.key);
  draft.prompt_key_values.Set("prompt", std::move(exercise.prompt));
  draft.response = std::move(exercise.response);
  draft.reward = std::move(exercise.reward);
  draft.metadata.Set("topic", exercise.topic).Set("difficulty", exercise.difficulty);
  draft.metadata.Set("style", exercise.style);
  return draft;
}

Split SplitOf(std::string_view key, double test_frac) {
  const double position = static_cast<double>(StableHash(key) >> 11) * 0x1p-53;
  return position < test_frac ? Split::kTest : Split::kTrain;
}

std::string_view TypeName(GeneratorType type) {
  for (const EnumName& name : EnumNames(type)) {
    if (name.value == static_cast<int>(type)) return name.name;
  }
  return "";
}

std::string_view SplitName(Split split) { return split == Split::kTrain ? "train" : "test"; }

std::string WriteLine(const GeneratorConfig& config, int64_t index, Draft draft) {
  const std::string_view type = TypeName(config.type);
  Json line = Json::Object();
  line.Set("uid", fmt::format("{}-{}-{}-{}", config.name.empty() ? type : config.name,
                              SplitName(config.split), config.seed, index));
  for (const Json::Member& member : draft.prompt_key_values.members()) {
    line.Set(member.key, member.value);
  }
  if (config.responses) {
    line.Set("response", draft.response);
  } else {
    draft.metadata.Remove("style");
  }
  line.Set("domain", config.domain.empty() ? type : config.domain);
  line.Set("reward", std::move(draft.reward)).Set("synthetic", true);
  for (const Json::Member& member : draft.metadata.members()) line.Set(member.key, member.value);
  return line.ToString();
}

// Draws problems of one kind, the kind of one line.
using DraftFunction = std::function<Draft(RandomSequence&)>;

DraftFunction DrawKind(const GeneratorConfig& config, const LogicRegistry& registry,
                       RandomSequence& random) {
  switch (config.type) {
    case GeneratorType::kArithmetic:
      return [mix = DrawMix(config.mix, random)](RandomSequence& sequence) {
        return DraftArithmetic(mix, sequence);
      };
    case GeneratorType::kCode:
      return [mix = DrawMix(config.programs, random)](RandomSequence& sequence) {
        return DraftProgram(mix, sequence);
      };
    case GeneratorType::kDigitCompletion:
      return [&config](RandomSequence& sequence) {
        return DraftCompletion(config.completion, sequence);
      };
    case GeneratorType::kMath:
      return [mix = DrawMix(config.exercises, random)](RandomSequence& sequence) {
        return DraftExercise(mix, sequence);
      };
    case GeneratorType::kLogic:
      break;
  }
  return [mix = DrawMix(config.puzzles, random), &registry](RandomSequence& sequence) {
    return DraftPuzzle(mix, registry, sequence);
  };
}

// The problem of one line: the first draw of its sequence that is in the split and not in `taken`.
std::optional<Draft> DrawDraft(const GeneratorConfig& config, const LogicRegistry& registry,
                               int64_t index, const std::set<std::string>& taken) {
  const uint64_t key = RandomKey(config.seed, RandomStream::kTask);
  RandomSequence random(key, static_cast<uint64_t>(index));
  const DraftFunction draw_draft = DrawKind(config, registry, random);
  for (int draw = 0; draw < kMaxDraws; ++draw) {
    Draft draft = draw_draft(random);
    if (SplitOf(draft.key, config.test_frac) != config.split) continue;
    if (!taken.contains(draft.key)) return draft;
  }
  return std::nullopt;
}

Status CheckPuzzles(const std::vector<LogicMix>& puzzles) {
  const LogicRegistry registry;
  double total = 0;
  for (size_t i = 0; i < puzzles.size(); ++i) {
    total += puzzles[i].weight;
    RETURN_IF_ERROR(Annotate(CheckLogicMix(puzzles[i], registry), fmt::format("puzzles.{}", i)));
  }
  if (total <= 0) return InvalidArgument("puzzles: every weight is 0");
  return OkStatus();
}

// What is impossible in a mixture whose entries have a range of difficulties.
template <typename Mix>
Status CheckDifficulties(const std::vector<Mix>& mix, std::string_view key) {
  double total = 0;
  for (size_t i = 0; i < mix.size(); ++i) {
    total += mix[i].weight;
    if (mix[i].difficulty_min <= mix[i].difficulty_max) continue;
    return InvalidArgument("{}.{}: difficulty_min {} is above difficulty_max {}", key, i,
                           mix[i].difficulty_min, mix[i].difficulty_max);
  }
  if (total <= 0) return InvalidArgument("{}: every weight is 0", key);
  return OkStatus();
}

}  // namespace

Status CheckGenerator(const GeneratorConfig& config) {
  if (config.type == GeneratorType::kCode) return CheckDifficulties(config.programs, "programs");
  if (config.type == GeneratorType::kMath) return CheckDifficulties(config.exercises, "exercises");
  if (config.type == GeneratorType::kLogic) return CheckPuzzles(config.puzzles);
  if (config.type != GeneratorType::kArithmetic) return OkStatus();
  double total = 0;
  for (size_t i = 0; i < config.mix.size(); ++i) {
    const ArithmeticMix& mix = config.mix[i];
    total += mix.weight;
    if (mix.digits_min > mix.digits_max) {
      return InvalidArgument("mix.{}: digits_min {} is above digits_max {}", i, mix.digits_min,
                             mix.digits_max);
    }
    if (mix.operands_min > mix.operands_max) {
      return InvalidArgument("mix.{}: operands_min {} is above operands_max {}", i,
                             mix.operands_min, mix.operands_max);
    }
    if (mix.worked + mix.terse + mix.skipped <= 0) {
      return InvalidArgument("mix.{}: worked, terse and skipped are all 0", i);
    }
  }
  if (total <= 0) return InvalidArgument("mix: every weight is 0");
  return OkStatus();
}

StatusOr<std::vector<std::string>> GenerateTasks(const GeneratorConfig& config) {
  RETURN_IF_ERROR(CheckGenerator(config));
  const LogicRegistry registry;
  std::vector<std::string> lines;
  std::set<std::string> taken;
  for (int64_t index = 0; index < config.count; ++index) {
    std::optional<Draft> draft = DrawDraft(config, registry, index, taken);
    if (!draft.has_value()) {
      return FailedPrecondition(
          "no {}problem of this difficulty left in split '{}' after {} of {} tasks; allow more "
          "digits, fewer tasks or repetitions (distinct: false)",
          config.distinct ? "further " : "", SplitName(config.split), index, config.count);
    }
    if (config.distinct) taken.insert(draft->key);
    lines.push_back(WriteLine(config, index, *std::move(draft)));
  }
  return lines;
}

std::string_view GeneratorAlphabet(GeneratorType type) {
  switch (type) {
    case GeneratorType::kArithmetic:
      return "0123456789+-*=:,;#";
    case GeneratorType::kCode:
      return "0123456789+-*/=:,() defnrtux";
    case GeneratorType::kDigitCompletion:
      return "0123456789,:";
    case GeneratorType::kLogic:
    case GeneratorType::kMath:
      break;
  }
  return kPrintableAscii;
}

}  // namespace longhaul::reward
