// SPDX-License-Identifier: Apache-2.0
//
// Python solutions judged by the real harness under the system's python3.
#include <gmock/gmock.h>

#include <cstdlib>

#include "scorer_case.h"

namespace longhaul::reward {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char kDouble[] = R"J({"inputs": ["1", "2", "5"], "outputs": ["2\n", "4\n", "10\n"]})J";
const char kCalls[] = R"J({"fn_name": "f", "inputs": [[1], [2], [5]], "outputs": [2, 4, 10]})J";
const char kAsserts[] = R"J({"assert_case": ["assert f(1) == 2", "assert f(2) == 4"]})J";
const char kCheck[] =
    R"J({"test": "def check(candidate):\n    assert candidate(1) == 2\n    for i in range(3):\n)J"
    R"J(        assert candidate(i) == 2 * i\n", "entry_point": "f"})J";

TEST_F(CodeScorerTest, JudgesPrograms) {
  ExpectRight({kDouble, "print(2 * int(input()))"});
  EXPECT_THAT(ExpectWrong({kDouble, "print(1 + int(input()))"}),
              HasSubstr("test 2: line 1: expected '4', got '3'"));
  EXPECT_THAT(ExpectWrong({kDouble, "x = 1 / 0"}), HasSubstr("ZeroDivisionError"));
  EXPECT_THAT(ExpectWrong({kDouble, "def"}), HasSubstr("SyntaxError"));
  EXPECT_THAT(ExpectWrong({kDouble, "print(2)\nexit(0)"}), HasSubstr("test 2"));
  EXPECT_THAT(ExpectWrong({kDouble, "exit(0)"}), HasSubstr("got ''"));
  EXPECT_THAT(ExpectWrong({kDouble, " \n"}), HasSubstr("empty"));
}

TEST_F(CodeScorerTest, ProgramsStopAtTheFirstFailureUnlessTheyShare) {
  ExpectWrong({kDouble, "x"});
  const std::vector<proto::ExecuteRequest> requests = sandbox_.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_TRUE(requests[0].stop_after_failure());
  const Verdict verdict = Judge({kDouble, "print(1 + int(input()))", R"J({"score": "fraction"})J"});
  EXPECT_DOUBLE_EQ(verdict.score, 1.0 / 3);
  EXPECT_THAT(verdict.detail, HasSubstr("1 of 3 tests"));
}

TEST_F(CodeScorerTest, ManyTestsGoOutInBatches) {
  Json inputs = Json::Array(), outputs = Json::Array();
  for (int i = 0; i < 25; ++i) {
    inputs.Append(std::to_string(i));
    outputs.Append(std::to_string(i));
  }
  const std::string tests = Json::Object().Set("inputs", inputs).Set("outputs", outputs).ToString();
  ExpectRight({tests, "print(input())"});
  std::vector<int> sizes;
  for (const auto& request : sandbox_.requests()) sizes.push_back(request.runs_size());
  EXPECT_THAT(sizes, ElementsAre(4, 16, 5));
  ExpectRight({tests, "print(input())", R"J({"max_tests": 2})J"});
  EXPECT_EQ(sandbox_.requests().back().runs_size(), 2);
  EXPECT_THAT(ExpectWrong({tests, "n = int(input())\nprint(n if n < 20 else 0)"}),
              HasSubstr("test 21"));
}

TEST_F(CodeScorerTest, ASpecialJudgeDecidesWhereManyAnswersAreRight) {
  const std::string options =
      R"J({"judge": {"language": "python", "source": "import sys\n)J"
      R"J(got = int(open(sys.argv[2]).read()); want = int(open(sys.argv[3]).read())\n)J"
      R"J(sys.exit(0 if got % 10 == want else 1)\n"}})J";
  const std::string tests = R"J({"inputs": ["1"], "outputs": ["3"]})J";
  ExpectRight({tests, "print(13)", options});
  // Its files fit whatever their size is.
  EXPECT_GT(sandbox_.requests().back().runs(0).limits().file_bytes(), 64 << 20);
  EXPECT_THAT(ExpectWrong({tests, "print(14)", options}), HasSubstr("judge refuses"));
  const std::string broken = R"J({"judge": {"language": "python", "source": "exit(3)"}})J";
  EXPECT_FALSE(Judge({tests, "print(13)", broken}).scorable);
}

