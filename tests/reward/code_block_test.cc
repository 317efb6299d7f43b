// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reward/extractors/extractor.h"

namespace longhaul::reward {
namespace {

std::string Extract(const std::string& response, const std::string& language = "python") {
  const StatusOr<const Extractor*> extractor = FindExtractor("code_block");
  EXPECT_TRUE(extractor.ok()) << extractor.status();
  const Json options = Json::Object().Set("language", language);
  EXPECT_TRUE((*extractor)->CheckOptions(options).ok());
  const auto block = (*extractor)->Extract(response, options);
  return block.has_value() ? std::string(*block) : "none";
}

TEST(CodeBlock, IsTheLastOfItsLanguage) {
  EXPECT_EQ(Extract("```python\na\n```\ntext\n```py\nb\nc\n```\n```cpp\nd\n```"), "b\nc\n");
  EXPECT_EQ(Extract("```Python3 title=x\na\n```"), "a\n");
  EXPECT_EQ(Extract("```c++\nint x;\n```", "cpp"), "int x;\n");
  EXPECT_EQ(Extract("```cpp\nint x;\n```"), "none");
  EXPECT_EQ(Extract("```\na\n```"), "none");
  EXPECT_EQ(Extract("```python\n```"), "");
}

TEST(CodeBlock, StandsBehindTheThinking) {
  EXPECT_EQ(Extract("<think>```python\na\n```</think>none"), "none");
  EXPECT_EQ(Extract("<think>```python\na\n``` </think>\n```python\nb\n```"), "b\n");
}

TEST(CodeBlock, EndsAtAFenceOfItsOwnKind) {
  EXPECT_EQ(Extract("````python\n```\na\n```\n````"), "```\na\n```\n");
  EXPECT_EQ(Extract("~~~python\na\n```\n~~~"), "a\n```\n");
  EXPECT_EQ(Extract("```python\nx = '''\n```not a fence\n'''\n```"),
            "x = '''\n```not a fence\n'''\n");
  EXPECT_EQ(Extract("    ```python\n    a\n    ```"), "none");
}

TEST(CodeBlock, SharesItsLinesWithTagsOfTheAnswer) {
  EXPECT_EQ(Extract("<answer>```python\na\n```</answer>"), "a\n");
  EXPECT_EQ(Extract("```python\na\n```<|im_end|>"), "a\n");
  EXPECT_EQ(Extract("<answer> ```python\na\n``` x\n```"), "a\n``` x\n");
}

TEST(CodeBlock, LosesTheIndentationOfItsFence) {
  EXPECT_EQ(Extract("  ```python\n  a\n    b\n c\n\n  ```"), "a\n  b\nc\n\n");
  EXPECT_EQ(Extract("1. Solve it:\n   ```python\n   def f(x):\n       return x\n   ```"),
            "def f(x):\n    return x\n");
  EXPECT_EQ(Extract("1. a\n   - b\n\n     ```python\n     if x:\n       y\n     ```\n"),
            "if x:\n  y\n");
  EXPECT_EQ(Extract("- ```python\n  a\n  ```"), "a\n");
  EXPECT_EQ(Extract("10. a\nlazy\n\n    ```python\n    a\n```"), "a\n");
  EXPECT_EQ(Extract("-\ta\n\n\t```python\n\tif x:\n\t\ty\n\t```"), "if x:\n\ty\n");
  EXPECT_EQ(Extract("  ```python\n\ta\n  ```"), "  a\n");
  EXPECT_EQ(Extract("  ```python\r\n  a\r\n  ```\r\n"), "a\r\n");
}

TEST(CodeBlock, MayBeDeeperInAListOnly) {
  EXPECT_EQ(Extract("- a\n\n- b\n    - c\n\n      ```python\n      a\n      ```"), "a\n");
  EXPECT_EQ(Extract("- a\n\nb\n\n    ```python\n    a\n    ```"), "none");
  EXPECT_EQ(Extract("1.5 is no item\n\n    ```python\n    a\n    ```"), "none");
}

TEST(CodeBlock, MustBeClosed) {
  EXPECT_EQ(Extract("```python\na\n```\n```python\nb\n"), "a\n");
  EXPECT_EQ(Extract("```python\na"), "none");
  EXPECT_EQ(Extract("inline ```python a```"), "none");
}

}  // namespace
}  // namespace longhaul::reward
