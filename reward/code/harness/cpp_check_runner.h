// SPDX-License-Identifier: Apache-2.0
//
// Around a task's own test program, in a jail into which no judged program ever comes: the function
// it tests is a stand-in. A call goes to the program in its own jail (cpp_call_server.h) through
// descriptor 3, and its reply comes on standard input. To standard output goes a line "call" for
// the first one, "ended" when the program was gone, and "complete" at the end of the tests. The
// verdict is how they exit, as it is without us.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>

#include "cpp_values.h"

namespace longhaul {

class Channel {
 public:
  Channel() : report_(fcntl(1, F_DUPFD, 100)) {
    const int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);  // what tests print is no report
    std::signal(SIGPIPE, SIG_IGN);
    std::atexit(CompleteTests);
    std::at_quick_exit(CompleteTests);
  }

  std::string Ask(const std::string& call) {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(called_, true)) Report("call\n");
    std::string reply;
    if (!Send(call + "\n") || !replies_.Next(reply)) {
      Report("ended\n");
      Fail("the program has ended");
    }
    return reply;
  }

  void Complete() {
    if (!std::exchange(complete_, true)) Report("complete\n");
  }
  [[noreturn]] static void Fail(const std::string& why) {
    std::cerr << why << std::endl;
    syscall(SYS_exit_group, 1);
    __builtin_unreachable();
  }

 private:
  static void CompleteTests();
  void Report(std::string_view line) const {
    if (::write(report_, line.data(), line.size()) < 0) syscall(SYS_exit_group, 1);
  }

  LineReader replies_;  // before standard input goes
  int report_;
  std::mutex mutex_;  // an exchange at a time
  bool called_ = false;
  bool complete_ = false;
};
// Never destroyed: destructors of the tests may still call.
inline Channel& channel = *new Channel;
inline void Channel::CompleteTests() { channel.Complete(); }

// A thrown value that is no std::exception.
struct Thrown {};

// Throws what the program threw, as the nearest type that tests can know.
[[noreturn]] inline void Throw(const std::string& type, const std::string& what) {
#define LONGHAUL_THROW(kind) \
  if (type == #kind) throw std::kind(what)
  LONGHAUL_EXCEPTIONS(LONGHAUL_THROW);
#undef LONGHAUL_THROW
  if (type == "bad_alloc") throw std::bad_alloc();
  if (type == "exception") throw std::runtime_error(what);
  throw Thrown();
}

template <typename F>
struct StandIn;
template <typename R, typename... A>
struct StandIn<R (*)(A...)> {
  std::decay_t<R> operator()(A... arguments) const {
    using Types = Signature<R (*)(A...)>;
    std::string call;
    (Put<std::decay_t<A>>(call, arguments), ...);
    const std::string reply = channel.Ask(ToHex(call));
    if (reply.starts_with("e")) {
      const size_t colon = std::min(reply.find(':'), reply.size() - 1);
      Throw(reply.substr(1, colon - 1), FromHex(std::string_view(reply).substr(colon + 1)));
    }
    if (!reply.starts_with("v")) Channel::Fail("the reply is no value");
    const std::string bytes = FromHex(std::string_view(reply).substr(1));
    Reader in{bytes};
    if constexpr (std::is_void_v<R>) {
      TakeBack(in, arguments...);
    } else {
      auto result = Get<typename Types::Result>(in);
      TakeBack(in, arguments...);
      return result;
    }
  }

 private:
  static void TakeBack(Reader& in, A... arguments) {
    const auto take = [&]<typename T>(std::type_identity<T>, auto& argument) {
      if constexpr (Signature<R (*)(A...)>::template kComesBack<T>) {
        argument = Get<std::decay_t<T>>(in);
      }
    };
    (take(std::type_identity<A>{}, arguments), ...);
    if (in.failed || !in.bytes.empty()) Channel::Fail("the reply is no value of the declared type");
  }
};

}  // namespace longhaul

// Ways out that pass by exit handlers.
extern "C" [[noreturn]] void _exit(int status) noexcept {
  ::longhaul::channel.Complete();
  syscall(SYS_exit_group, status);
  __builtin_unreachable();
}
extern "C" [[noreturn]] void _Exit(int status) noexcept { _exit(status); }
