// SPDX-License-Identifier: Apache-2.0
//
// Products with a weight matrix, y = x W^T + b, and their gradients. Storage fp32 or bf16, sums in
// fp32.
//
// Batch invariance: a row of y is the same bits whatever the other rows are, however many there are
// and however many threads ran. The weight is packed once per weight version in one layout; rows
// are worked on in blocks of a fixed set of sizes with that layout, one thread each, and long
// reductions (K above 1536 in bf16) are cut into fixed pieces.
#pragma once

#include <memory>
#include <span>

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

// Which product a packed copy serves.
enum class PackFor {
  kForward,        // y[m, out] = x[m, in] W^T
  kInputGradient,  // dx[m, in] = dy[m, out] W
};

enum class Accumulate { kOverwrite, kAdd };

// A weight [out, in] in the layout of the matrix library. Thread-safe to read while nobody packs.
class PackedWeight {
 public:
  PackedWeight();  // empty
  PackedWeight(int64_t out, int64_t in, DType compute_dtype, PackFor pack_for);
  PackedWeight(PackedWeight&&) noexcept;
  PackedWeight& operator=(PackedWeight&&) noexcept;
  ~PackedWeight();

  // Copies and, for bf16, rounds `weight` (fp32 or bf16, [out, in] row-major) into the packed
  // layout.
  void Pack(Stream& stream, const TensorView& weight);

  int64_t out() const;
  int64_t in() const;
  DType compute_dtype() const;
  PackFor pack_for() const;
  int64_t bytes() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct LinearArgs {
  TensorView x;                // [m, in], compute dtype of the weight
  const PackedWeight* weight;  // kForward
  TensorView bias;             // [out] fp32, or empty
  MutableTensorView y;         // [m, out], fp32 or bf16
};
void Linear(Stream& stream, const LinearArgs& args);

struct LinearInputGradientArgs {
  TensorView dy;               // [m, out], compute dtype of the weight
  const PackedWeight* weight;  // kInputGradient
  Accumulate accumulate = Accumulate::kOverwrite;
  MutableTensorView dx;  // [m, in], fp32 or bf16; kAdd needs fp32
};
void LinearInputGradient(Stream& stream, const LinearInputGradientArgs& args);

// dweight += dy^T x, dbias += column sums of dy. Sums over rows run in a fixed order.
struct LinearWeightGradientArgs {
  TensorView dy;              // [m, out], fp32 or bf16
  TensorView x;               // [m, in], same dtype as dy
  MutableTensorView dweight;  // [out, in] fp32
  MutableTensorView dbias;    // [out] fp32, or empty
};
void LinearWeightGradient(Stream& stream, const LinearWeightGradientArgs& args);

}  // namespace longhaul::kernels
