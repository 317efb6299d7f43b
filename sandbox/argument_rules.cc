// SPDX-License-Identifier: Apache-2.0
#include "sandbox/argument_rules.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cstddef>

#include "common/check.h"

namespace longhaul::sandbox {
namespace {

using Code = std::vector<sock_filter>;

uint32_t ArgumentOffset(int argument) {  // low half, little-endian
  return offsetof(seccomp_data, args) + 8 * argument;
}

void Load(Code& code, uint32_t offset) {
  code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

// The part after the call number matched; running off its end means "not refused".
Code CompileBody(const ArgumentRule& rule) {
  Code body;
  const uint32_t refused = SECCOMP_RET_ERRNO | static_cast<uint32_t>(rule.error);
  Load(body, ArgumentOffset(rule.argument));
  const size_t count = rule.values.size();
  CHECK(count < 200) << "jumps of a filter reach 255 instructions";
  for (size_t i = 0; i < count; ++i) {
    const uint8_t rest = static_cast<uint8_t>(count - 1 - i);
    switch (rule.refuse) {
      case ArgumentRule::Refuse::kListed:  // to the return, or past it after the last
        body.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule.values[i], rest,
                                static_cast<uint8_t>(rest == 0 ? 1 : 0)));
        break;
      case ArgumentRule::Refuse::kUnlisted:  // past the return
        body.push_back(
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule.values[i], static_cast<uint8_t>(rest + 1), 0));
        break;
      case ArgumentRule::Refuse::kAnyBit:
        CHECK_EQ(count, 1u);
        body.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, rule.values[i], 0, 1));
        break;
    }
  }
  body.push_back(BPF_STMT(BPF_RET | BPF_K, refused));
  return body;
}

void Append(Code& code, const Code& more) { code.insert(code.end(), more.begin(), more.end()); }

// `then` runs where the word at `offset` is one of `values`.
Code Guarded(uint32_t offset, const std::vector<uint32_t>& values, const Code& then) {
  CHECK(values.size() + then.size() < 250) << "jumps of a filter reach 255 instructions";
  Code code;
  Load(code, offset);
  for (size_t left = values.size(); left > 0; --left) {
    const size_t otherwise = left == 1 ? then.size() : 0;
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, values[values.size() - left],
                            static_cast<uint8_t>(left - 1), static_cast<uint8_t>(otherwise)));
  }
  Append(code, then);
  return code;
}

}  // namespace

std::vector<sock_filter> CompileArgumentRules(const std::vector<ArgumentRule>& rules) {
  Code all;
  for (const ArgumentRule& rule : rules) {
    Code code = CompileBody(rule);
    if (rule.where_argument >= 0) {
      code = Guarded(ArgumentOffset(rule.where_argument), {rule.where_value}, code);
    }
    const std::vector<uint32_t> calls(rule.calls.begin(), rule.calls.end());
    Append(all, Guarded(offsetof(seccomp_data, nr), calls, code));
  }
  Code program;
  Load(program, offsetof(seccomp_data, arch));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
  program.push_back(BPF_STMT(BPF_JMP | BPF_JA, static_cast<uint32_t>(all.size())));
  Append(program, all);
  return program;
}

}  // namespace longhaul::sandbox
