// SPDX-License-Identifier: Apache-2.0
//
// Compiler: programs from sources, each compiled inside a jail of its own, with the compile cache
// before it and precompiled headers beside it. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/status.h"
#include "sandbox/compile_cache.h"
#include "sandbox/execution.h"
#include "sandbox/toolchain.h"

namespace longhaul::sandbox {

class Compiler {
 public:
  // Both outlive the compiler.
  Compiler(Jail* jail, CompileCache* cache) : jail_(jail), cache_(cache) {}

  // What a compilation of a precompiled header may use; a jail's ceiling must allow it.
  static Limits HeaderLimits();

  // A failed compilation is a product without a path.
  StatusOr<CompileProduct> Compile(const Toolchain& toolchain, const Program& program,
                                   const RunContext& context);

 private:
  // A precompiled header, and the header that stands beside it.
  struct HeldHeader {
    CompileProduct precompiled;
    CompileProduct text;
    bool usable() const;
  };
  // What compilers see of a precompiled header; nothing: it cannot be made, which is said once.
  static std::vector<ReadOnlyBind> BindsOf(const HeldHeader& held, const PrecompiledHeader& header);
  StatusOr<std::shared_ptr<const HeldHeader>> Header(const Toolchain& toolchain,
                                                     const RunContext& context);
  StatusOr<CompileProduct> CompileHeader(const Toolchain& toolchain, const RunContext& context);
  StatusOr<CompileProduct> KeepText(const PrecompiledHeader& header, const RunContext& context);
  StatusOr<GuestResult> RunCompiler(const Toolchain& toolchain, const Program& program,
                                    const RunContext& context);

  Jail* const jail_;
  CompileCache* const cache_;
  std::mutex mutex_;
  // Held, so checked once and never evicted.
  std::map<const Language*, std::shared_ptr<const HeldHeader>> headers_;  // guarded by mutex_
};

}  // namespace longhaul::sandbox
