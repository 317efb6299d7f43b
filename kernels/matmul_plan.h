// SPDX-License-Identifier: Apache-2.0
//
// Shared by Linear and GroupedLinear: how a weight is cut, and running products and weight
// gradients for groups of rows over the threads.
#pragma once

#include <span>
#include <vector>

#include "kernels/matmul.h"
#include "kernels/packed_gemm.h"

namespace longhaul::kernels {

// A weight is cut in pieces of columns (n), dealt to threads, and of the reduction (k), whose sums
// are added in order. Both are functions of the weight's shape and dtype alone.
struct PackedWeight::Impl {
  int64_t out = 0;
  int64_t in = 0;
  DType dtype = DType::kF32;
  PackFor pack_for = PackFor::kForward;
  int64_t k = 0;
  int64_t n = 0;
  std::vector<int64_t> k_cuts;                     // first k of each piece, then k
  std::vector<int64_t> n_cuts;                     // first n of each piece, then n
  std::vector<std::unique_ptr<PackedGemm>> gemms;  // [n pieces][k pieces]

  int64_t k_pieces() const { return static_cast<int64_t>(k_cuts.size()) - 1; }
  int64_t n_pieces() const { return static_cast<int64_t>(n_cuts.size()) - 1; }
};

// Rows [begin, end) of x and y go through `weight`. All weights of a call have one shape.
struct ProductGroup {
  const PackedWeight::Impl* weight = nullptr;
  int64_t begin = 0;
  int64_t end = 0;
};

struct ProductArgs {
  TensorView x;  // [rows, k]
  std::span<const ProductGroup> groups;
  TensorView bias;  // [n] fp32, or empty
  Accumulate accumulate = Accumulate::kOverwrite;
  MutableTensorView y;  // [rows, n]
};
void RunProduct(Stream& stream, const ProductArgs& args);

// dweight [out, in] += dy[begin:end]^T x[begin:end]
struct WeightGradientGroup {
  float* dweight = nullptr;
  int64_t begin = 0;
  int64_t end = 0;
};
struct WeightGradientArgs {
  TensorView dy;  // [rows, out]
  TensorView x;   // [rows, in]
  std::span<const WeightGradientGroup> groups;
};
void RunWeightGradient(Stream& stream, const WeightGradientArgs& args);

}  // namespace longhaul::kernels
