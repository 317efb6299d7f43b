// SPDX-License-Identifier: Apache-2.0
#include "kernels/grouped_matmul.h"

#include <vector>

#include "kernels/matmul_plan.h"

namespace longhaul::kernels {
namespace {

void CheckOffsets(std::span<const int64_t> offsets, size_t groups, int64_t rows) {
  CHECK_EQ(offsets.size(), groups + 1);
  CHECK(offsets.front() == 0 && offsets.back() == rows) << rows << " slots";
  for (size_t i = 0; i < groups; ++i) CHECK_LE(offsets[i], offsets[i + 1]) << "expert " << i;
}

std::vector<ProductGroup> GroupsOf(std::span<const int64_t> offsets,
                                   std::span<const PackedWeight* const> weights, PackFor pack_for) {
  std::vector<ProductGroup> groups;
  groups.reserve(weights.size());
  for (size_t e = 0; e < weights.size(); ++e) {
    CHECK(weights[e]->pack_for() == pack_for)
        << "expert " << e << " is packed for the other product";
    CHECK(weights[e]->out() == weights[0]->out() && weights[e]->in() == weights[0]->in() &&
          weights[e]->compute_dtype() == weights[0]->compute_dtype())
        << "expert " << e << " differs from expert 0";
    if (offsets[e] == offsets[e + 1]) continue;
    groups.push_back({&weights[e]->impl(), offsets[e], offsets[e + 1]});
  }
  return groups;
}

}  // namespace

void GroupedLinear(Stream& stream, const GroupedLinearArgs& args) {
  CheckOffsets(args.offsets, args.weights.size(), args.x.dim(0));
  const auto groups = GroupsOf(args.offsets, args.weights, PackFor::kForward);
  CHECK_EQ(args.x.shape, (Shape{args.x.dim(0), args.weights[0]->in()}));
  CHECK_EQ(args.y.shape, (Shape{args.x.dim(0), args.weights[0]->out()}));
  CHECK_EQ(args.x.dtype, args.weights[0]->compute_dtype());
  RunProduct(stream, {args.x, groups, {}, Accumulate::kOverwrite, args.y});
}

void GroupedLinearInputGradient(Stream& stream, const GroupedLinearInputGradientArgs& args) {
  CheckOffsets(args.offsets, args.weights.size(), args.dy.dim(0));
  const auto groups = GroupsOf(args.offsets, args.weights, PackFor::kInputGradient);
  CHECK_EQ(args.dy.shape, (Shape{args.dy.dim(0), args.weights[0]->out()}));
  CHECK_EQ(args.dx.shape, (Shape{args.dy.dim(0), args.weights[0]->in()}));
  CHECK_EQ(args.dy.dtype, args.weights[0]->compute_dtype());
  CHECK(args.accumulate == Accumulate::kOverwrite || args.dx.dtype == DType::kF32);
  RunProduct(stream, {args.dy, groups, {}, args.accumulate, args.dx});
}

void GroupedLinearWeightGradient(Stream& stream, const GroupedLinearWeightGradientArgs& args) {
  CheckOffsets(args.offsets, args.dweights.size(), args.dy.dim(0));
  CHECK_EQ(args.dy.dtype, args.x.dtype);
  CHECK_EQ(args.dy.dim(0), args.x.dim(0));
  std::vector<WeightGradientGroup> groups;
  groups.reserve(args.dweights.size());
  for (size_t e = 0; e < args.dweights.size(); ++e) {
    CHECK_EQ(args.dweights[e].shape, (Shape{args.dy.dim(1), args.x.dim(1)}));
    groups.push_back({args.dweights[e].as<float>(), args.offsets[e], args.offsets[e + 1]});
  }
  RunWeightGradient(stream, {args.dy, args.x, groups});
}

}  // namespace longhaul::kernels
