// SPDX-License-Identifier: Apache-2.0
#include "tools/run_files.h"

#include <filesystem>
#include <map>

#include "common/checkpoint/checkpoint_dir.h"
#include "common/config_node.h"
#include "common/file.h"
#include "common/logging.h"
#include "common/tokenizer/character_tokenizer.h"
#include "reward/generators/generate_tasks.h"
#include "tools/run_directory.h"

namespace longhaul::tools {
namespace {

constexpr std::string_view kConfigName = "config.yaml";

// Every value below `node` under its key ("trainer.max_steps").
void Flatten(const ConfigNode& node, const std::string& key,
             std::map<std::string, std::string>* values) {
  const std::string prefix = key.empty() ? "" : key + ".";
  for (const ConfigNode::Entry& entry : node.entries) {
    Flatten(entry.value, prefix + entry.key, values);
  }
  for (size_t i = 0; i < node.items.size(); ++i) {
    Flatten(node.items[i], prefix + std::to_string(i), values);
  }
  using Kind = ConfigNode::Kind;
  if (node.kind == Kind::kScalar || node.kind == Kind::kNull) {
    (*values)[key] = node.kind == Kind::kNull ? "null" : node.text;
  }
}

// Says what a resumed run does differently from before.
void ReportChanges(const std::string& before, const std::string& now) {
  std::map<std::string, std::string> old_values, new_values;
  const StatusOr<ConfigNode> old_root = ParseYaml(before, kConfigName);
  const StatusOr<ConfigNode> new_root = ParseYaml(now, kConfigName);
  if (!old_root.ok() || !new_root.ok()) {
    return LogWarning("the configuration this run began with cannot be read: {}",
                      Message(old_root.ok() ? new_root.status() : old_root.status()));
  }
  Flatten(*old_root, "", &old_values);
  Flatten(*new_root, "", &new_values);
  const auto report = [](const std::string& key, const std::string& from, const std::string& to) {
    LogWarning("configuration changed since this run began: {}: {} -> {}", key, from, to);
  };
  for (const auto& [key, value] : new_values) {
    const auto found = old_values.find(key);
    if (found == old_values.end()) {
      report(key, "(absent)", value);
    } else if (found->second != value) {
      report(key, found->second, value);
    }
  }
  for (const auto& [key, value] : old_values) {
    if (!new_values.contains(key)) report(key, value, "(absent)");
  }
}

// Whether a checkpoint says that training began with the data files that are there.
bool HasCheckpoints(const LoadedRun& run) {
  const auto steps = ListCheckpoints(CheckpointRoot(run));
  return !steps.ok() || !steps->empty();
}

Status WriteGenerated(const LoadedRun& run, const reward::GeneratorConfig& generator,
                      const std::string& path) {
  RETURN_IF_ERROR(reward::CheckGenerator(generator));
  ASSIGN_OR_RETURN(const std::vector<std::string> lines, reward::GenerateTasks(generator));
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  if (!FileExists(path)) return WriteFileAtomic(path, text);
  ASSIGN_OR_RETURN(const std::string before, ReadFile(path));
  if (before == text) return OkStatus();
  if (HasCheckpoints(run)) {
    return FailedPrecondition(
        "{} would change, and this run has checkpoints that were trained on it: take another "
        "output.dir, or the settings the run began with",
        path);
  }
  return WriteFileAtomic(path, text);
}

std::string TypeName(reward::GeneratorType type) {
  for (const EnumName& entry : EnumNames(type)) {
    if (entry.value == static_cast<int>(type)) return std::string(entry.name);
  }
  return "";
}

// The file of a generated data set, once it is made.
class GeneratedFiles {
 public:
  Status Make(LoadedRun& run) {
    const std::string dir = JoinPath(run.run_dir, "data");
    for (size_t i = 0; i < run.config->generate.size(); ++i) {
      reward::GeneratorConfig& generator = run.config->generate[i];
      const std::string key = fmt::format("generate.{}", i);
      if (generator.name.empty()) generator.name = TypeName(generator.type);
      if (generator.name.find_first_not_of(kNameCharacters) != std::string::npos) {
        return run.source.Error(key, "the name '{}' is that of a file: letters, digits, . _ - only",
                                generator.name);
      }
      if (paths_.contains(generator.name))
        return run.source.Error(key, "the name '{}' is there twice", generator.name);
      RETURN_IF_ERROR(CreateDirectories(dir));
      const std::string path = JoinPath(dir, generator.name + ".jsonl");
      RETURN_IF_ERROR(Annotate(WriteGenerated(run, generator, path), run.source.Where(key)));
      paths_.emplace(generator.name, path);
    }
    return OkStatus();
  }

