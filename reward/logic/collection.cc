// SPDX-License-Identifier: Apache-2.0
#include "reward/logic/collection.h"

#include <algorithm>

#include "reward/logic/puzzle_list.h"
#include "reward/scorer.h"

namespace longhaul::reward {
namespace {

constexpr std::string_view kPropertyNames[] = {"size",     "color", "country",
                                               "material", "smell", "name"};
constexpr std::string_view kEventNames[] = {"change", "copy", "split", "remove", "novel"};
constexpr size_t kMaxThings = 10'000;

template <size_t N>
StatusOr<int> IndexOf(const std::string_view (&names)[N], const Json& json) {
  ASSIGN_OR_RETURN(const std::string name, json.AsString());
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return InvalidArgument("unknown name '{}'", Excerpt(name));
}

StatusOr<Property> ReadProperty(const Json& json) {
  ASSIGN_OR_RETURN(const int index, IndexOf(kPropertyNames, json));
  return static_cast<Property>(index);
}

std::string& ValueOf(Thing& thing, Property property) {
  return thing[static_cast<size_t>(property)];
}
const std::string& ValueOf(const Thing& thing, Property property) {
  return thing[static_cast<size_t>(property)];
}

Thing Changed(Thing thing, const PropertyValue& to) {
  ValueOf(thing, to.property) = to.value;
  return thing;
}

bool IsNovel(const Thing& thing, const std::array<Property, 2>& pair, const Collection& first) {
  return std::none_of(first.begin(), first.end(), [&](const Thing& other) {
    return ValueOf(thing, pair[0]) == ValueOf(other, pair[0]) &&
           ValueOf(thing, pair[1]) == ValueOf(other, pair[1]);
  });
}

// The things that one thing becomes.
Collection Becomes(const Thing& thing, const CollectionEvent& event, const Collection& first) {
  if (event.type == EventType::kNovel) {
    return IsNovel(thing, event.pair, first) ? Collection{thing, thing} : Collection{thing};
  }
  if (!Has(thing, event.where)) return {thing};
  if (event.type == EventType::kRemove) return {};
  if (event.type == EventType::kSplit) {
    return {Changed(thing, event.set[0]), Changed(thing, event.set[1])};
  }
  Thing changed = thing;
  for (const PropertyValue& to : event.set) changed = Changed(std::move(changed), to);
  return event.type == EventType::kCopy ? Collection{thing, changed} : Collection{changed};
}

}  // namespace

std::string_view PropertyName(Property property) {
  return kPropertyNames[static_cast<int>(property)];
}

bool Has(const Thing& thing, const PropertyValue& value) {
  return ValueOf(thing, value.property) == value.value;
}

StatusOr<Collection> After(const Collection& first, const std::vector<CollectionEvent>& events) {
  Collection now = first;
  for (const CollectionEvent& event : events) {
    Collection next;
    for (const Thing& thing : now) {
      for (Thing& each : Becomes(thing, event, first)) next.push_back(std::move(each));
      if (next.size() > kMaxThings) return ResourceExhausted("more than {} things", kMaxThings);
    }
    now = std::move(next);
  }
  return now;
}

StatusOr<Collection> ReadCollection(const Json& json) {
  if (json.size() > kMaxThings) return InvalidArgument("{} things", json.size());
  Collection collection;
  for (const Json& item : json.items()) {
    Thing& thing = collection.emplace_back();
    for (int p = 0; p < kNumProperties; ++p) {
      ASSIGN_OR_RETURN(thing[p], item.GetString(kPropertyNames[p]));
    }
  }
  return collection;
}

StatusOr<PropertyValue> ReadPropertyValue(const Json& json) {
  if (json.size() != 2) return InvalidArgument("not [property, value]");
  PropertyValue value;
  ASSIGN_OR_RETURN(value.property, ReadProperty(json.items()[0]));
  ASSIGN_OR_RETURN(value.value, json.items()[1].AsString());
  return value;
}

StatusOr<CollectionEvent> ReadEvent(const Json& json) {
  CollectionEvent event;
  ASSIGN_OR_RETURN(const Json* type, json.Get("type"));
  ASSIGN_OR_RETURN(const int index, IndexOf(kEventNames, *type));
  event.type = static_cast<EventType>(index);
  if (event.type == EventType::kNovel) {
    ASSIGN_OR_RETURN(const Json* pair, json.Get("pair"));
    if (pair->size() != 2) return InvalidArgument("pair is not two properties");
    for (int i : {0, 1}) {
      ASSIGN_OR_RETURN(event.pair[i], ReadProperty(pair->items()[i]));
    }
    return event;
  }
  ASSIGN_OR_RETURN(const Json* where, json.Get("where"));
  ASSIGN_OR_RETURN(event.where, ReadPropertyValue(*where));
  if (event.type == EventType::kRemove) return event;
  ASSIGN_OR_RETURN(const Json* set, GetList(json, "set"));
  for (const Json& item : set->items()) {
    ASSIGN_OR_RETURN(event.set.emplace_back(), ReadPropertyValue(item));
  }
  if (event.set.empty() || (event.type == EventType::kSplit && event.set.size() != 2)) {
    return InvalidArgument("an event sets {} properties", event.set.size());
  }
  return event;
}

Json CollectionJson(const Collection& collection) {
  Json list = Json::Array();
  for (const Thing& thing : collection) {
    Json item = Json::Object();
    for (int p = 0; p < kNumProperties; ++p) item.Set(kPropertyNames[p], thing[p]);
    list.Append(std::move(item));
  }
  return list;
}

Json PropertyValueJson(const PropertyValue& value) {
  return Json(std::vector<std::string>{std::string(PropertyName(value.property)), value.value});
}

Json EventJson(const CollectionEvent& event) {
  Json json = Json::Object();
  json.Set("type", kEventNames[static_cast<int>(event.type)]);
  if (event.type == EventType::kNovel) {
    Json pair = Json::Array();
    for (Property property : event.pair) pair.Append(PropertyName(property));
    json.Set("pair", std::move(pair));
    return json;
  }
  json.Set("where", PropertyValueJson(event.where));
  if (event.type == EventType::kRemove) return json;
  Json set = Json::Array();
  for (const PropertyValue& value : event.set) set.Append(PropertyValueJson(value));
  json.Set("set", std::move(set));
  return json;
}

}  // namespace longhaul::reward
