// SPDX-License-Identifier: Apache-2.0
//
// Programs in every language, through the service.
#include <gmock/gmock.h>

#include "sandbox_fixture.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;

class LanguageTest : public SandboxFixture {};

constexpr const char* kCppEcho = R"(
#include <cstdio>
int main() {
  char line[100];
  while (fgets(line, sizeof line, stdin)) fputs(line, stdout);
  return 0;
})";

TEST_F(LanguageTest, EveryLanguageIsSupportedHere) {
  grpc::ClientContext context;
  proto::ProtectionsReply reply;
  ASSERT_TRUE(stub().Protections(&context, {}, &reply).ok());
  ASSERT_EQ(reply.languages_size(), static_cast<int>(Languages().size()));
  for (const proto::LanguageSupport& language : reply.languages()) {
    EXPECT_TRUE(language.available()) << language.name() << language.detail();
    EXPECT_THAT(language.version(), testing::ContainsRegex("[0-9]+\\.[0-9]+")) << language.name();
  }
  EXPECT_EQ(reply.slots(), 2);
  EXPECT_GT(reply.protections_size(), 10);
}

TEST_F(LanguageTest, CppCompilesOnceAndRunsOnEveryInput) {
  proto::ExecuteRequest request = CppRequest(kCppEcho, "one\n");
  request.add_runs()->set_stdin("two\n");
  const proto::ExecuteReply first = Execute(request);
  EXPECT_EQ(first.compile().outcome(), proto::EXECUTION_OUTCOME_OK);
  EXPECT_FALSE(first.compile_cached());
  ASSERT_EQ(first.runs_size(), 2);
  EXPECT_EQ(first.runs(0).stdout(), "one\n");
  EXPECT_EQ(first.runs(1).stdout(), "two\n");
  const proto::ExecuteReply second = Execute(request);
  EXPECT_TRUE(second.compile_cached());
  EXPECT_EQ(second.runs(1).stdout(), "two\n");
}

TEST_F(LanguageTest, StandardStreamsCanBeOpenedByName) {
  EXPECT_EQ(RunOnce(CppRequest("#include <cstdio>\nint main() {\n"
                               "  freopen(\"/dev/stdin\", \"r\", stdin);\n"
                               "  freopen(\"/dev/stdout\", \"w\", stdout);\n"
                               "  for (int c; (c = getchar()) != EOF;) putchar(c);\n}",
                               "input"))
                .stdout(),
            "input");
  EXPECT_EQ(RunOnce(PythonRequest("print(open('/dev/stdin').read(), "
                                  "open(0).read(), file=open('/dev/stdout', 'w'))",
                                  "input"))
                .stdout(),
            "input \n");
}

TEST_F(LanguageTest, CppSeesHeadersBesideIt) {
  proto::ExecuteRequest request = CppRequest(
      "#include \"lib/answer.h\"\n#include <cstdio>\nint main() { printf(\"%d\", kAnswer); }");
  proto::ExecutionFile* header = request.mutable_program()->add_files();
  header->set_path("lib/answer.h");
  header->set_content("constexpr int kAnswer = 42;");
  EXPECT_EQ(RunOnce(request).stdout(), "42");
  header->set_content("constexpr int kAnswer = 43;");
  EXPECT_EQ(RunOnce(request).stdout(), "43") << "files are part of what the cache looks at";
}

