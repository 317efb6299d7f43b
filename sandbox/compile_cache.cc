// SPDX-License-Identifier: Apache-2.0
#include "sandbox/compile_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <vector>

#include "common/checksum.h"
#include "common/file.h"
#include "common/json.h"
#include "common/logging.h"
#include "sandbox/language.h"
#include "sandbox/slot_pool.h"

namespace longhaul::sandbox {
namespace {

constexpr std::string_view kFormat = "longhaul compile cache 1";
constexpr uint64_t kStripes = 256;
constexpr std::chrono::milliseconds kLockGlance{5};

std::string ProductPath(const std::string& directory, const std::string& name) {
  return JoinPath(directory, name + ".product");
}
std::string EntryPath(const std::string& directory, const std::string& name) {
  return JoinPath(directory, name + ".entry");
}

// An entry: a line of JSON, then the material, stdout and stderr.
std::string EncodeEntry(const std::string& material, const std::string& product,
                        const GuestResult& result) {
  const std::string body = material + result.stdout_bytes + result.stderr_bytes;
  Json header = Json::Object();
  header.Set("format", kFormat)
      .Set("body", ChecksumHex(Checksum64(body)))
      .Set("product", ChecksumHex(Checksum64(product)))
      .Set("product_bytes", product.size())
      .Set("material_bytes", material.size())
      .Set("stdout_bytes", result.stdout_bytes.size())
      .Set("stdout_truncated", result.stdout_truncated)
      .Set("stderr_truncated", result.stderr_truncated)
      .Set("cpu_time_ms", result.cpu_time_ms)
      .Set("wall_time_ms", result.wall_time_ms)
      .Set("memory_bytes", result.memory_bytes);
  return header.ToString() + "\n" + body;
}

struct Entry {
  std::string product_checksum;
  int64_t product_bytes = 0;
  std::string material;
  GuestResult result;
};

StatusOr<Entry> DecodeEntry(const std::string& bytes, const std::string& path) {
  const size_t line = bytes.find('\n');
  if (line == bytes.npos) return DataLoss("{}: no header", path);
  ASSIGN_OR_RETURN(const Json header, Json::Parse(std::string_view(bytes).substr(0, line), path));
  ASSIGN_OR_RETURN(const std::string format, header.GetString("format"));
  if (format != kFormat) return DataLoss("{}: format '{}'", path, format);
  const std::string_view body = std::string_view(bytes).substr(line + 1);
  ASSIGN_OR_RETURN(const std::string checksum, header.GetString("body"));
  if (checksum != ChecksumHex(Checksum64(body))) return DataLoss("{}: damaged", path);
  Entry entry;
  ASSIGN_OR_RETURN(entry.product_checksum, header.GetString("product"));
  ASSIGN_OR_RETURN(entry.product_bytes, header.GetInt("product_bytes"));
  ASSIGN_OR_RETURN(const int64_t material, header.GetInt("material_bytes"));
  ASSIGN_OR_RETURN(const int64_t output, header.GetInt("stdout_bytes"));
  if (material < 0 || output < 0 || material + output > static_cast<int64_t>(body.size()))
    return DataLoss("{}: sizes", path);
  entry.material = body.substr(0, static_cast<size_t>(material));
  GuestResult& result = entry.result;
  result.outcome = Outcome::kOk;
  result.stdout_bytes = body.substr(static_cast<size_t>(material), static_cast<size_t>(output));
  result.stderr_bytes = body.substr(static_cast<size_t>(material + output));
  ASSIGN_OR_RETURN(result.stdout_truncated, header.GetBool("stdout_truncated"));
  ASSIGN_OR_RETURN(result.stderr_truncated, header.GetBool("stderr_truncated"));
  ASSIGN_OR_RETURN(result.cpu_time_ms, header.GetInt("cpu_time_ms"));
  ASSIGN_OR_RETURN(result.wall_time_ms, header.GetInt("wall_time_ms"));
  ASSIGN_OR_RETURN(result.memory_bytes, header.GetInt("memory_bytes"));
  return entry;
}

// The shared lock on a product that keeps eviction away; NotFound when it is gone already.
StatusOr<FileDescriptor> Lease(const std::string& path) {
  FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return ErrnoStatus(errno, "opening", path);
  if (flock(file.get(), LOCK_SH | LOCK_NB) != 0) return NotFound("{} is being removed", path);
  struct stat found;
  if (fstat(file.get(), &found) != 0) return ErrnoStatus(errno, "reading", path);
  if (found.st_nlink == 0) return NotFound("{} was removed", path);
  return file;
}

Status CheckProduct(const std::string& path, const Entry& entry) {
  ASSIGN_OR_RETURN(const MappedFile product, MappedFile::Open(path));
  if (product.size() != entry.product_bytes ||
      ChecksumHex(Checksum64(product.bytes())) != entry.product_checksum) {
    return DataLoss("{}: damaged", path);
  }
  return OkStatus();
}

struct Kept {
  std::string name;
  timespec used;
  int64_t bytes;
};

// False: somebody runs it.
bool RemoveUnlessLeased(const std::string& directory, const std::string& name) {
  const std::string path = ProductPath(directory, name);
  const FileDescriptor product(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (product.get() >= 0 && flock(product.get(), LOCK_EX | LOCK_NB) != 0) return false;
  unlink(EntryPath(directory, name).c_str());
  unlink(path.c_str());
  return true;
}

StatusOr<std::vector<Kept>> Scan(const std::string& directory) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(directory));
  std::vector<Kept> kept;
  for (const std::string& file : names) {
    if (!file.ends_with(".product")) continue;
    const std::string name = file.substr(0, file.size() - std::string_view(".product").size());
    struct stat product, entry;
    if (stat(ProductPath(directory, name).c_str(), &product) != 0) continue;
    const bool whole = stat(EntryPath(directory, name).c_str(), &entry) == 0;
    kept.push_back({.name = name,
                    .used = whole ? entry.st_mtim : product.st_mtim,
                    .bytes = product.st_size + (whole ? entry.st_size : 0)});
  }
  std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  return kept;
}

Status CheckOwner(const std::string& directory) {
  struct stat found;
  if (lstat(directory.c_str(), &found) != 0) return ErrnoStatus(errno, "reading", directory);
  if (!S_ISDIR(found.st_mode) || found.st_uid != geteuid() || (found.st_mode & 022) != 0) {
    return FailedPrecondition(
        "{}: a cache of programs must be a directory that only this user writes: give another "
        "cache_dir or chmod go-w",
        directory);
  }
  return OkStatus();
}

}  // namespace

