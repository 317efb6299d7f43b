// SPDX-License-Identifier: Apache-2.0
//
// buggy_tables: a table was written by a program with a fault that the prompt describes; what is
// asked concerns the table as it should be. The answer has exactly two decimals.
//
//   puzzle      {"columns": ["city", "price", "weight"], "rows": [["Rome", "1.20", "3.00"], ...],
//                "bug": {"kind": "shifted_column", "column": "price", "count": 2},
//                "query": {"kind": "mean", "column": "price", "city": "Rome"}}
//   answer      12.35
//   difficulty  rows from 4 to 40, columns of numbers from 2 to 5, faults in the order below
//
// Faults: `scaled_column` (values times 10), `swapped_columns` (`column` and `other` exchanged
// their values), `shifted_column` (values moved down by `count` rows, the last to the top),
// `reversed_rows` (in every `count`-th row the numbers stand in reverse order), `nulls` (numbers
// written as null; `values` lists them in reading order). Means and medians are rounded to the
// nearest hundredth, halves upwards. Without "city" the query is about all rows.
#include <algorithm>

#include "reward/logic/draw.h"
#include "reward/logic/kinds.h"
#include "reward/logic/literal.h"
#include "reward/logic/table_bug.h"

namespace longhaul::reward {
namespace {

constexpr size_t kMaxColumns = 20;

const std::vector<std::string>& Cities() {
  static const auto& cities = *new std::vector<std::string>{"Rome", "Oslo", "Lima", "Cairo"};
  return cities;
}
const std::vector<std::string>& NumberColumns() {
  static const auto& columns =
      *new std::vector<std::string>{"price", "weight", "length", "score", "cost"};
  return columns;
}

struct Query {
  std::string kind;
  std::string column;
  std::string city;  // empty: all rows
};

struct BuggyTable {
  NumberTable table;  // as it should be
  Query query;
};

int64_t RoundedQuotient(int64_t value, int64_t divisor) {
  return (2 * value + divisor) / (2 * divisor);
}

StatusOr<int64_t> Evaluate(const NumberTable& table, const Query& query) {
  const size_t column = table.IndexOf(query.column);
  std::vector<int64_t> values;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    if (!query.city.empty() && table.cities[row] != query.city) continue;
    values.push_back(table.rows[row][column]);
  }
  if (values.empty()) return InvalidArgument("query: no row is of {}", Excerpt(query.city));
  std::sort(values.begin(), values.end());
  const size_t count = values.size();
  int64_t sum = 0;
  for (const int64_t value : values) sum += value;
  if (query.kind == "sum") return sum;
  if (query.kind == "mean") return RoundedQuotient(sum, static_cast<int64_t>(count));
  if (query.kind == "largest") return values.back();
  if (query.kind == "smallest") return values.front();
  if (query.kind == "median")
    return RoundedQuotient(values[(count - 1) / 2] + values[count / 2], 2);
  return InvalidArgument("query: unknown kind '{}'", Excerpt(query.kind));
}

NumberTable DrawTable(int difficulty, RandomSequence& random) {
  NumberTable table;
  table.columns = NumberColumns();
  Shuffle(table.columns, random);
  table.columns.resize(static_cast<size_t>(AtDifficulty(difficulty, 2, 5)));
  const int rows = AtDifficulty(difficulty, 4, 40);
  for (int row = 0; row < rows; ++row) {
    table.cities.push_back(DrawItem(Cities(), random));
    std::vector<int64_t> values;
    for (size_t i = 0; i < table.columns.size(); ++i) values.push_back(DrawInt(100, 9999, random));
    table.rows.push_back(std::move(values));
  }
  return table;
}

std::string QueryText(const Query& query) {
  return fmt::format("the {} of {} of {}", query.kind == "sum" ? "sum" : query.kind + " value",
                     "column " + query.column,
                     query.city.empty() ? "all rows" : "the rows of " + query.city);
}

class BuggyTables : public PuzzleTask<BuggyTable> {
 public:
  std::string_view name() const override { return "buggy_tables"; }
  std::string_view answer_form() const override {
    return "a number with exactly two decimals, for example 12.50";
  }

  LogicInstance Generate(int difficulty, RandomSequence& random) const override {
    const NumberTable table = DrawTable(difficulty, random);
    TableTexts texts;
    for (const std::vector<int64_t>& row : table.rows) {
      std::vector<std::string> line;
      for (const int64_t value : row) line.push_back(Hundredths(value));
      texts.push_back(std::move(line));
    }
    const TableBug bug = DrawTableBug(difficulty, table, texts, random);
    Query query;
    query.kind = DrawItem<std::string>({"sum", "mean", "largest", "smallest", "median"}, random);
    query.column = bug.column.empty() ? DrawItem(table.columns, random) : bug.column;
    if (random.Below(2) == 0) query.city = DrawItem(table.cities, random);
    LogicInstance instance;
    instance.puzzle = PuzzleJson(table, texts, bug, query);
    instance.question = fmt::format(
        "A program wrote this table, but it had a fault: {}.\n\n{}\nOf the table as it should be: "
        "what is {}? Round to the nearest hundredth, halves upwards.",
        TableBugText(bug), TableText(table, texts), QueryText(query));
    instance.answer = Hundredths(Evaluate(table, query).value());
    return instance;
  }

