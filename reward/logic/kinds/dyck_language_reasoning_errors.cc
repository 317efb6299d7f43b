// SPDX-License-Identifier: Apache-2.0
//
// dyck_language_reasoning_errors: somebody reads a balanced sequence of brackets one by one and
// writes down what is open after each; which of the steps are wrong? Each step is judged by itself,
// against the sequence and not against the steps before it.
//
//   puzzle      {"dyck_sequence": "()", "thoughts": ["Thought 1: ...", "Thought 2: stack: empty",
//                "Thought 3: ( ; stack: (", "Thought 4: ) ; stack: empty", "Thought 5: ..."]}
//   answer      [3,7], or [] where every step is right
//   difficulty  the length from 8 to 40, the number of wrong steps from at most 1 to at most 6
//
// Thoughts about brackets are "<bracket> ; <word>: <stack>", one for every bracket in order; the
// stack is brackets, or a word for nothing. Other thoughts say nothing that could be wrong. The
// words are those of SynLogic too, which writes them in Chinese.
#include <algorithm>
#include <set>

#include "reward/logic/brackets.h"
#include "reward/logic/draw.h"
#include "reward/logic/kinds.h"
#include "reward/logic/literal.h"

namespace longhaul::reward {
namespace {

constexpr std::string_view kEmptyStack = "empty";

struct Reasoning {
  std::string sequence;
  std::vector<std::string> thoughts;
};

// The stack a thought claims for the bracket it is about; nothing when it is about none.
struct Claim {
  char bracket;
  std::string stack;
};
std::optional<Claim> ReadClaim(std::string_view thought) {
  const size_t colon = thought.find(": ");
  if (colon == thought.npos) return std::nullopt;
  const std::string_view rest = thought.substr(colon + 2);
  if (rest.size() < 4 || rest.substr(1, 3) != " ; ") return std::nullopt;
  if (!IsOpening(rest[0]) && !IsClosing(rest[0])) return std::nullopt;
  const size_t stack = rest.find(": ", 4);
  if (stack == rest.npos) return std::nullopt;
  std::string text(rest.substr(stack + 2));
  if (text == kEmptyStack || text == "\xe7\xa9\xba") text.clear();
  return Claim{rest[0], std::move(text)};
}

std::string StackAfter(std::string stack, char bracket) {
  if (IsOpening(bracket)) return stack + bracket;
  if (!stack.empty()) stack.pop_back();
  return stack;
}

std::string StepText(size_t number, char bracket, const std::string& stack) {
  return fmt::format("Thought {}: {} ; stack: {}", number, bracket,
                     stack.empty() ? std::string(kEmptyStack) : stack);
}

// A stack one bracket away from the right one.
std::string DrawWrongStack(const std::string& right, RandomSequence& random) {
  const char other = OpeningBracket(DrawInt(0, kMaxBracketKinds - 1, random));
  std::string wrong = right;
  switch (random.Below(3)) {
    case 0:
      wrong += other;
      break;
    case 1:
      if (!wrong.empty()) wrong.erase(random.Below(wrong.size()), 1);
      break;
    default:
      if (!wrong.empty()) wrong[random.Below(wrong.size())] = other;
      break;
  }
  return wrong == right ? right + other : wrong;
}

// Bare numbers separated by commas are read as the list they stand for; nothing is no answer.
StatusOr<std::set<int64_t>> ReadNumbers(std::string_view answer) {
  const std::string_view text = Unfenced(answer);
  if (text.find_first_not_of(" \t\r\n") == text.npos) {
    return InvalidArgument("no list of numbers; [] says that none is wrong");
  }
  const bool bare = text.find_first_of("[({\"'") == text.npos;
  ASSIGN_OR_RETURN(const Json list,
                   ReadLiteral(bare ? fmt::format("[{}]", text) : std::string(text)));
  if (!list.is_array()) return InvalidArgument("not a list of numbers");
  std::set<int64_t> numbers;
  for (const Json& item : list.items()) {
    if (item.kind() != Json::Kind::kInt) return InvalidArgument("not a list of integers");
    if (!numbers.insert(item.AsInt().value()).second) return InvalidArgument("a number twice");
  }
  return numbers;
}

// Numbers of the wrong thoughts.
StatusOr<std::set<int64_t>> WrongThoughts(const Reasoning& puzzle) {
  std::set<int64_t> wrong;
  std::string stack;
  size_t read = 0;
  for (size_t i = 0; i < puzzle.thoughts.size(); ++i) {
    const std::optional<Claim> claim = ReadClaim(puzzle.thoughts[i]);
    if (!claim.has_value()) continue;
    if (read == puzzle.sequence.size() || claim->bracket != puzzle.sequence[read]) {
      return FailedPrecondition("thought {} is not about bracket {}", i + 1, read + 1);
    }
    stack = StackAfter(std::move(stack), puzzle.sequence[read++]);
    if (claim->stack != stack) wrong.insert(static_cast<int64_t>(i) + 1);
  }
  if (read == puzzle.sequence.size()) return wrong;
  return FailedPrecondition("no thought is about bracket {}", read + 1);
}

class DyckReasoningErrors : public PuzzleTask<Reasoning> {
 public:
  std::string_view name() const override { return "dyck_language_reasoning_errors"; }
  std::string_view answer_form() const override {
    return "the list of the numbers of the wrong thoughts, for example [3,7], or [] if none is "
           "wrong";
  }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    const std::string sequence = DrawBalanced(AtDifficulty(difficulty, 4, 20), 3, random);
    std::vector<int> order = DrawPermutation(static_cast<int>(sequence.size()), random);
    order.resize(random.Below(static_cast<uint64_t>(AtDifficulty(difficulty, 1, 6)) + 1));
    const std::set<int> wrong(order.begin(), order.end());
    std::vector<std::string> thoughts = {
        "Thought 1: I read the sequence from left to right and keep a stack of open brackets.",
        "Thought 2: stack: empty"};
    std::string stack;
    std::vector<int64_t> numbers;
    for (size_t i = 0; i < sequence.size(); ++i) {
      stack = StackAfter(std::move(stack), sequence[i]);
      const bool fails = wrong.contains(static_cast<int>(i));
      const size_t number = thoughts.size() + 1;
      if (fails) numbers.push_back(static_cast<int64_t>(number));
      thoughts.push_back(
          StepText(number, sequence[i], fails ? DrawWrongStack(stack, random) : stack));
    }
    thoughts.push_back(fmt::format("Thought {}: The sequence has ended and the stack is empty.",
                                   thoughts.size() + 1));
    LogicInstance instance;
    instance.puzzle.Set("dyck_sequence", sequence).Set("thoughts", thoughts);
    instance.question = fmt::format(
        "Somebody checks a sequence of brackets by reading it from left to right and writing down "
        "the stack of open brackets after each. A thought is wrong if its stack is not the stack "
        "that the sequence up to this bracket leaves open; wrong thoughts before it do not "
        "matter.\n\nSequence: {}\n",
        sequence);
    for (const std::string& thought : thoughts) instance.question += thought + "\n";
    instance.question += "\nWhich thoughts are wrong?";
    instance.answer = Json(numbers).ToString();
    return instance;
  }

