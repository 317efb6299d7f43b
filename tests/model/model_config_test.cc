// SPDX-License-Identifier: Apache-2.0
#include "model/model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/json.h"
#include "model/cost_model.h"
#include "tests/model/test_models.h"

namespace longhaul::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kM1[] = R"({"model_type":"minimax_m1","hidden_size":6144,"intermediate_size":9216,
  "num_hidden_layers":80,"attn_type_list":[0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,1,
  0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,1,
  0,0,0,0,0,0,0,1],"num_attention_heads":64,"num_key_value_heads":8,"head_dim":128,"rotary_dim":64,
  "num_local_experts":32,"num_experts_per_tok":2,"vocab_size":200064,"rope_theta":10000000,
  "postnorm":true,"layernorm_full_attention_alpha":3.5565588200778455,"shared_intermediate_size":0,
  "max_position_embeddings":10240000,"sliding_window":null,"bos_token_id":null,"eos_token_id":null})";

std::string Error(const std::string& json) {
  const StatusOr<ModelConfig> config = ModelConfig::FromJson(json, "config.json");
  return config.ok() ? "accepted" : Message(config.status());
}

// A tiny llama config with more keys.
std::string Llama(const std::string& more) {
  return R"({"model_type":"llama","hidden_size":32,"intermediate_size":40,"num_hidden_layers":2,
             "num_attention_heads":4,"vocab_size":61)" +
         more + "}";
}
std::string MiniMax(const std::string& more) {
  return R"({"model_type":"minimax_m1","hidden_size":32,"intermediate_size":40,
             "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,
             "attn_type_list":[0,1],"vocab_size":61)" +
         more + "}";
}

TEST(ModelConfig, CountsOfMiniMaxM1AreThoseOfItsCheckpoint) {
  const ModelConfig c = ConfigOf(kM1);
  EXPECT_EQ(c.NumParameters(), 456089655296);
  EXPECT_NEAR(static_cast<double>(c.NumActiveParameters()), 48.40e9, 0.01e9);
  EXPECT_EQ(c.block_size, 256);
  EXPECT_EQ(c.rotary_dim, 64);
  EXPECT_TRUE(c.postnorm);
  EXPECT_DOUBLE_EQ(c.softmax_scale.alpha, 3.5565588200778455);
  EXPECT_DOUBLE_EQ(c.mlp_scale.alpha, 1);
  // 2 x 47.17e9, lightning 2.9e8 over 70 layers, softmax 4 x 8192 x 10 x context.
  EXPECT_NEAR(ForwardFlopsPerToken(c, 0), 2 * 47.17e9 + 2.9e8, 0.02e9);
  EXPECT_NEAR(ForwardFlopsPerToken(c, 1000) - ForwardFlopsPerToken(c, 0), 4.0 * 8192 * 10 * 1000,
              1);
  EXPECT_EQ(TrainingFlopsPerToken(c, 10), 3 * ForwardFlopsPerToken(c, 10));
  EXPECT_EQ(TrainingFlopsPerToken(c, 10, Recompute::kLayer), 4 * ForwardFlopsPerToken(c, 10));
}

TEST(ModelConfig, DecayRatesOfMiniMaxM1) {
  const ModelConfig c = ConfigOf(kM1);
  EXPECT_NEAR(c.DecayRates(0)[0], 0.917004 * 1.00001, 1e-6);
  EXPECT_NEAR(c.DecayRates(40)[63], 0.00390625 * 0.493681, 1e-8);
  EXPECT_NEAR(std::exp(-c.DecayRates(78)[63]), 0.99995052, 1e-8);
}

TEST(ModelConfig, DecayRatesOfOtherHeadCounts) {
  // Six heads: the four slopes of 4, then the first and third of 8.
  const ModelConfig m1 = TestModel("minimax_m1_odd");
  const double f = 1 + 1e-5;
  EXPECT_THAT(m1.DecayRates(0),
              ElementsAre(0.25 * f, 0.0625 * f, 0.015625 * f, 0.00390625 * f, 0.5 * f, 0.125 * f));
  // One layer: the factor vLLM takes.
  EXPECT_DOUBLE_EQ(TestModel("minimax_text_one_layer").DecayRates(0)[0], 0.0625 * f);
  // Transformers' rule.
  const ModelConfig native = TestModel("minimax_all_lightning");
  EXPECT_DOUBLE_EQ(native.DecayRates(1)[1], 0.0625 * (1 - 1 / (1 + 1e-5) + 1e-5));
}

