// SPDX-License-Identifier: Apache-2.0
#include "sandbox/omissions.h"

#include <fmt/format.h>

#include "sandbox/printable.h"

namespace longhaul::sandbox {
namespace {

constexpr size_t kKept = 16;
constexpr size_t kSentenceBytes = 300;

}  // namespace

void Omissions::Add(std::string_view sentence) {
  ++count_;
  if (first_.size() < kKept) first_.push_back(Printable(sentence, kSentenceBytes));
}

void Omissions::Add(const Omissions& others) {
  for (const std::string& sentence : others.first_) Add(sentence);
  count_ += others.count_ - static_cast<int64_t>(others.first_.size());
}

std::string Omissions::ToString() const {
  std::string text = fmt::format("{}", fmt::join(first_, "; "));
  const int64_t more = count_ - static_cast<int64_t>(first_.size());
  return more == 0 ? text : text + fmt::format("; and {} more", more);
}

}  // namespace longhaul::sandbox
