// SPDX-License-Identifier: Apache-2.0
#include "model/weights.h"

#include <functional>
#include <string>
#include <unordered_map>

#include "kernels/cast.h"
#include "model/layer_weights.h"
#include "model/parameter_names.h"

namespace longhaul::model {
namespace {

using kernels::PackedWeight;
using kernels::PackFor;

// Makes empty weights of the right shapes, and remembers which parameter each is.
class Builder {
 public:
  Builder(const ModelConfig& config, const WeightsOptions& options)
      : config_(config), options_(options), specs_(ParameterSpecs(config)) {
    for (size_t i = 0; i < specs_.size(); ++i) index_.emplace(specs_[i].name, i);
  }

  LinearWeight Linear(const std::string& module, DType dtype) const {
    LinearWeight w;
    w.parameter = Find(module + ".weight");
    const Shape& shape = specs_[static_cast<size_t>(w.parameter)].shape;
    w.forward = PackedWeight(shape[0], shape[1], dtype, PackFor::kForward);
    if (options_.use == WeightsUse::kTraining) {
      w.input_gradient = PackedWeight(shape[0], shape[1], dtype, PackFor::kInputGradient);
    }
    const auto bias = index_.find(module + ".bias");
    if (bias != index_.end()) {
      w.bias_parameter = static_cast<int64_t>(bias->second);
      w.bias = kernels::Tensor(Shape{shape[0]}, DType::kF32);
    }
    return w;
  }
  LinearWeight Linear(const std::string& module) const { return Linear(module, dtype()); }

  NormWeight Plain(const std::string& name) const {
    NormWeight w;
    w.parameter = Find(name);
    w.weight = kernels::Tensor(specs_[static_cast<size_t>(w.parameter)].shape, dtype());
    return w;
  }

  DecoderLayerWeights Layer(int64_t layer) const {
    const std::string prefix = LayerPrefix(layer);
    DecoderLayerWeights w;
    w.input_norm = Plain(prefix + "input_layernorm.weight");
    w.post_attention_norm = Plain(prefix + "post_attention_layernorm.weight");
    if (config_.attention[static_cast<size_t>(layer)] == AttentionKind::kLightning) {
      w.lightning = Lightning(layer, prefix + "self_attn.");
    } else {
      w.softmax = Softmax(prefix + "self_attn.");
    }
    if (config_.mlp[static_cast<size_t>(layer)] == MlpKind::kMoe) {
      w.moe = Moe(layer);
    } else {
      w.dense = {Linear(prefix + "mlp.gate_proj"), Linear(prefix + "mlp.up_proj"),
                 Linear(prefix + "mlp.down_proj")};
    }
    return w;
  }

  int64_t Find(const std::string& name) const {
    const auto it = index_.find(name);
    CHECK(it != index_.end()) << name;
    return static_cast<int64_t>(it->second);
  }

 private:
  DType dtype() const { return ComputeDType(options_); }

  SoftmaxAttentionWeights Softmax(const std::string& attn) const {
    SoftmaxAttentionWeights w;
    w.q = Linear(attn + "q_proj");
    w.k = Linear(attn + "k_proj");
    w.v = Linear(attn + "v_proj");
    w.o = Linear(attn + "o_proj");
    if (config_.qk_norm) {
      w.q_norm = Plain(attn + "q_norm.weight");
      w.k_norm = Plain(attn + "k_norm.weight");
    }
    return w;
  }

  LightningAttentionWeights Lightning(int64_t layer, const std::string& attn) const {
    LightningAttentionWeights w;
    w.qkv = Linear(attn + "qkv_proj");
    w.gate = Linear(attn + "output_gate");
    w.out = Linear(attn + "out_proj");
    w.norm = Plain(attn + "norm.weight");
    w.decay_rates = config_.DecayRates(layer);
    return w;
  }

  ExpertWeights Experts(int64_t layer, const char* matrix) const {
    ExpertWeights w;
    for (int64_t e = 0; e < config_.num_experts; ++e) {
      w.experts.push_back(Linear(ExpertPrefix(config_, layer, e) + matrix));
    }
    for (const LinearWeight& expert : w.experts) {
      w.forward.push_back(&expert.forward);
      w.input_gradient.push_back(&expert.input_gradient);
    }
    return w;
  }

  MoeMlpWeights Moe(int64_t layer) const {
    const MoeNames names = MoeNamesOf(config_);
    MoeMlpWeights w;
    w.router = Linear(LayerPrefix(layer) + names.block + ".gate", DType::kF32);
    w.gate = Experts(layer, names.gate);
    w.up = Experts(layer, names.up);
    w.down = Experts(layer, names.down);
    return w;
  }

