// SPDX-License-Identifier: Apache-2.0
//
// Answers of several values: lists, sets, tuples, and assignments to several names.
#include <algorithm>

#include "reward/math/answer_comparer.h"

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxItems = 300;

// x_1, x_2: solutions of one unknown, in any order.
bool IsNumbered(const Record& record) {
  for (size_t i = 0; i < record.size(); ++i) {
    const bool letter = record[i].name->kind == Kind::kSymbol;
    if (!letter || record[i].key != fmt::format("x_{}", i + 1)) return false;
  }
  return true;
}

// -1, 3, 3: written so, the multiplicity counts.
bool HasRepeated(const std::vector<const Node*>& items, WorkBudget& budget) {
  std::vector<std::string> texts;
  for (const Node* item : items) texts.push_back(Canonical(*item, budget));
  std::sort(texts.begin(), texts.end());
  return std::adjacent_find(texts.begin(), texts.end()) != texts.end();
}

std::vector<const Node*> Values(const Record& record) {
  std::vector<const Node*> values;
  for (const Assignment& assignment : record) values.push_back(assignment.value);
  return values;
}

// In the order in which a tuple lists them: (x, y) for y = 5, x = 6. Letters that do not follow one
// another in the alphabet have no such order.
std::vector<const Node*> TupleValues(const Record& record) {
  Record sorted = record;
  std::sort(sorted.begin(), sorted.end(),
            [](const Assignment& a, const Assignment& b) { return a.key < b.key; });
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i].name->kind != Kind::kSymbol || sorted[i].key.size() != 1 ||
        sorted[i].key[0] != sorted[0].key[0] + static_cast<char>(i)) {
      return Values(record);
    }
  }
  return Values(sorted);
}

// The values of a list whose assignments all name the same, and that name.
struct NamedItems {
  std::vector<const Node*> values;
  std::string key;
  bool consistent = true;
};

void AddNamed(Arena& arena, const Node* item, NamedItems& items) {
  std::string key;
  if (item->kind == Kind::kList) {  // p = 5, q = 2; ...
    const std::optional<Record> record = AsRecord(arena, item);
    if (record.has_value()) {
      for (const Assignment& assignment : *record) key += assignment.key + ",";
      items.values.push_back(arena.Make(Kind::kTuple, Values(*record), "()"));
    }
  } else if (const std::optional<Assignment> assignment = AsAssignment(arena, item)) {
    key = assignment->key;
    if (assignment->name->kind == Kind::kTuple) {  // as that of x = 1, y = 2
      key.clear();
      for (const Node* name : assignment->name->args) key += Canonical(*name, arena.budget()) + ",";
    }
    for (const Node* value : ListItems(arena, assignment->value)) items.values.push_back(value);
  }
  if (key.empty() && item->kind == Kind::kSet) {
    items.values.push_back(item);
    return;
  }
  if (key.empty()) {
    for (const Node* value : ListItems(arena, item)) items.values.push_back(value);
    return;
  }
  if (items.key.empty()) items.key = key;
  items.consistent = items.consistent && items.key == key;
}

NamedItems ReadNamedItems(Arena& arena, const Node* node) {
  NamedItems items;
  if (IsListLike(*node)) {
    for (const Node* arg : node->args) AddNamed(arena, arg, items);
  } else {
    AddNamed(arena, node, items);
  }
  return items;
}

}  // namespace

bool AnswerComparer::CompareLists(const Node* gold, const Node* pred) {
  std::optional<Record> left = AsRecord(arena_, gold), right = AsRecord(arena_, pred);
  const auto ordered = [](const Node& node) {
    return node.kind == Kind::kList || node.kind == Kind::kTuple;
  };
  if (left.has_value() && left->size() < 2) left.reset();
  if (right.has_value() && right->size() < 2) right.reset();
  if (left.has_value() && right.has_value()) return CompareRecords(*left, *right);
  if (left.has_value()) return CompareRecordAndItems(*left, pred);
  const NamedItems a = ReadNamedItems(arena_, gold), b = ReadNamedItems(arena_, pred);
  if (right.has_value() && a.key == "x" && a.consistent && IsNumbered(*right)) {
    return CompareUnordered(a.values, Values(*right));
  }
  if (right.has_value()) {
    if (!a.key.empty()) return Differ("values of different names");
    return ordered(*gold) && CompareOrdered(gold->args, TupleValues(*right));
  }
  const bool list_and_tuple = (gold->kind == Kind::kTuple && pred->kind == Kind::kList) ||
                              (gold->kind == Kind::kList && pred->kind == Kind::kTuple);
  const auto interval = [](const Node& node) {
    return node.kind == Kind::kTuple && node.args.size() == 2 && node.name != "()";
  };
  if (list_and_tuple && (interval(*gold) || interval(*pred))) {
    return Differ("an interval and a list");
  }
  if (list_and_tuple && !Contains(*gold, Kind::kPlusMinus) && !Contains(*pred, Kind::kPlusMinus)) {
    const bool tuples_inside = gold->args[0]->kind == Kind::kTuple;
    const bool one_name = !b.key.empty() && b.consistent && b.values.size() > 1;
    if (one_name) return Differ("several values of one name");
    return !tuples_inside && gold->name != "or" && pred->name != "or" &&
           CompareOrdered(gold->args, pred->args);
  }
  if (gold->kind == Kind::kList && HasRepeated(gold->args, arena_.budget()) &&
      !(IsListLike(*pred) && CompareOneToOne(gold->args, pred->args))) {
    return Differ("values that the ground truth repeats");
  }
  const bool one_name = a.consistent && !a.key.empty() && a.key.find(',') == std::string::npos;
  if (one_name && !b.consistent) return Differ("values of different names");
  if (!a.consistent || !b.consistent) {
    return IsListLike(*gold) && IsListLike(*pred) && CompareUnordered(gold->args, pred->args);
  }
  if (!a.key.empty() && !b.key.empty() && a.key != b.key) {
    return Differ("values of different names");
  }
  return CompareUnordered(a.values, b.values);
}