// Python ends with 1 for its own mistakes too.
TEST_F(CodeScorerTest, AJudgeThatRefusesTheExpectedOutputIsAtFault) {
  const std::string tests = R"J({"inputs": ["1"], "outputs": ["3"]})J";
  const std::vector<std::pair<std::string, std::string>> broken = {
      {"import sys\\nsys.exit(undefined)", "NameError"},
      {"if True", "SyntaxError"},
      {"raise ValueError('no such file')", "ValueError: no such file"},
      {"import sys\\nsys.exit(2)", "exit code 2"}};
  for (const auto& [source, words] : broken) {
    const std::string options =
        R"J({"judge": {"language": "python", "source": ")J" + source + "\"}}";
    const Verdict verdict = Judge({tests, "print(14)", options});
    EXPECT_FALSE(verdict.scorable) << source;
    EXPECT_THAT(verdict.detail,
                AllOf(HasSubstr("the special judge refuses the expected output of test 1: exit"),
                      HasSubstr(words)));
  }
}

TEST_F(CodeScorerTest, AJudgeIsProvenOnceForATest) {
  const std::string options = R"J({"judge": {"language": "python", "source": )J"
                              R"J("import sys\nsys.exit(int(open(sys.argv[2]).read()) != 3)"}})J";
  const std::string tests = R"J({"inputs": ["1"], "outputs": ["3"]})J";
  ExpectRight({tests, "print(3)", options});
  EXPECT_EQ(sandbox_.requests().size(), 2u);
  ExpectWrong({tests, "print(4)", options});
  EXPECT_EQ(sandbox_.requests().size(), 5u);
  ExpectWrong({tests, "print(5)", options});
  EXPECT_EQ(sandbox_.requests().size(), 7u);
}

// A wrong answer must not become an unscorable one by what it prints.
TEST_F(CodeScorerTest, AnOutputThatEndsTheSpecialJudgeIsWrong) {
  const std::string options = R"J({"judge": {"language": "python", "source": "import os, sys\n)J"
                              R"J(got = int(open(sys.argv[2]).read())\n)J"
                              R"J(if got == 0: os.abort()\nsys.exit(0 if got == 3 else 1)\n"}})J";
  const std::string tests = R"J({"inputs": ["1", "2"], "outputs": ["3", "3"]})J";
  ExpectRight({tests, "print(3)", options});
  EXPECT_THAT(ExpectWrong({tests, "print(0)", options}),
              HasSubstr("test 1: the judge fails on it: signal 6"));
  const std::string unready = R"J({"inputs": ["1"], "outputs": ["0"]})J";
  const Verdict verdict = Judge({unready, "print(0)", options});
  EXPECT_FALSE(verdict.scorable);
  EXPECT_THAT(verdict.detail, HasSubstr("the special judge fails on the expected output"));
}

TEST_F(CodeScorerTest, JudgesCalls) {
  ExpectRight({kCalls, "def f(x): return 2 * x"});
  ExpectRight({kCalls, "f = lambda x: x + x"});
  ExpectRight({kCalls, "class Solution:\n  def f(self, x: Optional[int]) -> int: return 2 * x"});
  ExpectRight({kCalls,
               "class Solution:\n  def __init__(self): self.seen = 0\n"
               "  def f(self, x): self.seen += x; return 2 * self.seen"});
  ExpectRight({kCalls, "def f(x):\n  print('noise' * 100)\n  return 2.0 * x"});
  EXPECT_THAT(ExpectWrong({kCalls, "def f(x): return 2 * x + (x == 5)"}),
              HasSubstr("test 3: expected 10, got 11"));
  EXPECT_THAT(ExpectWrong({kCalls, "def g(x): return 2 * x"}), HasSubstr("'f' is not defined"));
  EXPECT_THAT(ExpectWrong({kCalls, "def f(x): return str(2 * x)"}), HasSubstr("got \"2\""));
  EXPECT_THAT(ExpectWrong({kCalls, "def f(x): return 1 / 0"}), HasSubstr("ZeroDivisionError"));
  EXPECT_THAT(ExpectWrong({kCalls, "def f(x): return float('nan')"}), HasSubstr("nan"));
}

