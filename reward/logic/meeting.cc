// SPDX-License-Identifier: Apache-2.0
#include "reward/logic/meeting.h"

#include <algorithm>

#include "reward/scorer.h"

namespace longhaul::reward {
namespace {

constexpr const char* kRuleNames[] = {"none", "days", "longest", "break", "morning"};

using FreeSlots = std::array<bool, kSlots>;

// A person's free slots on a day, in their own time.
FreeSlots FreeOn(const Participant& person, int day) {
  FreeSlots free;
  free.fill(person.days[day].lists_busy);
  for (const SlotInterval& interval : person.days[day].intervals) {
    const bool dropped = person.days[day].lists_busy &&
                         person.rule.type == AvailabilityRuleType::kMorning &&
                         interval.end <= person.rule.slots;
    if (dropped) continue;
    std::fill(free.begin() + interval.begin, free.begin() + interval.end,
              !person.days[day].lists_busy);
  }
  const std::vector<int64_t>& days = person.rule.days;
  if (person.rule.type == AvailabilityRuleType::kDays &&
      std::count(days.begin(), days.end(), day) == 0) {
    free.fill(false);
  }
  return free;
}

bool IsFree(const FreeSlots& free, int slot) { return slot >= 0 && slot < kSlots && free[slot]; }

// Slots that a meeting from `start` (by a clock that is not ahead) on a day can last for a person.
int LongestFrom(const Participant& person, const FreeSlots& free, int start) {
  const int from = start + person.clock * kSlotsPerHour;
  int longest = 0, most = kSlots;
  if (person.rule.type == AvailabilityRuleType::kLongest) most = person.rule.slots;
  if (person.rule.type == AvailabilityRuleType::kBreak) {
    for (int before = 1; before <= person.rule.slots; ++before) {
      if (!IsFree(free, from - before)) return 0;
    }
  }
  while (longest < most && IsFree(free, from + longest)) ++longest;
  return longest;
}

StatusOr<AvailabilityRule> ReadRule(const Json& json) {
  AvailabilityRule rule;
  std::string type;
  ASSIGN_OR_RETURN(type, json.GetString("type"));
  const auto found = std::find(std::begin(kRuleNames), std::end(kRuleNames), type);
  if (found == std::end(kRuleNames)) return InvalidArgument("unknown rule '{}'", Excerpt(type));
  rule.type = static_cast<AvailabilityRuleType>(found - std::begin(kRuleNames));
  if (rule.type == AvailabilityRuleType::kDays) {
    ASSIGN_OR_RETURN(rule.days, json.GetInts("days"));
  } else if (rule.type != AvailabilityRuleType::kNone) {
    ASSIGN_OR_RETURN(const int64_t slots, json.GetInt("slots"));
    if (slots < 0 || slots > kSlots) return InvalidArgument("a rule of {} slots", slots);
    rule.slots = static_cast<int>(slots);
  }
  return rule;
}

StatusOr<WorkDay> ReadDay(const Json& json) {
  if (json.size() != 2) return InvalidArgument("a day is not [kind, intervals]");
  const Json &kind = json.items()[0], &intervals = json.items()[1];
  const bool lists_busy = kind == Json("busy");
  if (!lists_busy && kind != Json("free")) return InvalidArgument("a day is neither busy nor free");
  if (!intervals.is_array()) return InvalidArgument("a day's intervals are no list");
  WorkDay day{lists_busy, {}};
  for (const Json& item : intervals.items()) {
    if (item.size() != 2) return InvalidArgument("an interval is not [begin, end]");
    ASSIGN_OR_RETURN(const int64_t begin, item.items()[0].AsInt());
    ASSIGN_OR_RETURN(const int64_t end, item.items()[1].AsInt());
    if (begin < 0 || begin > end || end > kSlots) {
      return InvalidArgument("no interval from {} to {}", begin, end);
    }
    day.intervals.push_back({static_cast<int>(begin), static_cast<int>(end)});
  }
  return day;
}

}  // namespace

Meeting FindMeeting(const std::vector<Participant>& people) {
  int best = 0, ways = 0;
  for (int day = 0; day < kDays; ++day) {
    std::vector<FreeSlots> free;
    for (const Participant& person : people) free.push_back(FreeOn(person, day));
    for (int start = 0; start < kSlots; start += kMeetingStartEvery) {
      int longest = kSlots - start;
      for (size_t p = 0; p < people.size(); ++p) {
        longest = std::min(longest, LongestFrom(people[p], free[p], start));
      }
      if (longest > best) best = longest, ways = 0;
      if (longest == best && best > 0) ++ways;
    }
  }
  return {best * kSlotMinutes, ways};
}

StatusOr<Participant> ReadParticipant(const Json& json) {
  Participant person;
  ASSIGN_OR_RETURN(person.name, json.GetString("name"));
  ASSIGN_OR_RETURN(const int64_t clock, json.GetIntOr("clock", 0));
  if (clock < -12 || clock > 12) return InvalidArgument("a clock {} hours ahead", clock);
  person.clock = static_cast<int>(clock);
  ASSIGN_OR_RETURN(const Json* days, json.Get("days"));
  if (days->size() != kDays) return InvalidArgument("{} days", days->size());
  for (int day = 0; day < kDays; ++day) {
    ASSIGN_OR_RETURN(person.days[day], ReadDay(days->items()[day]));
  }
  if (const Json* rule = json.Find("rule"); rule != nullptr) {
    ASSIGN_OR_RETURN(person.rule, ReadRule(*rule));
  }
  return person;
}

Json ParticipantJson(const Participant& person) {
  Json days = Json::Array();
  for (const WorkDay& day : person.days) {
    Json intervals = Json::Array();
    for (const SlotInterval& interval : day.intervals) {
      intervals.Append(Json(std::vector<int>{interval.begin, interval.end}));
    }
    days.Append(Json::Array().Append(day.lists_busy ? "busy" : "free").Append(intervals));
  }
  Json json = Json::Object();
  json.Set("name", person.name).Set("clock", person.clock).Set("days", std::move(days));
  if (person.rule.type != AvailabilityRuleType::kNone) {
    Json rule = Json::Object();
    rule.Set("type", kRuleNames[static_cast<int>(person.rule.type)]);
    if (person.rule.type == AvailabilityRuleType::kDays) {
      rule.Set("days", Json(person.rule.days));
    } else {
      rule.Set("slots", person.rule.slots);
    }
    json.Set("rule", std::move(rule));
  }
  return json;
}

}  // namespace longhaul::reward
