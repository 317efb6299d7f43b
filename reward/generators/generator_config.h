// SPDX-License-Identifier: Apache-2.0
//
// An item of a run's section `generate`: one set of generated tasks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/config.h"

namespace longhaul::reward {

enum class GeneratorType { kArithmetic, kCode, kDigitCompletion, kLogic, kMath };
inline std::vector<EnumName> EnumNames(GeneratorType) {
  return {{"arithmetic", static_cast<int>(GeneratorType::kArithmetic)},
          {"code", static_cast<int>(GeneratorType::kCode)},
          {"digit_completion", static_cast<int>(GeneratorType::kDigitCompletion)},
          {"logic", static_cast<int>(GeneratorType::kLogic)},
          {"math", static_cast<int>(GeneratorType::kMath)}};
}

// Every problem belongs to one of two parts by a hash of the problem itself, so that no seed, mix
// or difficulty can bring a held-out problem into training.
enum class Split { kTrain, kTest };
inline std::vector<EnumName> EnumNames(Split) {
  return {{"train", static_cast<int>(Split::kTrain)}, {"test", static_cast<int>(Split::kTest)}};
}

enum class ArithmeticFamily { kAdd, kSubtract, kMultiply, kSum };
inline std::vector<EnumName> EnumNames(ArithmeticFamily) {
  return {{"add", static_cast<int>(ArithmeticFamily::kAdd)},
          {"subtract", static_cast<int>(ArithmeticFamily::kSubtract)},
          {"multiply", static_cast<int>(ArithmeticFamily::kMultiply)},
          {"sum", static_cast<int>(ArithmeticFamily::kSum)}};
}

// One kind of problem in a mixture, and how its example responses are written. The styles are
// relative frequencies; example responses are for supervised training and are not written else.
struct ArithmeticMix {
  ArithmeticFamily family = ArithmeticFamily::kAdd;
  double weight = 1;   // relative frequency in the mixture
  int digits_min = 1;  // of the longest operand
  int digits_max = 3;
  int operands_min = 3;  // of "sum"; the others have two
  int operands_max = 3;
  bool equal_digits = true;  // false: the other operands have digits_min digits or more
  double worked = 1;         // every column written, then the answer
  double terse = 0;          // the answer at once
  double skipped = 0;        // some columns written, then the answer
  double error_frac = 0;     // share of worked examples in which one column is wrong and carried on

  template <typename V>
  void VisitFields(V& v) {
    v.Field("family", family, {.required = true, .doc = "what is computed"});
    v.Field("weight", weight, {.min = 0, .doc = "share of the mixture, relative"});
    v.Field("digits_min", digits_min, {.min = 1, .max = 17, .doc = "of the longest operand"});
    v.Field("digits_max", digits_max, {.min = 1, .max = 17, .doc = "of the longest operand"});
    v.Field("operands_min", operands_min, {.min = 2, .max = 10, .doc = "summands of family sum"});
    v.Field("operands_max", operands_max, {.min = 2, .max = 10, .doc = "summands of family sum"});
    v.Field("equal_digits", equal_digits, {.doc = "all operands as long as the longest"});
    v.Field("worked", worked, {.min = 0, .doc = "frequency of examples with every step"});
    v.Field("terse", terse, {.min = 0, .doc = "frequency of examples with the answer alone"});
    v.Field("skipped", skipped, {.min = 0, .doc = "frequency of examples with steps left out"});
    v.Field("error_frac", error_frac, {.min = 0, .max = 1, .doc = "worked examples with an error"});
  }
};

struct DigitCompletionMix {
  int modulus = 9;    // terms are taken modulo this; the first may equal it
  int max_step = 9;   // largest difference of neighbours
  int max_terms = 9;  // longest answer
  template <typename V>
  void VisitFields(V& v) {
    v.Field("modulus", modulus, {.min = 1, .max = 999, .doc = "terms are taken modulo this"});
    v.Field("max_step", max_step,
            {.min = 0, .max = 999, .doc = "largest difference of neighbours"});
    v.Field("max_terms", max_terms, {.min = 0, .max = 99, .doc = "longest answer, in terms"});
  }
};

enum class PromptForm { kFull, kTerse };
inline std::vector<EnumName> EnumNames(PromptForm) {
  return {{"full", static_cast<int>(PromptForm::kFull)},
          {"terse", static_cast<int>(PromptForm::kTerse)}};
}

// One kind of puzzle in a mixture.
struct LogicMix {
  std::string task = "all";  // a kind of reward/logic, or all of them in equal shares
  double weight = 1;
  int difficulty_min = 1;  // drawn uniformly, 1 to 10
  int difficulty_max = 1;
  PromptForm prompt = PromptForm::kFull;  // terse: a few characters, the answer behind "#"

