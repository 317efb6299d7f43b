// SPDX-License-Identifier: Apache-2.0
//
// Where functions that are made of pieces change from one to the next.
//
// Agreement at points proves nothing for |x^2 - 1| and x^2 - 1 as long as no point lies between -1
// and 1. So what a piece hangs on (its border: what is inside of an absolute value, a root, a
// logarithm, below a fraction line) is followed along a line to where it changes its sign or comes
// near to zero, and there is a point for each stretch between two of these places.
#pragma once

#include <string>
#include <vector>

#include "reward/math/evaluate.h"

namespace longhaul::reward::math {

class PieceFinder {
 public:
  explicit PieceFinder(Arena& arena) : arena_(arena) {}

  void AddBordersOf(const Node& node);
  // False for what is one formula everywhere, such as a polynomial.
  bool HasPieces() const { return has_pieces_; }
  // The point with one of its coordinates moved: one point for each piece met on the way.
  std::vector<Point> PointsAlong(const Point& point, const std::string& name);

 private:
  struct Line {
    const Node* border;
    Point point;
    const std::string& name;
    int64_t evaluations;  // that are left
  };

  struct Border {
    const Node* node;
    std::string text;
    std::vector<std::string> names;
  };

  void AddBorder(const Node* border);
  void AddRounding(const Node& rounding);
  void AddExtremum(const Node& extremum);
  double Value(Line& line, double at);
  double Root(Line& line, double low, double high);
  double Lowest(Line& line, double low, double high);
  void AddPlaces(Line& line, std::vector<double>& places);

  Arena& arena_;
  bool has_pieces_ = false;
  std::vector<Border> borders_;
};

}  // namespace longhaul::reward::math
