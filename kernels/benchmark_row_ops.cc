// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "kernels/activation.h"
#include "kernels/adamw.h"
#include "kernels/benchmark.h"
#include "kernels/cast.h"
#include "kernels/residual.h"
#include "kernels/rms_norm.h"
#include "kernels/rotary.h"
#include "kernels/router.h"
#include "kernels/swiglu.h"
#include "kernels/tensor.h"

namespace longhaul::kernels {
namespace {

struct Buffers {
  std::vector<Tensor> tensors;
  Tensor& operator[](size_t i) { return tensors[i]; }
};
using Call = std::function<void(Stream&, Buffers&)>;

// A case whose call works on `shapes` of one dtype; every tensor moves once.
BenchmarkCase MakeCase(const std::string& name, const std::vector<Shape>& shapes, DType dtype,
                       const Call& call) {
  double bytes = 0;
  for (const Shape& s : shapes) bytes += static_cast<double>(s.numel() * SizeOf(dtype));
  const auto prepare = [=]() -> std::function<void(Stream&)> {
    auto buffers = std::make_shared<Buffers>();
    for (const Shape& s : shapes) buffers->tensors.emplace_back(s, dtype);
    return [=](Stream& stream) { call(stream, *buffers); };
  };
  return {name, shapes[0].ToString(), dtype, 0, bytes, BenchmarkBound::kBandwidth, prepare};
}

void AddNorms(const Shape& rows, DType dtype, std::vector<BenchmarkCase>* cases) {
  const Shape dim{rows[1]};
  cases->push_back(MakeCase("rms_norm", {rows, rows, dim}, dtype, [](Stream& s, Buffers& b) {
    RmsNorm(s, {b[0].view(), b[2].view(), 1e-5f, b[1].mutable_view(), {}});
  }));
  if (dtype != DType::kF32) return;
  cases->push_back(MakeCase("rms_norm_backward", {rows, rows, rows, dim, dim, {rows[0]}}, dtype,
                            [](Stream& s, Buffers& b) {
                              RmsNormBackward(s,
                                              {b[0].view(), b[1].view(), b[3].view(), b[5].view(),
                                               b[2].mutable_view(), b[4].mutable_view()});
                            }));
}

void AddElementwise(const Shape& rows, DType dtype, std::vector<BenchmarkCase>* cases) {
  cases->push_back(MakeCase("swiglu", {rows, rows, rows}, dtype, [](Stream& s, Buffers& b) {
    Swiglu(s, {b[0].view(), b[1].view(), b[2].mutable_view()});
  }));
  cases->push_back(
      MakeCase("swiglu_backward", {rows, rows, rows, rows, rows}, dtype, [](Stream& s, Buffers& b) {
        SwigluBackward(
            s, {b[0].view(), b[1].view(), b[2].view(), b[3].mutable_view(), b[4].mutable_view()});
      }));
  cases->push_back(MakeCase("silu", {rows, rows}, dtype, [](Stream& s, Buffers& b) {
    Silu(s, {b[0].view(), b[1].mutable_view()});
  }));
  cases->push_back(MakeCase("add_scaled", {rows, rows, rows}, dtype, [](Stream& s, Buffers& b) {
    AddScaled(s, {b[0].view(), 1.0f, b[1].view(), 1.0f, b[2].mutable_view()});
  }));
}

void AddRest(std::vector<BenchmarkCase>* cases) {
  const DType f32 = DType::kF32;
  cases->push_back(MakeCase("rotary", {{4096, 16, 64}, {4096, 64}}, f32, [](Stream& s, Buffers& b) {
    Rotary(s, {b[1].view(), RotaryDirection::kForward, b[0].mutable_view()});
  }));
  const Shape parameters{1 << 22};
  cases->push_back(MakeCase(
      "adamw", {parameters, parameters, parameters, parameters}, f32, [](Stream& s, Buffers& b) {
        AdamWArgs args{b[0].view(), b[1].mutable_view(), b[2].mutable_view(), b[3].mutable_view()};
        AdamW(s, args);
      }));
  cases->push_back(MakeCase("squared_norm", {parameters}, f32,
                            [](Stream& s, Buffers& b) { SquaredNorm(s, b[0].view()); }));
}

BenchmarkCase RouterCase(int64_t tokens, int64_t experts, int64_t top_k) {
  const auto prepare = [=]() -> std::function<void(Stream&)> {
    auto b = std::make_shared<Buffers>();
    b->tensors.emplace_back(Shape{tokens, experts}, DType::kF32);
    b->tensors.emplace_back(Shape{tokens, experts}, DType::kF32);
    b->tensors.emplace_back(Shape{tokens, top_k}, DType::kI32);
    b->tensors.emplace_back(Shape{tokens, top_k}, DType::kF32);
    return [b](Stream& s) {
      Router(s, {(*b)[0].view(), TopKWeights::kRenormalised, (*b)[1].mutable_view(),
                 (*b)[2].mutable_view(), (*b)[3].mutable_view()});
    };
  };
  const double bytes = static_cast<double>(tokens * (2 * experts + 2 * top_k) * 4);
  return {"router",    Shape{tokens, experts}.ToString() + " top " + std::to_string(top_k),
          DType::kF32, 0,
          bytes,       BenchmarkBound::kBandwidth,
          prepare};
}

}  // namespace

std::vector<BenchmarkCase> RowOpBenchmarks() {
  std::vector<BenchmarkCase> cases;
  for (DType dtype : {DType::kF32, DType::kBF16}) {
    for (const Shape& rows : {Shape{8, 96}, Shape{4096, 1024}}) {
      AddNorms(rows, dtype, &cases);
      AddElementwise(rows, dtype, &cases);
    }
  }
  AddRest(&cases);
  cases.push_back(RouterCase(4096, 32, 2));
  return cases;
}

}  // namespace longhaul::kernels