  const ModelConfig& config_;
  const WeightsOptions& options_;
  std::vector<ParameterSpec> specs_;
  std::unordered_map<std::string, size_t> index_;
};

template <typename OnLinear, typename OnPlain>
void VisitLayer(DecoderLayerWeights& w, const OnLinear& linear, const OnPlain& plain) {
  for (LinearWeight* p :
       {&w.softmax.q, &w.softmax.k, &w.softmax.v, &w.softmax.o, &w.lightning.qkv, &w.lightning.gate,
        &w.lightning.out, &w.dense.gate, &w.dense.up, &w.dense.down, &w.moe.router}) {
    if (p->parameter >= 0) linear(*p);
  }
  for (ExpertWeights* experts : {&w.moe.gate, &w.moe.up, &w.moe.down}) {
    for (LinearWeight& p : experts->experts) linear(p);
  }
  for (NormWeight* p : {&w.input_norm, &w.post_attention_norm, &w.softmax.q_norm, &w.softmax.k_norm,
                        &w.lightning.norm}) {
    if (p->parameter >= 0) plain(*p);
  }
}

template <typename OnLinear, typename OnPlain>
void VisitAll(Weights::Impl& impl, const OnLinear& linear, const OnPlain& plain) {
  plain(impl.embedding);
  for (DecoderLayerWeights& layer : impl.layers) VisitLayer(layer, linear, plain);
  plain(impl.final_norm);
}

}  // namespace

Weights::Weights(const ModelConfig& config, const WeightsOptions& options)
    : impl_(std::make_unique<Impl>()) {
  impl_->config = config;
  impl_->options = options;
  const Builder builder(impl_->config, impl_->options);
  impl_->embedding = builder.Plain(kEmbeddingName);
  for (int64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    impl_->layers.push_back(builder.Layer(layer));
  }
  impl_->final_norm = builder.Plain(kFinalNormName);
  impl_->head_parameter = builder.Find(config.tie_word_embeddings ? kEmbeddingName : kHeadName);
  const bool fp32_head = options.head_inputs == HeadInputs::kFp32;
  impl_->head = kernels::PackedHead(
      config.vocab_size, config.hidden_size, fp32_head ? DType::kF32 : DType::kBF16,
      options.use == WeightsUse::kTraining ? kernels::PackedHead::Use::kTraining
                                           : kernels::PackedHead::Use::kInference);
}

Weights::~Weights() = default;

void Weights::Pack(kernels::Stream& stream, const Parameters& parameters, int64_t version) {
  const auto value = [&](int64_t parameter) {
    return parameters.tensors()[static_cast<size_t>(parameter)].tensor.view();
  };
  const bool training = impl_->options.use == WeightsUse::kTraining;
  impl_->head.Pack(stream, value(impl_->head_parameter));
  // One item a weight: a model has many more weights than the pool has threads.
  std::vector<std::function<void()>> items;
  VisitAll(
      *impl_,
      [&](LinearWeight& w) {
        items.push_back([&stream, &value, &w, training] {
          w.forward.Pack(stream, value(w.parameter));
          if (training) w.input_gradient.Pack(stream, value(w.parameter));
          if (w.bias_parameter >= 0) {
            kernels::Cast(stream, {.x = value(w.bias_parameter), .y = w.bias.mutable_view()});
          }
        });
      },
      [&](NormWeight& w) {
        items.push_back([&stream, &value, &w] {
          kernels::Cast(stream, {.x = value(w.parameter), .y = w.weight.mutable_view()});
        });
      });
  stream.pool().ForEach(static_cast<int64_t>(items.size()),
                        [&](int64_t i) { items[static_cast<size_t>(i)](); });
  impl_->version = version;
}

const ModelConfig& Weights::config() const { return impl_->config; }
const WeightsOptions& Weights::options() const { return impl_->options; }
int64_t Weights::version() const { return impl_->version; }

int64_t Weights::bytes() const {
  int64_t total = impl_->head.bytes();
  VisitAll(
      *impl_,
      [&](LinearWeight& w) {
        total += w.forward.bytes() + w.bias.bytes();
        if (impl_->options.use == WeightsUse::kTraining) total += w.input_gradient.bytes();
      },
      [&](NormWeight& w) { total += w.weight.bytes(); });
  return total;
}

}  // namespace longhaul::model
