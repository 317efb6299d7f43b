// SPDX-License-Identifier: Apache-2.0
//
// Around a task's own test program, in a jail into which no judged program ever comes: the function
// it tests is a stand-in that looks replies up in the file replies.txt ("<call>\t<reply>", one a
// line). At the end goes to descriptor 3: "calls" and the calls whose replies are needed, one a
// line; or "verdict" and {"passed": [...], "details": [...]}; or "fault" and why the tests do not
// run.
//
// From the first missing reply on, results are empty values and assertions stop nothing, so that
// independent calls are all found at once.
#pragma once

#include "cpp_values.h"

namespace longhaul {

class Ledger {
 public:
  Ledger() {
    std::ifstream file("replies.txt");
    for (std::string line; std::getline(file, line);) {
      const size_t tab = line.find('\t');
      places_[line.substr(0, tab)].push_back(calls_.size());
      calls_.push_back(line.substr(0, tab));
      replies_.push_back(tab == std::string::npos ? "x" : line.substr(tab + 1));
    }
  }
  // After main: nothing failed.
  ~Ledger() { missing_ ? End("calls", JoinCalls()) : EndWith(true, ""); }

  std::optional<std::string> Ask(const std::string& call) {
    std::vector<size_t>& places = places_[call];
    const size_t nth = made_[call]++;
    if (nth < places.size() && places[nth] < replies_.size()) return replies_[places[nth]];
    if (nth >= places.size()) {
      places.push_back(calls_.size());
      calls_.push_back(call);
    }
    missing_ = true;
    if (calls_.size() > 10'000) End("fault", "more than 10000 calls");
    return std::nullopt;
  }

  bool missing() const { return missing_; }
  [[noreturn]] void Fail(const std::string& why) {
    missing_ ? End("calls", JoinCalls()) : EndWith(false, why);
  }

 private:
  [[noreturn]] static void End(const std::string& kind, const std::string& text) {
    WriteReply(kind + "\n" + text);
    _exit(0);
  }
  [[noreturn]] static void EndWith(bool passed, const std::string& why) {
    std::string printable;
    for (const char ch : why)
      printable += ch < ' ' || ch > '~' || ch == '"' || ch == '\\' ? ' ' : ch;
    End("verdict", std::string("{\"passed\":[") + (passed ? "true" : "false") +
                       "],\"details\":[\"" + printable.substr(0, 200) + "\"]}");
  }
  std::string JoinCalls() const {
    std::string text;
    for (const std::string& call : calls_) text += (text.empty() ? "" : "\n") + call;
    return text;
  }

  std::vector<std::string> calls_, replies_;
  std::map<std::string, std::vector<size_t>> places_;
  std::map<std::string, size_t> made_;
  bool missing_ = false;
};
inline Ledger ledger;

template <typename F>
struct StandIn;
template <typename R, typename... A>
struct StandIn<R (*)(A...)> {
  std::decay_t<R> operator()(A... arguments) const {
    using Types = Signature<R (*)(A...)>;
    std::string call;
    (Put<std::decay_t<A>>(call, arguments), ...);
    const std::optional<std::string> reply = ledger.Ask(ToHex(call));
    if (!reply.has_value()) {
      if constexpr (std::is_void_v<R>)
        return;
      else
        return typename Types::Result{};
    }
    if (reply->starts_with("x")) ledger.Fail("the program had ended");
    if (reply->starts_with("e")) throw std::runtime_error(FromHex(reply->substr(1)));
    const std::string bytes = FromHex(std::string_view(*reply).substr(1));
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
    if (in.failed || !in.bytes.empty()) ledger.Fail("the reply is no value of the declared type");
  }
};

template <typename Condition>
void Assert(Condition&& condition, const char* text) {
  try {
    if (condition() || ledger.missing()) return;
    ledger.Fail(std::string("assertion failed: ") + text);
  } catch (const std::exception& error) {
    if (!ledger.missing()) ledger.Fail(std::string("exception: ") + error.what());
  }
}

}  // namespace longhaul

#undef assert
#define assert(...) \
  ::longhaul::Assert([&]() -> bool { return static_cast<bool>(__VA_ARGS__); }, #__VA_ARGS__)
