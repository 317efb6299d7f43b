# How every target of the tree is compiled.
#
# The floor is x86-64-v3 (AVX2 and FMA); wider instruction sets are chosen at run time in kernels/cpu.
# -ffp-contract=off: whether a product and a sum are fused is written in the source, never left to the
# optimiser, because the log-probs of the rollout and of the trainer must be the same bits.
set(LONGHAUL_SANITIZE "" CACHE STRING "Sanitizer to build with: address, thread or empty")

set(CMAKE_COMPILE_WARNING_AS_ERROR ON)  # cmake --compile-no-warning-as-error takes it back

add_library(longhaul_options INTERFACE)
target_include_directories(longhaul_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_compile_options(longhaul_options INTERFACE
  -march=x86-64-v3 -ffp-contract=off -fno-math-errno -Wall -Wextra)
if(LONGHAUL_SANITIZE STREQUAL "address")
  target_compile_options(longhaul_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(longhaul_options INTERFACE -fsanitize=address,undefined)
elseif(LONGHAUL_SANITIZE STREQUAL "thread")
  target_compile_options(longhaul_options INTERFACE -fsanitize=thread)
  target_link_options(longhaul_options INTERFACE -fsanitize=thread)
elseif(LONGHAUL_SANITIZE)
  message(FATAL_ERROR "LONGHAUL_SANITIZE is '${LONGHAUL_SANITIZE}'; it may be address, thread or empty")
endif()

# What the sanitizers must not report, or must be told, of libraries that are not built with them.
set(LONGHAUL_TEST_ENVIRONMENT)
set(LONGHAUL_TEST_SOURCES)
if(LONGHAUL_SANITIZE STREQUAL "address")
  set(LONGHAUL_TEST_ENVIRONMENT LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/lsan.supp)
elseif(LONGHAUL_SANITIZE STREQUAL "thread")
  set(LONGHAUL_TEST_ENVIRONMENT TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp)
  if(NOT LONGHAUL_KERNELS_ONLY)
    set(LONGHAUL_TEST_SOURCES ${CMAKE_SOURCE_DIR}/tests/support/absl_mutex_tsan.cc)
  endif()
endif()

# longhaul_library(name SOURCES ... DEPENDS ... [THROWING ...]): one static library a folder. Our code does not
# throw; THROWING lists the sources that turn the exceptions of a library we use into a Status.
function(longhaul_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;THROWING" ${ARGN})
  add_library(longhaul_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(longhaul_${name} PUBLIC longhaul_options ${ARG_DEPENDS})
  target_compile_options(longhaul_${name} PRIVATE -fno-exceptions)
  set_property(SOURCE ${ARG_THROWING} APPEND PROPERTY COMPILE_OPTIONS -fexceptions)
endfunction()

# longhaul_test(folder SOURCES ... DEPENDS ...): one test binary a folder, one CTest entry a case.
function(longhaul_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES} ${LONGHAUL_TEST_SOURCES})
  target_link_libraries(${name}_test PRIVATE longhaul_options ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name}_test PRIVATE
    LONGHAUL_SOURCE_DIR="${CMAKE_SOURCE_DIR}" LONGHAUL_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  set(properties LABELS ${ARG_LABEL} TIMEOUT 900)
  if(LONGHAUL_TEST_ENVIRONMENT)
    list(APPEND properties ENVIRONMENT ${LONGHAUL_TEST_ENVIRONMENT})
  endif()
  gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 120 PROPERTIES ${properties})
endfunction()
