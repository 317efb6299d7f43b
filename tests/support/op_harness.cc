// SPDX-License-Identifier: Apache-2.0
#include "tests/support/op_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "common/random.h"
#include "common/thread_pool.h"

namespace longhaul::testing {
namespace {

using kernels::Stream;
using kernels::Tensor;

constexpr int64_t kCheckedGradients = 48;  // elements of each input whose gradient is checked

Shape WithRows(const Shape& shape, int64_t rows) {
  Shape result;
  for (int i = 0; i < shape.rank(); ++i) result.Append(i == 0 ? rows : shape[i]);
  return result;
}

Tensor SelectRows(const TensorView& full, const std::vector<int64_t>& rows) {
  Tensor part(WithRows(full.shape, static_cast<int64_t>(rows.size())), full.dtype);
  const size_t row_bytes = static_cast<size_t>(full.bytes() / std::max<int64_t>(1, full.dim(0)));
  for (size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(static_cast<char*>(part.mutable_view().data) + i * row_bytes,
                static_cast<const char*>(full.data) + rows[i] * row_bytes, row_bytes);
  }
  return part;
}

Views ViewsOf(const std::vector<Tensor>& tensors) {
  Views views;
  for (const Tensor& t : tensors) views.push_back(t.empty() ? TensorView() : t.view());
  return views;
}

MutableViews MutableViewsOf(std::vector<Tensor>& tensors) {
  MutableViews views;
  for (Tensor& t : tensors) views.push_back(t.empty() ? MutableTensorView() : t.mutable_view());
  return views;
}

// Everything one run of an op reads and writes.
struct Run {
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  std::vector<Tensor> output_gradients;
  std::vector<Tensor> gradients;
};

DType GradientDType(const Operand& input) {
  return input.rows == Rows::kShared ? DType::kF32 : input.dtype;
}

Run MakeInputs(const OpCase& op) {
  Run run;
  uint64_t seed = StableHash(op.name);
  for (const Operand& input : op.inputs) {
    const Values values =
        input.values.empty() ? RandomNormal(input.shape.numel(), seed) : input.values;
    ++seed;
    run.inputs.push_back(MakeTensor(input.shape, input.dtype, values));
  }
  for (const Operand& output : op.outputs) {
    run.output_gradients.push_back(output.gradient == Gradient::kWanted
                                       ? RandomTensor(output.shape, output.dtype, seed)
                                       : Tensor());
    ++seed;
  }
  return run;
}

// The same run with only the rows given, in the order given.
Run SubsetOf(const OpCase& op, const Run& full, const std::vector<int64_t>& rows) {
  Run run;
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    const TensorView view = full.inputs[i].view();
    std::vector<int64_t> all(static_cast<size_t>(view.shape.rank() > 0 ? view.dim(0) : 1));
    std::iota(all.begin(), all.end(), 0);
    run.inputs.push_back(SelectRows(view, op.inputs[i].rows == Rows::kShared ? all : rows));
  }
  for (size_t i = 0; i < op.outputs.size(); ++i) {
    const Tensor& gradient = full.output_gradients[i];
    run.output_gradients.push_back(gradient.empty() ? Tensor() : SelectRows(gradient.view(), rows));
  }
  return run;
}

void Execute(const OpCase& op, int threads, Run* run) {
  ThreadPool pool(threads);
  Stream stream(&pool);
  int64_t rows = -1;
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    if (op.inputs[i].rows == Rows::kIndependent) rows = run->inputs[i].shape()[0];
  }
  run->outputs.clear();
  for (const Operand& output : op.outputs) {
    const bool follows = output.rows == Rows::kIndependent && rows >= 0;
    run->outputs.emplace_back(follows ? WithRows(output.shape, rows) : output.shape, output.dtype);
  }
  op.forward(stream, ViewsOf(run->inputs), MutableViewsOf(run->outputs));
  if (!op.backward) return;
  run->gradients.clear();
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    const Operand& input = op.inputs[i];
    run->gradients.push_back(input.gradient == Gradient::kWanted
                                 ? Tensor(run->inputs[i].shape(), GradientDType(input))
                                 : Tensor());
  }
  op.backward(stream, ViewsOf(run->inputs), ViewsOf(run->outputs), ViewsOf(run->output_gradients),
              MutableViewsOf(run->gradients));
}

double WidestTolerance(const OpCase& op) {
  double tolerance = 0;
  for (const Operand& o : op.inputs) tolerance = std::max(tolerance, DefaultTolerance(o.dtype));
  for (const Operand& o : op.outputs) tolerance = std::max(tolerance, DefaultTolerance(o.dtype));
  return tolerance;
}

