// SPDX-License-Identifier: Apache-2.0
#include "kernels/matmul.h"

#include <algorithm>

#include "kernels/cpu/gemm.h"
#include "kernels/cpu/isa.h"
#include "kernels/matmul_plan.h"

namespace longhaul::kernels {
namespace {

// Columns of a piece, about: small enough for decode to use every thread, large enough that the
// cost of a call does not show.
constexpr int64_t kPieceColumns = 256;
// Past this the library may split a bf16 reduction by the number of rows.
constexpr int64_t kBf16ReductionMax = 1536;
// Vectors of the library are up to this wide; cuts at multiples leave no ragged pieces.
constexpr int64_t kCutMultiple = 64;
constexpr int64_t kSumColumns = 256;

// `pieces` nearly equal pieces of [0, size), cut at multiples of kCutMultiple.
std::vector<int64_t> CutEvenly(int64_t size, int64_t pieces) {
  const int64_t even = (size + pieces - 1) / pieces;
  const int64_t step = (even + kCutMultiple - 1) / kCutMultiple * kCutMultiple;
  std::vector<int64_t> cuts;
  for (int64_t at = 0; at < size; at += step) cuts.push_back(at);
  cuts.push_back(size);
  return cuts;
}

bool IsFloat(DType dtype) { return dtype == DType::kF32 || dtype == DType::kBF16; }

void CheckProduct(const TensorView& x, const PackedWeight* weight, PackFor pack_for,
                  const MutableTensorView& y) {
  CHECK(weight != nullptr && weight->out() > 0) << "the weight was never made";
  const PackedWeight::Impl& w = weight->impl();
  CHECK(w.pack_for == pack_for) << "packed for the other product";
  CHECK_EQ(x.shape, (Shape{x.dim(0), w.k}));
  CHECK_EQ(y.shape, (Shape{x.dim(0), w.n}));
  CHECK_EQ(x.dtype, w.dtype) << DTypeName(x.dtype) << " rows";
  CHECK(IsFloat(y.dtype)) << DTypeName(y.dtype);
}

void AddColumnSums(Stream& stream, const TensorView& dy, float* sums) {
  static const auto f32 = cpu::Pick(cpu::avx2::ColumnSumF32, cpu::avx512::ColumnSumF32);
  static const auto bf16 = cpu::Pick(cpu::avx2::ColumnSumBf16, cpu::avx512::ColumnSumBf16);
  const int64_t rows = dy.dim(0), cols = dy.dim(1);
  const auto body = [&](int64_t begin, int64_t end) {
    if (dy.dtype == DType::kF32) {
      f32({dy.as<float>() + begin, cols, rows, end - begin, sums + begin});
    } else {
      bf16({static_cast<const uint16_t*>(dy.data) + begin, cols, rows, end - begin, sums + begin});
    }
  };
  stream.pool().ForRange(cols, kSumColumns, body);
}

}  // namespace

PackedWeight::PackedWeight() = default;
PackedWeight::PackedWeight(PackedWeight&&) noexcept = default;
PackedWeight& PackedWeight::operator=(PackedWeight&&) noexcept = default;
PackedWeight::~PackedWeight() = default;

PackedWeight::PackedWeight(int64_t out, int64_t in, DType compute_dtype, PackFor pack_for)
    : impl_(std::make_unique<Impl>()) {
  Impl& w = *impl_;
  w.out = out;
  w.in = in;
  w.dtype = compute_dtype;
  w.pack_for = pack_for;
  w.k = pack_for == PackFor::kForward ? in : out;
  w.n = pack_for == PackFor::kForward ? out : in;
  const bool cut_k = compute_dtype == DType::kBF16;
  w.k_cuts = CutEvenly(w.k, cut_k ? (w.k + kBf16ReductionMax - 1) / kBf16ReductionMax : 1);
  w.n_cuts = CutEvenly(w.n, std::max<int64_t>(1, (w.n + kPieceColumns / 2) / kPieceColumns));
  for (int64_t n = 0; n < w.n_pieces(); ++n) {
    for (int64_t k = 0; k < w.k_pieces(); ++k) {
      w.gemms.push_back(MakePackedGemm(w.k_cuts[k + 1] - w.k_cuts[k], w.n_cuts[n + 1] - w.n_cuts[n],
                                       compute_dtype));
    }
  }
}

void PackedWeight::Pack(Stream& stream, const TensorView& weight) {
  CHECK(impl_ != nullptr) << "the weight was never made";
  Impl& w = *impl_;
  CHECK_EQ(weight.shape, (Shape{w.out, w.in}));
  CHECK(IsFloat(weight.dtype)) << DTypeName(weight.dtype);
  const bool forward = w.pack_for == PackFor::kForward;
  const int64_t k_stride = forward ? 1 : w.in;
  const int64_t n_stride = forward ? w.in : 1;
  stream.pool().ForEach(static_cast<int64_t>(w.gemms.size()), [&](int64_t i) {
    const int64_t n = w.n_cuts[i / w.k_pieces()], k = w.k_cuts[i % w.k_pieces()];
    const char* data = static_cast<const char*>(weight.data) +
                       (k * k_stride + n * n_stride) * SizeOf(weight.dtype);
    w.gemms[static_cast<size_t>(i)]->Pack({data, weight.dtype, k_stride, n_stride});
  });
}

int64_t PackedWeight::out() const { return impl_ ? impl_->out : 0; }
int64_t PackedWeight::in() const { return impl_ ? impl_->in : 0; }
DType PackedWeight::compute_dtype() const { return impl_ ? impl_->dtype : DType::kF32; }
PackFor PackedWeight::pack_for() const { return impl_ ? impl_->pack_for : PackFor::kForward; }

int64_t PackedWeight::bytes() const {
  int64_t bytes = 0;
  if (impl_) {
    for (const auto& gemm : impl_->gemms) bytes += gemm->bytes();
  }
  return bytes;
}

void Linear(Stream& stream, const LinearArgs& args) {
  CheckProduct(args.x, args.weight, PackFor::kForward, args.y);
  const PackedWeight::Impl& weight = args.weight->impl();
  if (!args.bias.empty()) CHECK_EQ(args.bias.shape, Shape{weight.n});
  const ProductGroup group{&weight, 0, args.x.dim(0)};
  RunProduct(stream, {args.x, {&group, 1}, args.bias, Accumulate::kOverwrite, args.y});
}

void LinearInputGradient(Stream& stream, const LinearInputGradientArgs& args) {
  CheckProduct(args.dy, args.weight, PackFor::kInputGradient, args.dx);
  CHECK(args.accumulate == Accumulate::kOverwrite || args.dx.dtype == DType::kF32);
  const ProductGroup group{&args.weight->impl(), 0, args.dy.dim(0)};
  RunProduct(stream, {args.dy, {&group, 1}, {}, args.accumulate, args.dx});
}

void LinearWeightGradient(Stream& stream, const LinearWeightGradientArgs& args) {
  CHECK(IsFloat(args.dy.dtype)) << DTypeName(args.dy.dtype);
  CHECK_EQ(args.dy.dtype, args.x.dtype);
  CHECK_EQ(args.dy.dim(0), args.x.dim(0));
  CHECK_EQ(args.dweight.shape, (Shape{args.dy.dim(1), args.x.dim(1)}));
  const WeightGradientGroup group{args.dweight.as<float>(), 0, args.dy.dim(0)};
  RunWeightGradient(stream, {args.dy, args.x, {&group, 1}});
  if (args.dbias.empty()) return;
  CHECK_EQ(args.dbias.shape, Shape{args.dy.dim(1)});
  AddColumnSums(stream, args.dy, args.dbias.as<float>());
}

}  // namespace longhaul::kernels
