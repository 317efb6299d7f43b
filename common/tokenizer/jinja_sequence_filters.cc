// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "common/tokenizer/jinja_filters.h"

namespace longhaul::jinja {
namespace {

using Kind = Value::Kind;

StatusOr<Value> First(const Value& input, const Arguments&, const BuiltinContext&) {
  ASSIGN_OR_RETURN(const List items, input.Iterate());
  return items.empty() ? Value::Undefined("first") : items.front();
}

StatusOr<Value> Last(const Value& input, const Arguments&, const BuiltinContext&) {
  ASSIGN_OR_RETURN(const List items, input.Iterate());
  return items.empty() ? Value::Undefined("last") : items.back();
}

StatusOr<Value> ToList(const Value& input, const Arguments&, const BuiltinContext&) {
  ASSIGN_OR_RETURN(List items, input.Iterate());
  return Value::MakeList(std::move(items));
}

StatusOr<Value> Reverse(const Value& input, const Arguments&, const BuiltinContext&) {
  ASSIGN_OR_RETURN(List items, input.Iterate());
  std::reverse(items.begin(), items.end());
  if (!input.is(Kind::kString)) return Value::MakeList(std::move(items));
  std::string text;
  for (const Value& item : items) text += item.string();
  return Value::String(std::move(text));
}

StatusOr<Value> Join(const Value& input, const Arguments& arguments,
                     const BuiltinContext& context) {
  ASSIGN_OR_RETURN(const std::string separator, arguments.GetString(0, "d", ""));
  const Value attribute = arguments.Get(1, "attribute");
  ASSIGN_OR_RETURN(const List items, input.Iterate());
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    Value item = items[i];
    if (!attribute.is(Kind::kUndefined)) {
      ASSIGN_OR_RETURN(item, GetPath(item, attribute));
    }
    if (i > 0) out += separator;
    out += item.Text();
  }
  RETURN_IF_ERROR(context.budget->Bytes(static_cast<int64_t>(out.size())));
  return Value::String(std::move(out));
}

StatusOr<Value> Items(const Value& input, const Arguments&, const BuiltinContext&) {
  if (input.is(Kind::kUndefined)) return Value::MakeList({});
  if (!input.is(Kind::kDict)) return InvalidArgument("items of {}", input.Describe());
  return CallMethod(input, "items", {});
}

// Jinja's sorts fold case unless asked not to.
Value FoldCase(const Value& value, const Arguments& arguments, size_t index) {
  const Value case_sensitive = arguments.Get(index, "case_sensitive");
  if (case_sensitive.Truth() || !value.is(Kind::kString)) return value;
  return Value::String(LowerText(value.string()));
}

struct SortItem {
  Value key;
  Value item;
};

// Keys are all numbers or all strings, else the first pair that has no order is the error.
StatusOr<List> SortBy(std::vector<SortItem> items, bool reverse) {
  for (size_t i = 1; i < items.size(); ++i) {
    ASSIGN_OR_RETURN([[maybe_unused]] const int order, Compare(items[0].key, items[i].key));
  }
  std::stable_sort(items.begin(), items.end(), [reverse](const SortItem& a, const SortItem& b) {
    return reverse ? Compare(b.key, a.key).value() < 0 : Compare(a.key, b.key).value() < 0;
  });
  List out;
  for (SortItem& item : items) out.push_back(std::move(item.item));
  return out;
}

StatusOr<Value> DictSort(const Value& input, const Arguments& arguments, const BuiltinContext&) {
  if (!input.is(Kind::kDict)) return InvalidArgument("dictsort of {}", input.Describe());
  ASSIGN_OR_RETURN(const std::string by, arguments.GetString(1, "by", "key"));
  std::vector<SortItem> items;
  for (const auto& [key, value] : input.dict().items) {
    const Value sort_key = by == "value" ? value : Value::String(key);
    items.push_back(
        {FoldCase(sort_key, arguments, 0), Value::MakeList({Value::String(key), value})});
  }
  ASSIGN_OR_RETURN(List sorted, SortBy(std::move(items), arguments.Get(2, "reverse").Truth()));
  return Value::MakeList(std::move(sorted));
}

StatusOr<Value> Sort(const Value& input, const Arguments& arguments, const BuiltinContext&) {
  ASSIGN_OR_RETURN(const List values, input.Iterate());
  const Value attribute = arguments.Get(2, "attribute");
  std::vector<SortItem> items;
  for (const Value& value : values) {
    Value key = value;
    if (!attribute.is(Kind::kUndefined)) {
      ASSIGN_OR_RETURN(key, GetPath(value, attribute));
    }
    items.push_back({FoldCase(key, arguments, 1), value});
  }
  ASSIGN_OR_RETURN(List sorted, SortBy(std::move(items), arguments.Get(0, "reverse").Truth()));
  return Value::MakeList(std::move(sorted));
}

StatusOr<Value> Unique(const Value& input, const Arguments& arguments,
                       const BuiltinContext& context) {
  ASSIGN_OR_RETURN(const List items, input.Iterate());
  List keys;
  List out;
  for (const Value& item : items) {
    const Value key = FoldCase(item, arguments, 0);
    for (size_t i = 0; i < keys.size(); ++i) RETURN_IF_ERROR(context.budget->Step());
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    keys.push_back(key);
    out.push_back(item);
  }
  return Value::MakeList(std::move(out));
}

StatusOr<Value> Extreme(const Value& input, int sign) {
  ASSIGN_OR_RETURN(const List items, input.Iterate());
  if (items.empty()) return Value::Undefined("the extreme of no items");
  Value best = items[0];
  for (const Value& item : items) {
    ASSIGN_OR_RETURN(const int order, Compare(item, best));
    if (order == sign) best = item;
  }
  return best;
}
StatusOr<Value> Min(const Value& input, const Arguments&, const BuiltinContext&) {
  return Extreme(input, -1);
}
StatusOr<Value> Max(const Value& input, const Arguments&, const BuiltinContext&) {
  return Extreme(input, 1);
}

StatusOr<Value> Sum(const Value& input, const Arguments& arguments, const BuiltinContext& context) {
  ASSIGN_OR_RETURN(const List items, input.Iterate());
  const Value attribute = arguments.Get(0, "attribute");
  Value total = Value::Int(0);
  for (Value item : items) {
    if (!attribute.is(Kind::kUndefined)) {
      ASSIGN_OR_RETURN(item, GetPath(item, attribute));
    }
    ASSIGN_OR_RETURN(total, Binary("+", total, item, context.budget));
  }
  return total;
}

// map('filter', arguments...) or map(attribute='name', default=...).
StatusOr<Value> Map(const Value& input, const Arguments& arguments, const BuiltinContext& context) {
  ASSIGN_OR_RETURN(const List items, input.Iterate());
  Arguments rest = arguments;
  std::string filter;
  if (!rest.positional.empty()) {
    ASSIGN_OR_RETURN(filter, arguments.GetString(0, "", ""));
    rest.positional.erase(rest.positional.begin());
  }
  const Value attribute = arguments.Get(99, "attribute");
  if (filter.empty() && attribute.is(Kind::kUndefined)) {
    return InvalidArgument("map needs a filter's name or attribute=");
  }
  List out;
  for (const Value& item : items) {
    RETURN_IF_ERROR(context.budget->Step());
    Value mapped;
    if (filter.empty()) {
      ASSIGN_OR_RETURN(mapped, GetPath(item, attribute));
      if (mapped.is(Kind::kUndefined)) mapped = arguments.Get(99, "default");
    } else {
      if (filter == "map") return InvalidArgument("map of map is not supported");
      ASSIGN_OR_RETURN(mapped, ApplyFilter(filter, item, rest, context));
    }
    out.push_back(std::move(mapped));
  }
  return Value::MakeList(std::move(out));
}

// select, reject: the items for which a test holds, or does not; without a test, truth.
// selectattr, rejectattr: the test is of an attribute, the first argument.
struct Selection {
  bool keep;
  bool by_attribute;
};

StatusOr<Value> Select(const Value& input, const Arguments& arguments, const Selection& selection) {
  ASSIGN_OR_RETURN(const List items, input.Iterate());
  const size_t name_at = selection.by_attribute ? 1 : 0;
  const Value attribute = arguments.Get(0, "");
  ASSIGN_OR_RETURN(const std::string test, arguments.GetString(name_at, "", ""));
  Arguments rest;
  if (arguments.positional.size() > name_at + 1) {
    rest.positional.assign(arguments.positional.begin() + static_cast<std::ptrdiff_t>(name_at) + 1,
                           arguments.positional.end());
  }
  List out;
  for (const Value& item : items) {
    Value value = item;
    if (selection.by_attribute) {
      ASSIGN_OR_RETURN(value, GetPath(item, attribute));
    }
    bool holds = value.Truth();
    if (!test.empty()) {
      ASSIGN_OR_RETURN(holds, ApplyTest(test, value, rest));
    }
    if (holds == selection.keep) out.push_back(item);
  }
  return Value::MakeList(std::move(out));
}

template <bool kKeep, bool kByAttribute>
StatusOr<Value> SelectFilter(const Value& input, const Arguments& arguments,
                             const BuiltinContext&) {
  return Select(input, arguments, {.keep = kKeep, .by_attribute = kByAttribute});
}

}  // namespace

void AddSequenceFilters(std::map<std::string_view, Filter>* filters) {
  filters->insert({{"first", First},
                   {"last", Last},
                   {"list", ToList},
                   {"reverse", Reverse},
                   {"join", Join},
                   {"items", Items},
                   {"dictsort", DictSort},
                   {"sort", Sort},
                   {"unique", Unique},
                   {"min", Min},
                   {"max", Max},
                   {"sum", Sum},
                   {"map", Map},
                   {"select", SelectFilter<true, false>},
                   {"reject", SelectFilter<false, false>},
                   {"selectattr", SelectFilter<true, true>},
                   {"rejectattr", SelectFilter<false, true>}});
}

}  // namespace longhaul::jinja