std::vector<int64_t> IndicesToCheck(int64_t n) {
  std::vector<int64_t> indices;
  const int64_t step = std::max<int64_t>(1, n / kCheckedGradients) | 1;
  for (int64_t i = 0; i < n; i += step) indices.push_back(i);
  return indices;
}

void ExpectRowsSame(const OpCase& op, const Run& full, const std::vector<int64_t>& rows,
                    int threads) {
  Run part = SubsetOf(op, full, rows);
  Execute(op, threads, &part);
  for (size_t i = 0; i < op.outputs.size(); ++i) {
    if (op.outputs[i].rows == Rows::kShared) continue;
    ExpectSameBits(part.outputs[i].view(), SelectRows(full.outputs[i].view(), rows).view(),
                   op.name + " rows of " + op.outputs[i].name);
  }
  for (size_t i = 0; op.backward && i < op.inputs.size(); ++i) {
    if (op.inputs[i].rows == Rows::kShared || part.gradients[i].empty()) continue;
    ExpectSameBits(part.gradients[i].view(), SelectRows(full.gradients[i].view(), rows).view(),
                   op.name + " rows of d" + op.inputs[i].name);
  }
}

void ExpectThreadsSame(const OpCase& op, const Run& one, int threads) {
  std::vector<int64_t> all;
  Run other = MakeInputs(op);
  Execute(op, threads, &other);
  const std::string with = " with " + std::to_string(threads) + " threads";
  for (size_t i = 0; i < op.outputs.size(); ++i) {
    ExpectSameBits(other.outputs[i].view(), one.outputs[i].view(),
                   op.name + " " + op.outputs[i].name + with);
  }
  for (size_t i = 0; i < other.gradients.size(); ++i) {
    if (other.gradients[i].empty()) continue;
    ExpectSameBits(other.gradients[i].view(), one.gradients[i].view(),
                   op.name + " d" + op.inputs[i].name + with);
  }
}

}  // namespace

double DefaultTolerance(DType dtype) { return dtype == DType::kBF16 ? 1.6e-2 : 2e-5; }

Values RandomNormal(int64_t n, uint64_t seed) {
  Values values(static_cast<size_t>(n));
  const uint64_t key = RandomKey(seed, RandomStream::kTest);
  for (int64_t i = 0; i < n; ++i) {
    values[static_cast<size_t>(i)] = NormalAt(key, static_cast<uint64_t>(i), 0, 0);
  }
  return values;
}

Tensor MakeTensor(const Shape& shape, DType dtype, const Values& values) {
  Tensor tensor(shape, dtype);
  EXPECT_EQ(static_cast<int64_t>(values.size()), shape.numel());
  for (int64_t i = 0; i < shape.numel(); ++i) {
    const double v = values[static_cast<size_t>(i)];
    switch (dtype) {
      case DType::kF32:
        tensor.as<float>()[i] = static_cast<float>(v);
        break;
      case DType::kBF16:
        tensor.as<BFloat16>()[i] = BFloat16(static_cast<float>(v));
        break;
      case DType::kF64:
        tensor.as<double>()[i] = v;
        break;
      case DType::kI32:
        tensor.as<int32_t>()[i] = static_cast<int32_t>(v);
        break;
      case DType::kI64:
        tensor.as<int64_t>()[i] = static_cast<int64_t>(v);
        break;
      default:
        ADD_FAILURE() << "no test tensors of " << DTypeName(dtype);
    }
  }
  return tensor;
}

Tensor RandomTensor(const Shape& shape, DType dtype, uint64_t seed) {
  return MakeTensor(shape, dtype, RandomNormal(shape.numel(), seed));
}

Values ToValues(const TensorView& view) {
  Values values(static_cast<size_t>(view.numel()));
  for (int64_t i = 0; i < view.numel(); ++i) {
    double& v = values[static_cast<size_t>(i)];
    switch (view.dtype) {
      case DType::kF32:
        v = view.as<float>()[i];
        break;
      case DType::kBF16:
        v = static_cast<float>(view.as<BFloat16>()[i]);
        break;
      case DType::kF64:
        v = view.as<double>()[i];
        break;
      case DType::kI32:
        v = view.as<int32_t>()[i];
        break;
      case DType::kI64:
        v = static_cast<double>(view.as<int64_t>()[i]);
        break;
      default:
        ADD_FAILURE() << "no values of " << DTypeName(view.dtype);
    }
  }
  return values;
}

void ExpectClose(const TensorView& actual, const Values& expected, double tolerance,
                 const std::string& what) {
  const Values values = ToValues(actual);
  ASSERT_EQ(values.size(), expected.size()) << what;
  double squares = 0;
  for (double v : expected) squares += v * v;
  const double rms = std::sqrt(squares / static_cast<double>(std::max<size_t>(1, values.size())));
  for (size_t i = 0; i < values.size(); ++i) {
    const double allowed = tolerance * std::max(std::abs(expected[i]), rms);
    ASSERT_LE(std::abs(values[i] - expected[i]), allowed)
        << what << "[" << i << "]: " << values[i] << ", expected " << expected[i];
  }
}

