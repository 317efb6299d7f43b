// SPDX-License-Identifier: Apache-2.0
//
// Example responses of column arithmetic.
#include <algorithm>

#include "common/check.h"
#include "reward/generators/arithmetic.h"

namespace longhaul::reward {
namespace {

constexpr int kNoColumn = -1;

// What becomes of a column's digits: carry and digit.
struct ColumnResult {
  int carry;
  int digit;
};

ColumnResult ComputeColumn(ArithmeticFamily family, int a, int b, int carry) {
  if (family == ArithmeticFamily::kSubtract) {
    const int difference = a - b - carry;
    return difference < 0 ? ColumnResult{1, difference + 10} : ColumnResult{0, difference};
  }
  const int value = family == ArithmeticFamily::kMultiply ? a * b + carry : a + b + carry;
  return {value / 10, value % 10};
}

// Writes the working of a problem, column after column, with at most one deviation.
class Working {
 public:
  struct Deviation {
    int wrong_column = kNoColumn;  // whose digit is off by `wrong_by`
    int wrong_by = 0;
    int first_skipped = kNoColumn;  // this column and all after it are not written
  };

  Working(const ArithmeticProblem& problem, const Deviation& deviation)
      : problem_(problem), deviation_(deviation) {
    int64_t total = problem.operands[0];
    for (size_t i = 1; i < problem.operands.size(); ++i) {
      if (i > 1 && !Skipped()) text_ += fmt::format("={};", total);
      total = Combine(total, problem.operands[i]);
    }
    answer_ = total;
  }

  const std::string& text() const { return text_; }
  int64_t answer() const { return answer_; }
  int num_columns() const { return num_columns_; }

 private:
  bool Skipped() const {
    return deviation_.first_skipped != kNoColumn && num_columns_ >= deviation_.first_skipped;
  }

  int64_t Combine(int64_t a, int64_t b) {
    const bool multiply = problem_.family == ArithmeticFamily::kMultiply;
    int64_t left = a, right = b, result = 0, place = 1;
    int carry = 0;
    do {
      const int x = static_cast<int>(left % 10);
      const int y = static_cast<int>(multiply ? b : right % 10);
      ColumnResult column = ComputeColumn(problem_.family, x, y, carry);
      if (num_columns_ == deviation_.wrong_column) {
        column.digit = (column.digit + deviation_.wrong_by) % 10;
      }
      WriteColumn(x, y, carry, column);
      result += place * column.digit;
      place *= 10;
      carry = column.carry;
      left /= 10;
      right /= 10;
    } while (left > 0 || (!multiply && right > 0));
    return result + place * carry;
  }

  void WriteColumn(int x, int y, int carry, const ColumnResult& column) {
    if (!Skipped()) {
      const bool first = text_.empty() || text_.back() == ';';
      const char op = problem_.family == ArithmeticFamily::kMultiply   ? '*'
                      : problem_.family == ArithmeticFamily::kSubtract ? '-'
                                                                       : '+';
      const char carry_op = op == '-' ? '-' : '+';
      text_ += fmt::format("{}{}{}{}{}{}:{}{}", first ? "" : ",", x, op, y, carry_op, carry,
                           column.carry, column.digit);
    }
    ++num_columns_;
  }

  const ArithmeticProblem& problem_;
  const Deviation deviation_;
  std::string text_;
  int64_t answer_ = 0;
  int num_columns_ = 0;
};

ResponseStyle DrawStyle(const ArithmeticMix& mix, RandomSequence& random) {
  const double draw = random.Uniform() * (mix.worked + mix.terse + mix.skipped);
  if (draw >= mix.worked) {
    return draw < mix.worked + mix.terse ? ResponseStyle::kTerse : ResponseStyle::kSkipped;
  }
  return random.Uniform() < mix.error_frac ? ResponseStyle::kWrong : ResponseStyle::kWorked;
}

}  // namespace

std::string_view StyleName(ResponseStyle style) {
  switch (style) {
    case ResponseStyle::kWorked:
      return "worked";
    case ResponseStyle::kTerse:
      return "terse";
    case ResponseStyle::kSkipped:
      return "skipped";
    case ResponseStyle::kWrong:
      return "wrong";
  }
  return "worked";
}

ArithmeticResponse WriteResponse(const ArithmeticProblem& problem, ResponseStyle style,
                                 RandomSequence& random) {
  const Working right(problem, {});
  if (style == ResponseStyle::kTerse) return {style, fmt::format("#{}", right.answer())};
  Working::Deviation deviation;
  const uint64_t columns = static_cast<uint64_t>(right.num_columns());
  if (style == ResponseStyle::kWrong) {
    deviation.wrong_column = static_cast<int>(random.Below(columns));
    deviation.wrong_by = static_cast<int>(random.Between(1, 9));
  } else if (style == ResponseStyle::kSkipped) {
    deviation.first_skipped = static_cast<int>(random.Below(columns));
  }
  const Working working(problem, deviation);
  return {style, fmt::format("{}#{}", working.text(), working.answer())};
}

ArithmeticResponse DrawResponse(const ArithmeticMix& mix, const ArithmeticProblem& problem,
                                RandomSequence& random) {
  return WriteResponse(problem, DrawStyle(mix, random), random);
}

}  // namespace longhaul::reward
