// SPDX-License-Identifier: Apache-2.0
//
// object_counting: several people's belongings are told in mixed order, some with the history of
// their number; how many of some sorts does one person have?
//
//   puzzle      {"possessions": {"I": {"animal": [["cat", 3, "note"]]}, "my aunt": {...}},
//                "person": "I", "categories": ["animal", "fruit"], "operation": "sum"}
//   answer      17
//   difficulty  things told from 4 to 40, other people from 1 to 8, sorts from 2 to 5; differences
//               from 4, histories from 3
//
// `operation` is sum, or difference: how many more (or fewer) of the first sort than of the second.
// SynLogic's puzzles do not say what is asked; without `operation` the stored answer decides.
#include <algorithm>
#include <cstdlib>

#include "reward/logic/draw.h"
#include "reward/logic/kinds.h"
#include "reward/logic/literal.h"
#include "reward/logic/puzzle_list.h"

namespace longhaul::reward {
namespace {

struct Sort {
  std::string_view name;
  std::string_view plural;
  std::vector<std::string_view> things;
};
const std::vector<Sort>& Sorts() {
  static const auto& sorts = *new std::vector<Sort>{
      {"animal", "animals", {"cats", "dogs", "parrots", "rabbits", "turtles", "goats", "frogs"}},
      {"fruit", "fruits", {"apples", "pears", "plums", "lemons", "figs", "mangoes", "cherries"}},
      {"clothes", "pieces of clothing", {"shirts", "hats", "scarves", "coats", "socks", "gloves"}},
      {"furniture", "pieces of furniture", {"chairs", "tables", "beds", "shelves", "stools"}},
      {"instrument", "musical instruments", {"violins", "drums", "flutes", "pianos", "harps"}}};
  return sorts;
}
const std::vector<std::string>& Others() {
  static const auto& others =
      *new std::vector<std::string>{"my aunt",   "my uncle",     "my brother",   "my sister",
                                    "my friend", "my neighbour", "my colleague", "my teacher"};
  return others;
}

struct Question {
  std::vector<int64_t> counts;  // of each asked sort
  bool difference = false;
};

int64_t Answer(const Question& question) {
  if (question.difference) return std::abs(question.counts[0] - question.counts[1]);
  int64_t sum = 0;
  for (const int64_t count : question.counts) sum += count;
  return sum;
}

// How a number came about: " (at first 5, then 4 more, then 2 fewer)".
std::string History(int64_t number, int difficulty, RandomSequence& random) {
  if (difficulty < 3 || random.Below(3) > 0) return "";
  const int64_t more = DrawInt(1, 40, random);
  const int64_t first = DrawInt(1, 60, random);
  const int64_t rest = number - first - more;
  const std::string last = rest == 0  ? ""
                           : rest > 0 ? fmt::format(", then {} more", rest)
                                      : fmt::format(", then {} fewer", -rest);
  return fmt::format(" (at first {}, then {} more{})", first, more, last);
}

class ObjectCounting : public PuzzleTask<Question> {
 public:
  std::string_view name() const override { return "object_counting"; }
  std::string_view answer_form() const override { return "one integer, for example 17"; }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    const int people = 1 + AtDifficulty(difficulty, 1, 8);
    const int sorts = AtDifficulty(difficulty, 2, 5);
    const int told = AtDifficulty(difficulty, 4, 40);
    std::vector<std::string> names = Others();
    Shuffle(names, random);
    names.insert(names.begin(), "I");
    names.resize(static_cast<size_t>(people));
    Json possessions = Json::Object();
    for (const std::string& name : names) {
      Json belongings = Json::Object();
      for (int sort = 0; sort < sorts; ++sort) {
        belongings.Set(Sorts()[static_cast<size_t>(sort)].name, Json::Array());
      }
      possessions.Set(name, std::move(belongings));
    }
    std::vector<int64_t> mine(static_cast<size_t>(sorts), 0);
    std::string story;
    for (int i = 0; i < told; ++i) {
      // Half of all things are mine.
      const size_t person = random.Below(2) == 0 ? 0 : random.Below(names.size());
      const size_t sort = random.Below(mine.size());
      const std::string thing(DrawItem(Sorts()[sort].things, random));
      const int64_t number = DrawInt(2, 99, random);
      const std::string note = History(number, difficulty, random);
      if (person == 0) mine[sort] += number;
      Json belongings = *possessions.Find(names[person]);
      Json list = *belongings.Find(Sorts()[sort].name);
      list.Append(Json::Array().Append(thing).Append(number).Append(note));
      belongings.Set(Sorts()[sort].name, std::move(list));
      possessions.Set(names[person], std::move(belongings));
      std::string subject = names[person];
      if (subject[0] == 'm') subject[0] = 'M';
      story += fmt::format("{} {} {} {}{}. ", subject, person == 0 ? "have" : "has", number, thing,
                           note);
    }
    return Ask(difficulty, mine, std::move(possessions), story, random);
  }