void ExpectSameBits(const TensorView& a, const TensorView& b, const std::string& what) {
  ASSERT_EQ(a.shape, b.shape) << what;
  ASSERT_EQ(a.dtype, b.dtype) << what;
  const size_t size = static_cast<size_t>(SizeOf(a.dtype));
  for (int64_t i = 0; i < a.numel(); ++i) {
    const size_t at = static_cast<size_t>(i) * size;
    ASSERT_EQ(0, std::memcmp(static_cast<const char*>(a.data) + at,
                             static_cast<const char*>(b.data) + at, size))
        << what << ": element " << i << " of " << a.shape.ToString();
  }
}

Values CentralDifferences(const std::function<double(const Values&)>& f, const Values& x,
                          std::span<const int64_t> indices) {
  Values result;
  Values moved = x;
  for (int64_t index : indices) {
    const size_t i = static_cast<size_t>(index);
    const double step = 1e-5 * std::max(1.0, std::abs(x[i]));
    moved[i] = x[i] + step;
    const double up = f(moved);
    moved[i] = x[i] - step;
    const double down = f(moved);
    moved[i] = x[i];
    result.push_back((up - down) / (2 * step));
  }
  return result;
}

void CheckForward(const OpCase& op) {
  Run run = MakeInputs(op);
  Execute(op, 1, &run);
  std::vector<Values> inputs;
  for (const Tensor& t : run.inputs) inputs.push_back(ToValues(t.view()));
  const std::vector<Values> expected = op.reference(inputs);
  const double tolerance = op.forward_tolerance > 0 ? op.forward_tolerance : WidestTolerance(op);
  for (size_t i = 0; i < op.outputs.size(); ++i) {
    ExpectClose(run.outputs[i].view(), expected[i], tolerance, op.name + " " + op.outputs[i].name);
  }
}

void CheckBackward(const OpCase& op) {
  ASSERT_TRUE(op.backward) << op.name;
  Run run = MakeInputs(op);
  Execute(op, 1, &run);
  std::vector<Values> inputs, weights;
  for (const Tensor& t : run.inputs) inputs.push_back(ToValues(t.view()));
  for (const Tensor& t : run.output_gradients) {
    weights.push_back(t.empty() ? Values() : ToValues(t.view()));
  }
  const double tolerance = op.backward_tolerance > 0 ? op.backward_tolerance : WidestTolerance(op);
  for (size_t k = 0; k < op.inputs.size(); ++k) {
    if (run.gradients[k].empty()) continue;
    const auto loss = [&](const Values& x) {
      std::vector<Values> at = inputs;
      at[k] = x;
      const std::vector<Values> outputs = op.reference(at);
      double sum = 0;
      for (size_t o = 0; o < outputs.size(); ++o) {
        for (size_t i = 0; i < weights[o].size(); ++i) sum += outputs[o][i] * weights[o][i];
      }
      return sum;
    };
    const std::vector<int64_t> indices = IndicesToCheck(op.inputs[k].shape.numel());
    const Values all = ToValues(run.gradients[k].view());
    Values checked;
    for (int64_t i : indices) checked.push_back(all[static_cast<size_t>(i)]);
    const Tensor actual = MakeTensor({static_cast<int64_t>(checked.size())}, DType::kF64, checked);
    ExpectClose(actual.view(), CentralDifferences(loss, inputs[k], indices), tolerance,
                op.name + " d" + op.inputs[k].name);
  }
}

void CheckInvariance(const OpCase& op) {
  Run full = MakeInputs(op);
  Execute(op, 1, &full);
  ExpectThreadsSame(op, full, 2);
  ExpectThreadsSame(op, full, 3);
  int64_t n = 0;
  for (const Operand& input : op.inputs) {
    if (input.rows == Rows::kIndependent) n = input.shape[0];
  }
  if (n < 2) return;
  std::vector<int64_t> backwards, odd;
  for (int64_t i = n - 1; i >= 0; --i) backwards.push_back(i);
  for (int64_t i = 1; i < n; i += 2) odd.push_back(i);
  ExpectRowsSame(op, full, backwards, 2);
  ExpectRowsSame(op, full, odd, 1);
  ExpectRowsSame(op, full, {n - 1}, 1);
  ExpectRowsSame(op, full, {0}, 2);
}

void CheckOp(const OpCase& op) {
  CheckForward(op);
  if (op.backward) CheckBackward(op);
  CheckInvariance(op);
}

}  // namespace longhaul::testing
