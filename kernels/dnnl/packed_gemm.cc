// SPDX-License-Identifier: Apache-2.0
//
// oneDNN behind kernels/packed_gemm.h.
//
// Its small-kernel matmul ("brg") gives a row the same bits for every number of rows as long as the
// layout of the weight stays the same. So the layout is the one it picks for kGemmRows rows, and
// one primitive is made for each power of two of rows up to that, all with this layout. Its other
// implementations ("gemm:jit", "ref") give no such promise and are never used for y = x W.
#include "kernels/dnnl/packed_gemm.h"

#include <omp.h>

#include <array>
#include <bit>
#include <dnnl.hpp>
#include <map>
#include <mutex>
#include <string_view>
#include <tuple>

#include "common/check.h"
#include "kernels/scratch.h"

namespace longhaul::kernels::onednn {
namespace {

using Memory = dnnl::memory;
using Desc = dnnl::memory::desc;

constexpr int kBlockSizes = std::bit_width(static_cast<uint64_t>(kGemmRows));

// The library would start its own threads and choose by how many there are: on every thread that
// calls it, it sees one.
void SingleThread() { omp_set_num_threads(1); }

const dnnl::engine& CpuEngine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& ThreadStream() {
  thread_local dnnl::stream stream(CpuEngine());
  return stream;
}

Memory::data_type TypeOf(DType dtype) {
  CHECK(dtype == DType::kF32 || dtype == DType::kBF16) << DTypeName(dtype);
  return dtype == DType::kF32 ? Memory::data_type::f32 : Memory::data_type::bf16;
}

dnnl::primitive_attr UserScratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

dnnl::matmul::primitive_desc Describe(int64_t m, const Desc& weight, DType dtype) {
  const int64_t k = weight.dims()[0], n = weight.dims()[1];
  const Desc x({m, k}, TypeOf(dtype), Memory::format_tag::ab);
  const Desc y({m, n}, Memory::data_type::f32, Memory::format_tag::ab);
  return {dnnl::matmul::desc(x, weight, y), UserScratchpad(), CpuEngine()};
}

bool IsBatchInvariant(const dnnl::matmul::primitive_desc& desc) {
  return std::string_view(desc.impl_info_str()).starts_with("brg:");
}

// Primitives for one (k, n, dtype): shared by all weights of that shape, never freed. Shapes come
// from the model, so there are few.
struct Plan {
  struct Block {
    dnnl::matmul primitive;
    Desc x, y, scratchpad;
  };
  Desc weight;
  std::array<Block, kBlockSizes> blocks;  // blocks[i] is for 2^i rows
};

Plan MakePlan(int64_t k, int64_t n, DType dtype) {
  Plan plan;
  const Desc any({k, n}, TypeOf(dtype), Memory::format_tag::any);
  plan.weight = Describe(kGemmRows, any, dtype).weights_desc();
  for (int i = 0; i < kBlockSizes; ++i) {
    const auto desc = Describe(int64_t{1} << i, plan.weight, dtype);
    CHECK(IsBatchInvariant(desc)) << desc.impl_info_str() << " for " << (1 << i) << " rows";
    plan.blocks[i] = {dnnl::matmul(desc), desc.src_desc(), desc.dst_desc(), desc.scratchpad_desc()};
  }
  return plan;
}

const Plan& PlanFor(int64_t k, int64_t n, DType dtype) {
  static std::mutex mutex;
  static auto* plans = new std::map<std::tuple<int64_t, int64_t, DType>, Plan>;
  SingleThread();
  std::lock_guard lock(mutex);
  const auto key = std::make_tuple(k, n, dtype);
  auto found = plans->find(key);
  if (found == plans->end()) found = plans->emplace(key, MakePlan(k, n, dtype)).first;
  return found->second;
}

class Gemm : public PackedGemm {
 public:
  Gemm(int64_t k, int64_t n, DType dtype)
      : k_(k),
        n_(n),
        dtype_(dtype),
        plan_(&PlanFor(k, n, dtype)),
        packed_(plan_->weight, CpuEngine()) {}

  void Pack(const GemmWeight& weight) override {
    SingleThread();
    const Desc from({k_, n_}, TypeOf(weight.dtype), {weight.k_stride, weight.n_stride});
    Memory source(from, CpuEngine(), const_cast<void*>(weight.data));
    dnnl::reorder::primitive_desc desc(source, packed_, UserScratchpad());
    Memory scratchpad = Scratchpad(desc.scratchpad_desc());
    dnnl::reorder(desc).execute(
        ThreadStream(),
        {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, packed_}, {DNNL_ARG_SCRATCHPAD, scratchpad}});
  }

