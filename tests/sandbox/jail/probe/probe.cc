// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/jail/probe/probe.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace longhaul::sandbox::probe {

std::string Result(long result) {
  if (result >= 0) return "0";
  const char* name = strerrorname_np(errno);
  return name == nullptr ? "?" : name;
}

Results& Results::Add(const std::string& result) {
  if (text_.empty()) {
    text_ = result;
  } else if (text_ != result) {
    text_ += "," + result;
  }
  return *this;
}

void Report(int number, const std::string& result) {
  printf("%d\t%s\n", number, result.c_str());
  fflush(stdout);
}

}  // namespace longhaul::sandbox::probe

int main(int count, char** arguments) {
  using namespace longhaul::sandbox::probe;
  const std::string name = count > 1 ? arguments[1] : "";
  if (name == "surface" && count == 7) {
    const Host host{atoi(arguments[2]), atoi(arguments[3]), arguments[4], arguments[5],
                    arguments[6]};
    WhatIsInherited(host);
    KernelSurface();
    NetworkSurface(host);
    return 0;
  }
  if (Abuse(name, count > 2 ? arguments[2] : "")) return 0;
  fprintf(stderr, "no such attempt: %s\n", name.c_str());
  return 2;
}
