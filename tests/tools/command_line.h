// SPDX-License-Identifier: Apache-2.0
//
// The `longhaul` binary as a user meets it: run in a directory of its own, judged by exit code,
// output and files.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace longhaul {

struct CommandResult {
  int exit_code = -1;  // 128 + number when a signal ended it
  std::string output;  // stdout and stderr together
};

// A model and a run of two small steps on it, in a fresh working directory.
class CommandLine : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Runs `longhaul <arguments>` through the shell in the working directory; `setup` goes before it
  // ("ulimit -f 100;").
  CommandResult Run(const std::string& arguments, const std::string& setup = "") const;
  // `longhaul train run.yaml output.dir=out <arguments>`.
  CommandResult Train(const std::string& arguments = "", const std::string& setup = "") const;
  // Starts it in the background.
  pid_t Start(const std::string& arguments) const;

  // Train with this as its only data file, data.jsonl.
  CommandResult TrainOn(const std::string& data, const std::string& arguments = "") const;

  std::string Path(const std::string& name) const { return dir_ + "/" + name; }
  std::string Read(const std::string& name) const;
  void Write(const std::string& name, const std::string& bytes) const;
  // In the file `name`, the first `from` becomes `to`.
  void Replace(const std::string& name, const std::string& from, const std::string& to) const;
  void Remove(const std::string& name) const;
  bool Exists(const std::string& name) const;
  std::vector<std::string> Checkpoints() const;

 private:
  std::string dir_;
};

// Exit code 1 and each of `parts` in the output, which ends with one "error: " line.
void ExpectError(const CommandResult& result, const std::vector<std::string>& parts);

}  // namespace longhaul
