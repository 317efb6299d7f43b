// SPDX-License-Identifier: Apache-2.0
//
// Published data sets as task files (docs/data.md): `longhaul make-data convert --format F FILE`.
// A format is a function from one file to task lines and an entry of ConvertFormats(). Rows that no
// scorer of ours can judge are left out, and counted by the reason.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::tools {

struct ConvertInput {
  std::string path;    // what messages name
  std::string text;    // the file's content
  std::string name;    // first part of uids, "<name>-<index>"
  std::string domain;  // of the tasks
};

struct Converted {
  std::vector<Json> tasks;  // objects with uid, prompt or messages, domain, reward, ...
  std::map<std::string, int64_t> left_out;  // why -> rows
};

struct ConvertFormat {
  std::string_view name;
  std::string_view description;  // the file it reads, one line of the help
  std::string_view domain;       // unless another one is asked for
  StatusOr<Converted> (*convert)(const ConvertInput& input);
};

// Every format, in the order of the help.
const std::vector<ConvertFormat>& ConvertFormats();
// The error names every format there is.
StatusOr<const ConvertFormat*> FindConvertFormat(std::string_view name);

// The rows of a JSONL file, whose messages begin with "path:line", or of a JSON list, "path:
// [row]".
StatusOr<std::vector<Json>> ReadRows(const ConvertInput& input);

// The first of these keys that the row has.
StatusOr<std::string> GetFirstString(const Json& row, std::initializer_list<std::string_view> keys);

// {"uid": "<name>-<index>", "prompt": ..., "domain": ...}
Json TaskOf(const ConvertInput& input, size_t index, std::string_view prompt);

// What asks for the answer between tags, where the data set's own prompt does not, so that the
// extractor "answer_tag" finds it.
std::string AskForAnswerTag(std::string_view question);

StatusOr<Converted> ConvertApps(const ConvertInput& input);
StatusOr<Converted> ConvertCommonOj(const ConvertInput& input);
StatusOr<Converted> ConvertCruxEval(const ConvertInput& input);
StatusOr<Converted> ConvertHumanEval(const ConvertInput& input);
StatusOr<Converted> ConvertHumanEvalCpp(const ConvertInput& input);
StatusOr<Converted> ConvertMath(const ConvertInput& input);
StatusOr<Converted> ConvertMbpp(const ConvertInput& input);
StatusOr<Converted> ConvertBbh(const ConvertInput& input);
StatusOr<Converted> ConvertIfeval(const ConvertInput& input);
StatusOr<Converted> ConvertKnightsKnaves(const ConvertInput& input);
StatusOr<Converted> ConvertReasoningGym(const ConvertInput& input);

}  // namespace longhaul::tools
