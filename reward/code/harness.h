// SPDX-License-Identifier: Apache-2.0
//
// The programs and headers of reward/code/harness, which run in the sandbox: their texts, put into
// the library when it is built.
#pragma once

#include <string_view>

namespace longhaul::reward {

extern const std::string_view kCallServer;      // main.py beside a Python solution
extern const std::string_view kCallbacks;       // functions of the tests to a Python solution
extern const std::string_view kCheckRunner;     // main.py of Python tests
extern const std::string_view kGuestReply;      // what it imports: what replies may be
extern const std::string_view kChannel;         // the way to the solution
extern const std::string_view kSession;         // what is said over it
extern const std::string_view kStandIns;        // what tests see of a solution
extern const std::string_view kTestSource;      // what their text says
extern const std::string_view kTestCases;       // those that wait for a runner
extern const std::string_view kCodeGuard;       // and what they may not run
extern const std::string_view kPythonValues;    // what both import
extern const std::string_view kCppCallServer;   // around a C++ solution
extern const std::string_view kCppCheckRunner;  // around C++ tests
extern const std::string_view kCppValues;       // what both include

}  // namespace longhaul::reward
