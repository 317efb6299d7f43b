// SPDX-License-Identifier: Apache-2.0
#include "sandbox/git_patch.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "sandbox/git_binary.h"

namespace longhaul::sandbox {
namespace {

constexpr std::string_view kNoBlob = "0000000000000000000000000000000000000000";

// quote_c_style of git, with core.quotePath off: bytes above 127 stand for themselves.
std::string Quoted(const std::string& name) {
  static constexpr std::string_view kEscaped = "\a\b\t\n\v\f\r\"\\", kLetters = "abtnvfr\"\\";
  std::string quoted;
  bool plain = name.find(" /") == name.npos;  // git ends a plain name of no content there
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const size_t letter = kEscaped.find(c);
    if (letter != kEscaped.npos) {
      quoted += {'\\', kLetters[letter]};
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += fmt::format("\\{:03o}", byte);
    } else {
      quoted += c;
      continue;
    }
    plain = false;
  }
  return plain ? name : '"' + quoted + '"';
}

// After "--- " or "+++ ". A tab ends a name that a reader would otherwise end at its first space.
std::string Label(const GitFile& file, const std::string& name) {
  if (file.mode == GitMode::kAbsent) return "/dev/null";
  return Quoted(name) + (name.find(' ') != name.npos && Quoted(name) == name ? "\t" : "");
}

std::string ModeLines(GitMode before, GitMode after) {
  if (before == after) return {};
  if (before == GitMode::kAbsent) return fmt::format("new file mode {:o}\n", unsigned(after));
  if (after == GitMode::kAbsent) return fmt::format("deleted file mode {:o}\n", unsigned(before));
  return fmt::format("old mode {:o}\nnew mode {:o}\n", unsigned(before), unsigned(after));
}

// git applies a binary patch only to the content that is named in full.
std::string BlobName(const GitFile& file) {
  return file.mode == GitMode::kAbsent ? std::string(kNoBlob) : GitBlobName(file.content);
}

bool IsGitsOwn(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (std::string_view own : {".git", "git~1"}) {
    if (!name.starts_with(own)) continue;
    // NTFS ends the name here, and drops spaces and dots at its end.
    const size_t end = name.find_first_not_of(" .", own.size());
    if (end == name.npos || name[end] == ':' || name[end] == '\\') return true;
  }
  return false;
}

template <typename Predicate>
bool AnyComponent(std::string_view path, const Predicate& holds) {
  for (;;) {
    const size_t slash = path.find('/');
    if (holds(path.substr(0, slash))) return true;
    if (slash == path.npos) return false;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

GitMode GitModeOf(unsigned st_mode) {
  if (S_ISLNK(st_mode)) return GitMode::kSymlink;
  return (st_mode & S_IXUSR) != 0 ? GitMode::kExecutable : GitMode::kFile;
}

bool GitTracks(std::string_view path) {
  return !AnyComponent(path, [](std::string_view name) { return IsGitsOwn(std::string(name)); });
}

bool LiesInGitDirectory(std::string_view path) {
  return AnyComponent(path, [](std::string_view name) { return name == ".git"; });
}

bool IsBinary(const GitChange& change) {
  return change.before.content.find('\0') != std::string::npos ||
         change.after.content.find('\0') != std::string::npos;
}

std::string GitPatch(const GitChange& change, std::string_view hunks) {
  const std::string from = "a/" + change.path, to = "b/" + change.path;
  std::string patch = fmt::format("diff --git {} {}\n", Quoted(from), Quoted(to));
  patch += ModeLines(change.before.mode, change.after.mode);
  if (!IsBinary(change)) {
    if (hunks.empty()) return patch;
    return patch + fmt::format("--- {}\n+++ {}\n{}", Label(change.before, from),
                               Label(change.after, to), hunks);
  }
  if (change.before.content == change.after.content) return patch;
  return patch +
         fmt::format("index {}..{}\nGIT binary patch\n", BlobName(change.before),
                     BlobName(change.after)) +
         GitLiteral(change.after.content) + GitLiteral(change.before.content);
}

bool SplitTypeChange(GitChange& change, GitChange& created) {
  const GitMode before = change.before.mode, after = change.after.mode;
  if (before == GitMode::kAbsent || after == GitMode::kAbsent) return false;
  if ((before == GitMode::kSymlink) == (after == GitMode::kSymlink)) return false;
  created = {.path = change.path, .before = {}, .after = std::move(change.after)};
  change.after = {};
  return true;
}

}  // namespace longhaul::sandbox
