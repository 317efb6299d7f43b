// SPDX-License-Identifier: Apache-2.0
//
// What of git's formats a patch of binary files needs (gitformat-pack, git's apply.c and diff.c).
#pragma once

#include <string>
#include <string_view>

namespace longhaul::sandbox {

// The name of a file's content: SHA-1 of "blob <bytes>\0" and the content, in hexadecimal digits.
std::string GitBlobName(std::string_view content);

// A content as a part of "GIT binary patch": "literal <bytes>", the content deflated in lines of at
// most 52 bytes of base 85, and an empty line. Deflated at zlib's first level, as git does.
std::string GitLiteral(std::string_view content);

}  // namespace longhaul::sandbox
