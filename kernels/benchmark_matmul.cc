// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "kernels/benchmark.h"
#include "kernels/grouped_matmul.h"
#include "kernels/matmul.h"
#include "kernels/tensor.h"

namespace longhaul::kernels {
namespace {

struct Sizes {
  int64_t m, in, out;
};

// Square for the ceiling, decode, the tiny models of tests and quickstart, ragged.
constexpr Sizes kForwardSizes[] = {{1024, 1024, 1024}, {256, 1024, 1024}, {4096, 1024, 1024},
                                   {1, 1024, 4096},    {8, 1024, 4096},   {64, 1024, 4096},
                                   {1, 96, 96},        {8, 96, 288},      {64, 96, 288},
                                   {1, 16, 16},        {333, 301, 77}};
constexpr Sizes kGradientSizes[] = {{1024, 1024, 1024}, {8192, 1024, 1024}, {512, 96, 288}};

std::string ShapeText(const Sizes& s) {
  return std::to_string(s.m) + "x" + std::to_string(s.in) + "x" + std::to_string(s.out);
}

double FlopOf(const Sizes& s) { return 2.0 * s.m * s.in * s.out; }

double BytesOf(const Sizes& s, DType dtype) {
  return static_cast<double>(SizeOf(dtype)) * (s.m * s.in + s.in * s.out + s.m * s.out);
}

BenchmarkBound BoundOf(DType dtype) {
  return dtype == DType::kF32 ? BenchmarkBound::kFp32Flop : BenchmarkBound::kBf16Flop;
}

struct Operands {
  Tensor x, weight, y;
  PackedWeight packed;
};

BenchmarkCase ForwardCase(const Sizes& s, DType dtype) {
  const auto prepare = [=]() -> std::function<void(Stream&)> {
    auto o = std::make_shared<Operands>();
    o->x = Tensor({s.m, s.in}, dtype);
    o->weight = Tensor({s.out, s.in}, DType::kF32);
    o->y = Tensor({s.m, s.out}, dtype);
    o->packed = PackedWeight(s.out, s.in, dtype, PackFor::kForward);
    return [o](Stream& stream) {
      if (!o->weight.empty()) o->packed.Pack(stream, o->weight.view());
      o->weight = Tensor();
      Linear(stream, {o->x.view(), &o->packed, {}, o->y.mutable_view()});
    };
  };
  return {"linear", ShapeText(s), dtype, FlopOf(s), BytesOf(s, dtype), BoundOf(dtype), prepare};
}

BenchmarkCase GradientCase(const Sizes& s, DType dtype) {
  const auto prepare = [=]() -> std::function<void(Stream&)> {
    auto o = std::make_shared<Operands>();
    o->x = Tensor({s.m, s.in}, dtype);
    o->y = Tensor({s.m, s.out}, dtype);
    o->weight = Tensor({s.out, s.in}, DType::kF32);
    return [o](Stream& stream) {
      LinearWeightGradient(stream, {o->y.view(), o->x.view(), o->weight.mutable_view(), {}});
    };
  };
  return {"linear_weight_gradient", ShapeText(s),   dtype,  FlopOf(s),
          BytesOf(s, dtype),        BoundOf(dtype), prepare};
}

BenchmarkCase PackCase(const Sizes& s, DType dtype, PackFor pack_for) {
  const auto prepare = [=]() -> std::function<void(Stream&)> {
    auto o = std::make_shared<Operands>();
    o->weight = Tensor({s.out, s.in}, DType::kF32);
    o->packed = PackedWeight(s.out, s.in, dtype, pack_for);
    return [o](Stream& stream) { o->packed.Pack(stream, o->weight.view()); };
  };
  const double bytes = static_cast<double>(s.in * s.out) * (4 + SizeOf(dtype));
  const char* name = pack_for == PackFor::kForward ? "pack_forward" : "pack_input_gradient";
  return {name, ShapeText(s), dtype, 0, bytes, BenchmarkBound::kBandwidth, prepare};
}

struct Experts {
  Tensor x, y;
  std::vector<PackedWeight> weights;
  std::vector<const PackedWeight*> pointers;
  std::vector<int64_t> offsets;
};

// `s.m` slots spread evenly over the experts.
BenchmarkCase GroupedCase(const Sizes& s, int64_t experts, DType dtype) {
  const auto prepare = [=]() -> std::function<void(Stream&)> {
    auto o = std::make_shared<Experts>();
    o->x = Tensor({s.m, s.in}, dtype);
    o->y = Tensor({s.m, s.out}, dtype);
    for (int64_t e = 0; e <= experts; ++e) o->offsets.push_back(s.m * e / experts);
    return [=](Stream& stream) {
      for (int64_t e = o->weights.size(); e < experts; ++e) {
        const Tensor source({s.out, s.in}, DType::kF32);
        o->weights.emplace_back(s.out, s.in, dtype, PackFor::kForward);
        o->weights.back().Pack(stream, source.view());
      }
      o->pointers.clear();
      for (const PackedWeight& weight : o->weights) o->pointers.push_back(&weight);
      GroupedLinear(stream, {o->x.view(), o->offsets, o->pointers, o->y.mutable_view()});
    };
  };
  const double bytes =
      BytesOf(s, dtype) + static_cast<double>((experts - 1) * s.in * s.out * SizeOf(dtype));
  return {"grouped_linear_" + std::to_string(experts) + "_experts",
          ShapeText(s),
          dtype,
          FlopOf(s),
          bytes,
          BoundOf(dtype),
          prepare};
}

}  // namespace

std::vector<BenchmarkCase> MatmulBenchmarks() {
  std::vector<BenchmarkCase> cases;
  for (DType dtype : {DType::kF32, DType::kBF16}) {
    for (const Sizes& s : kForwardSizes) cases.push_back(ForwardCase(s, dtype));
    for (const Sizes& s : kGradientSizes) cases.push_back(GradientCase(s, dtype));
    for (PackFor pack_for : {PackFor::kForward, PackFor::kInputGradient}) {
      cases.push_back(PackCase({0, 1024, 1024}, dtype, pack_for));
      cases.push_back(PackCase({0, 96, 288}, dtype, pack_for));
    }
    cases.push_back(GroupedCase({2048, 512, 1024}, 8, dtype));
    cases.push_back(GroupedCase({16, 96, 192}, 8, dtype));
  }
  return cases;
}

}  // namespace longhaul::kernels
