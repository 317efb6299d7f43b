// SPDX-License-Identifier: Apache-2.0
//
// Zebra puzzle (reward/logic/zebra_grid.h). Every arrangement that fits the clues is right;
// generated puzzles have one, and none of their clues can be left out.
//
//   houses      how many
//   categories  {"color": ["red", ...], ...}, as many values each as houses
//   clues       [{"relation": "same", "items": [["color", "red"], ["pet", "cat"]]},
//                {"relation": "at", "items": [["color", "red"]], "house": 2}, ...]
//
// A puzzle without clues is one of a corpus that stores its solution: right is what equals the
// stored answer as a value, keys in any order.
//
// Difficulty: 3 houses with 3 categories to 6 houses with 5.
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "reward/logic/draw.h"
#include "reward/logic/kinds.h"
#include "reward/logic/literal.h"
#include "reward/logic/puzzle_list.h"
#include "reward/logic/zebra_grid.h"

namespace longhaul::reward {
namespace {

struct Category {
  std::string name;
  std::vector<std::string> values;
};

struct ZebraPuzzle {
  int num_houses = 0;
  std::vector<Category> categories;
  std::vector<ZebraClue> clues;
};

// `phrase` names the house by a value: "the house whose owner keeps the cat".
struct Theme {
  const char* name;
  const char* phrase;
  const char* values[kZebraMax];
};
constexpr Theme kThemes[] = {
    {"color", "the {} house", {"red", "green", "blue", "yellow", "white", "orange"}},
    {"nationality",
     "the house of the {}",
     {"Brazilian", "Dane", "Egyptian", "Korean", "Mexican", "Swede"}},
    {"drink", "the house where {} is drunk", {"tea", "coffee", "milk", "water", "juice", "cocoa"}},
    {"pet", "the house with the {}", {"cat", "dog", "fish", "horse", "parrot", "turtle"}},
    {"job", "the house of the {}", {"baker", "doctor", "lawyer", "painter", "pilot", "teacher"}},
    {"instrument",
     "the house of the owner of the {}",
     {"cello", "drum", "flute", "guitar", "harp", "piano"}},
};

std::string House(const ZebraPuzzle& puzzle, ZebraItem item) {
  const Category& category = puzzle.categories[item.category];
  for (const Theme& theme : kThemes) {
    if (theme.name == category.name) {
      return fmt::format(fmt::runtime(theme.phrase), category.values[item.value]);
    }
  }
  return fmt::format("the house with {} {}", category.name, category.values[item.value]);
}

std::string ClueText(const ZebraPuzzle& puzzle, const ZebraClue& clue) {
  const std::string first = House(puzzle, clue.first);
  const std::string second = House(puzzle, clue.second);
  std::string text;
  switch (clue.relation) {
    case ZebraRelation::kAt:
      text = fmt::format("{} is house {}", first, clue.house + 1);
      break;
    case ZebraRelation::kNotAt:
      text = fmt::format("{} is not house {}", first, clue.house + 1);
      break;
    case ZebraRelation::kSame:
      text = fmt::format("{} is {}", first, second);
      break;
    case ZebraRelation::kApart:
      text = fmt::format("{} is not {}", first, second);
      break;
    case ZebraRelation::kNextTo:
      text = fmt::format("{} is directly next to {}", first, second);
      break;
    case ZebraRelation::kJustLeft:
      text = fmt::format("{} is directly to the left of {}", first, second);
      break;
    case ZebraRelation::kLeftOf:
      text = fmt::format("{} is somewhere to the left of {}", first, second);
      break;
  }
  text[0] = 'T';
  return text + ".";
}

bool NamesAHouse(ZebraRelation relation) {
  return relation == ZebraRelation::kAt || relation == ZebraRelation::kNotAt;
}

Json ItemJson(const ZebraPuzzle& puzzle, ZebraItem item) {
  const Category& category = puzzle.categories[item.category];
  return Json(std::vector<std::string>{category.name, category.values[item.value]});
}

Json PuzzleJson(const ZebraPuzzle& puzzle) {
  Json categories = Json::Object();
  for (const Category& category : puzzle.categories) {
    categories.Set(category.name, Json(category.values));
  }
  Json clues = Json::Array();
  for (const ZebraClue& clue : puzzle.clues) {
    Json items = Json::Array();
    items.Append(ItemJson(puzzle, clue.first));
    if (!NamesAHouse(clue.relation)) items.Append(ItemJson(puzzle, clue.second));
    Json line = Json::Object();
    line.Set("relation", ZebraRelationName(clue.relation)).Set("items", std::move(items));
    if (NamesAHouse(clue.relation)) line.Set("house", clue.house + 1);
    clues.Append(std::move(line));
  }
  Json json = Json::Object();
  json.Set("houses", puzzle.num_houses).Set("categories", categories).Set("clues", clues);
  return json;
}

std::string PlacesText(const ZebraPuzzle& puzzle, const ZebraPlaces& places) {
  Json houses = Json::Object();
  for (int house = 0; house < puzzle.num_houses; ++house) {
    Json values = Json::Object();
    for (size_t c = 0; c < puzzle.categories.size(); ++c) {
      const auto at = std::find(places[c].begin(), places[c].end(), house) - places[c].begin();
      values.Set(puzzle.categories[c].name, puzzle.categories[c].values[at]);
    }
    houses.Set(std::to_string(house + 1), std::move(values));
  }
  return houses.ToString();
}

StatusOr<int> IndexOf(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return InvalidArgument("there is no '{}'", Excerpt(name));
  return static_cast<int>(found - names.begin());
}

StatusOr<ZebraItem> ReadItem(const ZebraPuzzle& puzzle, const Json& pair) {
  if (pair.size() != 2) return InvalidArgument("an item is not [category, value]");
  ASSIGN_OR_RETURN(const std::string category, pair.items()[0].AsString());
  ASSIGN_OR_RETURN(const std::string value, pair.items()[1].AsString());
  std::vector<std::string> names;
  for (const Category& each : puzzle.categories) names.push_back(each.name);
  ZebraItem item;
  ASSIGN_OR_RETURN(item.category, IndexOf(names, category));
  ASSIGN_OR_RETURN(item.value, IndexOf(puzzle.categories[item.category].values, value));
  return item;
}

StatusOr<ZebraClue> ReadClue(const ZebraPuzzle& puzzle, const Json& json) {
  ZebraClue clue;
  ASSIGN_OR_RETURN(const std::string relation, json.GetString("relation"));
  int index = 0;
  while (index < kNumZebraRelations &&
         ZebraRelationName(static_cast<ZebraRelation>(index)) != relation) {
    ++index;
  }
  if (index == kNumZebraRelations) return InvalidArgument("unknown relation '{}'", relation);
  clue.relation = static_cast<ZebraRelation>(index);
  ASSIGN_OR_RETURN(const Json* items, json.Get("items"));
  if (items->size() != (NamesAHouse(clue.relation) ? 1 : 2)) {
    return InvalidArgument("relation {} with {} items", relation, items->size());
  }
  ASSIGN_OR_RETURN(clue.first, ReadItem(puzzle, items->items()[0]));
  if (!NamesAHouse(clue.relation)) {
    ASSIGN_OR_RETURN(clue.second, ReadItem(puzzle, items->items()[1]));
    return clue;
  }
  ASSIGN_OR_RETURN(const int64_t house, json.GetInt("house"));
  if (house < 1 || house > puzzle.num_houses) return InvalidArgument("there is no house {}", house);
  clue.house = static_cast<int>(house) - 1;
  return clue;
}

// Equal values; objects may have their keys in any order.
bool SameValue(const Json& a, const Json& b) {
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  if (a.members().size() != b.members().size()) return false;
  if (a.is_array()) {
    return std::equal(a.items().begin(), a.items().end(), b.items().begin(), SameValue);
  }
  if (!a.is_object()) return a == b;
  return std::all_of(a.members().begin(), a.members().end(), [&](const Json::Member& member) {
    const Json* other = b.Find(member.key);
    return other != nullptr && SameValue(member.value, *other);
  });
}

std::string Lowered(std::string text) {
  for (char& ch : text) ch = static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
  return text;
}

class ZebraTask : public PuzzleTask<ZebraPuzzle> {
 public:
  std::string_view name() const override { return "zebra_puzzle"; }
  std::string_view answer_form() const override {
    return "a JSON object with, for each house number, an object with a value for each category, "
           "for example {\"1\":{\"color\":\"red\",\"pet\":\"cat\"},\"2\":{\"color\":\"blue\","
           "\"pet\":\"dog\"}}";
  }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    ZebraPuzzle puzzle;
    puzzle.num_houses = AtDifficulty(difficulty, 3, 6);
    const int num_categories = AtDifficulty(difficulty, 3, 5);
    for (int index : DrawPermutation(std::size(kThemes), random)) {
      if (std::ssize(puzzle.categories) == num_categories) break;
      Category category{kThemes[index].name, {}};
      for (int v : DrawPermutation(kZebraMax, random)) {
        category.values.push_back(kThemes[index].values[v]);
      }
      category.values.resize(puzzle.num_houses);
      puzzle.categories.push_back(std::move(category));
    }
    const Zebra zebra = DrawZebra(puzzle.num_houses, num_categories, random);
    puzzle.clues = zebra.clues;
    LogicInstance instance;
    instance.question = fmt::format(
        "There are {0} houses in a row, numbered 1 to {0} from left to right. Each has one value "
        "of each category, and every value belongs to one house:\n",
        puzzle.num_houses);
    for (const Category& category : puzzle.categories) {
      instance.question += fmt::format("{}: {}\n", category.name, fmt::join(category.values, ", "));
    }
    for (size_t i = 0; i < puzzle.clues.size(); ++i) {
      instance.question += fmt::format("{}. {}\n", i + 1, ClueText(puzzle, puzzle.clues[i]));
    }
    instance.question += "Which values does each house have?";
    instance.puzzle = PuzzleJson(puzzle);
    instance.answer = PlacesText(puzzle, zebra.places);
    return instance;
  }

