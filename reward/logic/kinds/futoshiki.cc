// SPDX-License-Identifier: Apache-2.0
//
// futoshiki: a Latin square with given cells and with signs between neighbouring cells that say
// which is greater. Generated puzzles have one solution; the rule accepts every one.
//
//   puzzle      {"grid": [["X", 2], ["X", "X"]], "inequalities": [[[0, 0], [1, 0]]]}, pairs of
//   cells
//               [row, column] from 0, the first the smaller
//   answer      [[1,2],[2,1]]
//   difficulty  the side from 3 to 7, the signs from all to a few
#include <algorithm>

#include "reward/logic/draw.h"
#include "reward/logic/kinds.h"
#include "reward/logic/latin_search.h"
#include "reward/logic/literal.h"
#include "reward/logic/puzzle_list.h"

namespace longhaul::reward {
namespace {

constexpr int64_t kMaxSearchSteps = 20'000'000;
constexpr int64_t kGeneratorSearchSteps = 5'000;

struct Futoshiki {
  IntGrid given;                             // 0: open
  std::vector<std::pair<Cell, Cell>> signs;  // smaller, greater
};

LatinSearchResult Search(const Futoshiki& puzzle, size_t limit, int64_t steps) {
  Grid<std::vector<std::pair<Cell, Cell>>> of_cell(puzzle.given.rows(), puzzle.given.rows(), {});
  for (const auto& sign : puzzle.signs) {
    of_cell[sign.first].push_back(sign);
    of_cell[sign.second].push_back(sign);
  }
  const int side = puzzle.given.rows();
  const auto allows = [&of_cell, side](const IntGrid& grid, Cell filled) {
    for (const auto& [smaller, greater] : of_cell[filled]) {
      const int low = grid[smaller] == 0 ? 1 : grid[smaller];
      const int high = grid[greater] == 0 ? side : grid[greater];
      if (low >= high) return false;
    }
    return true;
  };
  return SearchLatinSquares({puzzle.given, allows}, limit, steps);
}

std::string CellText(Cell cell) { return fmt::format("({}, {})", cell.row + 1, cell.column + 1); }

Json PuzzleJson(const Futoshiki& puzzle) {
  Json rows = Json::Array();
  for (int row = 0; row < puzzle.given.rows(); ++row) {
    Json line = Json::Array();
    for (int column = 0; column < puzzle.given.columns(); ++column) {
      const int value = puzzle.given[{row, column}];
      line.Append(value == 0 ? Json("X") : Json(value));
    }
    rows.Append(std::move(line));
  }
  Json signs = Json::Array();
  for (const auto& [a, b] : puzzle.signs) {
    Json pair = Json::Array();
    pair.Append(Json(std::vector<int>{a.row, a.column}));
    signs.Append(pair.Append(Json(std::vector<int>{b.row, b.column})));
  }
  Json json = Json::Object();
  return json.Set("grid", std::move(rows)).Set("inequalities", std::move(signs));
}

// Signs between a share of all neighbours.
std::vector<std::pair<Cell, Cell>> DrawSigns(const IntGrid& square, double share,
                                             RandomSequence& random) {
  std::vector<std::pair<Cell, Cell>> signs;
  for (int i = 0; i < square.size(); ++i) {
    const Cell cell = square.CellAt(i);
    for (const Cell step : {Cell{0, 1}, Cell{1, 0}}) {
      const Cell next = Stepped(cell, step);
      if (!square.Has(next) || !DrawBool(share, random)) continue;
      signs.push_back(square[cell] < square[next] ? std::pair(cell, next) : std::pair(next, cell));
    }
  }
  return signs;
}

class FutoshikiTask : public PuzzleTask<Futoshiki> {
 public:
  std::string_view name() const override { return "futoshiki"; }
  std::string_view answer_form() const override {
    return "the filled grid as a JSON list of rows, for example [[1,2],[2,1]]";
  }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    const int side = AtDifficulty(difficulty, 3, 7);
    const IntGrid square = DrawLatinSquare(side, random);
    Futoshiki puzzle = {IntGrid(side, side, 0),
                        DrawSigns(square, AtDifficulty(difficulty, 70, 35) / 100.0, random)};
    // Cells are given until there is one solution.
    for (const int i : DrawPermutation(square.size(), random)) {
      const LatinSearchResult found = Search(puzzle, 2, kGeneratorSearchSteps);
      if (!found.gave_up && found.solutions.size() == 1) break;
      // One on which the solutions differ tells most.
      Cell cell = square.CellAt(i);
      for (int j = 0; j < square.size() && found.solutions.size() == 2; ++j) {
        const Cell other = square.CellAt(j);
        if (found.solutions[0][other] != found.solutions[1][other]) cell = other;
      }
      puzzle.given[cell] = square[cell];
    }
    LogicInstance instance;
    instance.puzzle = PuzzleJson(puzzle);
    std::string signs;
    for (const auto& [a, b] : puzzle.signs)
      signs += fmt::format("{} < {}\n", CellText(a), CellText(b));
    instance.question = fmt::format(
        "Fill the empty cells (X) of this {0} x {0} grid so that every row and every column holds "
        "each number from 1 to {0} once and all of these hold, where (r, c) is the cell in row r "
        "and column c, numbered from 1:\n{1}\n{2}",
        side, signs, GridLines(ReadTextGrid(*instance.puzzle.Find("grid")).value()));
    instance.answer = GridText(square);
    return instance;
  }

