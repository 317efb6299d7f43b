// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic of matrices, entry by entry, on expressions.
#include <algorithm>

#include "reward/math/exact.h"
#include "reward/math/statement.h"

namespace longhaul::reward::math {
namespace {

constexpr int kMaxSide = 8;
constexpr long kMaxPower = 12;

int Columns(const Node& matrix) { return matrix.columns; }
int Rows(const Node& matrix) { return static_cast<int>(matrix.args.size()) / matrix.columns; }
const Node* Entry(const Node& matrix, int row, int column) {
  return matrix.args[static_cast<size_t>(row * matrix.columns + column)];
}

class MatrixArithmetic {
 public:
  explicit MatrixArithmetic(Arena& arena) : arena_(arena) {}

  const Node* Simplify(const Node* node) {
    if (!Contains(*node, Kind::kMatrix)) return node;
    std::vector<const Node*> args;
    for (const Node* arg : node->args) args.push_back(Simplify(arg));
    switch (node->kind) {
      case Kind::kAdd:
        return Fold(args, Kind::kAdd);
      case Kind::kMultiply:
        return Fold(args, Kind::kMultiply);
      case Kind::kNegate:
        return IsMatrix(args[0]) ? Scale(arena_.Number(-1), args[0]) : node;
      case Kind::kDivide:
        if (!IsMatrix(args[0]) || IsMatrix(args[1])) return arena_.Error();
        return Scale(arena_.Make(Kind::kDivide, {arena_.Number(1), args[1]}), args[0]);
      case Kind::kPower:
        return Power(args[0], *args[1]);
      case Kind::kFunction:
        if (node->name == "det") return IsMatrix(args[0]) ? Determinant(args[0]) : node;
        if (node->name == "transpose") return Transpose(args[0]);
        [[fallthrough]];
      default: {
        Node copy = *node;
        copy.args = std::move(args);
        copy.depth = copy.size = 1;
        return arena_.Add(std::move(copy));
      }
    }
  }

 private:
  static bool IsMatrix(const Node* node) { return node->kind == Kind::kMatrix; }

  const Node* Build(std::vector<const Node*> entries, int columns) {
    return arena_.Add({.kind = Kind::kMatrix, .args = std::move(entries), .columns = columns});
  }

  // Rational entries are worked out at once, so that powers stay small.
  const Node* Worked(const Node* entry) {
    const std::optional<mpq_class> value = ExactEvaluator(arena_.budget()).Evaluate(*entry);
    return value.has_value() ? arena_.Number(*value) : entry;
  }

  const Node* Fold(const std::vector<const Node*>& args, Kind kind) {
    const Node* total = args[0];
    for (size_t i = 1; i < args.size(); ++i) {
      total = kind == Kind::kAdd ? Sum(total, args[i]) : Product(total, args[i]);
    }
    return total;
  }

  const Node* Sum(const Node* a, const Node* b) {
    if (!IsMatrix(a) && !IsMatrix(b)) return arena_.Make(Kind::kAdd, {a, b});
    if (!IsMatrix(a) || !IsMatrix(b) || Columns(*a) != Columns(*b) || Rows(*a) != Rows(*b)) {
      return arena_.Error();
    }
    std::vector<const Node*> entries;
    for (size_t i = 0; i < a->args.size(); ++i) {
      entries.push_back(Worked(arena_.Make(Kind::kAdd, {a->args[i], b->args[i]})));
    }
    return Build(std::move(entries), Columns(*a));
  }

  const Node* Scale(const Node* factor, const Node* matrix) {
    std::vector<const Node*> entries;
    for (const Node* entry : matrix->args) {
      entries.push_back(Worked(arena_.Make(Kind::kMultiply, {factor, entry})));
    }
    return Build(std::move(entries), Columns(*matrix));
  }

