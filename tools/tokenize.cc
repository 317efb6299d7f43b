// SPDX-License-Identifier: Apache-2.0
//
// longhaul tokenize: text to ids and back, as the model will see it.
#include <cstdio>
#include <fstream>
#include <iostream>

#include "common/file.h"
#include "common/json.h"
#include "common/tokenizer/tokenizer.h"
#include "tools/command.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string model_dir;
  std::string text;
  std::string jsonl;
};

// A piece with control characters and quotes escaped, as JSON writes them.
std::string Quoted(std::string_view piece) { return Json(piece).ToString(); }

void PrintPieces(const Tokenizer& tokenizer, const std::string& text) {
  const std::vector<int32_t> ids = tokenizer.Encode(text);
  for (int32_t id : ids) {
    fmt::print("{:>7}  {}\n", id, Quoted(tokenizer.IdToPiece(id)));
  }
  fmt::print("{} tokens\n", ids.size());
}

Status TokenizeLines(const Tokenizer& tokenizer, const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    if (DirectoryExists(path)) return InvalidArgument("{}: is a directory", path);
    file.open(path);
    if (!file) return NotFound("{}: cannot be opened", path);
  }
  std::istream& lines = path == "-" ? std::cin : file;
  std::string line;
  for (int64_t number = 1; std::getline(lines, line); ++number) {
    if (line.empty()) continue;
    ASSIGN_OR_RETURN(const Json record, Json::Parse(line, fmt::format("{}:{}", path, number)));
    ASSIGN_OR_RETURN(const std::string text, record.GetString("text"));
    const std::vector<int32_t> ids = tokenizer.Encode(text);
    Json result = Json::Object();
    result.Set("ids", Json(ids)).Set("decoded", tokenizer.Decode(ids));
    fmt::print("{}\n", result.ToString());
  }
  return OkStatus();
}

StatusOr<Outcome> Tokenize(const Options& options) {
  StatusOr<std::unique_ptr<Tokenizer>> tokenizer = FileExists(options.model_dir)
                                                       ? Tokenizer::FromFile(options.model_dir)
                                                       : Tokenizer::Load(options.model_dir);
  RETURN_IF_ERROR(tokenizer.status());
  if (options.jsonl.empty()) {
    PrintPieces(**tokenizer, options.text);
  } else {
    RETURN_IF_ERROR(TokenizeLines(**tokenizer, options.jsonl));
  }
  return Outcome::kDone;
}

}  // namespace

void AddTokenize(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("tokenize", "Print the ids and pieces of a text");
  command->footer(
      "Examples:\n"
      "  longhaul tokenize models/qwen3 \"Hello world\"\n"
      "  longhaul tokenize models/qwen3 --jsonl texts.jsonl    # {\"text\"} lines in, {\"ids\", "
      "\"decoded\"} lines out");
  command->add_option("MODEL_DIR", options->model_dir, "Model directory, or a tokenizer.json")
      ->required();
  CLI::Option* text = command->add_option("TEXT", options->text, "The text");
  CLI::Option* jsonl = command->add_option("--jsonl", options->jsonl,
                                           "File of {\"text\"} lines; - for standard input");
  text->excludes(jsonl);
  command->callback([options, text, jsonl, &chosen] {
    if (text->count() + jsonl->count() == 0) throw CLI::RequiredError("TEXT or --jsonl");
    chosen = [options] { return Tokenize(*options); };
  });
}

}  // namespace longhaul::tools