  void Run(int64_t m, const void* x, float* y) const override {
    SingleThread();
    const char* rows = static_cast<const char*>(x);
    while (m > 0) {
      const int block = std::bit_width(static_cast<uint64_t>(m)) - 1;
      RunBlock(block, rows, y);
      const int64_t done = int64_t{1} << block;
      rows += done * k_ * SizeOf(dtype_);
      y += done * n_;
      m -= done;
    }
  }

  int64_t bytes() const override { return static_cast<int64_t>(plan_->weight.get_size()); }

 private:
  static Memory Scratchpad(const Desc& desc) {
    void* data = ScratchBytes(Scratch::kGemmLibrary, static_cast<int64_t>(desc.get_size()));
    return Memory(desc, CpuEngine(), data);
  }

  // The C interface: no map of arguments is built for each call.
  void RunBlock(int index, const void* x, float* y) const {
    const Plan::Block& block = plan_->blocks[index];
    const Memory in(block.x, CpuEngine(), const_cast<void*>(x));
    const Memory out(block.y, CpuEngine(), y);
    const Memory scratchpad = Scratchpad(block.scratchpad);
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, in.get()},
                                    {DNNL_ARG_WEIGHTS, packed_.get()},
                                    {DNNL_ARG_DST, out.get()},
                                    {DNNL_ARG_SCRATCHPAD, scratchpad.get()}};
    const dnnl_status_t status =
        dnnl_primitive_execute(block.primitive.get(), ThreadStream().get(), 4, args);
    CHECK_EQ(status, dnnl_success) << "oneDNN matmul of " << k_ << " x " << n_;
  }

  int64_t k_;
  int64_t n_;
  DType dtype_;
  const Plan* plan_;
  Memory packed_;
};

// Whether the machine runs bf16 in the library at all, and y = x W the way the head of this file
// asks for. Probed on one small shape.
bool Probe(DType dtype) {
  SingleThread();
  try {
    const Desc any({64, 64}, TypeOf(dtype), Memory::format_tag::any);
    return IsBatchInvariant(Describe(kGemmRows, any, dtype));
  } catch (const dnnl::error&) {
    return false;
  }
}

// All sizes are known only when it runs, so that one primitive serves every shape.
const dnnl::matmul& TransposedMatmul() {
  static const dnnl::matmul primitive = [] {
    const Memory::dim any = DNNL_RUNTIME_DIM_VAL;
    const Desc a({any, any}, Memory::data_type::bf16, {1, any});
    const Desc b({any, any}, Memory::data_type::bf16, {any, 1});
    const Desc c({any, any}, Memory::data_type::f32, {any, 1});
    return dnnl::matmul({dnnl::matmul::desc(a, b, c), UserScratchpad(), CpuEngine()});
  }();
  return primitive;
}

void TransposedFp32(const GemmTransposed& g, float* c) {
  const auto status =
      dnnl_sgemm('T', 'N', g.rows, g.cols, g.m, 1.0f, static_cast<const float*>(g.a), g.lda,
                 static_cast<const float*>(g.b), g.ldb, 0.0f, c, g.cols);
  CHECK_EQ(status, dnnl_success);
}

void TransposedBf16(const GemmTransposed& g, float* c) {
  const auto bf16 = Memory::data_type::bf16;
  const Memory a(Desc({g.rows, g.m}, bf16, {1, g.lda}), CpuEngine(), const_cast<void*>(g.a));
  const Memory b(Desc({g.m, g.cols}, bf16, {g.ldb, 1}), CpuEngine(), const_cast<void*>(g.b));
  const Memory out(Desc({g.rows, g.cols}, Memory::data_type::f32, {g.cols, 1}), CpuEngine(), c);
  const dnnl_exec_arg_t args[] = {
      {DNNL_ARG_SRC, a.get()}, {DNNL_ARG_WEIGHTS, b.get()}, {DNNL_ARG_DST, out.get()}};
  const auto status =
      dnnl_primitive_execute(TransposedMatmul().get(), ThreadStream().get(), 3, args);
  CHECK_EQ(status, dnnl_success);
}

}  // namespace

bool HasBatchInvariantGemm(DType dtype) {
  static const bool fp32 = Probe(DType::kF32);
  static const bool bf16 = Probe(DType::kBF16);
  return dtype == DType::kF32 ? fp32 : bf16;
}

std::unique_ptr<PackedGemm> MakeGemm(int64_t k, int64_t n, DType dtype) {
  return std::make_unique<Gemm>(k, n, dtype);
}

void RunTransposed(const GemmTransposed& gemm, float* c) {
  SingleThread();
  gemm.dtype == DType::kF32 ? TransposedFp32(gemm, c) : TransposedBf16(gemm, c);
}

}  // namespace longhaul::kernels::onednn
