// SPDX-License-Identifier: Apache-2.0
//
// \boxed{...} and \fbox{...}. Time is linear in the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace longhaul::reward {

enum class TextRole { kReference, kResponse };  // a reference may have its last box left open

struct Box {
  size_t begin = 0;  // of \boxed
  size_t end = 0;
  std::string_view content;
};
// The last box, and those before it that belong to the same answer: fewer than ten characters
// apart, or within seventy joined by "and", "or" or a comma in one sentence, with no number
// between them. A box that is left open at the end takes back those before it.
std::vector<Box> LastBoxes(std::string_view text, TextRole role);
// What is in the boxes of an answer that is boxes from end to end, joined by commas; else the text
// itself: in "\boxed{42} + 1" the box is a part of the value.
std::string BoxContents(std::string_view answer, TextRole role);

}  // namespace longhaul::reward