  template <typename V>
  void VisitFields(V& v) {
    v.Field("task", task, {.doc = "a kind of puzzle, or all of them in equal shares"});
    v.Field("weight", weight, {.min = 0, .doc = "share of the mixture, relative"});
    v.Field("difficulty_min", difficulty_min,
            {.min = 1, .max = 10, .doc = "drawn uniformly from here"});
    v.Field("difficulty_max", difficulty_max, {.min = 1, .max = 10, .doc = "to here"});
    v.Field("prompt", prompt,
            {.doc = "terse: in a few characters, where the kind has such a form"});
  }
};

// One kind of programming task in a mixture (reward/generators/code_problem.h).
struct CodeMix {
  double weight = 1;
  int difficulty_min = 1;  // drawn uniformly, 1 to 3
  int difficulty_max = 1;
  double error_frac = 0;  // share of example responses with a wrong coefficient
  double worked = 0;      // share of example responses that let the program find the coefficients

  template <typename V>
  void VisitFields(V& v) {
    v.Field("weight", weight, {.min = 0, .doc = "share of the mixture, relative"});
    v.Field("difficulty_min", difficulty_min,
            {.min = 1, .max = 3, .doc = "drawn uniformly from here"});
    v.Field("difficulty_max", difficulty_max, {.min = 1, .max = 3, .doc = "to here"});
    v.Field("error_frac", error_frac, {.min = 0, .max = 1, .doc = "examples with an error"});
    v.Field("worked", worked,
            {.min = 0, .max = 1, .doc = "examples that let the program find the coefficients"});
  }
};

enum class MathTopic { kAll, kArithmetic, kFraction, kLinear, kQuadratic, kExpand };
inline std::vector<EnumName> EnumNames(MathTopic) {
  return {{"all", static_cast<int>(MathTopic::kAll)},
          {"arithmetic", static_cast<int>(MathTopic::kArithmetic)},
          {"fraction", static_cast<int>(MathTopic::kFraction)},
          {"linear", static_cast<int>(MathTopic::kLinear)},
          {"quadratic", static_cast<int>(MathTopic::kQuadratic)},
          {"expand", static_cast<int>(MathTopic::kExpand)}};
}

// One kind of exercise in a mixture (reward/generators/math_exercise.h).
struct MathMix {
  MathTopic topic = MathTopic::kAll;
  double weight = 1;
  int difficulty_min = 1;  // drawn uniformly, 1 to 5
  int difficulty_max = 1;
  PromptForm prompt = PromptForm::kFull;  // terse: a few characters, the answer behind "#"
  double worked = 1;      // share of example responses with the steps before the answer
  double error_frac = 0;  // share of example responses with a slip in the answer

  template <typename V>
  void VisitFields(V& v) {
    v.Field("topic", topic, {.doc = "kind of exercise, or all of them in equal shares"});
    v.Field("weight", weight, {.min = 0, .doc = "share of the mixture, relative"});
    v.Field("difficulty_min", difficulty_min,
            {.min = 1, .max = 5, .doc = "drawn uniformly from here"});
    v.Field("difficulty_max", difficulty_max, {.min = 1, .max = 5, .doc = "to here"});
    v.Field("prompt", prompt, {.doc = "terse: in a few characters"});
    v.Field("worked", worked, {.min = 0, .max = 1, .doc = "examples with every step"});
    v.Field("error_frac", error_frac, {.min = 0, .max = 1, .doc = "examples with an error"});
  }
};

struct GeneratorConfig {
  GeneratorType type = GeneratorType::kArithmetic;
  std::string name;    // uids are "<name>-<split>-<seed>-<index>"; default: the type
  std::string domain;  // default: the type
  uint64_t seed = 1;
  int64_t count = 1000;
  Split split = Split::kTrain;
  double test_frac = 0.1;  // share of all problems that is held out; the same for both splits
  bool distinct = false;   // no problem twice
  bool responses = false;  // example responses, for supervised training
  std::vector<ArithmeticMix> mix = {ArithmeticMix()};
  DigitCompletionMix completion;
  std::vector<LogicMix> puzzles = {LogicMix()};
  std::vector<CodeMix> programs = {CodeMix()};
  std::vector<MathMix> exercises = {MathMix()};

  template <typename V>
  void VisitFields(V& v) {
    v.Field("type", type, {.required = true, .doc = "what makes the tasks"});
    v.Field("name", name,
            {.doc = "how data sources ask for it, and the first part of uids; default: the type"});
    v.Field("domain", domain, {.doc = "of the tasks; default: the type"});
    v.Field("seed", seed, {.doc = "task i depends on it, on i and on the settings"});
    v.Field("count", count, {.min = 1, .max = 1e8, .doc = "tasks"});
    v.Field("split", split,
            {.doc = "which part of all problems; a problem is in one of the two for every seed"});
    v.Field("test_frac", test_frac,
            {.above = 0, .below = 1, .doc = "share of all problems that is the test part"});
    v.Field("distinct", distinct, {.doc = "no problem twice"});
    v.Field("responses", responses, {.doc = "write example responses"});
    v.Field("mix", mix, {.not_empty = true, .doc = "arithmetic: kinds of problems"});
    v.Field("completion", completion, {.doc = "digit_completion: sizes of the sequences"});
    v.Field("puzzles", puzzles, {.not_empty = true, .doc = "logic: kinds of puzzles"});
    v.Field("programs", programs, {.not_empty = true, .doc = "code: kinds of programming tasks"});
    v.Field("exercises", exercises, {.not_empty = true, .doc = "math: kinds of exercises"});
  }
};

}  // namespace longhaul::reward
