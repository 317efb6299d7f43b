// SPDX-License-Identifier: Apache-2.0
#include "sandbox/session_shell.h"

#include <poll.h>
#include <signal.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "common/check.h"
#include "sandbox/init/plan.h"

namespace longhaul::sandbox {
namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kDrainBytes = 4 << 20;

// What a shell leaves, as a script, {0} its last line. Functions come after the variables, before
// aliases can be expanded in them, and options last, because one of them ends the script at the
// first error (and one a shell after its first command: that is not handed on). The directory is
// asked for where PWD was made to say something else.
constexpr std::string_view kState =
    R"sh(\builtin declare -p && \builtin echo "shopt -s extglob" && \builtin declare -f && )sh"
    R"sh(\builtin shopt -p && \builtin alias -p && \builtin umask -p && )sh"
    R"sh({{ [[ "${{PWD-}}" -ef . ]] || \builtin cd . || \builtin true; }} && )sh"
    R"sh(\builtin printf "builtin cd -- %s\n%s\n" "${{PWD@Q}}" )sh"
    R"sh("${{OLDPWD:+builtin declare OLDPWD=${{OLDPWD@Q}}}}" && )sh"
    R"sh(\builtin set +o && \builtin printf "set +o onecmd\n%s\n" "{0}")sh";

// The first line of every command's script, {0} the state, {1} the new one, {2} kState, {3} the
// sign that the command is run. It is parsed before the state is read, and the trap is set when
// that has been read to its end: neither an alias nor a state that ends or disables the shell can
// make what was not run look kept. What interrupts a command, and all it starts meanwhile, does not
// interrupt the writing, which goes straight to the file: a subshell would have other options, and
// not know of all. Nothing of this is traced.
constexpr std::string_view kBegin =
    R"sh(exec 2>&1; {{ if [[ -r {0} ]]; then . {0}; else shopt -s expand_aliases; fi && )sh"
    R"sh(\trap '{{ \builtin trap "" INT TERM; {{ {2}; }} >| {1} || \builtin true; }} 2>/dev/null' EXIT && )sh"
    ">| {3}; }} 2>/dev/null\n";

std::string Script(const std::string& command) {
  return fmt::format(kBegin, kStatePath, kNewStatePath, fmt::format(kState, kStateEnd), kRunPath) +
         command;
}

int PollTimeout(std::chrono::steady_clock::time_point until) {
  const auto left = until - std::chrono::steady_clock::now();
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<int64_t>(ms, 0, 60'000));
}

}  // namespace

std::string RandomWord(size_t bytes) {
  std::string word;
  while (word.size() < 2 * bytes) {
    unsigned char byte = 0;
    CHECK_EQ(getrandom(&byte, 1, 0), 1);
    word += fmt::format("{:02x}", byte);
  }
  return word;
}

SessionShell::SessionShell(Guest* guest) : guest_(guest) {
  guest_->CloseStdin();  // commands have no input
}

Status SessionShell::FillProgram(GuestProgram& program) {
  for (const char* shell : {"/usr/bin/bash", "/bin/bash"}) {
    if (access(shell, X_OK) != 0) continue;
    program.profile = Profile::kWorkspace;
    program.argv = {shell, "--noprofile", "--norc", "-c"};
    // No pager that waits for a key.
    program.environment = {{"TERM", "dumb"}, {"PAGER", "cat"}, {"GIT_PAGER", "cat"}};
    return OkStatus();
  }
  return NotFound("sessions need bash: install the package bash");
}

Status SessionShell::Begin(const std::string& command) {
  if (command.find('\0') != command.npos) return InvalidArgument("the command holds a NUL");
  if (command.size() > kMaxCommandBytes) {
    return InvalidArgument("the command has {} bytes; at most {}: write a file and run it",
                           command.size(), kMaxCommandBytes);
  }
  output_.clear();
  truncated_ = ended_ = false;
  exit_ = {};
  const Status sent = guest_->Execute(Script(command));
  // The end of the guest will be seen.
  return sent.code() == StatusCode::kUnavailable ? OkStatus() : sent;
}

bool SessionShell::ReadOutput(int fd) {
  std::array<char, kReadBytes> buffer;
  const ssize_t count = read(fd, buffer.data(), buffer.size());
  if (count <= 0) return false;
  const auto room = static_cast<size_t>(
      std::max<int64_t>(0, output_bytes_max_ - static_cast<int64_t>(output_.size())));
  const size_t kept = std::min(room, static_cast<size_t>(count));
  output_.append(buffer.data(), kept);
  truncated_ |= kept < static_cast<size_t>(count);
  return true;
}

bool SessionShell::Advance(std::chrono::steady_clock::time_point until) {
  std::array<pollfd, 4> polled = {{{guest_->stdout_fd(), POLLIN, 0},
                                   {guest_->stderr_fd(), POLLIN, 0},
                                   {guest_->end_fd(), POLLIN, 0},
                                   {guest_->pidfd(), POLLIN, 0}}};
  if (poll(polled.data(), polled.size(), PollTimeout(until)) <= 0) return false;
  if (polled[0].revents & POLLIN) ReadOutput(guest_->stdout_fd());
  if (polled[1].revents & POLLIN) ReadOutput(guest_->stderr_fd());
  if (polled[2].revents & POLLIN) {
    if (const std::optional<GuestExit> exit = guest_->TakeExit()) {
      exit_ = *exit;
      ended_ = true;
    }
  }
  if (polled[3].revents & POLLIN) gone_ = true;
  return ended_ || gone_;
}

int SessionShell::exit_code() const {
  constexpr int kSignalled = 128;
  if (!exit_.reported) return kSignalled + SIGKILL;  // with all of the guest
  return exit_.signal != 0 ? kSignalled + exit_.signal : exit_.exit_code;
}

std::string SessionShell::RemarkOnState() const {
  if (!exit_.reported || exit_.state_kept) return {};
  if (exit_.exec_error != 0) {
    return fmt::format("the command was not run: {}",
                       std::generic_category().message(exit_.exec_error));
  }
  if (exit_.signal == SIGKILL) return "the shell was killed: a new one begins in /work";
  if (!exit_.run) {
    return "the command was not run (its shell ended in what the one before had left), or it has "
           "removed what its shell keeps in /dev/shm: a new one begins in /work";
  }
  return "the shell ended without handing on its directory and variables (exec, a trap of EXIT, a "
         "builtin that was replaced, no room for files): a new one begins in /work";
}

std::string SessionShell::Remark() const {
  std::string remark = RemarkOnState();
  if (!exit_.others_ended) return remark;
  return "those before it had used up the session's processes or its memory: all that they had "
         "left "
         "running was ended" +
         (remark.empty() ? "" : "; " + remark);
}

void SessionShell::DrainOutput() {
  // A bound, because background processes may go on writing.
  for (size_t read = 0; read < kDrainBytes && ReadOutput(guest_->stdout_fd()); read += kReadBytes) {
  }
  ReadOutput(guest_->stderr_fd());
}

}  // namespace longhaul::sandbox