 protected:
  StatusOr<Reasoning> Read(const Json& puzzle) const override {
    Reasoning read;
    ASSIGN_OR_RETURN(read.sequence, puzzle.GetString("dyck_sequence"));
    RETURN_IF_ERROR(Annotate(CheckBrackets(read.sequence), "dyck_sequence"));
    ASSIGN_OR_RETURN(const Json* thoughts, puzzle.Get("thoughts"));
    if (!thoughts->is_array() || thoughts->size() > 2 * kMaxBrackets) {
      return InvalidArgument("thoughts is no list, or too long");
    }
    for (const Json& thought : thoughts->items()) {
      ASSIGN_OR_RETURN(std::string text, thought.AsString());
      read.thoughts.push_back(std::move(text));
    }
    RETURN_IF_ERROR(WrongThoughts(read).status());
    return read;
  }

  // Rebuilds every step and compares texts.
  StatusOr<std::string> SolvePuzzle(const Reasoning& puzzle) const override {
    std::vector<int64_t> numbers;
    for (size_t i = 0; i < puzzle.thoughts.size(); ++i) {
      const std::optional<Claim> claim = ReadClaim(puzzle.thoughts[i]);
      if (!claim.has_value()) continue;
      // What the first i - 1 brackets leave open: pairs are struck out from the inside.
      std::string open = puzzle.sequence.substr(0, i - 1);
      for (size_t length = open.size() + 1; open.size() < length;) {
        length = open.size();
        for (const char* pair : {"()", "[]", "{}", "<>"}) {
          const size_t at = open.find(pair);
          if (at != open.npos) open.erase(at, 2);
        }
      }
      if (claim->stack != open) numbers.push_back(static_cast<int64_t>(i) + 1);
    }
    return Json(numbers).ToString();
  }

  Status CheckAnswer(const Reasoning& puzzle, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    ASSIGN_OR_RETURN(const std::set<int64_t> given, ReadNumbers(answer));
    ASSIGN_OR_RETURN(const std::set<int64_t> right, WrongThoughts(puzzle));
    if (given == right) return OkStatus();
    return InvalidArgument("the wrong thoughts are {}",
                           Json(std::vector<int64_t>(right.begin(), right.end())).ToString());
  }
};

}  // namespace

std::unique_ptr<LogicTask> MakeDyckLanguageReasoningErrors() {
  return std::make_unique<DyckReasoningErrors>();
}

}  // namespace longhaul::reward