  Status Resolve(const LoadedRun& run, const std::string& key, const std::string& generated,
                 std::string& path) const {
    if (generated.empty() == path.empty()) {
      return run.source.Error(key, "give either path or generated, not {}",
                              path.empty() ? "neither" : "both");
    }
    if (generated.empty()) return CheckFile(run, key + ".path", path);
    const auto found = paths_.find(generated);
    if (found == paths_.end())
      return run.source.Error(key, "section generate has no data set named '{}'", generated);
    path = found->second;
    return OkStatus();
  }

 private:
  static Status CheckFile(const LoadedRun& run, const std::string& key, const std::string& path) {
    const Status status = MappedFile::Open(path).status();
    return status.ok() ? status : run.source.Error(key, "{}", Message(status));
  }

  std::map<std::string, std::string> paths_;
};

// Moves a tokenizer into its place, unless one is there that checkpoints were trained with: then it
// must be the same, for a model means nothing with another.
Status PutTokenizer(const LoadedRun& run, const std::string& aside, const std::string& dir) {
  const std::string made = JoinPath(aside, "tokenizer.json");
  const std::string present = JoinPath(dir, "tokenizer.json");
  if (!FileExists(present) || !HasCheckpoints(run)) {
    RETURN_IF_ERROR(RemoveTree(dir));
    std::error_code error;
    std::filesystem::rename(aside, dir, error);
    return error ? ErrnoStatus(error.value(), "renaming to", dir) : OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile(made));
  ASSIGN_OR_RETURN(const std::string before, ReadFile(present));
  RETURN_IF_ERROR(RemoveTree(aside));
  if (text == before) return OkStatus();
  return FailedPrecondition(
      "{} is another tokenizer, of the run this directory holds; give that alphabet and context, "
      "or another output.dir",
      present);
}

}  // namespace

Status PrepareRunFiles(LoadedRun& run) {
  GeneratedFiles files;
  RETURN_IF_ERROR(files.Make(run));
  trainer::TrainerConfig& config = run.config->trainer;
  for (size_t i = 0; i < config.data.train.size(); ++i) {
    trainer::DataSource& source = config.data.train[i];
    RETURN_IF_ERROR(
        files.Resolve(run, fmt::format("data.train.{}", i), source.generated, source.path));
  }
  for (size_t i = 0; config.sft && i < config.sft->data.size(); ++i) {
    trainer::DataSource& source = config.sft->data[i];
    RETURN_IF_ERROR(
        files.Resolve(run, fmt::format("sft.data.{}", i), source.generated, source.path));
  }
  for (size_t i = 0; i < config.eval.sets.size(); ++i) {
    trainer::EvalSetConfig& set = config.eval.sets[i];
    RETURN_IF_ERROR(files.Resolve(run, fmt::format("eval.sets.{}", i), set.generated, set.path));
  }
  return OkStatus();
}

Status WriteRunConfig(const LoadedRun& run) {
  const std::string path = JoinPath(run.run_dir, std::string(kConfigName));
  const std::string text = std::string(kRunConfigHeader) + run.config_text;
  if (FileExists(path)) {
    ASSIGN_OR_RETURN(const std::string before, ReadFile(path));
    if (before == text) return OkStatus();
    ReportChanges(before, text);
  }
  return WriteFileAtomic(path, text);
}

StatusOr<std::unique_ptr<Tokenizer>> LoadRunTokenizer(const LoadedRun& run) {
  const ModelSection& model = run.config->model;
  if (model.path) return Tokenizer::Load(*model.path);
  const std::string dir = JoinPath(run.run_dir, "tokenizer"), aside = dir + ".new";
  RETURN_IF_ERROR(CreateDirectories(aside));
  CharacterTokenizerArgs args;
  args.special_tokens = {{"pad_token", "<pad>"}, {"eos_token", "<eos>"}, {"unk_token", "<unk>"}};
  args.alphabet = model.init->tokenizer_alphabet;
  args.model_max_length = run.model_config.max_position_embeddings;
  const auto placed = [&](const Status& status) {
    const bool of_alphabet = status.code() == StatusCode::kInvalidArgument ||
                             status.code() == StatusCode::kFailedPrecondition;
    return of_alphabet ? Annotate(status, run.source.Where("model.init.tokenizer_alphabet"))
                       : status;  // a full disk, say
  };
  RETURN_IF_ERROR(placed(WriteCharacterTokenizer(aside, args)));
  RETURN_IF_ERROR(placed(PutTokenizer(run, aside, dir)));
  return Tokenizer::Load(dir);
}

}  // namespace longhaul::tools
