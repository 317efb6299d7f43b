// SPDX-License-Identifier: Apache-2.0
#include "trainer/data/task_file.h"

#include <set>
#include <unordered_map>

#include "common/file.h"
#include "common/json.h"
#include "common/tokenizer/lost_characters.h"

namespace longhaul::trainer {
namespace {

// 2025-01-01: templates that print the date give the same prompts on every day of a run.
constexpr int64_t kTemplateClock = 1735689600;

// Ground truth may be written as a string or as a number or flag.
StatusOr<std::string> ScalarText(const Json& value) {
  if (value.is_null()) return std::string();
  if (value.is_string()) return value.AsString();
  return value.ToString();
}

StatusOr<proto::RewardSpec> ParseReward(const Json& json) {
  if (!json.is_object()) {
    return InvalidArgument("{}: expected an object with a `type`", json.where());
  }
  proto::RewardSpec spec;
  ASSIGN_OR_RETURN(*spec.mutable_type(), json.GetString("type"));
  ASSIGN_OR_RETURN(double weight, json.GetDoubleOr("weight", 1));
  spec.set_weight(weight);
  if (const Json* answer = json.Find("answer")) {
    ASSIGN_OR_RETURN(*spec.mutable_answer(), ScalarText(*answer));
  }
  ASSIGN_OR_RETURN(*spec.mutable_extractor(), json.GetStringOr("extractor", ""));
  Json options = Json::Object();
  for (const auto& [key, value] : json.members()) {
    if (key != "type" && key != "weight" && key != "answer" && key != "extractor") {
      options.Set(key, value);
    }
  }
  if (!options.members().empty()) spec.set_options_json(options.ToString());
  return spec;
}

Status ParseRewards(const Json& line, proto::Task* task) {
  const Json* reward = line.Find("reward");
  if (reward == nullptr || reward->is_null()) return OkStatus();
  if (!reward->is_array()) {
    ASSIGN_OR_RETURN(*task->add_rewards(), ParseReward(*reward));
    return OkStatus();
  }
  for (const Json& item : reward->items()) {
    ASSIGN_OR_RETURN(*task->add_rewards(), ParseReward(item));
  }
  return OkStatus();
}

Status CheckRewards(const Json& line, const RewardCheck& check, const proto::Task& task) {
  if (task.rewards().empty()) {
    return InvalidArgument("{}: reward: is missing, so nothing can score uid '{}'", line.where(),
                           task.uid());
  }
  double weights = 0;
  for (const proto::RewardSpec& spec : task.rewards()) {
    RETURN_IF_ERROR(
        Annotate(check(spec), fmt::format("{}: reward of uid '{}'", line.where(), task.uid())));
    weights += spec.weight();
  }
  if (weights > 0) return OkStatus();
  return InvalidArgument("{}: reward: every weight is 0, so nothing scores uid '{}'", line.where(),
                         task.uid());
}

Status EncodePlainPrompt(const TaskFileOptions& options, proto::Task* task) {
  std::vector<int32_t> ids =
      options.tokenizer->Encode(task->prompt(), {.add_special_tokens = true});
  if (!ids.empty() && options.tokenizer->eos_id() == ids.back()) ids.pop_back();
  task->mutable_prompt_ids()->Assign(ids.begin(), ids.end());
  return OkStatus();
}

Status EncodeMessages(const Json& line, const Json& messages, const TaskFileOptions& options,
                      proto::Task* task) {
  if (!messages.is_array() || messages.size() == 0) {
    return InvalidArgument("{}: expected a list of messages", messages.where());
  }
  ChatInput input;
  input.messages_json = messages.ToString();
  input.add_generation_prompt = true;
  input.now_unix_s = kTemplateClock;
  StatusOr<std::string> text = options.tokenizer->ApplyChatTemplate(input);
  if (!text.ok()) return Annotate(text.status(), line.where() + ": messages");
  task->set_prompt(*text);
  const std::vector<int32_t> ids = options.tokenizer->Encode(*text);
  task->mutable_prompt_ids()->Assign(ids.begin(), ids.end());
  return OkStatus();
}

Status ParsePrompt(const Json& line, const TaskFileOptions& options, proto::Task* task) {
  const Json* messages = line.Find("messages");
  const Json* prompt = line.Find("prompt");
  if ((messages == nullptr) == (prompt == nullptr)) {
    return InvalidArgument("{}: needs either `prompt` or `messages`", line.where());
  }
  if (messages != nullptr) {
    RETURN_IF_ERROR(EncodeMessages(line, *messages, options, task));
  } else {
    ASSIGN_OR_RETURN(*task->mutable_prompt(), prompt->AsString());
    RETURN_IF_ERROR(EncodePlainPrompt(options, task));
  }
  if (task->prompt_ids().empty()) {
    return InvalidArgument("{}: prompt: is empty (uid '{}')", line.where(), task->uid());
  }
  const std::vector<int32_t> ids(task->prompt_ids().begin(), task->prompt_ids().end());
  if (options.tokenizer->LosesText(task->prompt(), ids)) {
    return InvalidArgument(
        "{}: prompt: has characters that this tokenizer does not know{} (uid '{}')", line.where(),
        DescribeLostCharacters(*options.tokenizer, task->prompt()), task->uid());
  }
  if (task->prompt_ids_size() > options.max_prompt_length) {
    return InvalidArgument("{}: prompt: {} tokens, data.max_prompt_length is {} (uid '{}')",
                           line.where(), task->prompt_ids_size(), options.max_prompt_length,
                           task->uid());
  }
  return OkStatus();
}

std::string Metadata(const Json& line) {
  static const std::set<std::string> kOwn = {"uid",    "prompt",   "messages",  "domain",
                                             "reward", "response", "pass_rate", "synthetic"};
  Json metadata = Json::Object();
  for (const auto& [key, value] : line.members()) {
    if (!kOwn.contains(key)) metadata.Set(key, value);
  }
  return !metadata.members().empty() ? metadata.ToString() : "";
}

StatusOr<TaskEntry> ParseLine(const Json& line, const TaskFileOptions& options) {
  if (!line.is_object()) {
    return InvalidArgument("{}: expected a JSON object", line.where());
  }
  TaskEntry entry;
  proto::Task& task = entry.task;
  ASSIGN_OR_RETURN(*task.mutable_uid(), line.GetString("uid"));
  if (task.uid().empty()) return InvalidArgument("{}: uid: is empty", line.where());
  ASSIGN_OR_RETURN(*task.mutable_domain(), line.GetStringOr("domain", ""));
  ASSIGN_OR_RETURN(bool synthetic, line.GetBoolOr("synthetic", false));
  task.set_synthetic(synthetic);
  if (const Json* pass_rate = line.Find("pass_rate"); pass_rate && !pass_rate->is_null()) {
    ASSIGN_OR_RETURN(double value, pass_rate->AsDouble());
    if (value < 0 || value > 1) {
      return InvalidArgument("{}: pass_rate: {} is not in [0, 1]", line.where(), value);
    }
    task.set_pass_rate(value);
  }
  RETURN_IF_ERROR(ParsePrompt(line, options, &task));
  RETURN_IF_ERROR(ParseRewards(line, &task));
  if (options.check_reward) RETURN_IF_ERROR(CheckRewards(line, options.check_reward, task));
  task.set_metadata_json(Metadata(line));
  if (options.response == ResponseField::kRequired) {
    ASSIGN_OR_RETURN(entry.response, line.GetString("response"));
  }
  return entry;
}

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

StatusOr<std::vector<TaskEntry>> ReadTaskFile(const std::string& path,
                                              const TaskFileOptions& options) {
  ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  const std::string_view text = file.bytes();
  std::vector<TaskEntry> entries;
  std::unordered_map<std::string, int64_t> line_of_uid;
  int64_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    const std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    ++number;
    if (IsBlank(line)) continue;
    ASSIGN_OR_RETURN(Json json, Json::Parse(line, fmt::format("{}:{}", path, number)));
    ASSIGN_OR_RETURN(TaskEntry entry, ParseLine(json, options));
    const auto [first, inserted] = line_of_uid.emplace(entry.task.uid(), number);
    if (!inserted) {
      return InvalidArgument("{}:{}: uid: '{}' is already that of line {}", path, number,
                             entry.task.uid(), first->second);
    }
    entries.push_back(std::move(entry));
    if (static_cast<int64_t>(entries.size()) == options.max_tasks) break;
  }
  if (entries.empty()) return InvalidArgument("{}: holds no task", path);
  return entries;
}

}  // namespace longhaul::trainer