TEST_F(LanguageTest, CppCompileErrorIsTheCompilersWords) {
  const proto::ExecuteReply reply = Execute(CppRequest("int main() { return nothing; }"));
  EXPECT_EQ(reply.compile().outcome(), proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
  EXPECT_THAT(reply.compile().stderr(), HasSubstr("main.cc:1:21: error:"));
  EXPECT_EQ(reply.runs_size(), 0);
}

// The precompiled header is used, and what is compiled with it is what would be without.
TEST_F(LanguageTest, CppWithTheWholeLibrary) {
  const std::string source =
      "#include <bits/stdc++.h>\nint main() { std::vector<int> v{3, 1, 2}; "
      "std::ranges::sort(v); for (int x : v) std::cout << x; }";
  const proto::ExecuteReply cold = Execute(CppRequest(source));
  EXPECT_EQ(cold.runs(0).stdout(), "123");
  const proto::ExecuteReply warm = Execute(CppRequest(source + "// other"));
  EXPECT_FALSE(warm.compile_cached());
  EXPECT_EQ(warm.runs(0).stdout(), "123");
  // Text that only a compiler without the header would read: parsing it takes most of its memory.
  const proto::ExecuteReply plain = Execute(CppRequest("#define A\nint B;\n" + source));
  EXPECT_EQ(plain.runs(0).stdout(), "123");
  EXPECT_LT(warm.compile().cpu_time_ms(), plain.compile().cpu_time_ms());
  // A precompiled header is read once; what includes it again, here or in a file beside it, finds
  // a header too.
  proto::ExecuteRequest request = CppRequest(
      "#include <bits/stdc++.h>\n#include \"more.h\"\n#include <bits/stdc++.h>\n"
      "#include \"bits/stdc++.h\"\nint main() { std::cout << kMore; }");
  proto::ExecutionFile* more = request.mutable_program()->add_files();
  more->set_path("more.h");
  more->set_content("#include<bits/stdc++.h>\nconst std::string kMore = \"more\";");
  const proto::ExecuteReply twice = Execute(request);
  EXPECT_EQ(twice.compile().stderr(), "");
  ASSERT_EQ(twice.runs_size(), 1);
  EXPECT_EQ(twice.runs(0).stdout(), "more");
  EXPECT_LT(twice.compile().cpu_time_ms(), plain.compile().cpu_time_ms());
}

TEST_F(LanguageTest, CppCompilationHasLimitsOfItsOwn) {
  config_.compile_limits.cpu_time_ms = 1000;
  config_.compile_limits.wall_time_ms = 3000;
  const proto::ExecuteReply bomb = Execute(CppRequest(
      "template <int N> struct F { static constexpr long v = F<N - 1>::v + F<N - 2>::v; };\n"
      "template <int A, int B> struct G { using L = G<A - 1, B * 2>; using R = G<A - 1, B * 2 + 1>;"
      " static constexpr int v = L::v + R::v; };\n"
      "template <int B> struct G<0, B> { static constexpr int v = 1; };\n"
      "int main() { return G<24, 1>::v; }"));
  EXPECT_THAT(bomb.compile().outcome(), testing::AnyOf(proto::EXECUTION_OUTCOME_TIME_LIMIT,
                                                       proto::EXECUTION_OUTCOME_MEMORY_LIMIT));
  EXPECT_EQ(bomb.runs_size(), 0);
  const proto::ExecuteReply zero = Execute(CppRequest("#include \"/dev/zero\"\nint main() {}"));
  EXPECT_NE(zero.compile().outcome(), proto::EXECUTION_OUTCOME_OK);
  EXPECT_NE(zero.compile().outcome(), proto::EXECUTION_OUTCOME_INTERNAL_ERROR);
}

TEST_F(LanguageTest, CompilerReadsNoFileOfTheHost) {
  const proto::ExecuteReply include =
      Execute(CppRequest("#include \"/etc/shadow\"\nint main() {}"));
  EXPECT_THAT(include.compile().stderr(), HasSubstr("No such file"));
  const proto::ExecuteReply incbin =
      Execute(CppRequest("asm(\".incbin \\\"/etc/hostname\\\"\");\nint main() {}"));
  EXPECT_EQ(incbin.compile().outcome(), proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
}

TEST_F(LanguageTest, FloodOfCompileErrorsIsCutAndMarked) {
  std::string source = "int main() {\n";
  for (int i = 0; i < 20; ++i) source += "f(" + std::string(20'000, 'x') + ");\n";
  config_.compile_limits.output_bytes = 10'000;
  const proto::ExecuteReply reply = Execute(CppRequest(source + "}"));
  EXPECT_NE(reply.compile().outcome(), proto::EXECUTION_OUTCOME_OK);
  EXPECT_LE(reply.compile().stderr().size(), 10'000u);
  EXPECT_TRUE(reply.compile().stderr_truncated());
}

TEST_F(LanguageTest, PythonImportsWhatLiesBesideIt) {
  proto::ExecuteRequest request = PythonRequest("import solution\nprint(solution.answer())");
  proto::ExecutionFile* file = request.mutable_program()->add_files();
  file->set_path("solution.py");
  file->set_content("def answer(): return 42");
  EXPECT_EQ(RunOnce(request).stdout(), "42\n");
}

TEST_F(LanguageTest, PythonHashesAreTheSameEveryTime) {
  const proto::ExecuteRequest request =
      PythonRequest("print(hash('longhaul'), list({'a', 'b', 'c', 'd', 'e'}))");
  EXPECT_EQ(RunOnce(request).stdout(), RunOnce(request).stdout());
}

TEST_F(LanguageTest, PythonLeavesNoBytecodeAndSpeaksUtf8) {
  proto::ExecuteRequest request =
      PythonRequest("import os, m\nprint(sorted(os.listdir('.')), input())", "größe\n");
  request.mutable_program()->add_files()->set_path("m.py");
  EXPECT_EQ(RunOnce(request).stdout(), "['m.py', 'main.py'] größe\n");
}

TEST_F(LanguageTest, MissingInterpreterNamesThePackage) {
  Language absent = *FindLanguage("python").value();
  absent.tools = {"/usr/bin/no-such-python"};
  auto jail = Jail::Create(MakeJailOptions(config_));
  ASSERT_TRUE(jail.ok()) << jail.status();
  const std::vector<Language> languages = {absent};
  const auto toolchains = Toolchains::Find(**jail, languages);
  ASSERT_TRUE(toolchains.ok()) << toolchains.status();
  const Status status = toolchains->Of(languages[0]).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Message(status),
            "language 'python': there is no /usr/bin/no-such-python: install the package python3");
}

TEST_F(LanguageTest, SourceNeedNotBeUtf8) {
  const proto::Execution run = RunOnce(PythonRequest("print('\xff')"));
  EXPECT_EQ(run.outcome(), proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
  EXPECT_THAT(run.stderr(), HasSubstr("SyntaxError"));
}

}  // namespace
}  // namespace longhaul::sandbox
