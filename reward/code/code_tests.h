// SPDX-License-Identifier: Apache-2.0
//
// The ground truth of a programming task: tests as JSON in the forms that public data sets ship.
// Every key must be known; what is missing or of the wrong type is named.
//
//   {"inputs": [...], "outputs": [...]}                        programs that read and print
//   {"test": [{"input": {"stdin"}, "output": {"stdout"}}]}     the same (SandboxFusion's CommonOJ)
//   {"fn_name", "inputs", "outputs"}                           calls (APPS, LeetCode): an input is
//                                                              a list of arguments, an output the
//                                                              value; or both are strings, the
//                                                              arguments as JSON, one a line
//   {"assert_case": ["assert f(1) == 2", ...]}                 assertions (MBPP); "setup"
//   {"test": "def check(candidate): ...", "entry_point": "f"}  HumanEval; "setup"
//   {"test": "import unittest ..."}                            a file of tests (BigCodeBench)
//   {"test": "int main() {...}", "declaration": "long f(long n)"}  the same in C++
//
// "prelude" is code that solutions may build on (imports and helpers that the prompt shows);
// "setup" is code of the tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::reward {

enum class TestForm { kPrograms, kCalls, kAssertions };

struct ProgramTest {
  std::string input;
  std::string output;
};

struct CallTest {
  Json arguments;  // an array
  Json expected;
};

struct CodeTests {
  TestForm form = TestForm::kPrograms;
  std::vector<ProgramTest> programs;
  std::string function;  // kCalls
  std::vector<CallTest> calls;
  std::vector<std::string> assertions;  // pieces of test code, each a test of its own
  std::string entry_point;  // the only function they test; empty: what they do not define
  std::string declaration;  // of a C++ function
  std::string prelude;
  std::string setup;

  size_t size() const;
  // Keeps the first `count` tests.
  void Truncate(size_t count);
};

// InvalidArgument names the place ("inputs[3]: ...").
StatusOr<CodeTests> ParseCodeTests(std::string_view text);

// JSON text whose integers beyond 64 bits are written {"$int": "digits"}, so that it can be read.
std::string QuoteLargeIntegers(std::string_view json);

}  // namespace longhaul::reward
