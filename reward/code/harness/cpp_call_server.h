// SPDX-License-Identifier: Apache-2.0
//
// Runs in the jail of a judged C++ program: makes the calls of the file calls.txt (nonce, CPU
// seconds and wall seconds of a call, then a line of hexadecimal arguments each) and writes what
// they returned to descriptor 3, "<nonce> <index of the call> <reply>": "v" and the value, or "e"
// and an exception.
#pragma once

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

template <typename Declared, typename Function>
std::string Answer(Function&& function, const std::string& call) {
  const std::string bytes = FromHex(call);
  Reader in{bytes};
  auto arguments = Get<typename Signature<Declared>::Arguments>(in);
  try {
    return "v" + ToHex(Signature<Declared>::Call(function, arguments));
  } catch (const std::exception& error) {
    return "e" + ToHex(error.what());
  } catch (...) {
    return "e";
  }
}

template <typename Declared, typename Function>
int Serve(Function&& function) {
  std::ifstream file("calls.txt");
  std::string nonce, call;
  double cpu_s = 1, wall_s = 1;
  file >> nonce >> cpu_s >> wall_s;
  std::getline(file, call);
  for (int64_t index = 0; std::getline(file, call); ++index) {
    LimitCall(cpu_s, wall_s);
    const std::string reply = Answer<Declared>(function, call);
    WriteReply(nonce + " " + std::to_string(index) + " " + reply + "\n");
  }
  _exit(0);
}

}  // namespace longhaul
