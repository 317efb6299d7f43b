// SPDX-License-Identifier: Apache-2.0
//
// Things with properties are changed, copied, split and removed (reward/logic/collection.h): how
// many of those left have at least one of some properties?
//
//   initial_collection  the things at the beginning
//   events              what happens, in order
//   any_of              [[property, value], ...]
//
// Released samples tell their events as a story only; their metadata has the `answer`, a
// number or "unknown".
//
// Difficulty: 3 to 14 things, 1 to 6 events, 1 to 4 properties asked for.
#include <algorithm>
#include <optional>

#include "reward/logic/answer_list.h"
#include "reward/logic/collection.h"
#include "reward/logic/draw.h"
#include "reward/logic/kinds.h"
#include "reward/logic/literal.h"
#include "reward/logic/puzzle_list.h"

namespace longhaul::reward {
namespace {

constexpr size_t kMaxEvents = 100;

struct CountPuzzle {
  std::optional<int64_t> count;  // none: the story leaves it open, which released samples may do
};

const std::vector<std::string>& ValuesOf(Property property) {
  static const auto* const values = new std::vector<std::vector<std::string>>{
      {"tiny", "small", "medium", "large", "huge"},
      {"red", "green", "blue", "yellow", "white", "black", "purple"},
      {"Brazil", "China", "Egypt", "France", "India", "Japan", "Kenya"},
      {"wood", "glass", "steel", "paper", "leather", "stone", "cotton"},
      {"rose", "coffee", "smoke", "vanilla", "vinegar", "mint", "leather polish"},
      {"shoe", "chair", "pen", "clock", "bag", "lamp", "umbrella", "bottle"}};
  return (*values)[static_cast<size_t>(property)];
}

PropertyValue DrawValue(RandomSequence& random) {
  const auto property = static_cast<Property>(random.Below(kNumProperties - 1));  // not the name
  return {property, DrawItem(ValuesOf(property), random)};
}

std::string Article(const std::string& word) {
  const bool vowel = std::string_view("aeiou").find(word[0]) != std::string_view::npos;
  return (vowel ? "an " : "a ") + word;
}

std::string ThingText(const Thing& thing) {
  return fmt::format("{} {} {} from {} made of {} that smells of {}", Article(thing[0]), thing[1],
                     thing[5], thing[2], thing[3], thing[4]);
}

std::string ValueText(const PropertyValue& value) {
  return fmt::format("{} {}", PropertyName(value.property), value.value);
}

std::string EventText(const CollectionEvent& event) {
  const std::string where = ValueText(event.where);
  switch (event.type) {
    case EventType::kChange:
      return fmt::format("Every item of {} was changed: its {} became {}.", where,
                         PropertyName(event.set[0].property), event.set[0].value);
    case EventType::kCopy:
      return fmt::format(
          "For every item of {}, a friend gave me one more that is the same but for its {}, which "
          "is {}, and its {}, which is {}.",
          where, PropertyName(event.set[0].property), event.set[0].value,
          PropertyName(event.set[1].property), event.set[1].value);
    case EventType::kSplit:
      return fmt::format(
          "Every item of {} was replaced by two copies of it: one with its {} changed to {}, the "
          "other with its {} changed to {}.",
          where, PropertyName(event.set[0].property), event.set[0].value,
          PropertyName(event.set[1].property), event.set[1].value);
    case EventType::kRemove:
      return fmt::format("All items of {} got lost.", where);
    case EventType::kNovel:
      return fmt::format(
          "Then I compared with the collection I began with: for every item whose combination of "
          "{} and {} no item had at the beginning, I added one exact copy.",
          PropertyName(event.pair[0]), PropertyName(event.pair[1]));
  }
  return "";
}

// An event about a value that some thing has, where there is any thing.
CollectionEvent DrawEvent(const Collection& now, RandomSequence& random) {
  CollectionEvent event;
  event.type = static_cast<EventType>(random.Below(5));
  event.where = DrawValue(random);
  if (!now.empty()) {
    event.where.value = DrawItem(now, random)[static_cast<size_t>(event.where.property)];
  }
  event.set = {DrawValue(random), DrawValue(random)};
  while (event.set[1].property == event.set[0].property) event.set[1] = DrawValue(random);
  if (event.type == EventType::kChange) event.set.resize(1);
  const std::vector<int> order = DrawPermutation(kNumProperties - 1, random);
  event.pair = {static_cast<Property>(order[0]), static_cast<Property>(order[1])};
  return event;
}

int64_t CountAny(const Collection& collection, const std::vector<PropertyValue>& any_of) {
  return std::count_if(collection.begin(), collection.end(), [&](const Thing& thing) {
    return std::any_of(any_of.begin(), any_of.end(),
                       [&](const PropertyValue& value) { return Has(thing, value); });
  });
}

class ObjectProperties : public PuzzleTask<CountPuzzle> {
 public:
  std::string_view name() const override { return "object_properties"; }
  std::string_view answer_form() const override { return "an integer, for example 12"; }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    Collection first(AtDifficulty(difficulty, 3, 14));
    for (Thing& thing : first) {
      for (int p = 0; p < kNumProperties; ++p) {
        thing[p] = DrawItem(ValuesOf(static_cast<Property>(p)), random);
      }
    }
    LogicInstance instance;
    instance.question = "I have a collection of items. At the beginning it holds:\n";
    for (const Thing& thing : first) instance.question += "- " + ThingText(thing) + "\n";
    std::vector<CollectionEvent> events;
    Collection now = first;
    Json events_json = Json::Array();
    for (int i = AtDifficulty(difficulty, 1, 6); i > 0; --i) {
      events.push_back(DrawEvent(now, random));
      now = After(first, events).value();
      events_json.Append(EventJson(events.back()));
      instance.question += EventText(events.back()) + "\n";
    }
    std::vector<PropertyValue> any_of;
    Json any_of_json = Json::Array();
    for (int i = AtDifficulty(difficulty, 1, 4); i > 0; --i) any_of.push_back(DrawValue(random));
    std::string wanted;
    for (const PropertyValue& value : any_of) {
      wanted += (wanted.empty() ? "" : " or ") + ValueText(value);
      any_of_json.Append(PropertyValueJson(value));
    }
    instance.question += fmt::format("How many items of my collection now have {}?", wanted);
    instance.puzzle.Set("initial_collection", CollectionJson(first))
        .Set("events", std::move(events_json))
        .Set("any_of", std::move(any_of_json));
    instance.answer = std::to_string(CountAny(now, any_of));
    return instance;
  }

