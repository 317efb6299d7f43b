// SPDX-License-Identifier: Apache-2.0
//
// goods_exchange: people own one thing each and exchange things; who owns what in the end?
//
//   puzzle      {"owns_before": {"Ann": "red hat", "Bob": "blue cup"},
//                "operations": [{"kind": "people", "a": "Ann", "b": "Bob"}]}
//   answer      [["Ann","blue cup"],["Bob","red hat"]], pairs in any order, or a dictionary
//   difficulty  the people from 3 to 9, the operations from 2 to 15
//
// Operations: `people` a and b exchange what they have; the owners of `things` a and b exchange
// them; `person` a exchanges what they have for thing b. SynLogic's puzzles tell the operations in
// words only; they have the outcome beside them, "owns_after". Letter case does not matter.
#include <algorithm>
#include <map>

#include "reward/logic/draw.h"
#include "reward/logic/kinds.h"
#include "reward/logic/literal.h"
#include "reward/logic/puzzle_list.h"

namespace longhaul::reward {
namespace {

constexpr size_t kMaxPeople = 100;
constexpr size_t kMaxOperations = 1000;

const std::vector<std::string>& Names() {
  static const auto& names = *new std::vector<std::string>{
      "Anna", "Boris", "Clara", "David", "Emma", "Felix", "Grace", "Henry", "Ivy", "Jonas"};
  return names;
}
const std::vector<std::string>& Colors() {
  static const auto& colors =
      *new std::vector<std::string>{"red", "blue", "green", "white", "black", "brown", "silver"};
  return colors;
}
const std::vector<std::string>& Things() {
  static const auto& things = *new std::vector<std::string>{"hat",  "cup",   "lamp",  "book",
                                                            "ring", "clock", "scarf", "guitar"};
  return things;
}

using Owners = std::map<std::string, std::string>;  // person to thing, in lower case

struct Operation {
  std::string kind;
  std::string a;
  std::string b;
};

struct Exchange {
  Owners before;
  std::vector<Operation> operations;
  std::optional<Owners> after;  // where the puzzle says it
};

std::string Lower(std::string text) {
  for (char& ch : text) {
    if (ch >= 'A' && ch <= 'Z') ch = static_cast<char>(ch | 32);
  }
  return text;
}

// A dictionary, or a list of [person, thing] pairs; nobody twice.
StatusOr<Owners> ReadOwners(const Json& value) {
  Owners owners;
  const auto add = [&](const std::string& person, const Json& thing) -> Status {
    if (!thing.is_string()) return InvalidArgument("a thing is no text");
    if (owners.emplace(Lower(person), Lower(thing.AsString().value())).second) return OkStatus();
    return InvalidArgument("'{}' occurs twice", Excerpt(person));
  };
  for (const Json::Member& member : value.members()) {
    RETURN_IF_ERROR(add(member.key, member.value));
  }
  for (const Json& pair : value.items()) {
    if (!pair.is_array() || pair.size() != 2 || !pair.items()[0].is_string()) {
      return InvalidArgument("not a [person, thing] pair");
    }
    RETURN_IF_ERROR(add(pair.items()[0].AsString().value(), pair.items()[1]));
  }
  if (owners.empty()) return InvalidArgument("not a list of [person, thing] pairs");
  return owners;
}

StatusOr<Operation> ReadOperation(const Json& json) {
  Operation operation;
  ASSIGN_OR_RETURN(operation.kind, json.GetString("kind"));
  const bool known =
      operation.kind == "people" || operation.kind == "things" || operation.kind == "person";
  if (!known) return InvalidArgument("unknown operation '{}'", Excerpt(operation.kind));
  ASSIGN_OR_RETURN(operation.a, json.GetString("a"));
  ASSIGN_OR_RETURN(operation.b, json.GetString("b"));
  operation.a = Lower(operation.a);
  operation.b = Lower(operation.b);
  return operation;
}

// The two people an operation is about; an error when the puzzle has no such person or thing.
Status Perform(const Operation& operation, Owners& owners) {
  const auto owner_of = [&](const std::string& thing) {
    return std::find_if(owners.begin(), owners.end(),
                        [&](const auto& entry) { return entry.second == thing; });
  };
  const auto a = operation.kind == "things" ? owner_of(operation.a) : owners.find(operation.a);
  const auto b = operation.kind == "people" ? owners.find(operation.b) : owner_of(operation.b);
  if (a == owners.end() || b == owners.end()) {
    return InvalidArgument("operation on '{}' and '{}', which are not there", Excerpt(operation.a),
                           Excerpt(operation.b));
  }
  std::swap(a->second, b->second);
  return OkStatus();
}

StatusOr<Owners> OwnersAfter(const Exchange& puzzle) {
  if (puzzle.after.has_value()) return *puzzle.after;
  Owners owners = puzzle.before;
  for (const Operation& operation : puzzle.operations) {
    RETURN_IF_ERROR(Perform(operation, owners));
  }
  return owners;
}

std::string Sentence(const std::string& kind, const std::string& a, const std::string& b,
                     RandomSequence& random) {
  if (kind == "people") {
    return random.Below(2) == 0
               ? fmt::format("{} and {} exchange what they have.", a, b)
               : fmt::format("{} gives what they have to {} and gets what {} has.", a, b, b);
  }
  if (kind == "things") {
    return fmt::format("The owner of the {} and the owner of the {} exchange these.", a, b);
  }
  return fmt::format("{} exchanges what they have for the {}.", a, b);
}

std::string Noise(const std::string& person, const std::string& thing, RandomSequence& random) {
  switch (random.Below(3)) {
    case 0:
      return fmt::format("{} likes the {} very much.", person, thing);
    case 1:
      return fmt::format("{} offers something for the {}, but the owner refuses.", person, thing);
    default:
      return fmt::format("{} looks for the {}, but does not find it.", person, thing);
  }
}

class GoodsExchange : public PuzzleTask<Exchange> {
 public:
  std::string_view name() const override { return "goods_exchange"; }
  std::string_view answer_form() const override {
    return "a JSON list of [person, thing] pairs, for example [[\"Anna\",\"red hat\"],"
           "[\"Boris\",\"blue cup\"]]";
  }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    const int count = AtDifficulty(difficulty, 3, 9);
    std::vector<std::string> people = Names(), things;
    for (const std::string& color : Colors()) {
      for (const std::string& thing : Things()) things.push_back(color + " " + thing);
    }
    Shuffle(people, random);
    Shuffle(things, random);
    people.resize(static_cast<size_t>(count));
    things.resize(static_cast<size_t>(count));
    std::vector<size_t> owned(people.size());  // by person: index of the thing
    std::string story;
    Json before = Json::Object();
    for (size_t i = 0; i < people.size(); ++i) {
      owned[i] = i;
      before.Set(people[i], things[i]);
      story += fmt::format("{} has the {}. ", people[i], things[i]);
    }
    story += "\n\nThen this happens, one after the other:\n";
    Json operations = Json::Array();
    const int steps = AtDifficulty(difficulty, 2, 15);
    for (int step = 0; step < steps; ++step) {
      const std::vector<int> pair = DrawPermutation(count, random);
      const size_t a = static_cast<size_t>(pair[0]), b = static_cast<size_t>(pair[1]);
      if (random.Below(4) == 0) {
        story += Noise(people[a], things[owned[b]], random) + "\n";
        continue;
      }
      const std::vector<std::string> kinds = {"people", "things", "person"};
      const std::string& kind = DrawItem(kinds, random);
      const std::string& first = kind == "things" ? things[owned[a]] : people[a];
      const std::string& second = kind == "people" ? people[b] : things[owned[b]];
      operations.Append(Json::Object().Set("kind", kind).Set("a", first).Set("b", second));
      story += Sentence(kind, first, second, random) + "\n";
      std::swap(owned[a], owned[b]);
    }
    Json pairs = Json::Array();
    for (size_t i = 0; i < people.size(); ++i) {
      pairs.Append(Json(std::vector<std::string>{people[i], things[owned[i]]}));
    }
    LogicInstance instance;
    instance.puzzle.Set("owns_before", std::move(before)).Set("operations", std::move(operations));
    instance.question = story + "\nWho has what in the end?";
    instance.answer = pairs.ToString();
    return instance;
  }

