// SPDX-License-Identifier: Apache-2.0
//
// longhaul eval: a model on a data file, avg@k and pass@k with a confidence interval, every sample
// kept.
#include <algorithm>
#include <filesystem>

#include "common/file.h"
#include "common/logging.h"
#include "rollout/generate.h"
#include "rollout/proto_conversion.h"
#include "tools/command.h"
#include "tools/local_scoring.h"
#include "tools/model_bundle.h"
#include "tools/number_check.h"
#include "trainer/data/task_file.h"
#include "trainer/eval/evaluation.h"
#include "trainer/sample_log.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string model_dir;
  std::string data;
  std::string out;
  std::string precision = "fp32";
  trainer::EvalSetConfig set;
  int64_t max_tokens = 1024;
  int64_t max_prompt_length = 65536;
  int64_t max_num_seqs = 256;
  uint64_t seed = 1;
  int threads = 0;
  std::string reward;  // YAML: see ScoringConfig
};

rollout::SamplingParams Sampling(const Options& options) {
  rollout::SamplingParams sampling;
  sampling.temperature = options.set.temperature;
  sampling.top_p = options.set.top_p;
  sampling.max_response_length = options.max_tokens;
  sampling.seed = options.seed;
  return sampling;
}

proto::ScoreItem ItemOf(const proto::Task& task, const proto::Rollout& rollout, int64_t window) {
  proto::ScoreItem item;
  item.set_uid(task.uid());
  item.set_domain(task.domain());
  *item.mutable_rewards() = task.rewards();
  item.set_prompt(task.prompt());
  item.set_response(rollout.text());
  item.set_response_length(rollout.token_ids_size());
  item.set_max_response_length(window);
  item.set_truncated(rollout.stop_reason() == proto::STOP_REASON_LENGTH ||
                     rollout.stop_reason() == proto::STOP_REASON_REPETITION);
  item.set_metadata_json(task.metadata_json());
  return item;
}

StatusOr<std::vector<proto::Group>> GenerateAll(const Options& options,
                                                const std::vector<trainer::TaskEntry>& entries,
                                                ModelBundle& bundle) {
  rollout::EngineOptions engine_options;
  engine_options.config.max_num_seqs = options.max_num_seqs;
  engine_options.config.max_num_batched_tokens =
      std::max(engine_options.config.max_num_batched_tokens, options.max_num_seqs);
  engine_options.num_threads = options.threads;
  int64_t longest = 0;
  std::vector<rollout::Prompt> prompts;
  for (const trainer::TaskEntry& entry : entries) {
    prompts.push_back(
        {.uid = entry.task.uid(),
         .prompt_ids = {entry.task.prompt_ids().begin(), entry.task.prompt_ids().end()},
         .num_samples = static_cast<int32_t>(options.set.num_samples),
         .sampling = Sampling(options)});
    longest = std::max(longest, static_cast<int64_t>(entry.task.prompt_ids_size()));
  }
  engine_options.max_sequence_tokens =
      std::min(bundle.config.max_position_embeddings, longest + options.max_tokens);
  ASSIGN_OR_RETURN(const auto engine,
                   rollout::Engine::Create(bundle.config, bundle.weights.get(),
                                           bundle.tokenizer.get(), engine_options));
  std::vector<proto::Group> groups(entries.size());
  StatusLine status;
  size_t done = 0;
  rollout::GenerateHooks hooks;
  hooks.on_complete = [&](int64_t index, const std::vector<rollout::Completion>& completions) {
    status.Progress(fmt::format("generated {}/{} tasks", ++done, entries.size()));
    proto::Group& group = groups[static_cast<size_t>(index)];
    *group.mutable_task() = entries[static_cast<size_t>(index)].task;
    for (const rollout::Completion& completion : completions) {
      proto::Rollout* rollout = group.add_rollouts();
      *rollout = rollout::RolloutOf(completion);
    }
  };
  RETURN_IF_ERROR(rollout::Generate(*engine, prompts, hooks).status());
  return groups;
}

// All at once, so that a scorer that waits for others waits for many.
void ScoreAll(reward::ItemScoring& scoring, int64_t window, std::vector<proto::Group>& groups) {
  std::vector<proto::ScoreItem> items;
  for (const proto::Group& group : groups) {
    for (const proto::Rollout& rollout : group.rollouts()) {
      items.push_back(ItemOf(group.task(), rollout, window));
    }
  }
  std::vector<proto::RewardResult> results = scoring.ScoreAndWait(std::move(items));
  size_t next = 0;
  for (proto::Group& group : groups) {
    for (proto::Rollout& rollout : *group.mutable_rollouts()) {
      *rollout.mutable_reward() = std::move(results[next++]);
    }
  }
}

Status WriteSamples(const std::string& path, const std::string& data,
                    const std::vector<proto::Group>& groups) {
  ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(path));
  for (const proto::Group& group : groups) {
    RETURN_IF_ERROR(trainer::LogSamples({.use = trainer::SampleUse::kEvaluated, .eval_name = data},
                                        group, &file));
  }
  return file.Sync();
}

