// SPDX-License-Identifier: Apache-2.0
#include "tests/common/tokenizer/golden_files.h"

#include <zlib.h>

#include <iostream>

#include "common/check.h"
#include "common/file.h"
#include "tests/common/status_matchers.h"

namespace longhaul {
namespace {

// Loads a directory that holds the given files.
std::unique_ptr<Tokenizer> LoadFiles(const std::vector<TokenizerFile>& files) {
  const TestDirectory dir;
  for (const TokenizerFile& file : files) {
    CHECK(WriteFileAtomic(JoinPath(dir.path(), file.name), file.contents).ok());
  }
  StatusOr<std::unique_ptr<Tokenizer>> tokenizer = Tokenizer::Load(dir.path());
  CHECK(tokenizer.ok()) << Message(tokenizer.status());
  return std::move(tokenizer).value();
}

}  // namespace

std::string ReadGolden(const std::string& name) {
  const std::string path = std::string(LONGHAUL_SOURCE_DIR) + "/tests/golden/tokenizers/" + name;
  gzFile file = gzopen(path.c_str(), "rb");  // reads plain files as they are
  CHECK(file != nullptr) << path;
  std::string contents;
  std::string buffer(1 << 16, '\0');
  while (true) {
    const int count = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()));
    CHECK(count >= 0) << path;
    if (count == 0) break;
    contents.append(buffer, 0, static_cast<size_t>(count));
  }
  gzclose(file);
  return contents;
}

std::vector<Json> ReadGoldenLines(const std::string& name) {
  const std::string text = ReadGolden(name);
  std::vector<Json> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    StatusOr<Json> line = Json::Parse(std::string_view(text).substr(begin, end - begin), name);
    CHECK(line.ok()) << Message(line.status());
    lines.push_back(std::move(line).value());
    begin = end + 1;
  }
  return lines;
}

const Tokenizer& Qwen3() {
  static const Tokenizer& tokenizer =
      *LoadFiles({{"tokenizer.json", ReadGolden("qwen3_tokenizer.json.gz")},
                  {"tokenizer_config.json", ReadGolden("qwen3_tokenizer_config.json")}})
           .release();
  return tokenizer;
}

const Tokenizer& Gpt2() {
  static const Tokenizer& tokenizer =
      *LoadFiles({{"encoder.json", ReadGolden("gpt2_encoder.json.gz")},
                  {"vocab.bpe", ReadGolden("gpt2_vocab.bpe.gz")}})
           .release();
  return tokenizer;
}

std::vector<int32_t> Ids(const Json& array) {
  std::vector<int32_t> ids;
  for (const Json& item : array.items()) ids.push_back(static_cast<int32_t>(item.AsInt().value()));
  return ids;
}

}  // namespace longhaul
