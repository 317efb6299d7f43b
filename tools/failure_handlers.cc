// SPDX-License-Identifier: Apache-2.0
#include "tools/failure_handlers.h"

#include <grpc/support/log.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string_view>
#include <system_error>

#include "common/logging.h"
#include "common/out_of_memory.h"

namespace longhaul::tools {
namespace {

[[noreturn]] void EndOnException() {
  std::fflush(stdout);
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
    std::fprintf(stderr, "error: terminated\n");
  } catch (const std::system_error& error) {
    // What std::thread throws.
    if (error.code() == std::errc::resource_unavailable_try_again) {
      EndOutOfMemory("no thread can be started");
    }
    std::fprintf(stderr, "error: %s\n", error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "error: an exception of unknown type\n");
  }
  _exit(1);
}

// gRPC tells of threads it could not start in its log alone, and then waits or aborts.
void LogOfGrpc(gpr_log_func_args* args) {
  const std::string_view message = args->message;
  if (message.starts_with("Could not create") || message.starts_with("pthread_create failed")) {
    EndOutOfMemory("gRPC can start no thread");
  }
  if (args->severity == GPR_LOG_SEVERITY_ERROR) LogWarning("gRPC: {}", message);
}

}  // namespace

void InstallFailureHandlers() {
  EndWhenNewFails();
  std::set_terminate(EndOnException);
  gpr_set_log_function(LogOfGrpc);
}

}  // namespace longhaul::tools