TEST_F(CodeScorerTest, CallsPassValuesOfEveryKind) {
  ExpectRight(
      {R"J({"fn_name": "f", "outputs": [[{"a": [1.5, null]}, "\u00e9", 36893488147419103232]],
                   "inputs": [[{"a": [1.5, null]}, "\u00e9", 18446744073709551616]]})J",
       "def f(d, s, n): return d, s, 2 * n"});
  ExpectRight({R"J({"fn_name": "f", "inputs": [[0.1]], "outputs": [0.3]})J",
               "def f(x): return 3 * x", R"J({"comparator": "float", "abs_tol": 1e-9})J"});
  ExpectWrong(
      {R"J({"fn_name": "f", "inputs": [[0.1]], "outputs": [0.3]})J", "def f(x): return 3 * x"});
}

TEST_F(CodeScorerTest, ExpectedValuesNeverReachTheProgram) {
  const std::string secret = "7193827461";
  ExpectWrong({R"J({"fn_name": "f", "inputs": [[1]], "outputs": [)J" + secret + "]}",
               "def f(x): return x"});
  ExpectWrong({R"J({"inputs": ["1"], "outputs": [")J" + secret + "\"]}", "print(1)"});
  ExpectWrong({R"J({"assert_case": ["assert f(1) == )J" + secret + "\"]}", "def f(x): return x"});
  for (const proto::ExecuteRequest& request : sandbox_.requests()) {
    bool has_solution = request.program().source().find("print(1)") != std::string::npos;
    for (const auto& file : request.program().files()) {
      has_solution = has_solution || file.path() == "solution.py";
    }
    const bool leaks = has_solution && request.DebugString().find(secret) != std::string::npos;
    EXPECT_FALSE(leaks);
  }
}

TEST_F(CodeScorerTest, JudgesAssertions) {
  ExpectRight({kAsserts, "def f(x): return 2 * x"});
  ExpectRight({kCheck, "def f(x): return 2 * x"});
  EXPECT_THAT(ExpectWrong({kAsserts, "def f(x): return x + 1"}), HasSubstr("test 2: Assertion"));
  ExpectWrong({kCheck, "def f(x): return x + 1"});
  const Verdict half = Judge({kAsserts, "def f(x): return x + 1", R"J({"score": "fraction"})J"});
  EXPECT_DOUBLE_EQ(half.score, 0.5);
}

TEST_F(CodeScorerTest, AssertionsSeeWhatACallDidToItsArguments) {
  ExpectRight(
      {R"J({"assert_case": ["l = [3, 1]\nf(l)\nassert l == [1, 3]"]})J", "def f(x): x.sort()"});
  ExpectWrong({R"J({"assert_case": ["l = [3, 1]\nf(l)\nassert l == [1, 3]"]})J", "def f(x): pass"});
}

TEST_F(CodeScorerTest, AssertionsMayUseObjectsOfTheSolution) {
  const std::string tests =
      R"J({"assert_case": ["assert g([Pair(1, 2), Pair(3, 4)]) == 4", "p = Pair(1, 2)\np.a = 5\nassert p.sum() == 7"]})J";
  ExpectRight({tests,
               "class Pair:\n  def __init__(s, a, b): s.a = a; s.b = b\n"
               "  def sum(s): return s.a + s.b\ndef g(l): return sum(p.a for p in l)"});
  ExpectRight(
      {R"J({"assert_case": ["assert f(lambda x: x * 2, 4) == 8"]})J", "def f(g, x): return g(x)"});
}

TEST_F(CodeScorerTest, AssertionsMayDependOnAnswers) {
  const std::string tests =
      R"J({"assert_case": ["x = f(1)\nif x == 2:\n  assert f(x + 10) == 24"]})J";
  ExpectRight({tests, "def f(x): return 2 * x"});
  ExpectWrong({tests, "def f(x): return 2 * x if x < 5 else 0"});
}

Case Asserts(const std::string& assertion, const std::string& solution) {
  return {Json::Object().Set("assert_case", Json::Array().Append(assertion)).ToString(), solution};
}

