// SPDX-License-Identifier: Apache-2.0
//
// Star battle: k stars in every row, column and region, no two of which touch, not even at a
// corner. Every such placement is right.
//
//   n, k         side of the grid, stars per row, column and region
//   region_grid  n rows of n region names
//
// Difficulty: k = 1 and n from 4 to 9 up to difficulty 7; then k = 2 and n from 8 to 9.
#include <algorithm>
#include <map>
#include <set>

#include "reward/logic/draw.h"
#include "reward/logic/grid.h"
#include "reward/logic/kinds.h"
#include "reward/logic/literal.h"

namespace longhaul::reward {
namespace {

constexpr int kMaxSide = 16;
constexpr int64_t kSolverSteps = 20'000'000;

struct StarPuzzle {
  int n = 0;
  int k = 0;
  TextGrid regions;
};
using Stars = std::vector<Cell>;  // in reading order

bool Touch(Cell a, Cell b) {
  return std::abs(a.row - b.row) <= 1 && std::abs(a.column - b.column) <= 1;
}

// Fills row after row with k stars each; columns are tried in the order of `columns`.
class Search {
 public:
  Search(int n, int k, const TextGrid* regions) : n_(n), k_(k), regions_(regions), in_column_(n) {
    for (int c = 0; c < n; ++c) columns_.push_back(c);
  }
  void Shuffled(RandomSequence& random) { Shuffle(columns_, random); }

  bool Run() { return Row(0, 0, 0); }
  const Stars& stars() const { return stars_; }
  bool exhausted() const { return steps_ < 0; }

 private:
  // Places what is missing in `row`, taking columns of the order from `from` on.
  bool Row(int row, int placed, int from) {
    if (row == n_) return true;
    if (placed == k_) return RestIsPossible(row) && Row(row + 1, 0, 0);
    for (int i = from; i < n_; ++i) {
      const Cell cell{row, columns_[i]};
      if (--steps_ < 0) return false;
      if (!Fits(cell)) continue;
      Put(cell);
      if (Row(row, placed + 1, i + 1)) return true;
      Remove(cell);
    }
    return false;
  }
  bool Fits(Cell cell) const {
    if (in_column_[cell.column] == k_) return false;
    if (regions_ != nullptr) {
      const auto found = in_region_.find((*regions_)[cell]);
      if (found != in_region_.end() && found->second == k_) return false;
    }
    const size_t recent = std::min<size_t>(stars_.size(), 2 * k_);
    return std::none_of(stars_.end() - static_cast<ptrdiff_t>(recent), stars_.end(),
                        [&](Cell star) { return Touch(star, cell); });
  }
  // Whether columns and regions can still reach k below `row`.
  bool RestIsPossible(int row) const {
    for (int c = 0; c < n_; ++c) {
      if (k_ - in_column_[c] > (n_ - row) / 2) return false;
    }
    if (regions_ == nullptr) return true;
    std::map<std::string, int> open = in_region_;
    for (int r = row + 1; r < n_; ++r) {
      for (int c = 0; c < n_; ++c) ++open[(*regions_)[{r, c}]];
    }
    for (int i = 0; i < n_ * n_; ++i) {
      if (open[regions_->cells()[i]] < k_) return false;
    }
    return true;
  }
  void Put(Cell cell) {
    stars_.push_back(cell);
    ++in_column_[cell.column];
    if (regions_ != nullptr) ++in_region_[(*regions_)[cell]];
  }
  void Remove(Cell cell) {
    stars_.pop_back();
    --in_column_[cell.column];
    if (regions_ != nullptr) --in_region_[(*regions_)[cell]];
  }