  Status CheckPuzzle(const Json& puzzle) const override {
    return puzzle.Find("operation") == nullptr ? OkStatus() : Read(puzzle).status();
  }

  Verdict Verify(const LogicProblem& problem, std::string_view answer,
                 WorkBudget& budget) const override {
    if (problem.puzzle.Find("operation") != nullptr) {
      return PuzzleTask::Verify(problem, answer, budget);
    }
    const StatusOr<int64_t> right = ReadInteger(problem.answer);
    if (!right.ok()) return Unscorable("stored answer: " + Message(right.status()));
    const StatusOr<int64_t> given = ReadInteger(answer);
    if (!given.ok()) return Wrong(Message(given.status()));
    return *given == *right ? Right() : Wrong(fmt::format("{} instead of {}", *given, *right));
  }

 protected:
  StatusOr<Question> Read(const Json& puzzle) const override {
    Question question;
    ASSIGN_OR_RETURN(const std::string operation, puzzle.GetString("operation"));
    if (operation != "sum" && operation != "difference") {
      return InvalidArgument("operation '{}' is neither sum nor difference", Excerpt(operation));
    }
    question.difference = operation == "difference";
    ASSIGN_OR_RETURN(const std::string person, puzzle.GetString("person"));
    ASSIGN_OR_RETURN(const Json* possessions, puzzle.Get("possessions"));
    ASSIGN_OR_RETURN(const Json* belongings, possessions->Get(person));
    ASSIGN_OR_RETURN(const Json* categories, GetList(puzzle, "categories"));
    for (const Json& category : categories->items()) {
      ASSIGN_OR_RETURN(const std::string name, category.AsString());
      ASSIGN_OR_RETURN(const Json* list, GetList(*belongings, name));
      int64_t count = 0;
      for (const Json& thing : list->items()) {
        if (thing.size() < 2) return InvalidArgument("possessions: not [thing, number]");
        ASSIGN_OR_RETURN(const int64_t number, thing.items()[1].AsInt());
        if (number < 0 || number > 1'000'000'000) return InvalidArgument("number out of range");
        count += number;
      }
      question.counts.push_back(count);
    }
    if (question.counts.empty() || (question.difference && question.counts.size() != 2)) {
      return InvalidArgument("categories: one or more, and two for a difference");
    }
    return question;
  }

  StatusOr<std::string> SolvePuzzle(const Question& puzzle) const override {
    return std::to_string(Answer(puzzle));
  }

  Status CheckAnswer(const Question& puzzle, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    ASSIGN_OR_RETURN(const int64_t given, ReadInteger(answer));
    const int64_t right = Answer(puzzle);
    return given == right ? OkStatus() : InvalidArgument("{} instead of {}", given, right);
  }

 private:
  static LogicInstance Ask(int difficulty, const std::vector<int64_t>& mine, Json possessions,
                           const std::string& story, RandomSequence& random) {
    const std::vector<int> order = DrawPermutation(static_cast<int>(mine.size()), random);
    const bool difference = difficulty >= 4 && random.Below(2) == 0;
    const size_t asked = difference ? 2 : 1 + random.Below(mine.size());
    std::vector<std::string> categories;
    std::string text;
    int64_t answer = 0;
    for (size_t i = 0; i < asked; ++i) {
      const size_t sort = static_cast<size_t>(order[i]);
      categories.emplace_back(Sorts()[sort].name);
      text += fmt::format("{}{}", i == 0 ? "" : " and ", Sorts()[sort].plural);
      answer += difference && i == 1 ? -mine[sort] : mine[sort];
    }
    LogicInstance instance;
    instance.puzzle.Set("possessions", std::move(possessions)).Set("person", "I");
    instance.puzzle.Set("categories", categories);
    instance.puzzle.Set("operation", difference ? "difference" : "sum");
    instance.question =
        fmt::format("{}\n\n{} {}{}?", story,
                    difference ? "What is the difference between my numbers of" : "How many", text,
                    difference ? " (without a sign)" : " do I have in total");
    instance.answer = std::to_string(std::abs(answer));
    return instance;
  }
};

}  // namespace

std::unique_ptr<LogicTask> MakeObjectCounting() { return std::make_unique<ObjectCounting>(); }

}  // namespace longhaul::reward