 protected:
  StatusOr<Exchange> Read(const Json& puzzle) const override {
    Exchange read;
    ASSIGN_OR_RETURN(const Json* before, puzzle.Get("owns_before"));
    ASSIGN_OR_RETURN(read.before, ReadOwners(*before));
    if (read.before.size() > kMaxPeople) return InvalidArgument("more than {} people", kMaxPeople);
    if (puzzle.Find("owns_after") != nullptr) {
      ASSIGN_OR_RETURN(const std::string after, puzzle.GetString("owns_after"));
      ASSIGN_OR_RETURN(const Json pairs, ReadLiteral(after));
      ASSIGN_OR_RETURN(read.after, ReadOwners(pairs));
      return read;
    }
    ASSIGN_OR_RETURN(const Json* operations, GetList(puzzle, "operations"));
    if (operations->size() > kMaxOperations) return InvalidArgument("too many operations");
    for (const Json& json : operations->items()) {
      ASSIGN_OR_RETURN(Operation operation, ReadOperation(json));
      read.operations.push_back(std::move(operation));
    }
    RETURN_IF_ERROR(OwnersAfter(read).status());
    return read;
  }

  StatusOr<std::string> SolvePuzzle(const Exchange& puzzle) const override {
    ASSIGN_OR_RETURN(const Owners owners, OwnersAfter(puzzle));
    Json pairs = Json::Array();
    for (const auto& [person, thing] : owners) {
      pairs.Append(Json(std::vector<std::string>{person, thing}));
    }
    return pairs.ToString();
  }

  Status CheckAnswer(const Exchange& puzzle, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    ASSIGN_OR_RETURN(const Json value, ReadLiteral(answer));
    ASSIGN_OR_RETURN(const Owners given, ReadOwners(value));
    ASSIGN_OR_RETURN(const Owners right, OwnersAfter(puzzle));
    for (const auto& [person, thing] : right) {
      const auto found = given.find(person);
      if (found == given.end()) return InvalidArgument("'{}' is missing", Excerpt(person));
      if (found->second != thing) {
        return InvalidArgument("'{}' has the {}", Excerpt(person), Excerpt(thing));
      }
    }
    if (given.size() == right.size()) return OkStatus();
    return InvalidArgument("more people than there are");
  }
};

}  // namespace

std::unique_ptr<LogicTask> MakeGoodsExchange() { return std::make_unique<GoodsExchange>(); }

}  // namespace longhaul::reward