 protected:
  StatusOr<Futoshiki> Read(const Json& puzzle) const override {
    ASSIGN_OR_RETURN(const Json* rows, puzzle.Get("grid"));
    ASSIGN_OR_RETURN(const TextGrid text, ReadTextGrid(*rows));
    const int side = text.rows();
    if (side != text.columns() || side > kMaxLatinSide) {
      return InvalidArgument("grid: not square, or larger than {}", kMaxLatinSide);
    }
    Futoshiki read = {IntGrid(side, side, 0), {}};
    for (int i = 0; i < text.size(); ++i) {
      const std::string& cell = text[text.CellAt(i)];
      if (cell == "X") continue;
      ASSIGN_OR_RETURN(const int64_t value, ReadInteger(cell));
      if (value < 1 || value > side) return InvalidArgument("grid: {} is out of range", value);
      read.given[text.CellAt(i)] = static_cast<int>(value);
    }
    ASSIGN_OR_RETURN(const Json* signs, GetList(puzzle, "inequalities"));
    for (const Json& sign : signs->items()) {
      ASSIGN_OR_RETURN(const std::vector<Cell> pair, ReadPair(sign, side));
      read.signs.emplace_back(pair[0], pair[1]);
    }
    return read;
  }

  StatusOr<std::string> SolvePuzzle(const Futoshiki& puzzle) const override {
    const LatinSearchResult found = Search(puzzle, 1, kMaxSearchSteps);
    if (!found.solutions.empty()) return GridText(found.solutions[0]);
    if (found.gave_up) return MakeStatus(StatusCode::kResourceExhausted, "search given up");
    return FailedPrecondition("no square agrees with the cells and signs");
  }

  Status CheckAnswer(const Futoshiki& puzzle, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    const int side = puzzle.given.rows();
    ASSIGN_OR_RETURN(const IntGrid grid, ReadIntGridAnswer(answer, side, side));
    if (!IsLatinSquare(grid)) return InvalidArgument("a row or column does not hold 1 to {}", side);
    for (int i = 0; i < grid.size(); ++i) {
      const int given = puzzle.given[grid.CellAt(i)];
      if (given != 0 && given != grid[grid.CellAt(i)])
        return InvalidArgument("a given cell changed");
    }
    for (const auto& [a, b] : puzzle.signs) {
      if (grid[a] >= grid[b]) return InvalidArgument("{} < {} fails", CellText(a), CellText(b));
    }
    return OkStatus();
  }

 private:
  static StatusOr<std::vector<Cell>> ReadPair(const Json& json, int side) {
    std::vector<Cell> cells;
    for (const Json& item : json.items()) {
      if (item.size() != 2) return InvalidArgument("inequalities: not [row, column]");
      ASSIGN_OR_RETURN(const int64_t row, item.items()[0].AsInt());
      ASSIGN_OR_RETURN(const int64_t column, item.items()[1].AsInt());
      if (row < 0 || row >= side || column < 0 || column >= side) {
        return InvalidArgument("inequalities: [{}, {}] is outside the grid", row, column);
      }
      cells.push_back({static_cast<int>(row), static_cast<int>(column)});
    }
    if (cells.size() != 2) return InvalidArgument("inequalities: not a pair of cells");
    return cells;
  }
};

}  // namespace

std::unique_ptr<LogicTask> MakeFutoshiki() { return std::make_unique<FutoshikiTask>(); }

}  // namespace longhaul::reward
