// SPDX-License-Identifier: Apache-2.0
//
// Expected texts were made with Jinja2 3.1.6 and Transformers' settings
// (tests/golden/tokenizers/README.md).
#include "common/tokenizer/chat_template.h"

#include <gmock/gmock.h>

#include "tests/common/status_matchers.h"
#include "tests/common/tokenizer/golden_files.h"

namespace longhaul {
namespace {

StatusOr<std::string> RenderText(std::string_view source, ChatInput input = {}) {
  ASSIGN_OR_RETURN(const auto chat, ChatTemplate::Parse(source, "t"));
  if (input.messages_json.empty()) input.messages_json = "[]";
  input.now_unix_s = 1700000000;
  return chat->Render(input, {{"bos_token", "<BOS>"}, {"eos_token", "<EOS>"}, {"sep_token", "S"}});
}

TEST(ChatTemplateTest, AgreesWithJinja) {
  const std::vector<Json> cases = ReadGoldenLines("chat_golden.jsonl");
  ASSERT_GE(cases.size(), 30u);
  for (const Json& line : cases) {
    SCOPED_TRACE(line.GetString("name").value());
    ChatInput input;
    input.messages_json = line.Find("messages")->ToString();
    if (line.Find("tools")->size() > 0) input.tools_json = line.Find("tools")->ToString();
    input.extra_json = line.Find("extra")->ToString();
    input.add_generation_prompt = line.GetBool("add_generation_prompt").value();
    const StatusOr<std::string> text = RenderText(line.GetString("template").value(), input);
    if (line.Find("error") != nullptr) {
      EXPECT_THAT(text, FailsWith(StatusCode::kInvalidArgument, line.GetString("error").value()));
      continue;
    }
    ASSERT_THAT(text, IsOk());
    EXPECT_EQ(*text, line.GetString("expected").value());
  }
}

TEST(ChatTemplateTest, TheModelsTemplateSeesItsTokens) {
  ASSERT_TRUE(Qwen3().has_chat_template());
  const StatusOr<std::string> text = Qwen3().ApplyChatTemplate(
      {.messages_json = MessagesToJson({{"user", "Say \"hi\"\n"}}), .add_generation_prompt = true});
  ASSERT_THAT(text, IsOk());
  EXPECT_EQ(*text, "<|im_start|>user\nSay \"hi\"\n<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_THAT(Gpt2().ApplyChatTemplate({.messages_json = "[]"}),
              FailsWith(StatusCode::kFailedPrecondition, "no chat template"));
}

TEST(ChatTemplateTest, ErrorsNameTheLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"a\n{% frob %}", "t:2: block 'frob' is not supported"},
      {"{{ 1 | frob }}", "t:1: filter 'frob' is not supported"},
      {"\n\n{{ 1 is frob }}", "t:3: test 'frob' is not supported"},
      {"{% if true %}\n", "missing 'endif'"},
      {"{% endif %}", "t:1"},
      {"{{ (1 }}", "t:1: '}' closes nothing"},
      {"{{ 'a }}", "a string is not closed"},
      {"{{ 1", "t:1: {{ without }}"},
      {"{# never", "{# without #}"},
      {"\n{{ missing.field }}", "t:2: attribute 'field' of 'missing', which is undefined"},
      {"{{ 'a' + 1 }}", "'+' between a string and an integer"},
      {"{{ 1 // 0 }}", "division by zero"},
      {"{{ 9223372036854775807 + 1 }}", "64-bit"},
      {"{{ 'x'.frob() }}", "no method 'frob'"},
      {"{{ frob() }}", "cannot call 'frob', which is undefined"},
      {"{% for x in 3 %}{% endfor %}", "cannot iterate over an integer"},
      {"{% break %}", "'break' outside a loop"},
      {"{% set x.y = 1 %}", "is no namespace"},
      {"\n{{ raise_exception('no ' ~ 'way') }}", "t:2: no way"},
  };
  for (const auto& [source, message] : cases) {
    EXPECT_THAT(RenderText(source), FailsWith(StatusCode::kInvalidArgument, message)) << source;
  }
  EXPECT_THAT(RenderText("x", {.messages_json = "{}"}),
              FailsWith(StatusCode::kInvalidArgument, "expected a JSON array"));
}

TEST(ChatTemplateTest, WorkIsBounded) {
  const std::string cases[] = {
      "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
      "{{ range(9000000000000000000) }}",
      "{{ 'x' * 9000000000 }}",
      "{% set ns = namespace(s='xxxxxxxx') %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s "
      "%}{% endfor %}",
      "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
  };
  for (const std::string& source : cases) {
    EXPECT_THAT(RenderText(source), FailsWith(StatusCode::kResourceExhausted, "t:1")) << source;
  }
  const std::string deep[] = {
      "{{ " + std::string(5'000, '(') + "1" + std::string(5'000, ')') + " }}",
      "{{ " + std::string(5'000, '-') + "1 }}", [] {
        std::string text = "{{ 1";
        for (int i = 0; i < 5'000; ++i) text += " + 1";
        return text + " }}";
      }()};
  for (const std::string& source : deep) {
    EXPECT_THAT(RenderText(source), FailsWith(StatusCode::kInvalidArgument, "nested too deeply"));
  }
  EXPECT_THAT(RenderText("{% set l = [] %}{{ l.append(l) }}"),
              FailsWith(StatusCode::kInvalidArgument, "would hold itself"));
}

}  // namespace
}  // namespace longhaul