TEST(ModelConfig, DefaultsOfTheFamilies) {
  const ModelConfig llama = ConfigOf(Llama(""));
  EXPECT_EQ(llama.num_key_value_heads, 4);
  EXPECT_EQ(llama.head_dim, 8);
  EXPECT_EQ(llama.rms_norm_eps, 1e-6);
  EXPECT_EQ(llama.rope_theta, 1e4);
  EXPECT_FALSE(llama.attention_bias);
  EXPECT_EQ(ConfigOf(Llama(R"(,"head_dim":null,"num_key_value_heads":null)")).head_dim, 8);
  EXPECT_TRUE(TestModel("qwen2").attention_bias);
  EXPECT_FALSE(TestModel("qwen2").attention_output_bias);
  EXPECT_TRUE(TestModel("qwen3").qk_norm);
  EXPECT_FALSE(TestModel("qwen3_moe").norm_topk_prob);
  EXPECT_THAT(TestModel("qwen3_moe").mlp,
              ElementsAre(MlpKind::kMoe, MlpKind::kDense, MlpKind::kMoe));
  EXPECT_FALSE(ConfigOf(MiniMax("")).postnorm);
  EXPECT_EQ(ConfigOf(MiniMax("")).rotary_dim, 8);
  EXPECT_TRUE(TestModel("minimax_all_lightning").postnorm);
  EXPECT_EQ(ConfigOf(MiniMax(R"(,"block":64)")).block_size, 64);
}

TEST(ModelConfig, SparseStepChoosesTheLayersWithExperts) {
  const ModelConfig c = ConfigOf(
      R"({"model_type":"qwen3_moe","hidden_size":32,"intermediate_size":40,"num_hidden_layers":4,
          "num_attention_heads":4,"vocab_size":61,"num_experts":8,"decoder_sparse_step":2})");
  EXPECT_THAT(c.mlp, ElementsAre(MlpKind::kDense, MlpKind::kMoe, MlpKind::kDense, MlpKind::kMoe));
}

TEST(ModelConfig, NumberOfExpertsOfBothSpellings) {
  const std::string rest =
      R"("hidden_size":32,"intermediate_size":40,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":4,"vocab_size":61)";
  for (const char* family : {"qwen3_moe", "mixtral"}) {
    for (const char* key : {"num_experts", "num_local_experts"}) {
      EXPECT_EQ(ConfigOf(fmt::format(R"({{"model_type":"{}","{}":12,"num_experts_per_tok":2,{}}})",
                                     family, key, rest))
                    .num_experts,
                12)
          << family << " " << key;
    }
  }
}

TEST(ModelConfig, RopeOfBothSpellings) {
  const ModelConfig old = ConfigOf(Llama(R"(,"rope_theta":500)"));
  const ModelConfig now =
      ConfigOf(Llama(R"(,"rope_parameters":{"rope_theta":500,"rope_type":"default"})"));
  EXPECT_EQ(old.rope_inv_freq, now.rope_inv_freq);
  EXPECT_DOUBLE_EQ(old.rope_inv_freq[1], std::pow(500.0, -0.25));
  const ModelConfig partial =
      ConfigOf(Llama(R"(,"rope_parameters":{"rope_theta":500,"partial_rotary_factor":0.5})"));
  EXPECT_EQ(partial.rotary_dim, 4);
  const ModelConfig linear =
      ConfigOf(Llama(R"(,"rope_theta":500,"rope_scaling":{"type":"linear","factor":4.0})"));
  EXPECT_DOUBLE_EQ(linear.rope_inv_freq[1], old.rope_inv_freq[1] / 4);
}

TEST(ModelConfig, Llama3ScalingLeavesShortWavelengthsAndStretchesLongOnes) {
  // Values of Transformers' _compute_llama3_parameters for theta 10000, dim 8, factor 8,
  // original 64.
  const ModelConfig c = ConfigOf(Llama(
      R"(,"rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,
          "high_freq_factor":4.0,"original_max_position_embeddings":64})"));
  EXPECT_DOUBLE_EQ(c.rope_inv_freq[0], 1.0);  // wavelength 6.3 is below 64 / 4
  const double wavelength = 2 * M_PI / 0.1;   // 62.8: between 16 and 64
  const double smooth = (64 / wavelength - 1) / 3;
  EXPECT_DOUBLE_EQ(c.rope_inv_freq[1], (1 - smooth) * 0.1 / 8 + smooth * 0.1);
  EXPECT_DOUBLE_EQ(c.rope_inv_freq[3], std::pow(1e4, -0.75) / 8);
}

