// SPDX-License-Identifier: Apache-2.0
//
// game_of_24 (mathador): an expression over given numbers, each used once, with a given value.
// Division is exact. Many expressions may be right.
//
//   puzzle      {"numbers": [1, 2, 6, 9], "operators": ["+", "-", "*", "/"], "result": 24}
//   answer      (2-1)*6+9*2, or any other
//   difficulty  the numbers from 3 to 6; up to 9 at first, up to 13 from 5
#include <algorithm>

#include "reward/logic/arithmetic_text.h"
#include "reward/logic/draw.h"
#include "reward/logic/kinds.h"
#include "reward/logic/literal.h"
#include "reward/logic/puzzle_list.h"

namespace longhaul::reward {
namespace {

constexpr size_t kMaxNumbers = 8;
constexpr int64_t kMaxNumber = 1'000'000;
constexpr int64_t kMaxSearchSteps = 5'000'000;
constexpr int64_t kGeneratorSearchSteps = 20'000;

struct Target {
  std::vector<int64_t> numbers;
  std::string operators;
  int64_t result = 24;
};

// A number or an expression over some of them.
struct Part {
  Fraction value;
  std::string text;
};

// Joins two parts in every order until one is left.
class PartSearch {
 public:
  PartSearch(const Target& target, int64_t steps) : target_(target), steps_left_(steps) {}

  StatusOr<std::string> Run() {
    std::vector<Part> parts;
    for (const int64_t number : target_.numbers) {
      parts.push_back({{number, 1}, std::to_string(number)});
    }
    if (Search(parts)) return found_;
    if (steps_left_ <= 0) return MakeStatus(StatusCode::kResourceExhausted, "search given up");
    return FailedPrecondition("no expression has this value");
  }

 private:
  bool Search(const std::vector<Part>& parts) {
    if (parts.size() == 1) {
      found_ = parts[0].text;
      return parts[0].value == Fraction{target_.result, 1};
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      for (size_t j = 0; j < parts.size(); ++j) {
        if (i != j && SearchPair(parts, i, j)) return true;
      }
    }
    return false;
  }

  bool SearchPair(const std::vector<Part>& parts, size_t i, size_t j) {
    for (const char op : target_.operators) {
      if ((op == '+' || op == '*') && i > j) continue;
      if (--steps_left_ <= 0) return false;
      const std::optional<Fraction> value = Applied(op, parts[i].value, parts[j].value);
      if (!value.has_value()) continue;
      std::vector<Part> rest;
      for (size_t k = 0; k < parts.size(); ++k) {
        if (k != i && k != j) rest.push_back(parts[k]);
      }
      const bool last = rest.empty();
      const std::string joined = parts[i].text + op + parts[j].text;
      rest.push_back({*value, last ? joined : "(" + joined + ")"});
      if (Search(rest)) return true;
    }
    return false;
  }

  const Target& target_;
  int64_t steps_left_;
  std::string found_;
};

class GameOf24 : public PuzzleTask<Target> {
 public:
  std::string_view name() const override { return "game_of_24"; }
  std::string_view answer_form() const override {
    return "one expression without an equals sign, for example (2-1)*6+9*2";
  }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    const int count = AtDifficulty(difficulty, 3, 6);
    const int largest = difficulty < 5 ? 9 : 13;
    Target target;
    target.operators = "+-*/";
    StatusOr<std::string> answer = FailedPrecondition("not drawn yet");
    while (!answer.ok()) {
      target.numbers.clear();
      for (int i = 0; i < count; ++i) target.numbers.push_back(DrawInt(1, largest, random));
      target.result = difficulty < 3 ? DrawInt(1, 30, random) : 24;
      answer = PartSearch(target, kGeneratorSearchSteps).Run();
    }
    LogicInstance instance;
    instance.puzzle.Set("numbers", target.numbers).Set("result", target.result);
    instance.puzzle.Set("operators", std::vector<std::string>{"+", "-", "*", "/"});
    const std::string numbers = Json(target.numbers).ToString();
    instance.question = fmt::format(
        "Write an arithmetic expression with the value {} that uses each of the numbers {} exactly "
        "once. Only + - * / and parentheses are allowed; / divides exactly, without rounding; "
        "numbers must not be joined to larger ones, and no sign stands alone before a number.",
        target.result, numbers.substr(1, numbers.size() - 2));
    instance.terse = fmt::format("{}={}:", numbers.substr(1, numbers.size() - 2), target.result);
    instance.answer = *std::move(answer);
    return instance;
  }

 protected:
  StatusOr<Target> Read(const Json& puzzle) const override {
    Target target;
    ASSIGN_OR_RETURN(target.numbers, puzzle.GetInts("numbers"));
    if (target.numbers.empty() || target.numbers.size() > kMaxNumbers) {
      return InvalidArgument("numbers: 1 to {} are wanted", kMaxNumbers);
    }
    for (const int64_t number : target.numbers) {
      if (number < 0 || number > kMaxNumber)
        return InvalidArgument("number {} is out of range", number);
    }
    ASSIGN_OR_RETURN(target.result, puzzle.GetInt("result"));
    ASSIGN_OR_RETURN(const Json* operators, GetList(puzzle, "operators"));
    for (const Json& item : operators->items()) {
      ASSIGN_OR_RETURN(const std::string op, item.AsString());
      if (op.size() != 1 || std::string_view("+-*/%").find(op[0]) == std::string_view::npos) {
        return InvalidArgument("operators: '{}' is none of + - * / %", Excerpt(op));
      }
      target.operators += op;
    }
    return target;
  }

  StatusOr<std::string> SolvePuzzle(const Target& puzzle) const override {
    return PartSearch(puzzle, kMaxSearchSteps).Run();
  }

  Status CheckAnswer(const Target& puzzle, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    ASSIGN_OR_RETURN(const Arithmetic read, ReadArithmetic(Unfenced(answer)));
    if (read.signs > 0) return InvalidArgument("a sign stands alone before a number");
    std::vector<int64_t> used = read.numbers, given = puzzle.numbers;
    std::sort(used.begin(), used.end());
    std::sort(given.begin(), given.end());
    if (used != given) return InvalidArgument("not each number exactly once");
    if (read.operators.find_first_not_of(puzzle.operators) != read.operators.npos) {
      return InvalidArgument("an operator that is not allowed");
    }
    if (read.value == Fraction{puzzle.result, 1}) return OkStatus();
    return InvalidArgument("its value is {}, not {}", FractionText(read.value), puzzle.result);
  }
};

}  // namespace

std::unique_ptr<LogicTask> MakeGameOf24() { return std::make_unique<GameOf24>(); }

}  // namespace longhaul::reward
