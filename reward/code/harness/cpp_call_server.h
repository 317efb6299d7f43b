// SPDX-License-Identifier: Apache-2.0
//
// Runs in the jail of a judged C++ program: makes the calls of the file calls.txt (nonce, CPU
// seconds and wall seconds of a call, then a line of hexadecimal arguments each) and writes what
// they returned to descriptor 3, "<nonce> <index of the call> <reply>": "v" and the value, or
// "e<type>:<text>" of an exception, its type the nearest of the standard library, if any.
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
  std::ifstream file("calls.txt");
  std::string nonce, call;
  double cpu_s = 1, wall_s = 1;
  file >> nonce >> cpu_s >> wall_s;
  std::getline(file, call);
  dup2(open("/dev/null", O_WRONLY), 1);  // answers do not go there
  for (int64_t index = 0; std::getline(file, call); ++index) {
    longhaul::LimitCall(cpu_s, wall_s);
    const std::string reply = longhaul::Answer<longhaul_declared_type>(function, call);
    longhaul::WriteReply(nonce + " " + std::to_string(index) + " " + reply + "\n");
  }
  _exit(0);
}
