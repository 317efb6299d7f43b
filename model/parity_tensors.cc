// SPDX-License-Identifier: Apache-2.0
#include "model/parity_tensors.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>

namespace longhaul::model {
namespace {

struct Rule {
  std::string pattern;
  bool exact = false;
  double abs = 0;
  double rel_to_max = 0;
  double rel_to_file_max = 0;
};

std::vector<Rule> BuiltInRules() {
  const auto absolute = [](const char* pattern, double abs) {
    return Rule{.pattern = pattern, .abs = abs};
  };
  return {{.pattern = "greedy_ids", .exact = true},
          {.pattern = "labels", .exact = true},
          {.pattern = "segment_*", .exact = true},
          {.pattern = "*_ids", .exact = true},
          {.pattern = "loss_mask", .exact = true},
          absolute("logits", 1e-4),
          absolute("prefill_logits", 1e-4),
          absolute("logprobs", 1e-4),
          absolute("entropy", 1e-4),
          {.pattern = "loss", .abs = 1e-5, .rel_to_max = 1e-5},
          {.pattern = "hidden.*", .rel_to_max = 1e-4},
          {.pattern = "state*", .rel_to_max = 1e-4},
          {.pattern = "grad.*", .rel_to_max = 1e-3, .rel_to_file_max = 1e-6}};
}

StatusOr<std::vector<Rule>> ReadRules(const std::string& golden_path) {
  const std::string path = JoinPath(ParentDirectory(golden_path), "golden.json");
  if (!FileExists(path)) return BuiltInRules();
  ASSIGN_OR_RETURN(Json root, Json::ParseFile(path));
  const Json* list = root.Find("tolerance");
  if (list == nullptr) return BuiltInRules();
  std::vector<Rule> rules;
  for (const Json& item : list->items()) {
    Rule rule;
    ASSIGN_OR_RETURN(rule.pattern, item.GetString("tensor"));
    ASSIGN_OR_RETURN(rule.exact, item.GetBoolOr("exact", false));
    ASSIGN_OR_RETURN(rule.abs, item.GetDoubleOr("abs", 0));
    ASSIGN_OR_RETURN(double rel, item.GetDoubleOr("rel", 0));
    ASSIGN_OR_RETURN(rule.rel_to_max, item.GetDoubleOr("rel_to_max", 0));
    rule.rel_to_max = std::max(rule.rel_to_max, rel);
    ASSIGN_OR_RETURN(rule.rel_to_file_max, item.GetDoubleOr("rel_to_file_max", 0));
    rules.push_back(rule);
  }
  return rules;
}

Rule RuleFor(const std::string& name, const std::vector<Rule>& rules,
             const ParityOptions& options) {
  Rule rule{.pattern = "*", .abs = 1e-4};
  for (const Rule& candidate : rules) {
    if (fnmatch(candidate.pattern.c_str(), name.c_str(), 0) != 0) continue;
    rule = candidate;
    break;
  }
  const bool output =
      name == "logits" || name == "prefill_logits" || name == "logprobs" || name == "entropy";
  if (output && options.atol) rule.abs = *options.atol;
  if (name.starts_with("grad.") && options.grad_rtol) rule.rel_to_max = *options.grad_rtol;
  return rule;
}

double Largest(const std::vector<float>& values) {
  double largest = 0;
  for (float v : values) largest = std::max(largest, std::fabs(static_cast<double>(v)));
  return largest;
}

std::string KindOf(const std::string& name) {
  const size_t dot = name.find('.');
  return dot == std::string::npos ? name : name.substr(0, dot);
}

bool IsInteger(DType dtype) {
  return dtype == DType::kI64 || dtype == DType::kI32 || dtype == DType::kU8;
}

std::vector<int64_t> Dims(const Shape& shape) {
  std::vector<int64_t> dims;
  for (int i = 0; i < shape.rank(); ++i) dims.push_back(shape[i]);
  return dims;
}

Shape ShapeOf(const std::vector<int64_t>& dims) {
  Shape shape;
  for (int64_t d : dims) shape.Append(d);
  return shape;
}

void CompareInts(const std::vector<int64_t>& expected, const ParityTensor& produced,
                 ParityRow* row) {
  for (size_t i = 0; i < expected.size(); ++i) row->largest += expected[i] != produced.ints[i];
  row->pass = row->largest == 0;
}

void CompareFloats(const std::vector<float>& expected, const ParityTensor& produced,
                   ParityRow* row) {
  for (size_t i = 0; i < expected.size(); ++i) {
    const double gap = std::fabs(static_cast<double>(expected[i]) - produced.floats[i]);
    if (!(gap <= row->largest)) row->largest = gap;
    if (std::isnan(gap)) break;
  }
  row->pass = row->largest <= row->allowed;
}

struct Comparison {
  const SafetensorsReader& file;
  std::vector<Rule> rules;
  const ParityOptions& options;
  double file_max = 0;  // largest gradient entry

