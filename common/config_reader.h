// SPDX-License-Identifier: Apache-2.0
//
// The visitor that fills structs from a ConfigNode and collects what is wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config_node.h"
#include "common/config_visitor.h"
#include "common/status.h"

namespace longhaul {

class ConfigReader : public ConfigVisitor {
 public:
  explicit ConfigReader(const ConfigNode& root) : node_(&root) { OpenSection(); }

  // All errors, after the fields of the root were visited.
  Status Finish();

 protected:
  bool EnterField(std::string_view name, const FieldSpec& spec) override;
  void Leave() override;
  void Bool(bool& value) override;
  void Int(int64_t& value, const FieldSpec& spec) override;
  void Unsigned(uint64_t& value, const FieldSpec& spec) override;
  void Double(double& value, const FieldSpec& spec) override;
  void Float(float& value, const FieldSpec& spec) override;
  void String(std::string& value, const FieldSpec& spec) override;
  void Enum(int& value, const std::vector<EnumName>& names) override;
  void Section(const std::function<void()>& visit_fields) override;
  bool Present(bool present) override;
  int64_t BeginList(int64_t size, const FieldSpec& spec) override;
  void EnterItem(int64_t index) override;
  std::vector<std::string> Keys(const std::vector<std::string>& keys) override;
  void EnterKey(const std::string& key) override;

 private:
  struct Frame {
    const ConfigNode* node;
    size_t path_size;
  };

  void Enter(const ConfigNode* node, std::string_view name);
  void OpenSection();
  void CloseSection();
  void Error(const std::string& where, std::string_view message);  // of the current field
  void Expected(std::string_view what);
  bool CheckBounds(double value, const FieldSpec& spec);
  template <typename T>
  bool ReadNumber(std::string_view what, T& value);

  const ConfigNode* node_;
  std::string path_;  // dotted, of node_
  std::vector<Frame> parents_;
  std::vector<std::vector<std::string>> known_;  // names of the fields, for each open section
  std::vector<std::string> errors_;
  int64_t errors_left_out_ = 0;
};

}  // namespace longhaul
