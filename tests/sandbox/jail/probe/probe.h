// SPDX-License-Identifier: Apache-2.0
//
// The attack probe: a static program that, inside a jail, attempts what a guest must not be able to
// do and says what came of it. What it says is compared with a table by the runner
// (attack_test.cc).
//
//   probe surface PORT NAME PATH SECRET  all attempts that end by themselves, a line
//   "number<TAB>result" each probe NAME [ARGUMENT]          one of the others (abuse.cc), which may
//   be killed for it
#pragma once

#include <string>

namespace longhaul::sandbox::probe {

// What the runner prepared on the host for guests to find.
struct Host {
  int port = 0;          // where something listens on 127.0.0.1
  int service_port = 0;  // where the service itself listens, on all its addresses
  std::string abstract;  // an abstract unix socket where something listens
  std::string path;      // a unix socket of the host's file system
  std::string secret;  // in the service's environment and memory: reversed here, so that it is not
                       // found here
};

// "0" or the name of the error.
std::string Result(long result);
// Results of attempts, joined; equal ones once.
class Results {
 public:
  Results& Add(long result) { return Add(Result(result)); }
  Results& Add(const std::string& result);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void Report(int number, const std::string& result);

void KernelSurface();                    // 1 to 38, 41
void WhatIsInherited(const Host& host);  // 39, 40, 96
void NetworkSurface(const Host& host);   // 42 to 53
// True when `name` is one of its own.
bool Abuse(const std::string& name, const std::string& argument);

}  // namespace longhaul::sandbox::probe