  const int n_;
  const int k_;
  const TextGrid* const regions_;
  std::vector<int> columns_;
  std::vector<int> in_column_;
  std::map<std::string, int> in_region_;
  Stars stars_;
  int64_t steps_ = kSolverSteps;
};

// Regions grown around the stars, k to each; cells of no star join a neighbour at random. Stars of
// one region are joined by the shortest way round the others. Empty when there is no way.
IntGrid GrowRegions(int n, int k, const Stars& stars, RandomSequence& random) {
  IntGrid region(n, n, -1);
  std::set<Cell> star_cells(stars.begin(), stars.end());
  const auto join = [&](Cell from, int id) {
    // Breadth first over free cells to the nearest star without a region.
    std::map<Cell, Cell> came = {{from, from}};
    std::vector<Cell> queue = {from};
    for (size_t i = 0; i < queue.size(); ++i) {
      const Cell at = queue[i];
      if (!(at == from) && star_cells.count(at) != 0) {
        for (Cell back = at; !(back == from); back = came[back]) region[back] = id;
        return true;
      }
      for (int s = 0; s < 4; ++s) {
        const Cell next = Stepped(at, kSteps[s]);
        if (!region.Has(next) || region[next] >= 0 || came.count(next) != 0) continue;
        came[next] = at;
        queue.push_back(next);
      }
    }
    return false;
  };
  int num_regions = 0;
  std::vector<int> order = DrawPermutation(static_cast<int>(stars.size()), random);
  for (int index : order) {
    Cell star = stars[index];
    if (region[star] >= 0) continue;
    region[star] = num_regions;
    for (int more = 1; more < k; ++more) {
      if (!join(star, num_regions)) return IntGrid();
    }
    ++num_regions;
  }
  std::vector<Cell> free;
  for (int i = 0; i < n * n; ++i) free.push_back(region.CellAt(i));
  while (!free.empty()) {
    Shuffle(free, random);
    std::vector<Cell> left;
    for (Cell cell : free) {
      if (region[cell] >= 0) continue;
      const Cell next = Stepped(cell, kSteps[random.Below(4)]);
      if (region.Has(next) && region[next] >= 0) region[cell] = region[next];
      if (region[cell] < 0) left.push_back(cell);
    }
    free = std::move(left);
  }
  return region;
}

// Puts regions in the order of their first cell: A, B, C, ...
TextGrid Named(const IntGrid& region) {
  std::map<int, int> names;
  TextGrid named(region.rows(), region.columns(), "");
  for (int i = 0; i < region.size(); ++i) {
    const int name = names.emplace(region.cells()[i], static_cast<int>(names.size())).first->second;
    named.cells()[i] = std::string(1, static_cast<char>('A' + name));
  }
  return named;
}

std::string StarsText(const Stars& stars, const TextGrid& regions) {
  std::map<std::string, Json> lists;
  for (Cell star : stars) {
    lists.emplace(regions[star], Json::Array())
        .first->second.Append(Json(std::vector<int>{star.row + 1, star.column + 1}));
  }
  Json object = Json::Object();
  for (const auto& [name, list] : lists) object.Set(name, list);
  return object.ToString();
}

class StarPlacementPuzzle : public PuzzleTask<StarPuzzle> {
 public:
  std::string_view name() const override { return "star_placement_puzzle"; }
  std::string_view answer_form() const override {
    return "a JSON object with, for each region, the list of [row, column] of its stars, counted "
           "from 1 at the top left, for example {\"A\":[[1,3]],\"B\":[[2,1]]}";
  }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    const int k = difficulty <= 7 ? 1 : 2;
    const int n = k == 1 ? 4 + (difficulty - 1) * 5 / 6 : 8 + (difficulty - 8) / 2;
    Stars stars;
    IntGrid region;
    while (region.size() == 0) {
      Search search(n, k, nullptr);
      search.Shuffled(random);
      if (!search.Run()) continue;
      stars = search.stars();
      region = GrowRegions(n, k, stars, random);
    }
    const TextGrid regions = Named(region);
    LogicInstance instance;
    instance.question = fmt::format(
        "The letters of this {0} x {0} grid name its regions:\n{1}Place stars in cells so that "
        "every row, every column and every region holds exactly {2} star{3} and no two stars "
        "touch, neither side by side nor diagonally.",
        n, GridLines(regions), k, k == 1 ? "" : "s");
    instance.puzzle.Set("n", n).Set("k", k).Set("region_grid", GridJson(regions));
    instance.answer = StarsText(stars, regions);
    return instance;
  }

 protected:
  StatusOr<StarPuzzle> Read(const Json& puzzle) const override {
    StarPuzzle read;
    ASSIGN_OR_RETURN(const int64_t n, puzzle.GetInt("n"));
    ASSIGN_OR_RETURN(const int64_t k, puzzle.GetInt("k"));
    if (n < 1 || n > kMaxSide) return InvalidArgument("n is {}, not 1 to {}", n, kMaxSide);
    if (k < 1 || k > n) return InvalidArgument("k is {}, not 1 to n", k);
    read.n = static_cast<int>(n);
    read.k = static_cast<int>(k);
    ASSIGN_OR_RETURN(const Json* rows, puzzle.Get("region_grid"));
    ASSIGN_OR_RETURN(read.regions, ReadTextGrid(*rows));
    if (read.regions.rows() != n || read.regions.columns() != n) {
      return InvalidArgument("region_grid is not {0} x {0}", n);
    }
    return read;
  }

  StatusOr<std::string> SolvePuzzle(const StarPuzzle& puzzle) const override {
    Search search(puzzle.n, puzzle.k, &puzzle.regions);
    if (search.Run()) return StarsText(search.stars(), puzzle.regions);
    if (search.exhausted()) return ResourceExhausted("the search was given up");
    return FailedPrecondition("no placement");
  }

  Status CheckAnswer(const StarPuzzle& puzzle, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    ASSIGN_OR_RETURN(const Json object, ReadLiteral(answer));
    if (!object.is_object()) return InvalidArgument("not an object of regions");
    const std::set<std::string> names(puzzle.regions.cells().begin(), puzzle.regions.cells().end());
    if (object.members().size() != names.size())
      return InvalidArgument("not every region, each once");
    std::vector<int> in_row(puzzle.n), in_column(puzzle.n);
    Stars stars;
    for (const auto& [name, list] : object.members()) {
      ASSIGN_OR_RETURN(const std::vector<Cell> cells,
                       ReadCellsAnswer(list.ToString(), puzzle.n, puzzle.n, 1));
      if (std::ssize(cells) != puzzle.k) {
        return InvalidArgument("region {} has {} stars", name, cells.size());
      }
      for (Cell cell : cells) {
        if (puzzle.regions[cell] != name) {
          return InvalidArgument("[{}, {}] is not in region {}", cell.row + 1, cell.column + 1,
                                 name);
        }
        ++in_row[cell.row];
        ++in_column[cell.column];
        stars.push_back(cell);
      }
    }
    for (int i = 0; i < puzzle.n; ++i) {
      if (in_row[i] != puzzle.k) return InvalidArgument("row {} has {} stars", i + 1, in_row[i]);
      if (in_column[i] != puzzle.k) {
        return InvalidArgument("column {} has {} stars", i + 1, in_column[i]);
      }
    }
    for (size_t i = 0; i < stars.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (Touch(stars[i], stars[j])) return InvalidArgument("two stars touch");
      }
    }
    return OkStatus();
  }
};

}  // namespace

std::unique_ptr<LogicTask> MakeStarPlacementPuzzle() {
  return std::make_unique<StarPlacementPuzzle>();
}

}  // namespace longhaul::reward
