// SPDX-License-Identifier: Apache-2.0
#include "model/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "common/checkpoint/safetensors.h"
#include "model/export.h"
#include "tests/model/test_models.h"

namespace longhaul::model {
namespace {

using testing::HasSubstr;

// A directory that goes away with the test.
class Directory {
 public:
  Directory() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "/parameters_" + test->name() + std::to_string(getpid());
    std::filesystem::create_directories(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string file() const { return path_ + "/model.safetensors"; }

 private:
  std::string path_;
};

bool SameBits(const Parameters& a, const Parameters& b) {
  if (a.tensors().size() != b.tensors().size()) return false;
  for (size_t i = 0; i < a.tensors().size(); ++i) {
    const auto &x = a.tensors()[i], &y = b.tensors()[i];
    if (x.name != y.name || !(x.tensor.shape() == y.tensor.shape())) return false;
    if (std::memcmp(x.tensor.view().data, y.tensor.view().data,
                    static_cast<size_t>(x.tensor.bytes())) != 0) {
      return false;
    }
  }
  return true;
}

std::vector<longhaul::NamedTensor> Views(const Parameters& parameters) {
  std::vector<longhaul::NamedTensor> views;
  for (const NamedTensor& p : parameters.tensors()) views.push_back({p.name, p.tensor.view()});
  return views;
}

std::string LoadError(const ModelConfig& config, const std::string& dir) {
  const StatusOr<Parameters> loaded = Parameters::Load(config, dir);
  return loaded.ok() ? "loaded" : Message(loaded.status());
}

TEST(Parameters, SavingAndLoadingIsExactForEveryFamily) {
  for (const std::string& name : TestModelNames()) {
    const Directory dir;
    const ModelConfig config = TestModel(name);
    const Parameters saved = TestParameters(config, 3);
    ASSERT_TRUE(SaveModel(dir.path(), config, saved, {}).ok()) << name;
    const StatusOr<ModelConfig> reread = ModelConfig::Load(dir.path());
    ASSERT_TRUE(reread.ok()) << Message(reread.status());
    const StatusOr<Parameters> loaded = Parameters::Load(*reread, dir.path());
    ASSERT_TRUE(loaded.ok()) << Message(loaded.status());
    EXPECT_TRUE(SameBits(saved, *loaded)) << name;
    EXPECT_EQ(saved.numel(), config.NumParameters());
  }
}

TEST(Parameters, ShardedBf16SaveRoundsMatricesAndKeepsTheRouter) {
  const Directory dir;
  const ModelConfig config = TestModel("minimax_m1");
  const Parameters saved = TestParameters(config, 3);
  ASSERT_TRUE(
      SaveModel(dir.path(), config, saved, {.dtype = DType::kBF16, .max_shard_bytes = 20000}).ok());
  EXPECT_TRUE(std::filesystem::exists(dir.path() + "/model.safetensors.index.json"));
  const StatusOr<Parameters> loaded = Parameters::Load(config, dir.path());
  ASSERT_TRUE(loaded.ok()) << Message(loaded.status());
  for (const NamedTensor& p : saved.tensors()) {
    const float* a = p.tensor.as<float>();
    const float* b = loaded->Get(p.name).as<float>();
    const bool router = p.name.ends_with("block_sparse_moe.gate.weight");
    for (int64_t i = 0; i < p.tensor.numel(); ++i) {
      ASSERT_EQ(b[i], router ? a[i] : static_cast<float>(BFloat16(a[i]))) << p.name;
    }
  }
}

TEST(Parameters, LoadNamesWhatIsWrong) {
  const Directory dir;
  const ModelConfig config = TestModel("llama");
  Parameters parameters = TestParameters(config, 3);
  std::vector<longhaul::NamedTensor> views = Views(parameters);
  views.pop_back();
  ASSERT_TRUE(WriteSafetensors(dir.file(), views).ok());
  EXPECT_THAT(LoadError(config, dir.path()), HasSubstr("'lm_head.weight'"));

  views = Views(parameters);
  const float extra[2] = {1, 2};
  views.push_back({"model.layers.9.odd", TensorView(extra, Shape{2})});
  ASSERT_TRUE(WriteSafetensors(dir.file(), views).ok());
  EXPECT_THAT(LoadError(config, dir.path()),
              AllOf(HasSubstr("model.safetensors"), HasSubstr("'model.layers.9.odd'")));
  views.back().name = "model.layers.0.self_attn.slope_rate";  // a decay buffer is passed over
  ASSERT_TRUE(WriteSafetensors(dir.file(), views).ok());
  EXPECT_EQ(LoadError(config, dir.path()), "loaded");

  views = Views(parameters);
  views[0].view.shape = Shape{32, 61};
  ASSERT_TRUE(WriteSafetensors(dir.file(), views).ok());
  EXPECT_THAT(LoadError(config, dir.path()),
              AllOf(HasSubstr("embed_tokens"), HasSubstr("[32, 61]"), HasSubstr("[61, 32]")));

  for (float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    parameters.Get("model.norm.weight").as<float>()[7] = bad;
    ASSERT_TRUE(WriteSafetensors(dir.file(), Views(parameters)).ok());
    EXPECT_THAT(LoadError(config, dir.path()),
                AllOf(HasSubstr("'model.norm.weight'"), HasSubstr("element 7")));
  }
}

TEST(Parameters, LoadsExpertsStackedAsTransformers5HoldsThem) {
  const Directory dir;
  const ModelConfig config = TestModel("mixtral");
  const Parameters parameters = TestParameters(config, 3);
  std::vector<longhaul::NamedTensor> views;
  std::vector<std::vector<float>> stacks;
  for (const NamedTensor& p : parameters.tensors()) {
    if (p.name.find(".block_sparse_moe.") == std::string::npos) {
      views.push_back({p.name, p.tensor.view()});
    }
  }
  const int64_t width = config.moe_intermediate_size, hidden = config.hidden_size;
  const auto append = [&](const std::string& name, std::vector<float>* to) {
    const kernels::Tensor& t = parameters.Get(name);
    to->insert(to->end(), t.as<float>(), t.as<float>() + t.numel());
  };
  stacks.reserve(4);
  for (int layer = 0; layer < 2; ++layer) {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    const std::string old = prefix + "block_sparse_moe.", now = prefix + "mlp.";
    std::vector<float>&gate_up = stacks.emplace_back(), &down = stacks.emplace_back();
    for (int e = 0; e < config.num_experts; ++e) {
      const std::string expert = old + "experts." + std::to_string(e) + ".";
      append(expert + "w1.weight", &gate_up);
      append(expert + "w3.weight", &gate_up);
      append(expert + "w2.weight", &down);
    }
    views.push_back({now + "gate.weight", parameters.Get(old + "gate.weight").view()});
    views.push_back({now + "experts.gate_up_proj",
                     TensorView(gate_up.data(), Shape{config.num_experts, 2 * width, hidden})});
    views.push_back({now + "experts.down_proj",
                     TensorView(down.data(), Shape{config.num_experts, hidden, width})});
  }
  ASSERT_TRUE(WriteSafetensors(dir.file(), views).ok());
  const StatusOr<Parameters> loaded = Parameters::Load(config, dir.path());
  ASSERT_TRUE(loaded.ok()) << Message(loaded.status());
  EXPECT_TRUE(SameBits(parameters, *loaded));
}

double StandardDeviation(const float* data, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += static_cast<double>(data[i]) * data[i];
  return std::sqrt(sum / static_cast<double>(count));
}

TEST(Parameters, RandomInitialisationHasTheRightScales) {
  const ModelConfig llama = TestModel("llama");
  const Parameters a = Parameters::Random(llama, 1);
  EXPECT_TRUE(SameBits(a, Parameters::Random(llama, 1)));
  EXPECT_FALSE(SameBits(a, Parameters::Random(llama, 2)));
  const kernels::Tensor& q = a.Get("model.layers.0.self_attn.q_proj.weight");
  EXPECT_NEAR(StandardDeviation(q.as<float>(), q.numel()), 0.02, 0.002);
  EXPECT_EQ(a.Get("model.norm.weight").as<float>()[3], 1.0f);

  const ModelConfig m1 = TestModel("minimax_m1");  // post-norm, 4 layers, 4 heads of 16, hidden 48
  const Parameters b = Parameters::Random(m1, 1);
  const double gain = std::pow(8.0 * 4, -0.25), xavier = std::sqrt(2.0 / (64 + 48));
  const kernels::Tensor& qkv = b.Get("model.layers.0.self_attn.qkv_proj.weight");
  const float* head = qkv.as<float>();
  EXPECT_NEAR(StandardDeviation(head, 32 * 48), xavier, 0.1 * xavier);
  EXPECT_NEAR(StandardDeviation(head + 32 * 48, 16 * 48), gain * xavier, 0.1 * gain * xavier);
  const kernels::Tensor& out = b.Get("model.layers.0.self_attn.out_proj.weight");
  EXPECT_NEAR(StandardDeviation(out.as<float>(), out.numel()), gain * xavier, 0.1 * gain * xavier);
  const kernels::Tensor& router = b.Get("model.layers.0.block_sparse_moe.gate.weight");
  EXPECT_NEAR(StandardDeviation(router.as<float>(), router.numel()), 0.02, 0.005);
}

TEST(Parameters, ChecksumsFollowEveryBit) {
  const ModelConfig config = TestModel("qwen2");
  Parameters parameters = TestParameters(config, 3);
  ThreadPool one(1), two(2);
  kernels::Stream s1(&one), s2(&two);
  const std::vector<uint64_t> before = Checksums(s1, parameters);
  ASSERT_EQ(before.size(), parameters.tensors().size());
  EXPECT_EQ(before, Checksums(s2, parameters));
  float& x = parameters.tensors()[4].tensor.as<float>()[5];
  x = std::nextafter(x, 10.0f);
  const std::vector<uint64_t> after = Checksums(s2, parameters);
  for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i] == after[i], i != 4) << i;
}

TEST(Parameters, OnlyMatricesDecay) {
  for (const ParameterSpec& spec : ParameterSpecs(TestModel("llama_odd_tied_bias"))) {
    EXPECT_EQ(spec.decays, spec.shape.rank() == 2) << spec.name;
  }
}

}  // namespace
}  // namespace longhaul::model
