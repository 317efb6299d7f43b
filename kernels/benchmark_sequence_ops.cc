// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>

#include "common/random.h"
#include "kernels/benchmark.h"
#include "kernels/lightning_attention.h"
#include "kernels/logprob.h"
#include "kernels/sample.h"
#include "kernels/softmax_attention.h"
#include "kernels/tensor.h"

namespace longhaul::kernels {
namespace {

Tensor RandomRows(const Shape& shape, DType dtype, uint32_t seed) {
  Tensor x(shape, dtype);
  for (int64_t i = 0; i < x.numel(); ++i) {
    const float value =
        NormalAt(1, seed, static_cast<uint32_t>(i >> 32), static_cast<uint32_t>(i)) * 0.5f;
    if (dtype == DType::kF32) {
      x.as<float>()[i] = value;
    } else {
      x.as<BFloat16>()[i] = BFloat16(value);
    }
  }
  return x;
}

// A packed run of equal sequences, or one trunk with branches.
struct Layout {
  const char* name;
  int64_t trunk;
  int64_t branches;
  int64_t branch;
  std::vector<Segment> segments() const {
    std::vector<Segment> list = {{0, trunk, -1, 0}};
    for (int64_t i = 0; i < branches; ++i) {
      list.push_back({trunk + i * branch, branch, 0, trunk});
    }
    return list;
  }
  int64_t tokens() const { return trunk + branches * branch; }
  // Pairs of a query and a key it sees.
  double pairs() const {
    return 0.5 * trunk * (trunk + 1) + branches * (0.5 * branch * (branch + 1) + branch * trunk);
  }
};
constexpr Layout kLayouts[] = {{"4096", 4096, 0, 0}, {"2048+8x256", 2048, 8, 256}};

struct LightningShape {
  int64_t heads, dim, chunk;
};
constexpr LightningShape kLightningShapes[] = {
    {4, 16, 16}, {4, 32, 64}, {4, 64, 64}, {4, 128, 256}};

struct LightningData {
  Tensor qkv, o, states, dqkv, workspace;
  std::vector<double> rates;
  std::vector<Segment> segments;
};

std::shared_ptr<LightningData> MakeLightning(const LightningShape& s, const Layout& layout,
                                             DType dtype) {
  auto data = std::make_shared<LightningData>();
  data->segments = layout.segments();
  const int64_t tokens = layout.tokens();
  data->qkv = RandomRows({tokens, s.heads, 3, s.dim}, dtype, 1);
  data->o = Tensor({tokens, s.heads, s.dim}, dtype);
  data->dqkv = Tensor({tokens, s.heads, 3, s.dim}, dtype);
  data->states =
      Tensor({CountLightningStates(data->segments, s.chunk), s.heads, s.dim, s.dim}, DType::kF32);
  data->workspace =
      Tensor({LightningBackwardWorkspace(data->segments, s.chunk, s.heads, s.dim)}, DType::kF32);
  for (int64_t h = 0; h < s.heads; ++h) data->rates.push_back(std::pow(2.0, -2.0 * h));
  return data;
}

void AddLightning(const LightningShape& s, const Layout& layout, DType dtype,
                  std::vector<BenchmarkCase>* cases) {
  const double rows = static_cast<double>(layout.tokens() * s.heads);
  const double intra = s.dim * (s.chunk + 1.0), inter = 2.0 * s.dim * s.dim;
  const std::string shape = layout.name + (" h" + std::to_string(s.heads)) + " d" +
                            std::to_string(s.dim) + " c" + std::to_string(s.chunk);
  const auto forward = [=](Stream& stream, LightningData& d) {
    LightningAttention(stream, {d.qkv.view(), d.rates, d.segments, s.chunk, d.o.mutable_view(),
                                d.states.mutable_view()});
  };
  cases->push_back({"lightning_forward", shape, dtype, rows * 2 * (intra + inter), 0,
                    BenchmarkBound::kFp32Flop, [=]() -> std::function<void(Stream&)> {
                      const auto data = MakeLightning(s, layout, dtype);
                      return [=](Stream& stream) { forward(stream, *data); };
                    }});
  cases->push_back({"lightning_backward", shape, dtype, rows * (5 * intra + 4 * inter), 0,
                    BenchmarkBound::kFp32Flop, [=]() -> std::function<void(Stream&)> {
                      const auto data = MakeLightning(s, layout, dtype);
                      return [=](Stream& stream) {
                        LightningData& d = *data;
                        LightningAttentionBackward(
                            stream,
                            {d.o.view(), d.qkv.view(), d.rates, d.segments, s.chunk,
                             d.states.view(), d.dqkv.mutable_view(), d.workspace.mutable_view()});
                      };
                    }});
}

struct SoftmaxShape {
  int64_t heads, key_value_heads, dim;
};
constexpr SoftmaxShape kSoftmaxShapes[] = {{4, 2, 16}, {4, 2, 32}, {8, 2, 64}, {8, 2, 128}};

struct SoftmaxData {
  Tensor q, k, v, o, lse, dq, dk, dv;
  std::vector<Segment> segments;
};

std::shared_ptr<SoftmaxData> MakeSoftmax(const SoftmaxShape& s, const Layout& layout, DType dtype) {
  auto data = std::make_shared<SoftmaxData>();
  data->segments = layout.segments();
  const Shape q({layout.tokens(), s.heads, s.dim});
  const Shape k({layout.tokens(), s.key_value_heads, s.dim});
  data->q = RandomRows(q, dtype, 1);
  data->k = RandomRows(k, dtype, 2);
  data->v = RandomRows(k, dtype, 3);
  for (Tensor* x : {&data->o, &data->dq}) *x = Tensor(q, dtype);
  for (Tensor* x : {&data->dk, &data->dv}) *x = Tensor(k, dtype);
  data->lse = Tensor({layout.tokens(), s.heads}, DType::kF32);
  return data;
}

void AddSoftmax(const SoftmaxShape& s, const Layout& layout, DType dtype,
                std::vector<BenchmarkCase>* cases) {
  const double product = 2.0 * s.dim * layout.pairs() * s.heads;
  const float scale = 1 / std::sqrt(static_cast<float>(s.dim));
  const std::string shape = layout.name + (" q" + std::to_string(s.heads)) + " kv" +
                            std::to_string(s.key_value_heads) + " d" + std::to_string(s.dim);
  const auto forward = [=](Stream& stream, SoftmaxData& d) {
    SoftmaxAttention(stream, {d.q.view(), d.k.view(), d.v.view(), d.segments, scale,
                              d.o.mutable_view(), d.lse.mutable_view()});
  };
  cases->push_back({"softmax_forward", shape, dtype, 2 * product, 0, BenchmarkBound::kFp32Flop,
                    [=]() -> std::function<void(Stream&)> {
                      const auto data = MakeSoftmax(s, layout, dtype);
                      return [=](Stream& stream) { forward(stream, *data); };
                    }});
  cases->push_back({"softmax_backward", shape, dtype, 5 * product, 0, BenchmarkBound::kFp32Flop,
                    [=]() -> std::function<void(Stream&)> {
                      const auto data = MakeSoftmax(s, layout, dtype);
                      return [=](Stream& stream) {
                        SoftmaxData& d = *data;
                        SoftmaxAttentionBackward(
                            stream, {d.q.view(), d.q.view(), d.k.view(), d.v.view(), d.o.view(),
                                     d.lse.view(), d.segments, scale, d.dq.mutable_view(),
                                     d.dk.mutable_view(), d.dv.mutable_view()});
                      };
                    }});
}

// One token for each of `sequences` sequences, in the middle of a chunk.
void AddLightningDecode(const LightningShape& s, int64_t sequences, DType dtype,
                        std::vector<BenchmarkCase>* cases) {
  const int64_t slot = LightningSlotBytes(s.heads, s.dim, s.chunk, dtype);
  const double moved =
      sequences * s.heads * s.dim * (4.0 * s.dim + s.chunk * static_cast<double>(SizeOf(dtype)));
  const std::string shape = std::to_string(sequences) + " sequences h" + std::to_string(s.heads) +
                            " d" + std::to_string(s.dim) + " c" + std::to_string(s.chunk);
  cases->push_back({"lightning_decode", shape, dtype, 0, moved, BenchmarkBound::kBandwidth,
                    [=]() -> std::function<void(Stream&)> {
                      const auto data = MakeLightning(s, {"", sequences, 0, 0}, dtype);
                      const auto pool =
                          std::make_shared<Tensor>(Shape({sequences * slot}), DType::kU8);
                      return [=](Stream& stream) {
                        std::vector<LightningSequence> rows;
                        for (int64_t i = 0; i < sequences; ++i) {
                          rows.push_back({i, 1, s.chunk + s.chunk / 2, static_cast<int32_t>(i)});
                        }
                        LightningAdvance(stream, {data->qkv.view(),
                                                  data->rates,
                                                  rows,
                                                  s.chunk,
                                                  {pool->mutable_view().data, slot},
                                                  data->o.mutable_view()});
                      };
                    }});
}

void AddPagedDecode(const SoftmaxShape& s, int64_t sequences, int64_t context, DType dtype,
                    std::vector<BenchmarkCase>* cases) {
  const int64_t bytes = KvBlockBytes(s.key_value_heads, s.dim, dtype);
  const int64_t blocks = context / kKvBlockTokens;
  const std::string shape = std::to_string(sequences) + "x" + std::to_string(context) + " q" +
                            std::to_string(s.heads) + " kv" + std::to_string(s.key_value_heads) +
                            " d" + std::to_string(s.dim);
  cases->push_back(
      {"paged_decode", shape, dtype, 0, static_cast<double>(sequences * blocks * bytes),
       BenchmarkBound::kBandwidth, [=]() -> std::function<void(Stream&)> {
         const auto data = MakeSoftmax(s, {"", sequences, 0, 0}, dtype);
         const auto pool =
             std::make_shared<Tensor>(Shape({sequences * blocks * bytes}), DType::kU8);
         std::vector<int32_t> ids;
         for (int64_t i = 0; i < sequences * blocks; ++i) ids.push_back(static_cast<int32_t>(i));
         return [=](Stream& stream) {
           std::vector<PagedSequence> rows;
           for (int64_t i = 0; i < sequences; ++i) {
             rows.push_back({i, 1, context - 1, std::span(ids).subspan(i * blocks, blocks)});
           }
           PagedAttention(stream, {data->q.view(),
                                   s.key_value_heads,
                                   rows,
                                   {pool->mutable_view().data, bytes},
                                   0.1f,
                                   data->o.mutable_view()});
         };
       }});
}

struct HeadData {
  Tensor hidden, weight, logprobs, entropy, lse, dhidden, dweight;
  PackedHead head;
  std::vector<int32_t> rows, targets;
};

std::shared_ptr<HeadData> MakeHead(Stream& stream, int64_t rows, int64_t hidden, int64_t vocab) {
  auto data = std::make_shared<HeadData>();
  data->hidden = RandomRows({rows, hidden}, DType::kF32, 1);
  data->weight = RandomRows({vocab, hidden}, DType::kF32, 2);
  data->dhidden = Tensor({rows, hidden}, DType::kF32);
  data->dweight = Tensor({vocab, hidden}, DType::kF32);
  for (Tensor* x : {&data->logprobs, &data->entropy, &data->lse}) {
    *x = Tensor(Shape({rows}), DType::kF32);
  }
  data->head = PackedHead(vocab, hidden, DType::kF32, PackedHead::Use::kTraining);
  data->head.Pack(stream, data->weight.view());
  for (int64_t i = 0; i < rows; ++i) {
    data->rows.push_back(static_cast<int32_t>(i));
    data->targets.push_back(static_cast<int32_t>(i * 7 % vocab));
  }
  return data;
}

void AddLogprob(int64_t rows, int64_t hidden, int64_t vocab, std::vector<BenchmarkCase>* cases) {
  const double product = 2.0 * rows * hidden * vocab;
  const std::string shape =
      std::to_string(rows) + " rows h" + std::to_string(hidden) + " v" + std::to_string(vocab);
  const auto prepare = [=] {
    ThreadPool pool(1);
    Stream stream(&pool);
    return MakeHead(stream, rows, hidden, vocab);
  };
  cases->push_back({"logprob_forward", shape, DType::kF32, product, 0, BenchmarkBound::kFp32Flop,
                    [=]() -> std::function<void(Stream&)> {
                      const auto data = prepare();
                      return [=](Stream& stream) {
                        HeadData& d = *data;
                        Logprob(stream, {d.hidden.view(), d.rows, d.targets, &d.head, 1,
                                         d.logprobs.mutable_view(), d.entropy.mutable_view(),
                                         d.lse.mutable_view()});
                      };
                    }});
  cases->push_back({"logprob_backward", shape, DType::kF32, 3 * product, 0,
                    BenchmarkBound::kFp32Flop, [=]() -> std::function<void(Stream&)> {
                      const auto data = prepare();
                      return [=](Stream& stream) {
                        HeadData& d = *data;
                        LogprobBackward(
                            stream, {d.hidden.view(), d.rows, d.targets, &d.head, 1, d.lse.view(),
                                     d.entropy.view(), d.logprobs.view(), d.entropy.view(),
                                     d.dhidden.mutable_view(), d.dweight.mutable_view()});
                      };
                    }});
}

void AddSample(const std::string& name, SampleRow rule, std::vector<BenchmarkCase>* cases) {
  constexpr int64_t kRows = 8, kVocab = 200064;
  cases->push_back(
      {name, "8 rows v200064", DType::kF32, 0, 4.0 * kRows * kVocab, BenchmarkBound::kBandwidth,
       [=]() -> std::function<void(Stream&)> {
         const auto logits = std::make_shared<Tensor>(RandomRows({kRows, kVocab}, DType::kF32, 3));
         return [=](Stream& stream) {
           std::vector<SampleRow> rules(kRows, rule);
           std::vector<SampledToken> tokens(kRows);
           Sample(stream, {logits->view(), rules, tokens});
         };
       }});
}

}  // namespace

std::vector<BenchmarkCase> SequenceOpBenchmarks() {
  std::vector<BenchmarkCase> cases;
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    for (const Layout& layout : kLayouts) {
      for (const LightningShape& s : kLightningShapes) AddLightning(s, layout, dtype, &cases);
      for (const SoftmaxShape& s : kSoftmaxShapes) AddSoftmax(s, layout, dtype, &cases);
    }
    AddLightningDecode({16, 128, 256}, 8, dtype, &cases);
    AddPagedDecode({8, 2, 128}, 8, 8192, dtype, &cases);
    AddPagedDecode({8, 8, 128}, 4, 4096, dtype, &cases);
  }
  AddLogprob(1024, 64, 512, &cases);
  AddLogprob(512, 512, 32768, &cases);
  SampleRow plain;
  AddSample("sample_plain", plain, &cases);
  SampleRow nucleus;
  nucleus.top_p = 0.9f;
  AddSample("sample_top_p", nucleus, &cases);
  SampleRow top_k;
  top_k.top_k = 50;
  AddSample("sample_top_k", top_k, &cases);
  return cases;
}

}  // namespace longhaul::kernels
