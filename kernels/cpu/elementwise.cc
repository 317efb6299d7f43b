// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/elementwise.h"

#include "kernels/cpu/simd.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

template <typename A, typename B, typename Y>
void AddScaled(const AddScaledArgs& args) {
  const A* a = static_cast<const A*>(args.a);
  const B* b = static_cast<const B*>(args.b);
  Y* y = static_cast<Y*>(args.y);
  const Vec alpha = Set1(args.alpha), beta = Set1(args.beta);
  for (int64_t i = 0; i < args.n; i += kLanes) {
    const int64_t left = args.n - i;
    Vec sum = Mul(alpha, LoadPartial(a + i, left));
    if (b != nullptr) sum = Fma(beta, LoadPartial(b + i, left), sum);
    StorePartial(y + i, sum, left);
  }
}

template <typename A, typename B>
void AddScaledTo(const AddScaledArgs& args) {
  args.y_dtype == DType::kF32 ? AddScaled<A, B, float>(args) : AddScaled<A, B, uint16_t>(args);
}

template <typename A>
void AddScaledWith(const AddScaledArgs& args) {
  args.b_dtype == DType::kF32 ? AddScaledTo<A, float>(args) : AddScaledTo<A, uint16_t>(args);
}

struct Lanes2 {
  Vec first;
  Vec second;
};

// kIn inputs and kOut outputs through f(a, b, c), which gives both outputs.
template <typename T, int kIn, int kOut, typename F>
void MapTyped(const MapArgs& args, const F& f) {
  for (int64_t i = 0; i < args.n; i += kLanes) {
    const int64_t left = args.n - i;
    Vec in[3] = {Zero(), Zero(), Zero()};
    for (int k = 0; k < kIn; ++k) in[k] = LoadPartial(static_cast<const T*>(args.in[k]) + i, left);
    const Lanes2 out = f(in[0], in[1], in[2]);
    StorePartial(static_cast<T*>(args.out[0]) + i, out.first, left);
    if (kOut == 2) StorePartial(static_cast<T*>(args.out[1]) + i, out.second, left);
  }
}

template <int kIn, int kOut, typename F>
void Map(const MapArgs& args, const F& f) {
  args.dtype == DType::kF32 ? MapTyped<float, kIn, kOut>(args, f)
                            : MapTyped<uint16_t, kIn, kOut>(args, f);
}

// d silu(x) / dx for sigmoid(x) = s
Vec SiluSlope(Vec x, Vec s) { return Mul(s, Fma(x, Sub(Set1(1.0f), s), Set1(1.0f))); }

}  // namespace

void AddScaledRange(const AddScaledArgs& args) {
  args.a_dtype == DType::kF32 ? AddScaledWith<float>(args) : AddScaledWith<uint16_t>(args);
}

void SiluRange(const MapArgs& args) {
  Map<1, 1>(args, [](Vec x, Vec, Vec) { return Lanes2{Mul(x, Sigmoid(x)), Zero()}; });
}

void SiluBackwardRange(const MapArgs& args) {
  Map<2, 1>(args, [](Vec dy, Vec x, Vec) {
    return Lanes2{Mul(dy, SiluSlope(x, Sigmoid(x))), Zero()};
  });
}

void SigmoidGateRange(const MapArgs& args) {
  Map<2, 1>(args, [](Vec gate, Vec x, Vec) { return Lanes2{Mul(Sigmoid(gate), x), Zero()}; });
}

void SigmoidGateBackwardRange(const MapArgs& args) {
  Map<3, 2>(args, [](Vec dy, Vec gate, Vec x) {
    const Vec s = Sigmoid(gate);
    const Vec slope = Mul(s, Sub(Set1(1.0f), s));
    return Lanes2{Mul(Mul(dy, x), slope), Mul(dy, s)};
  });
}

void SwigluRange(const MapArgs& args) {
  Map<2, 1>(args, [](Vec gate, Vec up, Vec) {
    return Lanes2{Mul(Mul(gate, Sigmoid(gate)), up), Zero()};
  });
}

void SwigluBackwardRange(const MapArgs& args) {
  Map<3, 2>(args, [](Vec dy, Vec gate, Vec up) {
    const Vec s = Sigmoid(gate);
    return Lanes2{Mul(Mul(dy, up), SiluSlope(gate, s)), Mul(dy, Mul(gate, s))};
  });
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
