// SPDX-License-Identifier: Apache-2.0
#include "model/parameters.h"

#include <algorithm>
#include <cmath>

#include "common/checksum.h"
#include "common/random.h"
#include "model/parameter_names.h"

namespace longhaul::model {
namespace {

constexpr int64_t kInitGrain = 4096;  // elements of one item of the thread pool

bool IsLightningQkv(const std::string& name) { return name.ends_with("qkv_proj.weight"); }

// The matrices that DeepNorm (Wang et al. 2022, "DeepNet", section 3) starts smaller: values,
// outputs and MLP.
bool HasDeepNormGain(const std::string& name) {
  for (const char* part :
       {"self_attn.v_proj.", "self_attn.o_proj.", "self_attn.out_proj.", ".experts.", "mlp."}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

// Standard deviation by row of one matrix.
struct InitRule {
  float std = 0;
  float value_std = 0;     // of rows of v inside qkv_proj
  int64_t value_rows = 0;  // head_dim where v rows are told apart, else 0

  float Of(int64_t row) const {
    return value_rows > 0 && row / value_rows % 3 == 2 ? value_std : std;
  }
};

InitRule RuleFor(const ModelConfig& config, const NamedTensor& p) {
  InitRule rule;
  rule.std = static_cast<float>(config.initializer_range);
  const bool inside_layer = p.name.starts_with("model.layers.") && !IsRouterName(p.name);
  if (!config.postnorm || !inside_layer) return rule;
  const double fan = static_cast<double>(p.tensor.shape()[0] + p.tensor.shape()[1]);
  const double gain = std::pow(8.0 * static_cast<double>(config.num_hidden_layers), -0.25);
  double xavier = std::sqrt(2.0 / fan);
  if (IsLightningQkv(p.name)) {
    // Three matrices in one: the fan-out of each is a third of the rows.
    xavier = std::sqrt(2.0 / (static_cast<double>(p.tensor.shape()[0]) / 3 +
                              static_cast<double>(p.tensor.shape()[1])));
    rule.value_rows = config.head_dim;
    rule.value_std = static_cast<float>(gain * xavier);
  } else if (HasDeepNormGain(p.name)) {
    xavier *= gain;
  }
  rule.std = static_cast<float>(xavier);
  return rule;
}

void InitMatrix(const InitRule& rule, uint64_t key, ThreadPool* pool, NamedTensor* p) {
  const uint64_t name = StableHash(p->name);
  const int64_t columns = p->tensor.shape()[1];
  float* data = p->tensor.as<float>();
  pool->ForRange(p->tensor.numel(), kInitGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      data[i] = rule.Of(i / columns) *
                NormalAt(key, name, static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32));
    }
  });
}

}  // namespace

Parameters Parameters::Create(const ModelConfig& config) {
  Parameters parameters;
  std::vector<ParameterSpec> specs = ParameterSpecs(config);
  parameters.tensors_.reserve(specs.size());
  for (ParameterSpec& spec : specs) {
    parameters.index_.emplace(spec.name, parameters.tensors_.size());
    parameters.tensors_.push_back(
        {std::move(spec.name), kernels::Tensor(spec.shape, DType::kF32), spec.decays});
  }
  return parameters;
}

Parameters Parameters::Random(const ModelConfig& config, uint64_t seed) {
  Parameters parameters = Create(config);
  const uint64_t key = RandomKey(seed, RandomStream::kInit);
  ThreadPool pool(AvailableCpus());
  for (NamedTensor& p : parameters.tensors_) {
    if (p.tensor.shape().rank() == 2) {
      InitMatrix(RuleFor(config, p), key, &pool, &p);
    } else if (!p.name.ends_with(".bias")) {
      std::fill_n(p.tensor.as<float>(), p.tensor.numel(), 1.0f);
    }
  }
  return parameters;
}

kernels::Tensor& Parameters::Get(std::string_view name) {
  const auto it = index_.find(std::string(name));
  CHECK(it != index_.end()) << "no parameter " << name;
  return tensors_[it->second].tensor;
}

const kernels::Tensor& Parameters::Get(std::string_view name) const {
  return const_cast<Parameters*>(this)->Get(name);
}

bool Parameters::Has(std::string_view name) const { return index_.contains(std::string(name)); }

int64_t Parameters::numel() const {
  int64_t total = 0;
  for (const NamedTensor& p : tensors_) total += p.tensor.numel();
  return total;
}

int64_t Parameters::bytes() const { return numel() * SizeOf(DType::kF32); }

void Parameters::FillZero() {
  for (NamedTensor& p : tensors_) p.tensor.FillZero();
}

std::vector<uint64_t> Checksums(kernels::Stream& stream, const Parameters& parameters) {
  const std::vector<NamedTensor>& tensors = parameters.tensors();
  std::vector<uint64_t> sums(tensors.size());
  stream.pool().ForEach(static_cast<int64_t>(tensors.size()), [&](int64_t i) {
    const kernels::Tensor& tensor = tensors[static_cast<size_t>(i)].tensor;
    sums[static_cast<size_t>(i)] =
        Checksum64(tensor.view().data, static_cast<size_t>(tensor.bytes()));
  });
  return sums;
}

}  // namespace longhaul::model