bool IsThere(const CompileProduct& product) {
  struct stat held, named;
  return fstat(product.lease.get(), &held) == 0 && stat(product.host_path.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

StatusOr<std::unique_ptr<CompileCache>> CompileCache::Open(const std::string& directory,
                                                           int64_t max_bytes) {
  std::unique_ptr<CompileCache> cache(new CompileCache(directory, max_bytes));
  RETURN_IF_ERROR(cache->MakeDirectories());
  RETURN_IF_ERROR(cache->Evict());
  return cache;
}

Status CompileCache::MakeDirectories() const {
  RETURN_IF_ERROR(CreateDirectories(directory_));
  RETURN_IF_ERROR(CheckOwner(directory_));
  return CreateDirectories(JoinPath(directory_, "locks"));
}

StatusOr<FileDescriptor> CompileCache::Lock(ProductKind kind, uint64_t hash,
                                            const RunContext& context) const {
  const std::string path =
      JoinPath(directory_,
               fmt::format("locks/{}-{:02x}", kind == ProductKind::kHeader ? "header" : "program",
                           hash % kStripes));
  const auto open_it = [&path] { return open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); };
  FileDescriptor file(open_it());
  if (file.get() < 0 && errno == ENOENT) {
    RETURN_IF_ERROR(MakeDirectories());
    file = FileDescriptor(open_it());
  }
  if (file.get() < 0) return ErrnoStatus(errno, "opening", path);
  while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return ErrnoStatus(errno, "locking", path);
    RETURN_IF_ERROR(StillWanted(context));
    std::this_thread::sleep_for(kLockGlance);
  }
  return file;
}

