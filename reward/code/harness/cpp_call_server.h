// SPDX-License-Identifier: Apache-2.0
//
// Runs in the jail of a judged C++ program: makes the calls that come on standard input, a line of
// hexadecimal arguments each, and writes what they returned to descriptor 3, a line a call: "v" and
// the value, or "e<type>:<text>" of an exception, its type the nearest of the standard library, if
// any. The file server.txt holds CPU seconds and wall seconds of a call.
#pragma once

#include <fcntl.h>

#include "cpp_values.h"

namespace longhaul {

inline timeval ToTimeval(double seconds) {
  const double whole = std::floor(seconds);
  return {static_cast<time_t>(whole), static_cast<suseconds_t>((seconds - whole) * 1e6)};
}

// A call that does not end is killed after its own share of time.
inline void LimitCall(double cpu_s, double wall_s) {
  const itimerval cpu = {{}, ToTimeval(cpu_s)}, wall = {{}, ToTimeval(wall_s)};
  setitimer(ITIMER_PROF, &cpu, nullptr);
  setitimer(ITIMER_REAL, &wall, nullptr);
}

inline std::string TypeOf(const std::exception& error) {
#define LONGHAUL_NAME(kind) \
  if (dynamic_cast<const std::kind*>(&error) != nullptr) return #kind
  LONGHAUL_EXCEPTIONS(LONGHAUL_NAME);
#undef LONGHAUL_NAME
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ? "bad_alloc" : "exception";
}

template <typename Declared, typename Function>
std::string Answer(const Function& function, const std::string& call) {
  const std::string bytes = FromHex(call);
  Reader in{bytes};
  auto arguments = Get<typename Signature<Declared>::Arguments>(in);
  try {
    return "v" + ToHex(Signature<Declared>::Call(function, arguments));
  } catch (const std::exception& error) {
    return "e" + TypeOf(error) + ":" + ToHex(error.what());
  } catch (...) {
    return "e:";
  }
}

}  // namespace longhaul

// Not in the name space, with names that no solution's macros have: it is called behind one.
template <typename longhaul_declared_type, typename longhaul_function>
int longhaul_serve(const longhaul_function& function) {
  double cpu_s = 1, wall_s = 1;
  std::ifstream("server.txt") >> cpu_s >> wall_s;
  longhaul::LineReader questions;
  const int null = open("/dev/null", O_RDWR);
  dup2(null, 0);  // the program has no input
  dup2(null, 1);  // and answers do not go to its output
  std::string call;
  while (questions.Next(call)) {
    longhaul::LimitCall(cpu_s, wall_s);
    if (!longhaul::Send(longhaul::Answer<longhaul_declared_type>(function, call) + "\n")) _exit(1);
    longhaul::LimitCall(0, 0);  // the next one takes no time of the program's
  }
  _exit(0);
}