TEST(ModelConfig, RefusesWhatItDoesNotCompute) {
  EXPECT_THAT(Error(R"({"model_type":"gemma2"})"),
              AllOf(HasSubstr("'gemma2' is not supported"), HasSubstr("minimax_m1, "),
                    HasSubstr("qwen3_moe")));
  EXPECT_THAT(Error(Llama(R"(,"mlp_bias":true)")), HasSubstr("mlp_bias"));
  EXPECT_THAT(Error(Llama(R"(,"hidden_act":"gelu")")), HasSubstr("'gelu'"));
  EXPECT_THAT(Error(Llama(R"(,"rope_scaling":{"rope_type":"yarn","factor":4})")),
              HasSubstr("'yarn' is not supported (supported: default, linear, llama3)"));
  EXPECT_THAT(Error(Llama(R"(,"quantization_config":{"bits":4})")),
              HasSubstr("quantization_config"));
  EXPECT_THAT(Error(Llama(R"(,"sliding_window":16)")), HasSubstr("window of 16"));
  EXPECT_THAT(Error(Llama(R"(,"layer_types":["sliding_attention","full_attention"])")),
              HasSubstr("layer_types[0]"));
  EXPECT_THAT(Error(MiniMax(R"(,"shared_intermediate_size":64)")), HasSubstr("shared expert"));
}

TEST(ModelConfig, AcceptsWindowsThatAreOff) {
  EXPECT_EQ(Error(Llama(R"(,"sliding_window":null)")), "accepted");
  EXPECT_EQ(Error(Llama(R"(,"sliding_window":4096,"max_position_embeddings":4096)")), "accepted");
  std::string qwen2 = Llama(R"(,"num_key_value_heads":2,"sliding_window":16)");
  qwen2.replace(qwen2.find("llama"), 5, "qwen2");
  EXPECT_EQ(Error(qwen2), "accepted");  // use_sliding_window is false unless it says otherwise
}

TEST(ModelConfig, RefusesSizesThatNoModelHas) {
  EXPECT_THAT(Error(Llama(R"(,"head_dim":1000000000000)")),
              HasSubstr("head_dim: must be between 1 and 16384, found 1000000000000"));
  EXPECT_THAT(Error(Llama(R"(,"max_position_embeddings":4611686018427387904)")),
              HasSubstr("max_position_embeddings: must be between 1 and 68719476736"));
  EXPECT_THAT(Error(MiniMax(R"(,"block_size":4611686018427387904)")),
              HasSubstr("block_size: must be between 1 and 1048576"));
}

TEST(ModelConfig, RefusesNumbersThatNoModelHas) {
  const struct {
    const char* key;
    const char* values[3];
  } odd[] = {{"rope_theta", {"0", "-10000", "1e300"}},
             {"rms_norm_eps", {"0", "-1e-5", "1e300"}},
             {"initializer_range", {"-0.02", "11", "1e300"}},
             {"router_aux_loss_coef", {"-1", "1001", "1e300"}},
             {"max_position_embeddings", {"0", "-1", "1e300"}},
             {"num_key_value_heads", {"0", "-4", "5"}},
             {"head_dim", {"0", "-8", "16385"}},
             {"partial_rotary_factor", {"-0.5", "1.5", "1e300"}},
             {"sliding_window", {"-5", "true", "[]"}},
             {"eos_token_id", {"61", "-1", "[2, 61]"}},
             {"bos_token_id", {"61", "-1", "\"<s>\""}},
             {"pad_token_id", {"61", "-2", "\"<pad>\""}}};
  for (const auto& [key, values] : odd) {
    for (const char* value : values) {
      EXPECT_THAT(Error(Llama(fmt::format(R"(,"{}":{})", key, value))),
                  AllOf(HasSubstr("config.json: "), HasSubstr(key)))
          << key << " " << value;
    }
  }
  EXPECT_THAT(Error(Llama(R"(,"eos_token_id":[2, 61])")),
              HasSubstr("config.json: eos_token_id: must be between 0 and 60, found 61"));
  EXPECT_EQ(Error(Llama(R"(,"pad_token_id":-1,"eos_token_id":[2, 60],"bos_token_id":0)")),
            "accepted");
  EXPECT_THAT(Error(MiniMax(R"(,"layernorm_mlp_beta":-1)")),
              HasSubstr("layernorm_mlp_beta: must be between 0 and 1000"));
  EXPECT_THAT(Error(MiniMax(R"(,"block":0)")), HasSubstr("block: must be between 1"));
}

