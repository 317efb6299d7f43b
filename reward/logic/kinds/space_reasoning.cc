// SPDX-License-Identifier: Apache-2.0
//
// A walk through a town of which one knows where places are from one another: at which place does
// it end? The names compare without regard to case.
//
//   facts  reward/logic/place_map.h
//   start  place where the walk begins
//   moves  [[east, north], ...] in blocks; or ["to", place]: a ride to that place
//
// Difficulty: 4 to 13 places, walks of 2 to 10 moves, rides from 5 on.
#include "reward/logic/answer_list.h"
#include "reward/logic/draw.h"
#include "reward/logic/kinds.h"
#include "reward/logic/place_map.h"
#include "reward/logic/puzzle_list.h"

namespace longhaul::reward {
namespace {

constexpr size_t kMaxMoves = 200;

struct Move {
  TownPoint by;
  std::string to;  // a ride when not empty
};

struct Walk {
  std::vector<PlaceFact> facts;
  std::string start;
  std::vector<Move> moves;
  std::string end;  // where it leads
};

StatusOr<std::string> EndOf(const Walk& walk) {
  ASSIGN_OR_RETURN(const auto points, Locate(walk.facts));
  const auto point_of = [&](const std::string& place) -> StatusOr<TownPoint> {
    const auto found = points.find(place);
    if (found == points.end()) return InvalidArgument("no fact is about the {}", Excerpt(place));
    return found->second;
  };
  ASSIGN_OR_RETURN(TownPoint at, point_of(walk.start));
  for (const Move& move : walk.moves) {
    if (!move.to.empty()) {
      ASSIGN_OR_RETURN(at, point_of(move.to));
    }
    at = {at.east + move.by.east, at.north + move.by.north};
  }
  std::string end;
  for (const auto& [place, point] : points) {
    if (point != at) continue;
    if (!end.empty()) return FailedPrecondition("the walk ends at two places");
    end = place;
  }
  if (end.empty()) return FailedPrecondition("the walk ends at no place");
  return end;
}

class SpaceReasoning : public PuzzleTask<Walk> {
 public:
  std::string_view name() const override { return "space_reasoning"; }
  std::string_view answer_form() const override {
    return "the name of the place alone, for example library";
  }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    Walk walk;
    walk.facts = DrawTown(AtDifficulty(difficulty, 4, 13), AtDifficulty(difficulty, 5, 12), random);
    const auto located = Locate(walk.facts).value();
    const std::vector<std::pair<std::string, TownPoint>> places(located.begin(), located.end());
    const std::vector<int> order = DrawPermutation(static_cast<int>(places.size()), random);
    walk.start = places[order[0]].first;
    TownPoint at = places[order[0]].second;
    const TownPoint end = places[order[1]].second;
    for (int i = AtDifficulty(difficulty, 2, 10); i > 2; --i) {
      if (difficulty >= 5 && DrawBool(0.2, random)) {
        const auto& [name, point] = DrawItem(places, random);
        walk.moves.push_back({{}, name});
        at = point;
      } else {
        TownPoint by{DrawInt(1, 5, random) * (DrawBool(0.5, random) ? 1 : -1), 0};
        if (DrawBool(0.5, random)) std::swap(by.east, by.north);
        walk.moves.push_back({by, ""});
        at = {at.east + by.east, at.north + by.north};
      }
    }
    // The last moves lead to a place.
    if (at.east != end.east) walk.moves.push_back({{end.east - at.east, 0}, ""});
    if (at.north != end.north) walk.moves.push_back({{0, end.north - at.north}, ""});
    return Written(walk);
  }

 protected:
  StatusOr<Walk> Read(const Json& puzzle) const override {
    Walk walk;
    ASSIGN_OR_RETURN(const Json* facts, puzzle.Get("facts"));
    ASSIGN_OR_RETURN(walk.facts, ReadFacts(*facts));
    ASSIGN_OR_RETURN(walk.start, puzzle.GetString("start"));
    ASSIGN_OR_RETURN(const Json* moves, GetList(puzzle, "moves"));
    if (moves->size() > kMaxMoves) return InvalidArgument("{} moves", moves->size());
    for (const Json& item : moves->items()) {
      if (item.size() != 2) return InvalidArgument("a move is not a pair");
      Move& move = walk.moves.emplace_back();
      if (item.items()[0] == Json("to")) {
        ASSIGN_OR_RETURN(move.to, item.items()[1].AsString());
        continue;
      }
      ASSIGN_OR_RETURN(move.by.east, item.items()[0].AsInt());
      ASSIGN_OR_RETURN(move.by.north, item.items()[1].AsInt());
      constexpr int64_t kFar = 1'000'000'000;
      if (std::max(std::abs(move.by.east), std::abs(move.by.north)) > kFar) {
        return InvalidArgument("a move is too long");
      }
    }
    ASSIGN_OR_RETURN(walk.end, EndOf(walk));
    return walk;
  }

  StatusOr<std::string> SolvePuzzle(const Walk& walk) const override { return walk.end; }

  Status CheckAnswer(const Walk& walk, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    ASSIGN_OR_RETURN(std::string word, ReadWord(answer));
    ASSIGN_OR_RETURN(const std::string end, ReadWord(walk.end));
    if (word == end || word == "the " + end) return OkStatus();
    return InvalidArgument("the walk does not end at '{}'", Excerpt(word));
  }

 private:
  static LogicInstance Written(const Walk& walk) {
    LogicInstance instance;
    instance.question = "In a town with straight streets:\n";
    for (const PlaceFact& fact : walk.facts) instance.question += FactText(fact) + "\n";
    instance.question += fmt::format("You start at the {}.", walk.start);
    Json moves = Json::Array();
    for (const Move& move : walk.moves) {
      Json item = Json::Array();
      if (move.to.empty()) {
        instance.question += fmt::format(" You walk {}.", OffsetText(move.by));
        item.Append(move.by.east).Append(move.by.north);
      } else {
        instance.question += fmt::format(" You take a taxi to the {}.", move.to);
        item.Append("to").Append(move.to);
      }
      moves.Append(std::move(item));
    }
    instance.question += " At which place are you now?";
    instance.puzzle.Set("facts", FactsJson(walk.facts))
        .Set("start", walk.start)
        .Set("moves", std::move(moves));
    instance.answer = EndOf(walk).value();
    return instance;
  }
};

}  // namespace

std::unique_ptr<LogicTask> MakeSpaceReasoning() { return std::make_unique<SpaceReasoning>(); }

}  // namespace longhaul::reward