  Status CheckPuzzle(const Json& puzzle) const override {
    return puzzle.Find("clues") == nullptr ? OkStatus() : Read(puzzle).status();
  }

  Verdict Verify(const LogicProblem& problem, std::string_view answer,
                 WorkBudget& budget) const override {
    if (problem.puzzle.Find("clues") != nullptr) {
      return PuzzleTask::Verify(problem, answer, budget);
    }
    const StatusOr<Json> stored = ReadLiteral(problem.answer);
    if (!stored.ok()) return Unscorable("stored answer: " + Message(stored.status()));
    if (answer.size() > kMaxLogicAnswerBytes) return Wrong("answer too long");
    const StatusOr<Json> value = ReadLiteral(answer);
    if (!value.ok()) return Wrong(Message(value.status()));
    return SameValue(*value, *stored) ? Right() : Wrong("another arrangement");
  }

 protected:
  StatusOr<ZebraPuzzle> Read(const Json& json) const override {
    ZebraPuzzle puzzle;
    ASSIGN_OR_RETURN(const int64_t houses, json.GetInt("houses"));
    if (houses < 1 || houses > kZebraMax) return InvalidArgument("{} houses", houses);
    puzzle.num_houses = static_cast<int>(houses);
    ASSIGN_OR_RETURN(const Json* categories, json.Get("categories"));
    const size_t count = categories->members().size();
    if (count < 1 || count > kZebraMax) {
      return InvalidArgument("{} categories", count);
    }
    for (const auto& [name, values] : categories->members()) {
      Category category{name, {}};
      for (const Json& value : values.items()) {
        ASSIGN_OR_RETURN(category.values.emplace_back(), value.AsString());
      }
      if (std::ssize(category.values) != houses) {
        return InvalidArgument("category {} has {} values", name, category.values.size());
      }
      puzzle.categories.push_back(std::move(category));
    }
    ASSIGN_OR_RETURN(const Json* clues, GetList(json, "clues"));
    for (const Json& clue : clues->items()) {
      ASSIGN_OR_RETURN(puzzle.clues.emplace_back(), ReadClue(puzzle, clue));
    }
    return puzzle;
  }