TEST_F(CodeScorerTest, CallsMayFollowFromAnswers) {
  ExpectRight(
      Asserts("x = 1\nfor i in range(12): x = f(x)\nassert x == 13", "def f(x): return x + 1"));
  ExpectRight(Asserts("for x in {f(i) for i in range(9)}: assert g(x) == -x",
                      "def f(x): return x\ndef g(x): return -x"));
  const std::string search =
      "lo, hi = 0, 10**6\nwhile lo < hi:\n  mid = (lo + hi) // 2\n  if f(mid): hi = mid\n"
      "  else: lo = mid + 1\nassert lo == 123456";
  ExpectRight(Asserts(search, "def f(x): return x >= 123456"));
  ExpectWrong(Asserts(search, "def f(x): return x >= 123457"));
  ExpectRight(Asserts("assert all(f(i) == i * i for i in range(1000))", "def f(x): return x * x"));
  ExpectWrong(Asserts("assert all(f(i) == i * i for i in range(1000))",
                      "def f(x): return x * x if x < 999 else 0"));
  // As EvalPlus writes its tests.
  const std::string check =
      "def assertion(out, exp):\n  exact_match = out == exp\n  assert exact_match\n"
      "for i, (inp, exp) in enumerate([([i], i + 1) for i in range(500)]): assertion(f(*inp), exp)";
  ExpectRight(Asserts(check, "def f(x): return x + 1"));
  ExpectWrong(Asserts(check, "def f(x): return x + (x != 499)"));
  ExpectRight(Asserts("import random, time\nx = random.random() + time.time()\nassert f(x) == x",
                      "def f(x): return x"));
  ExpectRight(Asserts("if f(1) == 1:\n  assert f(2) == 2\nelse:\n  assert f(3) == 3",
                      "import os\ndef f(x): return x if x < 3 else os._exit(1)"));
}

TEST_F(CodeScorerTest, AssertionsWithoutAnEndAreWrong) {
  Case endless = Asserts("x = 0\nwhile x != -1:\n  x = f(x) % 1000", "def f(x): return x + 1");
  endless.options = R"J({"time_limit_ms": 500})J";
  EXPECT_THAT(ExpectWrong(endless), HasSubstr("time limit"));
}

TEST_F(CodeScorerTest, FunctionsOfTheTestsAreCalledBack) {
  ExpectRight(Asserts("calls = []\nassert f([1, 2], calls.append) == 2 and calls == [1, 2]",
                      "def f(l, g):\n  for x in l: g(x)\n  return len(l)"));
  ExpectRight(Asserts("import math\ndef q(x): return math.sqrt(g(x))\nassert f(q, 4) == 4",
                      "def g(x): return x * x\ndef f(q, x): return q(x)"));
  const std::string retry =
      "class Odd(ValueError): pass\nn = 0\ndef g():\n  global n\n  n += 1\n"
      "  if n < 3: raise Odd(n)\n  return n\nassert f(g, 5) == 3\nn = 0\n"
      "try: f(g, 2)\nexcept Odd as e: assert e.args == (2,)\nelse: assert False";
  const std::string tries =
      "def f(g, n):\n  for i in range(n):\n    try: return g()\n    except ValueError as e: last = "
      "e\n";
  ExpectRight(Asserts(retry, tries + "  raise last"));
  ExpectWrong(Asserts(retry, tries));
  ExpectRight(Asserts("assert curry(lambda a, b, c=0: a + b + c)(1)(2) == 3",
                      "import inspect\ndef curry(g):\n  n = sum(p.default is p.empty for p in "
                      "inspect.signature(g).parameters.values())\n"
                      "  def h(*a): return g(*a) if len(a) >= n else lambda *b: h(*a, *b)\n"
                      "  return h"));
  // What a function of the tests knows stays with them.
  ExpectWrong(
      Asserts("assert guess(lambda x: x == 37) == 37",
              "def guess(g): return [c for c in g.__code__.co_consts if type(c) is int][0]"));
}

TEST_F(CodeScorerTest, IteratorsAreAskedForWhatTheTestsTake) {
  ExpectRight(Asserts("g = f()\nassert [next(g) for _ in range(5)] == [2, 4, 16, 256, 65536]",
                      "def f():\n  x = 2\n  while True:\n    yield x\n    x = x * x"));
  ExpectRight(
      Asserts("g = f()\nassert next(g) == 1\ntry: next(g)\nexcept ValueError: pass\n"
              "else: assert False",
              "def f():\n  yield 1\n  raise ValueError()"));
  ExpectRight(Asserts("g = f()\nnext(g)\nassert g.send(10) == 11\ng.close()\nassert list(g) == []",
                      "def f():\n  x = 0\n  while True: x = (yield x + 1) or 0"));
  ExpectRight(Asserts("assert sum(f(5000)) == 12497500 and list(f(3)) == [0, 1, 2]",
                      "def f(n): return (i for i in range(n))"));
  ExpectRight(
      Asserts("p = Peek([1, 2])\nassert p.peek() == 1 and list(p) == [1, 2]",
              "class Peek:\n  def __init__(s, l): s.l = list(l)\n  def __iter__(s): return s\n"
              "  def peek(s): return s.l[0]\n  def __next__(s):\n"
              "    if not s.l: raise StopIteration\n    return s.l.pop(0)"));
}

