// SPDX-License-Identifier: Apache-2.0
//
// longhaul generate and longhaul chat: text from a model, streamed as it is drawn.
#include "rollout/generate.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "common/logging.h"
#include "common/tokenizer/lost_characters.h"
#include "common/tokenizer/stream_decoder.h"
#include "tools/command.h"
#include "tools/model_bundle.h"
#include "tools/number_check.h"

namespace longhaul::tools {
namespace {

struct SamplingOptions {
  std::string model_dir;
  std::string precision = "fp32";
  double temperature = 1;
  double top_p = 1;
  int top_k = 0;
  double min_p = 0;
  int64_t max_tokens = 512;
  uint64_t seed = 1;
  std::vector<std::string> stop;
  int threads = 0;
};

void AddSamplingOptions(CLI::App* command, SamplingOptions& options) {
  command->add_option("MODEL_DIR", options.model_dir, "Model directory or checkpoint")->required();
  command->add_option("--precision", options.precision, "fp32 or bf16")->capture_default_str();
  command->add_option("--temperature", options.temperature, "0: greedy")
      ->check(AtLeast(0))
      ->capture_default_str();
  command->add_option("--top-p", options.top_p, "Nucleus sampled from; 1: off")
      ->check(AboveZeroUpToOne())
      ->capture_default_str();
  command->add_option("--top-k", options.top_k, "0: off")->check(AtLeast(0))->capture_default_str();
  command
      ->add_option("--min-p", options.min_p, "Least probability, of the likeliest token's; 0: off")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--max-tokens", options.max_tokens, "Longest response")
      ->check(AtLeast(1))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "Of sampling")->capture_default_str();
  command->add_option("--stop", options.stop, "Stop string; may be given several times");
  command->add_option("--threads", options.threads, "0: all")->check(CLI::Range(0, 1024));
}

rollout::SamplingParams ToSamplingParams(const SamplingOptions& options) {
  rollout::SamplingParams sampling;
  sampling.temperature = options.temperature;
  sampling.top_p = options.top_p;
  sampling.top_k = options.top_k;
  sampling.min_p = options.min_p;
  sampling.max_response_length = options.max_tokens;
  sampling.stop = options.stop;
  sampling.seed = options.seed;
  return sampling;
}

// A model with an engine for one conversation or a few prompts.
struct Generator {
  ModelBundle bundle;
  std::unique_ptr<rollout::Engine> engine;
};

StatusOr<Generator> MakeGenerator(const SamplingOptions& options, int64_t num_sequences) {
  Generator generator;
  ASSIGN_OR_RETURN(const model::Precision precision, ParsePrecision(options.precision));
  ASSIGN_OR_RETURN(
      generator.bundle,
      LoadModelBundle(options.model_dir,
                      {.weights = {.precision = precision, .use = model::WeightsUse::kInference},
                       .threads = options.threads}));
  rollout::EngineOptions engine;
  engine.config.max_num_seqs = num_sequences;
  engine.config.max_num_batched_tokens =
      std::max(engine.config.max_num_batched_tokens, num_sequences);
  engine.num_threads = options.threads;
  ASSIGN_OR_RETURN(generator.engine,
                   rollout::Engine::Create(generator.bundle.config, generator.bundle.weights.get(),
                                           generator.bundle.tokenizer.get(), engine));
  return generator;
}

void Print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// Generates one completion, printing its text as it comes.
StatusOr<rollout::Completion> Stream(Generator& generator, const rollout::Prompt& prompt) {
  StreamDecoder decoder(*generator.bundle.tokenizer, {.skip_special_tokens = true});
  rollout::GenerateHooks hooks;
  hooks.on_token = [&](const rollout::TokenEvent& event) { Print(decoder.Push(event.token_id)); };
  ASSIGN_OR_RETURN(auto completions, rollout::Generate(*generator.engine, {prompt}, hooks));
  Print(decoder.Finish());
  return completions[0][0];
}

struct GenerateOptions {
  SamplingOptions sampling;
  std::string prompt;
  int num_samples = 1;
};

StatusOr<Outcome> Generate(const GenerateOptions& options) {
  ASSIGN_OR_RETURN(Generator generator, MakeGenerator(options.sampling, options.num_samples));
  rollout::Prompt prompt;
  prompt.uid = "prompt";
  prompt.prompt_ids =
      generator.bundle.tokenizer->Encode(options.prompt, {.add_special_tokens = true});
  if (prompt.prompt_ids.empty()) return InvalidArgument("the prompt has no tokens");
  if (generator.bundle.tokenizer->LosesText(options.prompt, prompt.prompt_ids)) {
    LogWarning("the prompt has characters that this tokenizer does not know{}",
               DescribeLostCharacters(*generator.bundle.tokenizer, options.prompt));
  }
  prompt.num_samples = options.num_samples;
  prompt.sampling = ToSamplingParams(options.sampling);
  if (options.num_samples == 1) {
    RETURN_IF_ERROR(Stream(generator, prompt).status());
    Print("\n");
    return Outcome::kDone;
  }
  ASSIGN_OR_RETURN(const auto completions, rollout::Generate(*generator.engine, {prompt}));
  for (const rollout::Completion& completion : completions[0]) {
    fmt::print("--- sample {}\n{}\n", completion.sample, completion.text);
  }
  return Outcome::kDone;
}

StatusOr<Outcome> Chat(const SamplingOptions& options, const std::string& system) {
  ASSIGN_OR_RETURN(Generator generator, MakeGenerator(options, 1));
  if (!generator.bundle.tokenizer->has_chat_template()) {
    return FailedPrecondition(
        "{} has no chat template: use `longhaul generate` with a plain prompt", options.model_dir);
  }
  std::vector<ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", system});
  fmt::print("Empty line or end of input ends the conversation.\n");
  std::string line;
  for (int turn = 0;
       fmt::print("> "), std::fflush(stdout), std::getline(std::cin, line) && !line.empty();
       ++turn) {
    messages.push_back({"user", line});
    ChatInput input;
    input.messages_json = MessagesToJson(messages);
    input.add_generation_prompt = true;
    ASSIGN_OR_RETURN(const std::string text, generator.bundle.tokenizer->ApplyChatTemplate(input));
    rollout::Prompt prompt;
    prompt.uid = fmt::format("turn-{}", turn);
    prompt.prompt_ids = generator.bundle.tokenizer->Encode(text);
    prompt.sampling = ToSamplingParams(options);
    ASSIGN_OR_RETURN(const rollout::Completion reply, Stream(generator, prompt));
    messages.push_back({"assistant", reply.text});
    Print("\n");
  }
  if (std::cin.eof()) Print("\n");  // the prompt sign ends no line
  return Outcome::kDone;
}

}  // namespace

void AddGenerate(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command = app.add_subcommand("generate", "Continue a prompt");
  command->footer(
      "Example:\n  longhaul generate runs/quickstart/export \"47+85=\" --temperature 0");
  AddSamplingOptions(command, options->sampling);
  command->add_option("PROMPT", options->prompt, "The text to continue")->required();
  command->add_option("--samples", options->num_samples, "Responses to the prompt")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command->callback([options, &chosen] { chosen = [options] { return Generate(*options); }; });
}

void AddChat(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<SamplingOptions>();
  auto system = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("chat", "Talk with a model that has a chat template");
  command->footer("Example:\n  longhaul chat models/qwen3-0.6b --temperature 0.6 --top-p 0.95");
  AddSamplingOptions(command, *options);
  command->add_option("--system", *system, "System message");
  command->callback([options, system, &chosen] {
    chosen = [options, system] { return Chat(*options, *system); };
  });
}

}  // namespace longhaul::tools
