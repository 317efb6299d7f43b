// SPDX-License-Identifier: Apache-2.0
//
// Model directories that cannot be used.
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "command_line.h"

namespace longhaul {
namespace {

using BadModel = CommandLine;

TEST_F(BadModel, MissingWeights) {
  Remove("model/model.safetensors");
  ExpectError(Train(), {"model: no .safetensors file"});
}

TEST_F(BadModel, TruncatedWeightsNameTheTensor) {
  const std::string whole = Read("model/model.safetensors");
  Write("model/model.safetensors", whole.substr(0, 100000));
  ExpectError(Train(), {"model/model.safetensors: tensor 'model.layers.", "truncated"});
  Write("model/model.safetensors", whole.substr(0, 100));
  ExpectError(Train(), {"model/model.safetensors"});
  Write("model/model.safetensors", "");
  ExpectError(Train(), {"model/model.safetensors: 0 bytes"});
}

TEST_F(BadModel, ShapeMismatchShowsBothShapes) {
  Replace("model/config.json", "\"hidden_size\": 128", "\"hidden_size\": 64");
  ExpectError(Train(), {"model/model.safetensors: tensor '", "shape [16, 128], expected [16, 64]"});
}

TEST_F(BadModel, WeightsOfAnotherDepth) {
  Replace("model/config.json", "\"num_hidden_layers\": 4", "\"num_hidden_layers\": 5");
  ExpectError(Train(), {"model.layers.4."});
  Replace("model/config.json", "\"num_hidden_layers\": 5", "\"num_hidden_layers\": 3");
  ExpectError(Train(), {"model.layers.3.", "not part of this model"});
}

TEST_F(BadModel, NanNamesTensorAndElement) {
  std::string bytes = Read("model/model.safetensors");
  uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const size_t at = 8 + header + 2 * 10;  // bf16 element 10 of the first tensor in the file
  bytes[at] = '\xc0', bytes[at + 1] = '\x7f';
  Write("model/model.safetensors", bytes);
  ExpectError(Train(), {"model/model.safetensors: tensor '", "nan at element 10"});
}

TEST_F(BadModel, ConfigsThatAreNotUnderstood) {
  const std::string good = Read("model/config.json");
  Replace("model/config.json", "\"model_type\": \"llama\"", "\"model_type\": \"mamba\"");
  ExpectError(Train(), {"model/config.json: model_type 'mamba' is not supported", "minimax_m1"});
  Write("model/config.json", good);
  Replace("model/config.json", "\"hidden_size\": 128", "\"hidden_size\": \"wide\"");
  ExpectError(Train(), {"model/config.json: hidden_size: expected integer"});
  Write("model/config.json", "{\"model_type\": ");
  ExpectError(Train(), {"model/config.json: The JSON"});
  Remove("model/config.json");
  ExpectError(Train(),
              {"run.yaml:3:15: model.path: ./model: no model directory: it has no config"});
  for (const char* command : {"eval model --data x", "generate model 1", "inspect exactness model"})
    ExpectError(Run(command), {"error: model: no model directory: it has no config.json"});
}

TEST_F(BadModel, NumbersOutOfRangeShowIt) {
  const std::string good = Read("model/config.json");
  Replace("model/config.json", "\"rope_theta\": 10000.0", "\"rope_theta\": 0");
  ExpectError(Train(),
              {"model/config.json: rope_theta: must be between 1 and 1000000000000000, found 0"});
  Write("model/config.json", good);
  Write("model/generation_config.json", R"({"eos_token_id": [0, 100000]})");
  ExpectError(Train(), {"model/generation_config.json: eos_token_id: must be between 0 and 15, "
                        "found 100000"});
  EXPECT_FALSE(Exists("out"));
}

TEST_F(BadModel, Tokenizers) {
  Write("model/tokenizer.json", R"({"version": "1.0", "model": {"type": "Unigram", "vocab": []}})");
  ExpectError(Train(), {"model/tokenizer.json", "'Unigram' is not supported"});
  Remove("model/tokenizer.json");
  Remove("model/tokenizer_config.json");
  ExpectError(Train(), {"model: no tokenizer: none of tokenizer.json"});
  ExpectError(Run("generate model 1,2"), {"no tokenizer"});
  ExpectError(Run("tokenize model 1,2"), {"no tokenizer"});
}

TEST_F(BadModel, DirectoriesAndRightsInTheWay) {
  Remove("model/model.safetensors");
  std::filesystem::create_directory(Path("model/model.safetensors"));
  ExpectError(Train(), {"model/model.safetensors: Is a directory"});
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  std::filesystem::permissions(Path("model/config.json"), std::filesystem::perms::none);
  ExpectError(Train(), {"model/config.json: Permission denied"});
}

}  // namespace
}  // namespace longhaul