// What does not name its values has them in the order of the record.
bool AnswerComparer::CompareRecordAndItems(const Record& gold, const Node* pred) {
  if (IsNumbered(gold) && IsListLike(*pred)) {
    const NamedItems items = ReadNamedItems(arena_, pred);
    const bool same_name = items.key.empty() || (items.consistent && items.key == "x");
    if (!same_name) return Differ("values of different names");
    return CompareUnordered(Values(gold), ListItems(arena_, pred));
  }
  if (pred->kind != Kind::kList && pred->kind != Kind::kTuple) {
    return Differ("values of different names");
  }
  if (pred->name == "or") return Differ("one of several and all of them");
  for (size_t i = 0; i < std::min(gold.size(), pred->args.size()); ++i) {
    const std::optional<Assignment> named = AsAssignment(arena_, pred->args[i]);
    if (named.has_value() && named->key != gold[i].key) {
      return Differ("values of different names");
    }
  }
  return CompareOrdered(Values(gold), pred->args);
}

bool AnswerComparer::CompareRecords(const Record& gold, const Record& pred) {
  if (gold.size() != pred.size()) return Differ("a different number of values");
  for (const Assignment& assignment : gold) {
    const auto found = std::find_if(pred.begin(), pred.end(), [&](const Assignment& other) {
      return other.key == assignment.key;
    });
    if (found == pred.end()) return Differ("values of different names");
    if (!Compare(assignment.value, found->value)) return false;
  }
  return true;
}

bool AnswerComparer::CompareOrdered(const Items& gold, const Items& pred) {
  if (gold.size() != pred.size()) return Differ("a different number of values");
  for (size_t i = 0; i < gold.size(); ++i) {
    if (!Compare(gold[i], pred[i])) return false;
  }
  return true;
}

// Each of one is in the other, both ways.
bool AnswerComparer::CompareUnordered(const Items& gold, const Items& pred) {
  if (gold.size() > kMaxItems || pred.size() > kMaxItems) return Differ("over the limits");
  std::vector<bool> found(pred.size(), false);
  for (const Node* value : gold) {
    bool any = false;
    for (size_t i = 0; i < pred.size(); ++i) {
      if (any && found[i]) continue;
      if ((value->kind == Kind::kSet) != (pred[i]->kind == Kind::kSet)) continue;
      if (!Compare(value, pred[i])) continue;
      found[i] = any = true;
    }
    if (!any) return Differ("a value that the response does not have");
  }
  if (std::find(found.begin(), found.end(), false) != found.end()) {
    return Differ("a value too many");
  }
  return gold.empty() ? Differ("no values") : Agree("the same values in any order");
}

// As CompareUnordered, with as many of each.
bool AnswerComparer::CompareOneToOne(const Items& gold, const Items& pred) {
  if (gold.size() != pred.size() || gold.size() > kMaxItems) return false;
  std::vector<bool> taken(pred.size(), false);
  return std::all_of(gold.begin(), gold.end(), [&](const Node* value) {
    for (size_t i = 0; i < pred.size(); ++i) {
      if (taken[i] || !Compare(value, pred[i])) continue;
      taken[i] = true;
      return true;
    }
    return false;
  });
}

bool AnswerComparer::CompareTuples(const Node* gold, const Node* pred) {
  if (gold->args.size() == 2 && gold->name != pred->name) {
    return Differ("different brackets");
  }
  return CompareOrdered(gold->args, pred->args);
}

}  // namespace longhaul::reward::math