  StatusOr<ParityRow> Row(const std::string& name, const ParityTensor& produced) const {
    ParityRow row{.kind = KindOf(name), .tensor = name, .note = ""};
    ASSIGN_OR_RETURN(TensorView view, file.Get(name));
    if (Dims(view.shape) != produced.shape) {
      row.note = fmt::format("shape {} instead of {}", ShapeOf(produced.shape).ToString(),
                             view.shape.ToString());
      return row;
    }
    if (IsInteger(view.dtype) != produced.floats.empty()) {
      row.note = "integers on one side, floats on the other";
      return row;
    }
    if (IsInteger(view.dtype)) {
      ASSIGN_OR_RETURN(ParityTensor expected, ReadInts(file, name));
      CompareInts(expected.ints, produced, &row);
      return row;
    }
    ASSIGN_OR_RETURN(std::vector<float> expected, file.GetF32(name));
    const Rule rule = RuleFor(name, rules, options);
    if (!rule.exact) {
      row.allowed = std::max(
          {rule.abs, rule.rel_to_max * Largest(expected), rule.rel_to_file_max * file_max});
    }
    CompareFloats(expected, produced, &row);
    return row;
  }
};

}  // namespace

StatusOr<ParityTensor> ReadInts(const SafetensorsReader& file, const std::string& name) {
  ASSIGN_OR_RETURN(TensorView view, file.Get(name));
  ParityTensor tensor;
  tensor.shape = Dims(view.shape);
  for (int64_t i = 0; i < view.numel(); ++i) {
    switch (view.dtype) {
      case DType::kI64:
        tensor.ints.push_back(view.as<int64_t>()[i]);
        break;
      case DType::kI32:
        tensor.ints.push_back(view.as<int32_t>()[i]);
        break;
      case DType::kU8:
        tensor.ints.push_back(view.as<uint8_t>()[i]);
        break;
      default:
        return InvalidArgument("{}: tensor '{}' must hold integers, not {}", file.FileOf(name),
                               name, DTypeName(view.dtype));
    }
  }
  return tensor;
}

ParityTensor Floats(std::vector<int64_t> shape, std::vector<float> values) {
  return {std::move(shape), std::move(values), {}};
}

StatusOr<ParityReport> CompareTensors(const SafetensorsReader& expected,
                                      const std::string& expected_path,
                                      const ParityTensors& produced, const ParityOptions& options) {
  ASSIGN_OR_RETURN(std::vector<Rule> rules, ReadRules(expected_path));
  Comparison comparison{expected, std::move(rules), options};
  for (const std::string& name : expected.Names()) {
    if (!name.starts_with("grad.")) continue;
    ASSIGN_OR_RETURN(std::vector<float> values, expected.GetF32(name));
    comparison.file_max = std::max(comparison.file_max, Largest(values));
  }
  ParityReport report;
  for (const std::string& name : expected.Names()) {
    const auto it = produced.find(name);
    if (it == produced.end()) {
      report.unknown.push_back(name);
      continue;
    }
    ASSIGN_OR_RETURN(ParityRow row, comparison.Row(name, it->second));
    report.failed += row.pass ? 0 : 1;
    report.rows.push_back(std::move(row));
  }
  return report;
}

Status WriteTensors(const std::string& path, const ParityTensors& tensors) {
  std::vector<longhaul::NamedTensor> views;
  for (const auto& [name, tensor] : tensors) {
    const Shape shape = ShapeOf(tensor.shape);
    views.push_back({name, tensor.floats.empty() ? TensorView(tensor.ints.data(), shape)
                                                 : TensorView(tensor.floats.data(), shape)});
  }
  return WriteSafetensors(path, views);
}

}  // namespace longhaul::model