TEST_F(CodeScorerTest, ObjectsMayDeriveFromBuiltInTypesAndStandInLists) {
  ExpectRight(Asserts("c = LRU(2)\nc.put(1, 1)\nassert c.get(1) == 1 and c.get(2) == -1",
                      "from collections import OrderedDict\nclass LRU(OrderedDict):\n"
                      "  def __init__(s, n): s.n = n\n  def put(s, k, v): s[k] = v\n"
                      "  def get(s, k): return OrderedDict.get(s, k, -1)"));
  ExpectRight(Asserts("l = f()\nassert [p.x for p in l] == [1, 2] and g(l[1]) == 2",
                      "class P:\n  def __init__(s, x): s.x = x\ndef f(): return [P(1), P(2)]\n"
                      "def g(p): return p.x"));
  ExpectRight(
      Asserts("v = V(2)\nassert v * 2 == V(4) and 2 * v + v == V(6) and len({V(1), V(1)}) == 1",
              "class V:\n  def __init__(s, x): s.x = x\n  def __mul__(s, k): return V(s.x * k)\n"
              "  __rmul__ = __mul__\n  def __add__(s, o): return V(s.x + o.x)\n"
              "  def __eq__(s, o): return s.x == o.x\n  def __hash__(s): return s.x"));
  ExpectRight(Asserts("assert [c.name for c in C] == ['R', 'G'] and C(1) is C.R and C['G'] != C.R",
                      "from enum import Enum\nclass C(Enum):\n  R = 1\n  G = 2"));
  // No object of a list passes for data.
  const std::string any =
      "class Any:\n  def __eq__(s, o): return True\n  def __lt__(s, o): return True\n"
      "  def __hash__(s): return 0\n  def __radd__(s, o): return 3\n";
  for (const char* assertion : {"assert f() == [1, 2]", "assert sorted(f()) == [1, 2]",
                                "assert sum(f()) == 3", "assert set(f()) == {1, 2}",
                                "assert f()[0] == 1", "assert 1 in f()", "assert max(f()) == 2"}) {
    ExpectWrong(Asserts(assertion, any + "def f(): return [Any(), Any()]"));
  }
}

TEST_F(CodeScorerTest, NamesAndWordsOfTheTestsAreTakenForWhatTheyAre) {
  ExpectRight(Asserts("assert bisect([1, 2], 2) == 1", "def bisect(l, x): return l.index(x)"));
  ExpectRight(Asserts("import bisect\nassert f([1, 2], 2) == bisect.bisect_left([1, 2], 2)",
                      "def f(l, x): return l.index(x)"));
  ExpectRight(Asserts("assert f('pickle') == eval('6') and f", "def f(s): return len(s)"));
  ExpectRight(Asserts("def g():\n  raise ValueError([object()])\nassert f(g) == 'ValueError'",
                      "def f(g):\n  try: g()\n  except ValueError as e: return type(e).__name__"));
}

TEST_F(CodeScorerTest, ObjectsSayTheNameOfTheirType) {
  const std::string dog = "class Dog: pass\nclass Cat: pass\ndef make(n): return globals()[n]()";
  ExpectRight(
      Asserts("d = make('Dog')\nassert type(d).__name__ == 'Dog' == d.__class__.__name__\n"
              "assert isinstance(d, Dog) and type(d) is type(Dog()) is not type(Cat())",
              dog));
  ExpectWrong(Asserts("assert isinstance(make('Dog'), int)",
                      "int = type('int', (), {})\ndef make(n): return int()"));
}

TEST_F(CodeScorerTest, TestsMayHaveThreads) {
  ExpectRight(
      Asserts("from concurrent.futures import ThreadPoolExecutor as T\n"
              "with T(8) as t: assert list(t.map(f, range(200))) == [i + 1 for i in range(200)]",
              "def f(x): return x + 1"));
}

