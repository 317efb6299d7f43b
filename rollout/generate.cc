// SPDX-License-Identifier: Apache-2.0
#include "rollout/generate.h"

#include <utility>

#include "common/check.h"

namespace longhaul::rollout {
namespace {

GroupRequest RequestOf(const Prompt& prompt, int64_t index) {
  return {.id = index,
          .uid = prompt.uid,
          .prompt_ids = prompt.prompt_ids,
          .group_size = prompt.num_samples,
          .sampling = prompt.sampling,
          .resume = {}};
}

void AbortAll(Engine& engine) {
  for (const GroupRequest& request : engine.Snapshot()) engine.Abort(request.id);
}

}  // namespace

StatusOr<std::vector<std::vector<Completion>>> Generate(Engine& engine,
                                                        const std::vector<Prompt>& prompts,
                                                        const GenerateHooks& hooks) {
  CHECK(engine.idle() && engine.unfinished_groups() == 0);
  std::vector<std::vector<Completion>> completions(prompts.size());
  size_t next = 0;
  while (next < prompts.size() || !engine.idle()) {
    while (next < prompts.size() && engine.HasRoom()) {
      const Status added = engine.Add(RequestOf(prompts[next], static_cast<int64_t>(next)));
      if (!added.ok()) {
        AbortAll(engine);
        return added;
      }
      ++next;
    }
    if (hooks.cancel != nullptr && hooks.cancel->load()) {
      AbortAll(engine);
      return Cancelled("generation was cancelled");
    }
    const StepEvents& events = engine.Step();
    if (hooks.on_token) {
      for (const TokenEvent& token : events.tokens) hooks.on_token(token);
    }
    for (int64_t id : events.finished) {
      completions[static_cast<size_t>(id)] = engine.Take(id);
      if (hooks.on_complete) hooks.on_complete(id, completions[static_cast<size_t>(id)]);
    }
  }
  return completions;
}

}  // namespace longhaul::rollout
