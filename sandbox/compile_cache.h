// SPDX-License-Identifier: Apache-2.0
//
// CompileCache: what a compiler made of what, on disk. A product is found by everything that it
// depends on (its material), compared byte by byte, so that no collision of names can exchange
// programs; its bytes are checked before each use. Products survive restarts, are shared by the
// processes of one user, and go least recently used first when they pass the bound. Compilations of
// one material happen one at a time. Failed compilations are not kept.
//
// Layout: <name>.product and <name>.entry, the latter written last; locks/<kind>-NN serialises the
// names of a stripe. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/file_descriptor.h"
#include "common/status.h"
#include "sandbox/jail.h"

namespace longhaul::sandbox {

// `result` of the compilation, and the product's file. The file stays while this lives.
struct CompileProduct {
  GuestResult result;  // without the product's bytes
  bool cached = false;
  std::string host_path;  // empty: the compilation failed
  FileDescriptor lease;
};

// Whether its file can be found by its name: a lease keeps it from eviction, and from nothing else.
bool IsThere(const CompileProduct& product);

// A compilation that needs the product of another one asks for it under another kind, whose locks
// are others.
enum class ProductKind { kProgram, kHeader };

struct CompileKey {
  ProductKind kind = ProductKind::kProgram;
  std::string material;
};

class CompileCache {
 public:
  // Creates the directory. FailedPrecondition: it belongs to somebody else, or others may write it.
  static StatusOr<std::unique_ptr<CompileCache>> Open(const std::string& directory,
                                                      int64_t max_bytes);

  // Returns the result with the product among its files, under kProductFile.
  using CompileFn = std::function<StatusOr<GuestResult>()>;
  // Cancelled, DeadlineExceeded: while another one compiles the same.
  StatusOr<CompileProduct> Get(const CompileKey& key, const CompileFn& compile,
                               const RunContext& context);

  const std::string& directory() const { return directory_; }

 private:
  CompileCache(std::string directory, int64_t max_bytes)
      : directory_(std::move(directory)), max_bytes_(max_bytes) {}
  // Also when they were removed while the cache is in use: what cleans temporary directories by age
  // does not ask.
  Status MakeDirectories() const;
  StatusOr<FileDescriptor> Lock(ProductKind kind, uint64_t hash, const RunContext& context) const;
  // NotFound: not there, or damaged and removed.
  StatusOr<CompileProduct> Find(const std::string& name, const std::string& material) const;
  StatusOr<CompileProduct> Store(const std::string& name, const std::string& material,
                                 GuestResult result);
  Status Evict();

  const std::string directory_;
  const int64_t max_bytes_;
  std::atomic<int64_t> stored_since_scan_ = 0;
};

}  // namespace longhaul::sandbox