TEST_F(CodeScorerTest, OneObjectIsOneToTheTests) {
  const std::string single =
      "class S:\n  one = None\n  def __new__(c):\n    if c.one is None: c.one = object.__new__(c)\n"
      "    return c.one\n";
  ExpectRight(Asserts("assert S() is S()", single));
  ExpectWrong(Asserts("assert S() is S()", "class S: pass"));
  ExpectRight(Asserts("t = Trie(); t.add('a'); assert 'a' in t and 'b' not in t",
                      "class Trie:\n  def __init__(s): s.x = set()\n"
                      "  def add(s, w): s.x.add(w)\n  def __contains__(s, w): return w in s.x"));
  // An object that claims to hold everything is no list.
  ExpectWrong(Asserts("assert 5 in f()",
                      "class Any:\n  def __contains__(s, x): return True\ndef f(): return Any()"));
}

TEST_F(CodeScorerTest, DatesCountersAndAttributesOfExceptionsAreData) {
  ExpectRight(Asserts("import datetime as d\nassert f(d.date(2024, 2, 28)) == d.date(2024, 2, 29)",
                      "import datetime\ndef f(x): return x + datetime.timedelta(days=1)"));
  ExpectRight(
      Asserts("import datetime as d\nx = d.datetime(2024, 2, 28, 1, 2, 3, 4)\n"
              "assert f(x, x) == d.timedelta(0) and f(x, d.datetime(2024, 1, 1)) > f(x, x)",
              "def f(x, y): return x - y"));
  ExpectRight(Asserts("from collections import Counter\nassert f(Counter('aab')) == [('a', 2)]",
                      "def f(c): return c.most_common(1)"));
  ExpectRight(Asserts(
      "try: f()\nexcept Exception as e: assert isinstance(e, Bad) and type(e).__name__ == 'Worse'\n"
      "else: assert False\nassert not isinstance(ValueError(), Bad)",
      "class Bad(Exception): pass\nclass Worse(Bad): pass\ndef f(): raise Worse(7)"));
  ExpectRight(
      Asserts("with Reg() as r: r.add('a')\nassert 'a' in r",
              "class Reg(set):\n  def __enter__(s): return s\n  def __exit__(s, *a): pass"));
  ExpectRight(Asserts("try: f()\nexcept Bad as e: assert e.code == 7\nelse: assert False",
                      "class Bad(Exception):\n  def __init__(s, c): s.code = c\n"
                      "def f(): raise Bad(7)"));
}

TEST_F(CodeScorerTest, AssertionsMayUseOperatorsOfObjects) {
  const std::string vec =
      "class Vec:\n  def __init__(s, *v): s.v = v\n  def __len__(s): return len(s.v)\n"
      "  def __getitem__(s, i): return s.v[i]\n  def __iter__(s): return iter(s.v)\n"
      "  def __add__(s, o): return Vec(*map(sum, zip(s.v, o.v)))\n"
      "  def __eq__(s, o): return s.v == o.v\n  def __lt__(s, o): return s.v < o.v\n"
      "  def __repr__(s): return 'Vec' + str(s.v)\n  def __enter__(s): return s\n"
      "  def __exit__(s, *a): s.v = ()\n  def __bool__(s): return bool(s.v)\n"
      "class VecError(ValueError): pass\n"
      "def parse(t):\n  if not t: raise VecError('empty')\n  return Vec(*map(int, t.split()))\n";
  for (const char* assertion :
       {"v = Vec(1, 2)\nassert len(v) == 2 and v[1] == 2 and list(v) == [1, 2] and 2 in v and "
        "v.v[0] == 1",
        "assert Vec(1, 2) + Vec(3, 4) == Vec(4, 6) and Vec(1) < Vec(2) and Vec(1) != Vec(2)",
        "assert str(Vec(1, 2)) == 'Vec(1, 2)' and f'{Vec(1, 2)}' == repr(Vec(1, 2))",
        "with Vec(1) as v:\n  assert v\nassert not v",
        "assert isinstance(parse('1'), Vec) and not isinstance(3, Vec)",
        "try:\n  parse('')\n  assert False\nexcept VecError as e:\n  assert str(e) == 'empty'",
        "try:\n  parse('')\n  assert False\nexcept ValueError as e:\n  assert e.args == "
        "('empty',)"}) {
    ExpectRight(Asserts(assertion, vec));
    ExpectWrong(
        Asserts(assertion, "class Vec:\n  def __init__(s, *v): pass\ndef parse(t): return 0"));
  }
}

