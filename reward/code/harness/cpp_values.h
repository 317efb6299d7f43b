// SPDX-License-Identifier: Apache-2.0
//
// C++ values on the wire, for both sides of a judged call: bytes, written as hexadecimal text.
// Types are those of the task's declaration: numbers, characters, strings, optionals, pairs, tuples
// and the standard containers of them. What is read is checked for its length and nothing else.
#pragma once

#include <bits/stdc++.h>
#include <sys/time.h>
#include <unistd.h>

namespace longhaul {

struct Reader {
  std::string_view bytes;
  bool failed = false;

  void Read(void* to, size_t size) {
    if (size > bytes.size()) {
      failed = true;
      std::memset(to, 0, size);
      return;
    }
    std::memcpy(to, bytes.data(), size);
    bytes.remove_prefix(size);
  }
  // A number of elements, of which each takes a byte or more.
  size_t ReadSize() {
    uint64_t size = 0;
    Read(&size, sizeof(size));
    if (size <= bytes.size()) return size;
    failed = true;
    return 0;
  }
};

template <typename T>
struct Wire;

template <typename T>
void Put(std::string& out, const T& value) {
  Wire<T>::Put(out, value);
}
template <typename T>
T Get(Reader& in) {
  return Wire<T>::Get(in);
}

template <typename T>
requires std::is_arithmetic_v<T>
struct Wire<T> {
  static void Put(std::string& out, T value) {
    char bytes[sizeof(T)] = {};
    std::memcpy(bytes, &value, std::is_same_v<T, long double> ? 10 : sizeof(T));
    out.append(bytes, sizeof(T));
  }
  static T Get(Reader& in) {
    if constexpr (std::is_same_v<T, bool>) {
      char byte = 0;
      in.Read(&byte, 1);
      return byte != 0;
    } else {
      T value{};
      in.Read(&value, sizeof(T));
      return value;
    }
  }
};

template <typename T>
concept Container = requires(T t, typename T::value_type v) {
  t.size();
  t.begin();
  t.insert(t.end(), v);
};
// Keys of maps are const in their value types.
template <typename T>
struct Element {
  using type = std::remove_cv_t<T>;
};
template <typename K, typename V>
struct Element<std::pair<const K, V>> {
  using type = std::pair<K, V>;
};

template <Container T>
struct Wire<T> {
  using Item = typename Element<typename T::value_type>::type;
  static void Put(std::string& out, const T& values) {
    longhaul::Put<uint64_t>(out, static_cast<uint64_t>(values.size()));
    for (const auto& value : values) longhaul::Put<Item>(out, Item(value));
  }
  static T Get(Reader& in) {
    T values;
    const size_t size = in.ReadSize();
    for (size_t i = 0; i < size && !in.failed; ++i)
      values.insert(values.end(), longhaul::Get<Item>(in));
    return values;
  }
};

template <typename T>
struct Wire<std::optional<T>> {
  static void Put(std::string& out, const std::optional<T>& value) {
    longhaul::Put<bool>(out, value.has_value());
    if (value.has_value()) longhaul::Put<T>(out, *value);
  }
  static std::optional<T> Get(Reader& in) {
    if (!longhaul::Get<bool>(in)) return std::nullopt;
    return longhaul::Get<T>(in);
  }
};

template <typename A, typename B>
struct Wire<std::pair<A, B>> {
  static void Put(std::string& out, const std::pair<A, B>& value) {
    longhaul::Put<A>(out, value.first);
    longhaul::Put<B>(out, value.second);
  }
  static std::pair<A, B> Get(Reader& in) {
    A first = longhaul::Get<A>(in);
    return {std::move(first), longhaul::Get<B>(in)};
  }
};

template <typename... T>
struct Wire<std::tuple<T...>> {
  static void Put(std::string& out, const std::tuple<T...>& value) {
    std::apply([&](const T&... items) { (longhaul::Put<T>(out, items), ...); }, value);
  }
  static std::tuple<T...> Get(Reader& in) {
    return std::tuple<T...>{longhaul::Get<T>(in)...};  // braces: in order
  }
};

inline std::string ToHex(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}
inline std::string FromHex(std::string_view text) {
  std::string bytes;
  const auto digit = [](char ch) { return ch <= '9' ? ch - '0' : ch - 'a' + 10; };
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  }
  return bytes;
}

// Exceptions that both sides know, the derived ones first.
#define LONGHAUL_EXCEPTIONS(use) \
  use(invalid_argument);         \
  use(domain_error);             \
  use(length_error);             \
  use(out_of_range);             \
  use(logic_error);              \
  use(range_error);              \
  use(overflow_error);           \
  use(underflow_error);          \
  use(runtime_error)

// To the other side. False: it is gone.
inline bool Send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(3, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// Lines of what standard input was when this was made.
class LineReader {
 public:
  LineReader() : fd_(dup(0)) {}

  // False at the end; a line without its end is none.
  bool Next(std::string& line) {
    size_t end;
    while ((end = ahead_.find('\n', seen_)) == std::string::npos) {
      seen_ = ahead_.size();
      char bytes[1 << 16];
      const ssize_t got = read(fd_, bytes, sizeof(bytes));
      if (got <= 0) return false;
      ahead_.append(bytes, static_cast<size_t>(got));
    }
    line.assign(ahead_, 0, end);
    ahead_.erase(0, end + 1);
    seen_ = 0;
    return true;
  }

 private:
  int fd_;
  std::string ahead_;
  size_t seen_ = 0;
};

// What a function of the solution takes and gives; references travel as values, and what they refer
// to comes back behind the result.
template <typename F>
struct Signature;
template <typename R, typename... A>
struct Signature<R (*)(A...)> {
  using Result = std::decay_t<R>;
  using Arguments = std::tuple<std::decay_t<A>...>;

  template <typename T>
  static constexpr bool kComesBack =
      std::is_lvalue_reference_v<T> && !std::is_const_v<std::remove_reference_t<T>>;

  template <typename Function>
  static std::string Call(Function&& function, Arguments& arguments) {
    std::string out;
    std::apply(
        [&](auto&... items) {
          if constexpr (std::is_void_v<R>) {
            function(static_cast<A>(items)...);
          } else {
            Put<Result>(out, static_cast<Result>(function(static_cast<A>(items)...)));
          }
          ((kComesBack<A> ? Put<std::decay_t<A>>(out, items) : void()), ...);
        },
        arguments);
    return out;
  }
};

}  // namespace longhaul
