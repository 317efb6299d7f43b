// SPDX-License-Identifier: Apache-2.0
//
// One harness for every kernel op. An op is described once, as a kernel and as a plain float64
// reference of the same inputs and outputs, and then
//
//   CheckForward    compares the kernel with the reference,
//   CheckBackward   compares the kernel's gradients with central differences of the reference,
//   CheckInvariance asks for the same bits from subsets and permutations of the rows, and from one,
//                   two and three threads.
//
// Inputs are rounded to their dtype before the reference sees them, so tolerances cover the
// kernel's own rounding only.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/tensor.h"
#include "kernels/stream.h"
#include "kernels/tensor.h"

namespace longhaul::testing {

using Values = std::vector<double>;

enum class Rows {
  kIndependent,  // dimension 0 is the batch: row i depends on row i of the other such operands
  kShared,       // a weight, a table, or anything rows have in common
};
enum class Gradient { kWanted, kNone };

struct Operand {
  std::string name;
  Shape shape;
  DType dtype = DType::kF32;
  Rows rows = Rows::kIndependent;
  Gradient gradient = Gradient::kWanted;
  Values values;  // inputs: drawn from N(0, 1) when empty. Outputs: unused.
};

using Views = std::vector<TensorView>;
using MutableViews = std::vector<MutableTensorView>;

struct OpCase {
  std::string name;
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;  // gradient kNone: an auxiliary output, such as a saved statistic

  // outputs of the given inputs, all in float64
  std::function<std::vector<Values>(const std::vector<Values>& inputs)> reference;
  // The kernel. The number of rows is that of the views it is given.
  std::function<void(kernels::Stream&, const Views& inputs, const MutableViews& outputs)> forward;
  // The kernel's backward. gradients[i] is for input i (empty where kNone), zero-filled; shared
  // ones are fp32, independent ones have the dtype of their input. output_gradients[i] is empty for
  // auxiliary outputs. Leave unset when the op has none.
  std::function<void(kernels::Stream&, const Views& inputs, const Views& outputs,
                     const Views& output_gradients, const MutableViews& gradients)>
      backward;
  // Allowed |error| / max(|expected|, rms of the tensor); 0 takes the default of the dtype of the
  // widest-rounded operand.
  double forward_tolerance = 0;
  double backward_tolerance = 0;
};

void CheckForward(const OpCase& op);
void CheckBackward(const OpCase& op);
void CheckInvariance(const OpCase& op);
// All three.
void CheckOp(const OpCase& op);

// 2e-5 for fp32, 1.6e-2 for bf16.
double DefaultTolerance(DType dtype);

// Parts of the harness, for tests that need another frame.
Values RandomNormal(int64_t n, uint64_t seed);
kernels::Tensor MakeTensor(const Shape& shape, DType dtype, const Values& values);
kernels::Tensor RandomTensor(const Shape& shape, DType dtype, uint64_t seed);
Values ToValues(const TensorView& view);
void ExpectClose(const TensorView& actual, const Values& expected, double tolerance,
                 const std::string& what);
void ExpectSameBits(const TensorView& a, const TensorView& b, const std::string& what);
// d/dx[i] of f at x by central differences, for the indices given.
Values CentralDifferences(const std::function<double(const Values&)>& f, const Values& x,
                          std::span<const int64_t> indices);

}  // namespace longhaul::testing
