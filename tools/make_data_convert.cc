// SPDX-License-Identifier: Apache-2.0
//
// longhaul make-data convert: published data sets as task files.
#include "tools/make_data_convert.h"

#include <cstdio>
#include <filesystem>
#include <optional>

#include "common/file.h"
#include "tools/convert/convert.h"
#include "tools/new_file.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string format;
  std::string file;
  std::optional<std::string> out;
  std::string name;
  std::string domain;
  bool messages = false;
};

// "bbh/navigate.json" -> "navigate".
std::string NameOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

StatusOr<Converted> ReadAndConvert(const Options& options) {
  ASSIGN_OR_RETURN(const ConvertFormat* format, FindConvertFormat(options.format));
  ConvertInput input;
  input.path = options.file;
  ASSIGN_OR_RETURN(input.text, ReadFile(options.file));
  input.name = options.name.empty() ? NameOf(options.file) : options.name;
  input.domain = options.domain.empty() ? std::string(format->domain) : options.domain;
  ASSIGN_OR_RETURN(Converted converted, format->convert(input));
  for (const auto& [reason, rows] : converted.left_out) {
    fmt::print(stderr, "left out {} rows: {}\n", rows, reason);
  }
  if (converted.tasks.empty()) return InvalidArgument("{}: no task in it", options.file);
  return converted;
}

// The same task with its prompt as what a user says to a model with a chat template.
Json WithMessages(const Json& task) {
  Json result = Json::Object();
  for (const Json::Member& member : task.members()) {
    if (member.key != "prompt") {
      result.Set(member.key, member.value);
      continue;
    }
    Json message = Json::Object();
    message.Set("role", "user").Set("content", member.value);
    result.Set("messages", Json(std::vector<Json>{message}));
  }
  return result;
}

StatusOr<Outcome> Convert(const Options& options) {
  if (options.out.has_value()) RETURN_IF_ERROR(CheckNewFile(*options.out));
  ASSIGN_OR_RETURN(const Converted converted, ReadAndConvert(options));
  std::string text;
  for (const Json& task : converted.tasks)
    text += (options.messages ? WithMessages(task) : task).ToString() + "\n";
  if (!options.out.has_value()) {
    fmt::print("{}", text);
    return Outcome::kDone;
  }
  RETURN_IF_ERROR(WriteNewFile(*options.out, text));
  fmt::print("wrote {} tasks to {}\n", converted.tasks.size(), *options.out);
  return Outcome::kDone;
}

std::string FormatHelp() {
  std::string help = "Formats:\n";
  for (const ConvertFormat& format : ConvertFormats()) {
    help += fmt::format("  {:<16} {}\n", format.name, format.description);
  }
  return help +
         "Example:\n  longhaul make-data convert --format bbh navigate.json --out test.jsonl";
}

}  // namespace

CLI::App* AddMakeDataConvert(CLI::App& make_data, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      make_data.add_subcommand("convert", "Turn a published data set into a task file");
  command->footer(FormatHelp());
  command->add_option("--format", options->format, "What the file holds, see below")->required();
  command->add_option("FILE", options->file, "File of the data set")->required();
  command->add_option("--out", options->out, "File to write; default: standard output");
  command->add_option("--name", options->name, "First part of uids; default: the file's name");
  command->add_option("--domain", options->domain, "Domain of the tasks; default: the format's");
  command->add_flag("--messages", options->messages,
                    "Prompts as chat messages, for a model with a chat template");
  command->callback([options, &chosen] { chosen = [options] { return Convert(*options); }; });
  return command;
}

}  // namespace longhaul::tools
