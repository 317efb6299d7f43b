// SPDX-License-Identifier: Apache-2.0
//
// The chat completion of the OpenAI API as text: what is asked of a judge, and what it answered.
// Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reward/genrm/judge_client.h"

namespace longhaul::reward::genrm {

// Body of POST {base}/chat/completions.
std::string WriteChatRequest(const JudgeRequest& request, const std::string& model);

// What an answer to a request may take, generously: beyond it is no answer to what was asked, and a
// server that is broken or hostile costs no more memory than that.
struct ReplySize {
  size_t bytes;
  size_t values;  // of its JSON
};
ReplySize ReplySizeMax(const JudgeRequest& request);

// The choices in the order of their indices. DataLoss, with the cause, for a body that is no such
// answer: too large, nested too deeply, JSON that breaks off, bytes that are not UTF-8, no choices.
// A choice that was cut at max_tokens, filtered or left without content is a reply with a failure;
// so is one that was asked for and did not come.
StatusOr<std::vector<JudgeReply>> ReadChatReply(std::string_view body, const JudgeRequest& request);

// The message of an error body, or an excerpt of what came instead.
std::string ErrorMessage(std::string_view body);

}  // namespace longhaul::reward::genrm
