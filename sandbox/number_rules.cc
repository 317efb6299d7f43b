// SPDX-License-Identifier: Apache-2.0
#include "sandbox/number_rules.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>

#include "common/check.h"

namespace longhaul::sandbox {
namespace {

constexpr uint32_t kX32Bit = 0x40000000;
constexpr uint32_t kNoCall = 0xffffffff;  // what a tracer leaves of a call that it cancels

struct Range {
  uint32_t first;  // its last is the number before the next range's first
  uint32_t action;
};

std::vector<Range> Ranges(const NumberRules& rules) {
  std::vector<Range> ranges = {{0, rules.otherwise}};
  const auto begin = [&](uint32_t first, uint32_t action) {
    if (ranges.back().first == first) ranges.pop_back();
    if (ranges.empty() || ranges.back().action != action) ranges.push_back({first, action});
  };
  for (const auto& [number, action] : rules.actions) {
    CHECK(number < kX32Bit) << "no call of x86-64";
    begin(number, action);
    begin(number + 1, rules.otherwise);
  }
  begin(kX32Bit, rules.other_abi);
  begin(kNoCall, rules.otherwise);
  return ranges;
}

// Comparisons in the order in which they are reached, smaller numbers first; then the returns.
class SearchTree {
 public:
  explicit SearchTree(std::vector<Range> ranges) : ranges_(std::move(ranges)) {
    Split(0, ranges_.size());
  }

  std::vector<sock_filter> Compile() const {
    std::vector<sock_filter> code;
    for (const Node& node : nodes_) {
      const size_t next = code.size() + 1;
      code.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, node.from, Distance(next, node.above),
                              Distance(next, node.below)));
    }
    for (uint32_t action : actions_) code.push_back(BPF_STMT(BPF_RET | BPF_K, action));
    return code;
  }

 private:
  struct Target {
    bool is_action;
    size_t index;  // of nodes_ or actions_
  };
  struct Node {
    uint32_t from;
    Target above, below;
  };

  Target Split(size_t begin, size_t end) {
    if (end - begin == 1) return {true, ActionIndex(ranges_[begin].action)};
    const size_t index = nodes_.size(), middle = begin + (end - begin) / 2;
    nodes_.push_back({ranges_[middle].first, {}, {}});
    const Target below = Split(begin, middle), above = Split(middle, end);
    nodes_[index].below = below;
    nodes_[index].above = above;
    return {false, index};
  }

  size_t ActionIndex(uint32_t action) {
    const auto found = std::find(actions_.begin(), actions_.end(), action);
    const size_t index = static_cast<size_t>(found - actions_.begin());
    if (found == actions_.end()) actions_.push_back(action);
    return index;
  }

  uint8_t Distance(size_t from, Target to) const {
    const size_t distance = (to.is_action ? nodes_.size() : 0) + to.index - from;
    CHECK(distance < 256) << "jumps of a filter reach 255 instructions";
    return static_cast<uint8_t>(distance);
  }

  const std::vector<Range> ranges_;
  std::vector<Node> nodes_;
  std::vector<uint32_t> actions_;
};

}  // namespace

std::vector<sock_filter> CompileNumberRules(const NumberRules& rules) {
  std::vector<sock_filter> code = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, rules.other_abi),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  const std::vector<sock_filter> tree = SearchTree(Ranges(rules)).Compile();
  code.insert(code.end(), tree.begin(), tree.end());
  return code;
}

}  // namespace longhaul::sandbox