TEST(ModelConfig, RefusesScalingThatBreaksTheRotation) {
  const auto scaled = [](const std::string& parameters) {
    return Error(Llama(R"(,"rope_scaling":{)" + parameters + "}"));
  };
  EXPECT_THAT(scaled(R"("type":"linear","factor":0)"),
              HasSubstr("rope_scaling.factor: must be between 0.001 and 1000000"));
  EXPECT_THAT(scaled(R"("type":"linear","factor":1e300)"), HasSubstr("rope_scaling.factor"));
  const std::string llama3 = R"("rope_type":"llama3","factor":8,"high_freq_factor":4,)";
  EXPECT_THAT(scaled(llama3 + R"("low_freq_factor":0,"original_max_position_embeddings":64)"),
              HasSubstr("rope_scaling.low_freq_factor: must be between"));
  EXPECT_THAT(scaled(llama3 + R"("low_freq_factor":4,"original_max_position_embeddings":64)"),
              HasSubstr("rope_scaling.high_freq_factor: must be above low_freq_factor 4"));
  EXPECT_THAT(scaled(llama3 + R"("low_freq_factor":1,"original_max_position_embeddings":0)"),
              HasSubstr("rope_scaling.original_max_position_embeddings: must be between 1"));
  EXPECT_THAT(Error(Llama(R"(,"rope_parameters":{"rope_theta":0})")),
              HasSubstr("rope_parameters.rope_theta: must be between 1"));
  EXPECT_THAT(Error(MiniMax(R"(,"rotary_dim":5)")), HasSubstr("rotary_dim 5 must be even"));
}

TEST(ModelConfig, RefusesWhatDoesNotFitTogether) {
  EXPECT_THAT(Error(Llama(R"(,"num_key_value_heads":3)")),
              HasSubstr("num_attention_heads 4 is no multiple of num_key_value_heads 3"));
  EXPECT_THAT(Error(Llama(R"(,"head_dim":7)")), HasSubstr("rotary_dim 7 must be even"));
  EXPECT_THAT(Error(MiniMax(R"(,"rotary_dim":16)")),
              HasSubstr("rotary_dim: must be between 2 and 8, found 16"));
  EXPECT_THAT(Error(MiniMax(R"(,"num_local_experts":2,"num_experts_per_tok":3)")),
              HasSubstr("num_experts_per_tok 3 must be between 1 and the 2 experts"));
  EXPECT_THAT(Error(MiniMax(R"(,"num_experts_per_tok":0)")), HasSubstr("num_experts_per_tok 0"));
  std::string wrong = MiniMax("");
  wrong.replace(wrong.find("[0,1]"), 5, "[0,1,1]");
  EXPECT_THAT(Error(wrong), HasSubstr("attn_type_list: has 3 entries for num_hidden_layers 2"));
  wrong = MiniMax("");
  wrong.replace(wrong.find("[0,1]"), 5, "[0,2]");
  EXPECT_THAT(Error(wrong), HasSubstr("attn_type_list[1]"));
  EXPECT_THAT(Error(R"({"model_type":"llama","vocab_size":5})"), HasSubstr("hidden_size"));
  EXPECT_THAT(Error(R"({"model_type":"llama","vocab_size":"5"})"), HasSubstr("vocab_size"));
}

TEST(ModelConfig, EosMayBeOneOrSeveralOrNone) {
  EXPECT_THAT(ConfigOf(Llama(R"(,"eos_token_id":2)")).eos_token_ids, ElementsAre(2));
  EXPECT_THAT(ConfigOf(Llama(R"(,"eos_token_id":[2,5])")).eos_token_ids, ElementsAre(2, 5));
  EXPECT_THAT(ConfigOf(Llama(R"(,"eos_token_id":null)")).eos_token_ids, ElementsAre());
}

TEST(ModelConfig, ExportKeepsKeysAndStatesWhatReadersDisagreeAbout) {
  const ModelConfig c = ConfigOf(MiniMax(R"(,"torch_dtype":"float32","my_key":[1,2])"));
  const StatusOr<Json> root = Json::Parse(c.ToJson("bfloat16"), "out");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->GetString("torch_dtype").value(), "bfloat16");
  EXPECT_EQ(root->GetBool("postnorm").value(), false);
  EXPECT_EQ(root->GetInt("rotary_dim").value(), 8);
  EXPECT_EQ(root->Find("my_key")->size(), 2u);
  EXPECT_EQ(root->Find("architectures")->items()[0].AsString().value(), "MiniMaxM1ForCausalLM");
}

}  // namespace
}  // namespace longhaul::model
