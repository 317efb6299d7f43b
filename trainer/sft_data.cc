// SPDX-License-Identifier: Apache-2.0
#include "trainer/sft_data.h"

#include <cmath>

#include "common/tokenizer/lost_characters.h"
#include "trainer/data/task_file.h"

namespace longhaul::trainer {

StatusOr<std::unique_ptr<SftData>> SftData::Load(const Args& args) {
  std::vector<TaskSource> sources;
  std::unordered_map<std::string, std::vector<int32_t>> responses;
  for (const DataSource& data : args.config->data) {
    ASSIGN_OR_RETURN(std::vector<TaskEntry> entries,
                     ReadTaskFile(data.path, {.tokenizer = args.tokenizer,
                                              .max_prompt_length = args.max_prompt_length,
                                              .response = ResponseField::kRequired}));
    TaskSource& source = sources.emplace_back();
    source.path = data.path;
    source.weight = data.weight;
    for (TaskEntry& entry : entries) {
      std::vector<int32_t> ids = args.tokenizer->Encode(entry.response);
      if (args.tokenizer->LosesText(entry.response, ids)) {
        return InvalidArgument(
            "{}: response of uid '{}': has characters that this tokenizer does not know{}",
            data.path, entry.task.uid(), DescribeLostCharacters(*args.tokenizer, entry.response));
      }
      if (args.eos_token_id >= 0 && (ids.empty() || ids.back() != args.eos_token_id)) {
        ids.push_back(args.eos_token_id);
      }
      const int64_t length = entry.task.prompt_ids_size() + static_cast<int64_t>(ids.size());
      if (length > args.max_sequence_length || ids.empty()) {
        return InvalidArgument(
            "{}: response of uid '{}': prompt {} + response {} = {} tokens, at most {} fit "
            "(trainer.max_tokens_per_pass and the model's context)",
            data.path, entry.task.uid(), entry.task.prompt_ids_size(), ids.size(), length,
            args.max_sequence_length);
      }
      responses[entry.task.uid()] = std::move(ids);
      source.tasks.push_back(std::move(entry.task));
    }
  }
  TaskSampler::Args sampler_args;
  sampler_args.sources = std::move(sources);
  sampler_args.seed = args.seed ^ 0x736674;  // another order than the RL phase has
  ASSIGN_OR_RETURN(TaskSampler sampler, TaskSampler::Create(std::move(sampler_args)));
  std::unique_ptr<SftData> data(new SftData(args, std::move(sampler)));
  data->responses_ = std::move(responses);
  if (args.config->batch_size > data->sampler_.num_tasks()) {
    return InvalidArgument(
        "sft.batch_size: {}: sft.data has {} examples, and a batch would hold them more than once",
        args.config->batch_size, data->sampler_.num_tasks());
  }
  data->total_steps_ = args.config->steps;
  if (data->total_steps_ == 0) {
    data->total_steps_ = static_cast<int64_t>(
        std::ceil(args.config->epochs * static_cast<double>(data->sampler_.num_tasks()) /
                  static_cast<double>(args.config->batch_size)));
  }
  return data;
}

StatusOr<std::vector<TrainSequence>> SftData::Next() {
  std::vector<TrainSequence> batch;
  for (int64_t i = 0; i < config_.batch_size; ++i) {
    ASSIGN_OR_RETURN(const DrawnTask drawn, sampler_.Draw(0));
    TrainSequence& sequence = batch.emplace_back();
    sequence.group = static_cast<int32_t>(i);
    sequence.prompt.assign(drawn.task->prompt_ids().begin(), drawn.task->prompt_ids().end());
    sequence.response = responses_.at(drawn.task->uid());
    sequence.loss_mask.assign(sequence.response.size(), 1);
  }
  return batch;
}

}  // namespace longhaul::trainer