  StatusOr<std::string> SolvePuzzle(const ZebraPuzzle& puzzle) const override {
    const int num_categories = static_cast<int>(puzzle.categories.size());
    const std::vector<ZebraPlaces> found =
        SolveZebra(puzzle.num_houses, num_categories, puzzle.clues, 2);
    if (found.empty()) return FailedPrecondition("the clues contradict each other");
    if (found.size() > 1) return FailedPrecondition("the clues leave several arrangements");
    return PlacesText(puzzle, found[0]);
  }

  Status CheckAnswer(const ZebraPuzzle& puzzle, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    ASSIGN_OR_RETURN(const Json object, ReadLiteral(answer));
    if (!object.is_object() || std::ssize(object.members()) != puzzle.num_houses) {
      return InvalidArgument("not an object of {} houses", puzzle.num_houses);
    }
    ZebraPlaces places(puzzle.categories.size(), std::vector<int>(puzzle.num_houses, -1));
    for (int house = 0; house < puzzle.num_houses; ++house) {
      const Json* values = object.Find(std::to_string(house + 1));
      if (values == nullptr || values->members().size() != puzzle.categories.size()) {
        return InvalidArgument("house {} has not a value of each category", house + 1);
      }
      for (size_t c = 0; c < puzzle.categories.size(); ++c) {
        ASSIGN_OR_RETURN(std::string value, values->GetString(puzzle.categories[c].name));
        std::vector<std::string> known = puzzle.categories[c].values;
        std::transform(known.begin(), known.end(), known.begin(), Lowered);
        ASSIGN_OR_RETURN(const int index, IndexOf(known, Lowered(std::move(value))));
        if (places[c][index] >= 0) return InvalidArgument("{} is used twice", known[index]);
        places[c][index] = house;
      }
    }
    for (size_t i = 0; i < puzzle.clues.size(); ++i) {
      if (!ClueHolds(puzzle.clues[i], places)) return InvalidArgument("clue {} is broken", i + 1);
    }
    return OkStatus();
  }
};

}  // namespace

std::unique_ptr<LogicTask> MakeZebraPuzzle() { return std::make_unique<ZebraTask>(); }

}  // namespace longhaul::reward
