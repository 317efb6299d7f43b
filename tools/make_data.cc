// SPDX-License-Identifier: Apache-2.0
//
// longhaul make-data: generated tasks as a data file.
#include <algorithm>
#include <cstdio>
#include <optional>

#include "common/config.h"
#include "common/json.h"
#include "common/nearest_name.h"
#include "reward/generators/generate_tasks.h"
#include "tools/command.h"
#include "tools/make_data_convert.h"
#include "tools/new_file.h"
#include "tools/run_plan.h"

namespace longhaul::tools {
namespace {

// An option that is given is not passed over for being empty, as a variable of a shell may be.
struct Options {
  std::string type;
  std::optional<std::string> task;
  std::optional<std::string> difficulty;
  std::optional<std::string> count;
  std::optional<std::string> seed;
  std::optional<std::string> out;
  std::vector<std::string> settings;
};

// "3" or "2-5" as the least and the greatest.
StatusOr<std::string> DifficultySettings(const std::string& difficulty) {
  const size_t dash = difficulty.find('-');
  const std::string least = difficulty.substr(0, dash);
  const std::string greatest = dash == difficulty.npos ? least : difficulty.substr(dash + 1);
  for (const std::string& part : {least, greatest}) {
    if (part.empty() || part.find_first_not_of("0123456789") != part.npos) {
      return InvalidArgument("--difficulty {}: expected 3 or 2-5", difficulty);
    }
  }
  return fmt::format("difficulty_min: {}, difficulty_max: {}", least, greatest);
}

// The list that --task and --difficulty are an entry of; none for types without difficulties.
std::string_view MixKey(const std::string& type) {
  if (type == "code") return "programs";
  if (type == "logic") return "puzzles";
  if (type == "math") return "exercises";
  return "";
}

// --task and --difficulty as an entry of a mixture: "exercises=[{topic: linear, ...}]".
StatusOr<std::string> MixSetting(const Options& options) {
  const std::string_view key = MixKey(options.type);
  if (key.empty() || (options.type == "code" && options.task.has_value())) {
    return InvalidArgument(
        "--task belongs to 'make-data logic' and 'math', --difficulty to these and 'code'");
  }
  ASSIGN_OR_RETURN(const std::string range, DifficultySettings(options.difficulty.value_or("1")));
  std::string kind;
  if (options.task.has_value()) {
    // A string of JSON is one of YAML, whatever stands in it.
    kind = fmt::format("{}: {}, ", options.type == "math" ? "topic" : "task",
                       Json(*options.task).ToString());
  }
  return fmt::format("{}=[{{{}{}}}]", key, kind, range);
}

// An option and a setting of the same would silently be one of the two.
Status RefuseBoth(const std::vector<std::string>& settings, std::string_view key,
                  std::string_view option) {
  for (const std::string& setting : settings) {
    if (std::string_view(setting).substr(0, setting.find('=')) == key)
      return InvalidArgument("give either {} or '{}', not both", option, setting);
  }
  return OkStatus();
}

// The options of the command as settings of the generator.
StatusOr<std::vector<std::string>> AllSettings(const Options& options) {
  std::vector<std::string> settings;
  RETURN_IF_ERROR(RefuseBoth(options.settings, "type", options.type));
  if (options.task.has_value() || options.difficulty.has_value()) {
    ASSIGN_OR_RETURN(std::string setting, MixSetting(options));
    RETURN_IF_ERROR(RefuseBoth(options.settings, MixKey(options.type),
                               options.task.has_value() ? "--task" : "--difficulty"));
    settings.push_back(std::move(setting));
  }
  for (const auto& [key, value] :
       {std::pair("count", options.count), std::pair("seed", options.seed)}) {
    if (!value.has_value()) continue;
    RETURN_IF_ERROR(RefuseBoth(options.settings, key, fmt::format("--{}", key)));
    settings.push_back(fmt::format("{}={}", key, *value));
  }
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  return settings;
}

std::vector<std::string> Types() {
  std::vector<std::string> types;
  for (const EnumName& name : EnumNames(reward::GeneratorType())) types.emplace_back(name.name);
  return types;
}

Status CheckType(const std::string& type) {
  std::vector<std::string> words = Types();
  if (std::find(words.begin(), words.end(), type) != words.end()) return OkStatus();
  words.emplace_back("convert");
  return InvalidArgument("make-data: no type '{}'{}", type, SuggestName(type, words));
}

StatusOr<Outcome> MakeData(const Options& options) {
  RETURN_IF_ERROR(CheckType(options.type));
  if (options.out.has_value()) RETURN_IF_ERROR(CheckNewFile(*options.out));
  ASSIGN_OR_RETURN(const std::vector<std::string> settings, AllSettings(options));
  ASSIGN_OR_RETURN(const Config source,
                   Config::Parse("type: " + options.type, "command line", settings));
  reward::GeneratorConfig config;
  RETURN_IF_ERROR(source.Read(config));
  RETURN_IF_ERROR(Annotate(reward::CheckGenerator(config), "command line"));
  RETURN_IF_ERROR(CheckMemory({GeneratedTasksMemory(config.count)}));
  ASSIGN_OR_RETURN(const std::vector<std::string> lines, reward::GenerateTasks(config));
  if (!options.out.has_value()) {
    for (const std::string& line : lines) fmt::print("{}\n", line);
    return Outcome::kDone;
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  RETURN_IF_ERROR(WriteNewFile(*options.out, text));
  fmt::print("wrote {} tasks to {}\n", lines.size(), *options.out);
  return Outcome::kDone;
}

}  // namespace

void AddMakeData(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("make-data", "Generate tasks as a data file");
  command->footer(
      "Example:\n"
      "  longhaul make-data arithmetic --out train.jsonl count=1000 seed=3 \"mix=[{family: add, "
      "digits_max: 5}]\"\n"
      "  longhaul make-data logic --task numbrix --difficulty 2-5 --count 100 --seed 7\n"
      "  longhaul make-data math --task linear --difficulty 3 --count 100 responses=true");
  command->add_option("TYPE", options->type, JoinNames(Types()));
  command->add_option("--task", options->task,
                      "logic: kind of puzzle, math: topic; or all (default)");
  command->add_option("--difficulty", options->difficulty,
                      "Of logic (1 to 10), math (1 to 5) or code (1 to 3); or a range: 2-5");
  command->add_option("--count", options->count, "Number of tasks");
  command->add_option("--seed", options->seed, "Seed");
  command->add_option("--out", options->out, "File to write; default: standard output");
  command->add_option("SETTINGS", options->settings, "key=value of the generator (docs/data.md)");
  const std::vector<CLI::Option*> own = command->get_options(
      [](const CLI::Option* option) { return option->get_name() != "--help"; });
  CLI::App* convert = AddMakeDataConvert(*command, chosen);
  for (CLI::Option* option : own) convert->excludes(option);
  command->callback([options, command, &chosen] {
    if (!command->get_subcommands().empty()) return;
    if (options->type.empty()) throw CLI::RequiredError("TYPE");
    chosen = [options] { return MakeData(*options); };
  });
}

}  // namespace longhaul::tools
