// SPDX-License-Identifier: Apache-2.0
#include "sandbox/compiler.h"

#include "common/logging.h"
#include "sandbox/printable.h"

namespace longhaul::sandbox {
namespace {

// A precompiled header holds the state of the compiler: 200 MB of it for the whole C++ library.
constexpr Limits kHeaderLimits = {.cpu_time_ms = 120'000,
                                  .wall_time_ms = 240'000,
                                  .memory_bytes = 2ll << 30,
                                  .output_bytes = 64 << 10,
                                  .processes = 32,
                                  .file_bytes = 1ll << 30};

// Texts with their lengths, so that no two lists of texts read the same.
class Material {
 public:
  void Add(std::string_view text) { bytes_ += fmt::format("{}:{}\n", text.size(), text); }
  void Add(const std::vector<std::string>& texts) {
    Add(std::to_string(texts.size()));
    for (const std::string& text : texts) Add(text);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Everything that the product depends on.
std::string ProgramMaterial(const Toolchain& toolchain, const Program& program) {
  Material material;
  material.Add("program");
  material.Add(toolchain.fingerprint);
  material.Add(toolchain.language->compile);
  material.Add(toolchain.language->source_file);
  material.Add(program.source);
  for (const GuestFile& file : program.files) {
    material.Add(file.path);
    material.Add(std::to_string(file.mode));
    material.Add(file.content);
  }
  return material.Take();
}

std::string HeaderMaterial(const Toolchain& toolchain, const PrecompiledHeader& header) {
  Material material;
  material.Add("header");
  material.Add(toolchain.fingerprint);
  material.Add(header.compile);
  material.Add(header.header);
  return material.Take();
}

LanguageArguments CompileArguments(const Toolchain& toolchain, const std::string& source) {
  return {.tool = toolchain.path, .source = source, .product = std::string(kProductFile)};
}

}  // namespace

Limits Compiler::HeaderLimits() { return kHeaderLimits; }

StatusOr<CompileProduct> Compiler::CompileHeader(const Toolchain& toolchain,
                                                 const RunContext& context) {
  const PrecompiledHeader& header = *toolchain.language->precompiled_header;
  const auto compile = [&]() -> StatusOr<GuestResult> {
    const std::string source = "header.h";
    GuestProgram guest;
    guest.argv = Substitute(header.compile, CompileArguments(toolchain, source));
    guest.environment = toolchain.language->environment;
    guest.files = {{.path = source, .content = fmt::format("#include <{}>\n", header.header)}};
    guest.limits = kHeaderLimits;
    guest.fetch = {std::string(kProductFile)};
    return jail_->Run(guest, context);
  };
  return cache_->Get({ProductKind::kHeader, HeaderMaterial(toolchain, header)}, compile, context);
}

// Kept as a product, so that it is read-only for guests, checked and leased as the other one is.
StatusOr<CompileProduct> Compiler::KeepText(const PrecompiledHeader& header,
                                            const RunContext& context) {
  Material material;
  material.Add("header text");
  material.Add(header.text);
  const auto written = [&]() -> StatusOr<GuestResult> {
    GuestResult result;
    result.outcome = Outcome::kOk;
    result.files.emplace(kProductFile, header.text);
    return result;
  };
  return cache_->Get({ProductKind::kHeader, material.Take()}, written, context);
}

bool Compiler::HeldHeader::usable() const {
  return precompiled.host_path.empty() || (IsThere(precompiled) && IsThere(text));
}

StatusOr<std::shared_ptr<const Compiler::HeldHeader>> Compiler::Header(const Toolchain& toolchain,
                                                                       const RunContext& context) {
  {
    const std::lock_guard lock(mutex_);
    const auto held = headers_.find(toolchain.language);
    if (held != headers_.end() && held->second->usable()) return held->second;
  }
  auto made = std::make_shared<HeldHeader>();
  ASSIGN_OR_RETURN(made->precompiled, CompileHeader(toolchain, context));
  ASSIGN_OR_RETURN(made->text, KeepText(*toolchain.language->precompiled_header, context));
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const HeldHeader>& held = headers_[toolchain.language];
  const CompileProduct& product = made->precompiled;
  if (held == nullptr && product.host_path.empty()) {
    LogWarning("{} could not be precompiled, so compilations take longer: {} {} {}",
               toolchain.language->precompiled_header->header, OutcomeName(product.result.outcome),
               product.result.detail, Printable(product.result.stderr_bytes));
  }
  held = made;
  return held;
}

std::vector<ReadOnlyBind> Compiler::BindsOf(const HeldHeader& held,
                                            const PrecompiledHeader& header) {
  if (held.precompiled.host_path.empty()) return {};
  return {{.host_path = held.precompiled.host_path,
           .guest_path = fmt::format("{}/{}", kHeadersPath, header.file)},
          {.host_path = held.text.host_path,
           .guest_path = fmt::format("{}/{}", kHeadersPath, header.header)}};
}

StatusOr<GuestResult> Compiler::RunCompiler(const Toolchain& toolchain, const Program& program,
                                            const RunContext& context) {
  const Language& language = *toolchain.language;
  GuestProgram guest;
  guest.argv = Substitute(language.compile, CompileArguments(toolchain, language.source_file));
  guest.environment = language.environment;
  guest.files = program.files;
  guest.files.push_back({.path = language.source_file, .content = program.source});
  guest.limits = program.compile_limits;
  guest.fetch = {std::string(kProductFile)};
  const std::optional<PrecompiledHeader>& header = language.precompiled_header;
  std::shared_ptr<const HeldHeader> held;  // until the compiler has ended
  if (header && program.source.find(header->header) != std::string::npos) {
    ASSIGN_OR_RETURN(held, Header(toolchain, context));
    guest.binds = BindsOf(*held, *header);
  }
  ASSIGN_OR_RETURN(GuestResult result, jail_->Run(guest, context));
  // The compiler's own words say it better than the missing product.
  if (result.outcome == Outcome::kRuntimeError && result.signal == 0) result.detail.clear();
  return result;
}

StatusOr<CompileProduct> Compiler::Compile(const Toolchain& toolchain, const Program& program,
                                           const RunContext& context) {
  return cache_->Get(
      {ProductKind::kProgram, ProgramMaterial(toolchain, program)},
      [&] { return RunCompiler(toolchain, program, context); }, context);
}

}  // namespace longhaul::sandbox