StatusOr<CompileProduct> CompileCache::Find(const std::string& name,
                                            const std::string& material) const {
  const std::string path = EntryPath(directory_, name);
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  CompileProduct product;
  product.cached = true;
  product.host_path = ProductPath(directory_, name);
  ASSIGN_OR_RETURN(Entry entry, DecodeEntry(bytes, path));
  if (entry.material != material) return NotFound("{}: of another program", path);
  ASSIGN_OR_RETURN(product.lease, Lease(product.host_path));
  RETURN_IF_ERROR(CheckProduct(product.host_path, entry));
  product.result = std::move(entry.result);
  utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // used now; a failure makes it go earlier
  return product;
}

StatusOr<CompileProduct> CompileCache::Store(const std::string& name, const std::string& material,
                                             GuestResult result) {
  CompileProduct product;
  auto made = result.files.find(std::string(kProductFile));
  if (result.outcome == Outcome::kOk && made == result.files.end()) {
    result.outcome = Outcome::kInternalError;
    result.detail = "the compiler ended well and left no program; " + result.detail;
  }
  if (result.outcome == Outcome::kOk) {
    const std::string bytes = std::move(made->second);
    product.host_path = ProductPath(directory_, name);
    RETURN_IF_ERROR(WriteFileAtomic(product.host_path, bytes));
    if (chmod(product.host_path.c_str(), 0555) != 0)
      return ErrnoStatus(errno, "writing", product.host_path);
    ASSIGN_OR_RETURN(product.lease, Lease(product.host_path));
    const std::string entry = EncodeEntry(material, bytes, result);
    RETURN_IF_ERROR(WriteFileAtomic(EntryPath(directory_, name), entry));
    stored_since_scan_ += static_cast<int64_t>(bytes.size() + entry.size());
  }
  result.files.clear();
  product.result = std::move(result);
  return product;
}

Status CompileCache::Evict() {
  ASSIGN_OR_RETURN(const std::vector<Kept> kept, Scan(directory_));
  stored_since_scan_ = 0;
  int64_t total = 0;
  for (const Kept& one : kept) total += one.bytes;
  for (const Kept& one : kept) {
    if (total <= max_bytes_) break;
    if (RemoveUnlessLeased(directory_, one.name)) total -= one.bytes;
  }
  return OkStatus();
}

StatusOr<CompileProduct> CompileCache::Get(const CompileKey& key, const CompileFn& compile,
                                           const RunContext& context) {
  const std::string& material = key.material;
  const uint64_t hash = Checksum64(material);
  const std::string name = ChecksumHex(hash);
  StatusOr<CompileProduct> found = Find(name, material);
  if (found.ok()) return found;
  ASSIGN_OR_RETURN(const FileDescriptor lock, Lock(key.kind, hash, context));
  found = Find(name, material);  // made while we waited
  if (found.ok()) return found;
  if (found.status().code() == StatusCode::kDataLoss) {
    LogWarning("{}; compiling again", Message(found.status()));
    RemoveUnlessLeased(directory_, name);
  }
  ASSIGN_OR_RETURN(GuestResult result, compile());
  ASSIGN_OR_RETURN(CompileProduct product, Store(name, material, std::move(result)));
  // A sixteenth between scans: the bound is kept within that, and a scan is rare.
  if (stored_since_scan_ > max_bytes_ / 16) RETURN_IF_ERROR(Evict());
  return product;
}

}  // namespace longhaul::sandbox