TEST_F(CodeScorerTest, AssertionsSeeMoreThanResults) {
  ExpectRight(
      Asserts("p = f(1)\nassert p.x == 1 and p == (1, 2)",
              "from collections import namedtuple\ndef f(x): return namedtuple('P', 'x y')(x, 2)"));
  ExpectRight(
      Asserts("l = [1]\nassert f(l) is l and l == [1, 1]", "def f(l): l.append(1); return l"));
  ExpectRight(Asserts("a = [1]\nf((a, [2]))\nassert a == [1, 5]", "def f(t): t[0].append(5)"));
  ExpectRight(
      Asserts("import asyncio\nassert asyncio.run(f(1)) == 2", "async def f(x): return x + 1"));
  ExpectRight(Asserts("g = f()\nassert [next(g) for _ in range(40)] == list(range(40))",
                      "import itertools\nf = itertools.count"));
  const std::string printed =
      "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()) as out:\n  f(3)\n"
      "assert out.getvalue() == '3\\n'  # of stdout";
  ExpectRight(Asserts(printed, "def f(x): print(x)"));
  ExpectWrong(Asserts(printed, "def f(x): print(x + 1)"));
  ExpectRight(Asserts(
      "def add(n):\n  return lambda x: x + n\nassert f(add(5), 2) == 7 and f(len, 'ab') == 2"
      " and f(str.upper, 'a') == 'A' and f(g, 1) == 3",
      "def f(g, x): return g(x)\ndef g(x): return x + 2"));
}

TEST_F(CodeScorerTest, LargeResultsAndDebugPrintsAreWithinTheLimits) {
  ExpectRight(
      Asserts("assert f(300000) == list(range(300000))", "def f(n): return list(range(n))"));
  Json expected = Json::Array();
  for (int i = 0; i < 300'000; ++i) expected.Append(i);
  const Json calls = Json::Object()
                         .Set("fn_name", "f")
                         .Set("inputs", Json::Array().Append(Json::Array().Append(300'000)))
                         .Set("outputs", Json::Array().Append(expected));
  ExpectRight({calls.ToString(), "def f(n):\n  print('x' * 2000000)\n  return list(range(n))"});
}

// By the tests alone, so that no program chooses it.
TEST_F(CodeScorerTest, TestsThatNoProgramCanAnswerAreUnscorable) {
  const std::vector<std::pair<std::string, std::string>> tests = {
      {"assert f(object()) == 1", "cannot be passed to the program: object"},
      {"import nothing_like_it\nassert f(1)", "No module named"},
      {"x = 1", "never call the solution"}};
  for (const auto& [test, words] : tests) {
    const Verdict verdict = Judge(Asserts(test, "def f(x): return 1"));
    EXPECT_FALSE(verdict.scorable) << test;
    EXPECT_THAT(verdict.detail, HasSubstr(words));
  }
}

TEST_F(CodeScorerTest, TestsThatDoNotRunAreUnscorable) {
  const std::vector<std::string> broken = {
      R"J({"assert_case": ["assert f(1"]})J", R"J({"assert_case": ["x = 1"]})J",
      R"J({"assert_case": ["assert f(1)"], "setup": "import nothing_like_it"})J"};
  for (const std::string& tests : broken) {
    const Verdict verdict = Judge({tests, "def f(x): return 2"});
    EXPECT_FALSE(verdict.scorable) << tests << verdict.detail;
  }
}

TEST_F(CodeScorerTest, EndlessCallsEndAtTheirOwnLimit) {
  const std::string options = R"J({"time_limit_ms": 200})J";
  EXPECT_THAT(ExpectWrong({kCalls, "def f(x):\n  while x == 5: pass\n  return 2 * x", options}),
              AllOf(HasSubstr("test 3"), HasSubstr("time limit")));
  EXPECT_THAT(ExpectWrong({kAsserts, "def f(x):\n  while True: pass", options}),
              HasSubstr("time limit"));
}

TEST_F(CodeScorerTest, FloodsAndBombsAreWrong) {
  ExpectWrong(
      {kCalls, "def f(x):\n  while True: print('x' * 10000)", R"J({"time_limit_ms": 200})J"});
  ExpectWrong({kDouble, "while True: print('x' * 10000)"});
  ExpectWrong({kCalls, "def f(x): return [0] * 10 ** 10"});
  ExpectWrong({kCalls, "def f(x): return 'x' * 10 ** 8"});
  ExpectWrong({kCalls, "def f(x): return f(x)"});
}

}  // namespace
}  // namespace longhaul::reward