 protected:
  StatusOr<BuggyTable> Read(const Json& puzzle) const override;

  StatusOr<std::string> SolvePuzzle(const BuggyTable& puzzle) const override {
    ASSIGN_OR_RETURN(const int64_t value, Evaluate(puzzle.table, puzzle.query));
    return Hundredths(value);
  }

  Status CheckAnswer(const BuggyTable& puzzle, std::string_view answer,
                     WorkBudget& /*budget*/) const override {
    ASSIGN_OR_RETURN(const int64_t given, ReadHundredths(Unfenced(answer)));
    ASSIGN_OR_RETURN(const int64_t right, Evaluate(puzzle.table, puzzle.query));
    if (given == right) return OkStatus();
    return InvalidArgument("{} instead of {}", Hundredths(given), Hundredths(right));
  }

 private:
  static Json PuzzleJson(const NumberTable& table, const TableTexts& texts, const TableBug& bug,
                         const Query& query);
  static std::string TableText(const NumberTable& table, const TableTexts& texts);
};

Json BuggyTables::PuzzleJson(const NumberTable& table, const TableTexts& texts, const TableBug& bug,
                             const Query& query) {
  std::vector<std::string> columns = table.columns;
  columns.insert(columns.begin(), "city");
  Json rows = Json::Array();
  for (size_t row = 0; row < texts.size(); ++row) {
    Json line = Json::Array();
    line.Append(table.cities[row]);
    for (const std::string& text : texts[row]) line.Append(text);
    rows.Append(std::move(line));
  }
  Json asked = Json::Object();
  asked.Set("kind", query.kind).Set("column", query.column);
  if (!query.city.empty()) asked.Set("city", query.city);
  Json puzzle = Json::Object();
  puzzle.Set("columns", columns).Set("rows", std::move(rows));
  return puzzle.Set("bug", TableBugJson(bug)).Set("query", std::move(asked));
}

std::string BuggyTables::TableText(const NumberTable& table, const TableTexts& texts) {
  std::string text = "row | city";
  for (const std::string& column : table.columns) text += " | " + column;
  text += '\n';
  for (size_t row = 0; row < texts.size(); ++row) {
    text += fmt::format("{} | {}", row + 1, table.cities[row]);
    for (const std::string& value : texts[row]) text += " | " + value;
    text += '\n';
  }
  return text;
}

StatusOr<Query> ReadQuery(const Json& json) {
  Query query;
  ASSIGN_OR_RETURN(query.kind, json.GetString("kind"));
  ASSIGN_OR_RETURN(query.column, json.GetString("column"));
  ASSIGN_OR_RETURN(query.city, json.GetStringOr("city", ""));
  return query;
}

StatusOr<BuggyTable> BuggyTables::Read(const Json& puzzle) const {
  BuggyTable read;
  ASSIGN_OR_RETURN(const Json* columns, puzzle.Get("columns"));
  for (const Json& item : columns->items()) {
    ASSIGN_OR_RETURN(std::string column, item.AsString());
    read.table.columns.push_back(std::move(column));
  }
  if (read.table.columns.size() < 2 || read.table.columns.size() > kMaxColumns ||
      read.table.columns[0] != "city") {
    return InvalidArgument("columns: city, then 1 to {} of numbers", kMaxColumns - 1);
  }
  read.table.columns.erase(read.table.columns.begin());
  ASSIGN_OR_RETURN(const Json* rows, puzzle.Get("rows"));
  if (rows->size() < 2 || rows->size() > kNumberTableRowsMax)
    return InvalidArgument("rows: not 2 to {}", kNumberTableRowsMax);
  TableTexts texts;
  for (const Json& row : rows->items()) {
    if (row.size() != read.table.columns.size() + 1)
      return InvalidArgument("rows: unequal lengths");
    std::vector<std::string> line;
    for (const Json& item : row.items()) {
      ASSIGN_OR_RETURN(std::string text, item.AsString());
      line.push_back(std::move(text));
    }
    read.table.cities.push_back(line[0]);
    texts.emplace_back(line.begin() + 1, line.end());
  }
  ASSIGN_OR_RETURN(const Json* bug_json, puzzle.Get("bug"));
  ASSIGN_OR_RETURN(const TableBug bug, ReadTableBug(*bug_json));
  RETURN_IF_ERROR(RepairTable(bug, read.table, texts));
  for (const std::vector<std::string>& line : texts) {
    std::vector<int64_t> values;
    for (const std::string& text : line) {
      ASSIGN_OR_RETURN(const int64_t value, ReadHundredths(text));
      values.push_back(value);
    }
    read.table.rows.push_back(std::move(values));
  }
  ASSIGN_OR_RETURN(const Json* query, puzzle.Get("query"));
  ASSIGN_OR_RETURN(read.query, ReadQuery(*query));
  if (read.table.IndexOf(read.query.column) == read.table.columns.size()) {
    return InvalidArgument("query: unknown column '{}'", Excerpt(read.query.column));
  }
  RETURN_IF_ERROR(Evaluate(read.table, read.query).status());
  return read;
}

}  // namespace

std::unique_ptr<LogicTask> MakeBuggyTables() { return std::make_unique<BuggyTables>(); }

}  // namespace longhaul::reward