// Where the samples go. Those of an earlier evaluation are never written over.
StatusOr<std::string> SamplesPath(const std::string& asked) {
  if (asked.empty()) {
    std::string path = "eval-samples.jsonl";
    for (int n = 2; FileExists(path); ++n) path = fmt::format("eval-samples-{}.jsonl", n);
    return path;
  }
  if (FileExists(asked)) return AlreadyExists("--out {}: it exists already; name another", asked);
  const std::filesystem::path directory = std::filesystem::path(asked).parent_path();
  if (!directory.empty() && !DirectoryExists(directory.string())) {
    return NotFound("--out {}: there is no directory {}", asked, directory.string());
  }
  return asked;
}

StatusOr<Outcome> Eval(Options options) {
  if (options.set.num_samples > 1 && options.set.temperature == 0) {
    return InvalidArgument("--samples: {} samples at temperature 0 would all be the same",
                           options.set.num_samples);
  }
  ASSIGN_OR_RETURN(const std::string out, SamplesPath(options.out));
  ASSIGN_OR_RETURN(const model::Precision precision, ParsePrecision(options.precision));
  BundleOptions bundle_options;
  bundle_options.weights.precision = precision;
  bundle_options.weights.use = model::WeightsUse::kInference;
  bundle_options.threads = options.threads;
  ASSIGN_OR_RETURN(ModelBundle bundle, LoadModelBundle(options.model_dir, bundle_options));
  trainer::TaskFileOptions file_options;
  file_options.tokenizer = bundle.tokenizer.get();
  file_options.max_prompt_length = options.max_prompt_length;
  file_options.max_tasks = options.set.max_tasks;
  ASSIGN_OR_RETURN(const ScoringConfig scoring_config, ReadScoringConfig(options.reward, {}));
  ASSIGN_OR_RETURN(const auto scoring, LocalScoring::Create({.config = &scoring_config.reward,
                                                             .sandbox = scoring_config.sandbox,
                                                             .threads = options.threads}));
  file_options.check_reward = [&scoring](const proto::RewardSpec& spec) {
    return scoring->service().router().CheckSpec(spec);
  };
  ASSIGN_OR_RETURN(const auto entries, trainer::ReadTaskFile(options.data, file_options));
  ASSIGN_OR_RETURN(std::vector<proto::Group> groups, GenerateAll(options, entries, bundle));
  ScoreAll(scoring->service().scoring(), options.max_tokens, groups);
  RETURN_IF_ERROR(WriteSamples(out, options.data, groups));
  options.set.name = options.data;
  const trainer::EvalResult result = trainer::Summarise(options.set, std::move(groups));
  fmt::print("{} tasks, {} samples each, temperature {}, top-p {}\n", entries.size(),
             options.set.num_samples, options.set.temperature, options.set.top_p);
  fmt::print("avg@{}  {:.4f}   95% interval [{:.4f}, {:.4f}]\n", result.num_samples,
             result.avg_at_k, result.interval.low, result.interval.high);
  for (size_t i = 0; i < result.pass_at_k.size(); ++i)
    fmt::print("pass@{} {:.4f}\n", int64_t{1} << i, result.pass_at_k[i]);
  fmt::print("mean length {:.1f} tokens, {:.1f}% truncated, {} unscorable\nsamples in {}\n",
             result.length_mean, result.truncated_frac * 100, result.unscorable, out);
  return Outcome::kDone;
}

}  // namespace

void AddEval(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("eval", "Accuracy of a model on a data file");
  command->footer(
      "Example:\n  longhaul eval runs/quickstart/export --data runs/quickstart/data/held-out.jsonl "
      "--samples 4 --temperature 1");
  command->add_option("MODEL_DIR", options->model_dir, "Model directory or checkpoint")->required();
  command->add_option("--data", options->data, "Task file (docs/data.md)")->required();
  command->add_option("--out", options->out, "New file for the samples (eval-samples.jsonl)");
  command->add_option("--samples", options->set.num_samples, "k of avg@k")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_option("--temperature", options->set.temperature, "0: greedy")
      ->check(AtLeast(0))
      ->capture_default_str();
  command->add_option("--top-p", options->set.top_p, "Nucleus sampled from; 1: off")
      ->check(AboveZeroUpToOne())
      ->capture_default_str();
  command->add_option("--max-tokens", options->max_tokens, "Longest response")
      ->check(AtLeast(1))
      ->capture_default_str();
  command->add_option("--max-tasks", options->set.max_tasks, "Only the first; 0: all")
      ->check(AtLeast(0));
  command->add_option("--precision", options->precision, "fp32 or bf16")->capture_default_str();
  command->add_option("--batch", options->max_num_seqs, "Sequences at the same time")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_option("--reward", options->reward,
                      "YAML with settings of section `reward`, and section `sandbox` beside them");
  command->add_option("--seed", options->seed, "Of sampling")->capture_default_str();
  command->add_option("--threads", options->threads, "0: all")->check(CLI::Range(0, 1024));
  command->callback([options, &chosen] { chosen = [options] { return Eval(*options); }; });
}

}  // namespace longhaul::tools