 protected:
  StatusOr<CountPuzzle> Read(const Json& puzzle) const override {
    if (puzzle.Find("events") == nullptr) {
      ASSIGN_OR_RETURN(const std::string answer, puzzle.GetString("answer"));
      if (answer == "unknown") return CountPuzzle{};
      ASSIGN_OR_RETURN(const int64_t count, ReadInteger(answer));
      return CountPuzzle{count};
    }
    ASSIGN_OR_RETURN(const Json* things, GetList(puzzle, "initial_collection"));
    ASSIGN_OR_RETURN(const Collection first, ReadCollection(*things));
    ASSIGN_OR_RETURN(const Json* list, GetList(puzzle, "events"));
    if (list->size() > kMaxEvents) return InvalidArgument("{} events", list->size());
    std::vector<CollectionEvent> events;
    for (const Json& item : list->items()) {
      ASSIGN_OR_RETURN(events.emplace_back(), ReadEvent(item));
    }
    ASSIGN_OR_RETURN(const Json* any_of, GetList(puzzle, "any_of"));
    std::vector<PropertyValue> values;
    for (const Json& item : any_of->items()) {
      ASSIGN_OR_RETURN(values.emplace_back(), ReadPropertyValue(item));
    }
    ASSIGN_OR_RETURN(const Collection now, After(first, events));
    return CountPuzzle{CountAny(now, values)};
  }

  StatusOr<std::string> SolvePuzzle(const CountPuzzle& puzzle) const override {
    return puzzle.count.has_value() ? std::to_string(*puzzle.count) : "unknown";
  }

  Status CheckAnswer(const CountPuzzle& puzzle, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    if (!puzzle.count.has_value()) {
      ASSIGN_OR_RETURN(const std::string word, ReadWord(answer));
      return word == "unknown" ? OkStatus() : InvalidArgument("the count cannot be known");
    }
    ASSIGN_OR_RETURN(const int64_t count, ReadInteger(answer));
    if (count == *puzzle.count) return OkStatus();
    return InvalidArgument("the count is not {}", count);
  }
};

}  // namespace

std::unique_ptr<LogicTask> MakeObjectProperties() { return std::make_unique<ObjectProperties>(); }

}  // namespace longhaul::reward