  const Node* Product(const Node* a, const Node* b) {
    if (!IsMatrix(a) && !IsMatrix(b)) return arena_.Make(Kind::kMultiply, {a, b});
    if (!IsMatrix(a)) return Scale(a, b);
    if (!IsMatrix(b)) return Scale(b, a);
    if (Columns(*a) != Rows(*b) || Columns(*a) > kMaxSide) return arena_.Error();
    std::vector<const Node*> entries;
    for (int row = 0; row < Rows(*a); ++row) {
      for (int column = 0; column < Columns(*b); ++column) {
        std::vector<const Node*> terms;
        for (int k = 0; k < Columns(*a); ++k) {
          terms.push_back(arena_.Make(Kind::kMultiply, {Entry(*a, row, k), Entry(*b, k, column)}));
        }
        entries.push_back(Worked(arena_.Make(Kind::kAdd, std::move(terms))));
      }
    }
    return Build(std::move(entries), Columns(*b));
  }

  const Node* Transpose(const Node* matrix) {
    if (!IsMatrix(matrix)) return arena_.Error();
    std::vector<const Node*> entries;
    for (int column = 0; column < Columns(*matrix); ++column) {
      for (int row = 0; row < Rows(*matrix); ++row) entries.push_back(Entry(*matrix, row, column));
    }
    return Build(std::move(entries), Rows(*matrix));
  }

  const Node* Minor(const Node* matrix, int without_row, int without_column) {
    std::vector<const Node*> entries;
    for (int row = 0; row < Rows(*matrix); ++row) {
      for (int column = 0; column < Columns(*matrix); ++column) {
        if (row != without_row && column != without_column) {
          entries.push_back(Entry(*matrix, row, column));
        }
      }
    }
    return Build(std::move(entries), Columns(*matrix) - 1);
  }

  const Node* Determinant(const Node* matrix) {
    const int side = Rows(*matrix);
    if (side != Columns(*matrix) || side > 5) return arena_.Error();
    if (side == 1) return matrix->args[0];
    std::vector<const Node*> terms;
    for (int column = 0; column < side; ++column) {
      const Node* sign = arena_.Number(column % 2 == 0 ? 1 : -1);
      terms.push_back(arena_.Make(Kind::kMultiply, {sign, Entry(*matrix, 0, column),
                                                    Determinant(Minor(matrix, 0, column))}));
    }
    return Worked(arena_.Make(Kind::kAdd, std::move(terms)));
  }

  const Node* Inverse(const Node* matrix) {
    const int side = Rows(*matrix);
    if (side != Columns(*matrix) || side > 4) return arena_.Error();
    const Node* determinant = Determinant(matrix);
    if (IsNumber(*determinant, 0)) return arena_.Error();
    std::vector<const Node*> entries;
    for (int row = 0; row < side; ++row) {
      for (int column = 0; column < side; ++column) {
        const Node* cofactor =
            side == 1 ? arena_.Number(1) : Determinant(Minor(matrix, column, row));
        const Node* sign = arena_.Number((row + column) % 2 == 0 ? 1 : -1);
        const Node* above = arena_.Make(Kind::kMultiply, {sign, cofactor});
        entries.push_back(Worked(arena_.Make(Kind::kDivide, {above, determinant})));
      }
    }
    return Build(std::move(entries), side);
  }

  const Node* Power(const Node* base, const Node& exponent) {
    const std::optional<mpq_class> value = ExactEvaluator(arena_.budget()).Evaluate(exponent);
    if (!IsMatrix(base) || !value.has_value() || value->get_den() != 1 || *value == 0 ||
        abs(*value) > kMaxPower || Rows(*base) != Columns(*base)) {
      return arena_.Error();
    }
    if (*value < 0) base = Inverse(base);
    const Node* power = base;
    for (long i = 1; i < abs(value->get_num()) && power->kind == Kind::kMatrix; ++i) {
      power = Product(power, base);
    }
    return power;
  }

  Arena& arena_;
};

}  // namespace

const Node* SimplifyMatrices(Arena& arena, const Node* node) {
  const Node* simple = MatrixArithmetic(arena).Simplify(node);
  const bool single = simple->kind == Kind::kMatrix && simple->args.size() == 1;
  return single ? simple->args[0] : simple;  // a row times a column
}

}  // namespace longhaul::reward::math
