// SPDX-License-Identifier: Apache-2.0
//
// Tests as data sets have them: files for unittest and pytest, and what they do with classes,
// functions and exceptions.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "scorer_case.h"

namespace longhaul::reward {
namespace {

using ::testing::HasSubstr;

const char kAdd[] = "def add(a, b): return a + b";
const char kWrongAdd[] = "def add(a, b): return a - b";

std::string File(const std::string& test) { return Json::Object().Set("test", test).ToString(); }

std::string Assertion(const std::string& assertion) {
  return Json::Object().Set("assert_case", Json::Array().Append(assertion)).ToString();
}

TEST_F(CodeScorerTest, FilesOfTestsRunAsTheirRunnerWouldRunThem) {
  const std::string unit =
      "import unittest\nclass TestAdd(unittest.TestCase):\n  def setUp(self): self.two = 2\n"
      "  def test_add(self): self.assertEqual(add(1, self.two), 3)\n";
  const std::string import = "from solution import add\n";
  const std::vector<std::string> files = {
      unit,
      unit + "if __name__ == '__main__':\n  unittest.main()\n",
      unit + "unittest.main()\n",
      unit + "unittest.main(argv=[''], exit=False)\n",
      "print(add(1, 1))\n" + unit,
      import + "def test_add():\n  assert add(1, 2) == 3\n",
      import + "print(add(1, 1))\ndef test_add(): assert add(1, 2) == 3\n",
      "import solution\nclass TestAdd:\n  def setup_method(self): self.two = 2\n"
      "  def test_add(self): assert solution.add(1, self.two) == 3\n",
      "async def test_add(): assert add(1, 2) == 3\n",
      "import unittest\nclass TestAdd(unittest.TestCase):\n  def setUp(self):\n"
      "    super(TestAdd, self).setUp()\n    self.want = 3\n"
      "  def test_add(self): self.assertEqual(add(1, 2), self.want)\nadd(0, 0)\n",
      "import unittest\nclass Common:\n  def test_add(self): self.assertEqual(add(1, 2), 3)\n"
      "class AddTestSuite(Common, unittest.TestCase): pass\n# unittest.main()\nadd(0, 0)\n",
      "want = []\ndef setup_module(): want.append(3)\ndef test_add(): assert add(1, 2) in want\n"
      "test_add.slow = True\nadd(0, 0)\n"};
  for (const std::string& test : files) {
    SCOPED_TRACE(test);
    ExpectRight({File(test), kAdd});
    ExpectWrong({File(test), kWrongAdd});
  }
  const std::string method = R"J({"test": "def check(candidate):\n  assert candidate(1, 2) == 3",
                                  "entry_point": "Solution().add"})J";
  ExpectRight({method, "class Solution:\n  def add(self, a, b): return a + b"});
  ExpectWrong({method, "class Solution:\n  def add(self, a, b): return a - b"});
  const std::string fixture = "add(0, 0)\ndef test_add(three): assert add(1, 2) == three";
  EXPECT_THAT(Judge({File(fixture), kAdd}).detail, HasSubstr("test_add wants fixtures"));
  const Verdict patched = Judge({File("import solution\nsolution.add = None"), kAdd});
  EXPECT_FALSE(patched.scorable);
  EXPECT_THAT(patched.detail, HasSubstr("replace add in the program"));
}

// By whatever way it would be run.
TEST_F(CodeScorerTest, NothingThatAProgramReturnsIsRunByTheTests) {
  const std::string forged = "def f(x): return \"__import__('os')._exit(0)\"";
  for (const char* test :
       {"assert list(map(eval, [f(1)])) == [24]",
        "import builtins\nassert builtins.eval(f(1)) == 24", "run = eval\nassert run(f(1)) == 24",
        "exec(compile(f(1), 'x', 'exec'))\nassert f(2) == 3",
        "import timeit\nassert timeit.timeit(f(1), number=1) < 0",
        "assert eval(f(1)) == 'x'\n'__import__(\\'os\\')._exit(0)'",
        "open('made.py', 'w').write(f(1))\nimport made",
        "import importlib\nassert importlib.import_module('subprocess').run(f(1)) == 24"}) {
    const Verdict verdict = Judge({Assertion(test), forged});
    EXPECT_FALSE(verdict.scorable) << test << verdict.detail;
    EXPECT_THAT(verdict.detail, HasSubstr("they run what the program returns"));
  }
  const std::string prelude = R"J({"prelude": "def evaluate(e): return eval(e)",
                                   "assert_case": ["assert evaluate(f(1)) == 24"]})J";
  EXPECT_FALSE(Judge({prelude, forged}).scorable);
  // Text of their own they may run, and data they may read.
  const std::string own =
      "for text in ['1 + 2', '3 * 4']:\n  assert f(text) == eval(text)\n"
      "import ast, collections\nassert ast.literal_eval(str(f('1'))) == 1\n"
      "assert collections.namedtuple('P', 'x')(f('2')).x == 2";
  ExpectRight({Assertion(own), "def f(x): return eval(x)"});
  ExpectWrong({Assertion(own), "def f(x): return 3"});
}

TEST_F(CodeScorerTest, NamesThatTestsMakeObjectsOfAreClasses) {
  const std::string point =
      "class Point:\n  def __init__(s, x, y): s.x, s.y = x, y\n"
      "  def __eq__(s, o): return (s.x, s.y) == (o.x, o.y)\n  def __hash__(s): return s.x\n"
      "  def __lt__(s, o): return s.x < o.x\n"
      "  def __add__(s, o): return Point(s.x + o.x, s.y + o.y)\n"
      "  def __mul__(s, k): return Point(s.x * k, s.y * k)\n"
      "  def __neg__(s): return s * -1\n"
      "def line(n): return {Point(i, i) for i in range(n)}\n";
  for (const char* test :
       {"p = Point(1, 2)\nq = Point(1, 2)\nassert p == q",
        "a = Point(1, 2)\nassert a < Point(2, 0)",
        "a, b = Point(1, 2), Point(3, 4)\nassert a + b == Point(4, 6)",
        "v = Point(1, 2)\nassert -v == Point(-1, -2) and v * 2 == Point(2, 4)",
        "a = Point(1, 2)\nb = a * 2\nassert (b.x, b.y) == (2, 4)",
        "a = Point(1, 2)\nassert len({a, Point(1, 2)}) == 1",
        "d = {Point(1, 2): 'v'}\nassert d[Point(1, 2)] == 'v'",
        "assert line(2) == {Point(0, 0), Point(1, 1)}",
        "import unittest\nunittest.TestCase().assertEqual(Point(1, 2), Point(1, 2))"}) {
    ExpectRight({Assertion(test), point});
  }
  ExpectWrong({Assertion("p = Point(1, 2)\nq = Point(1, 2)\nassert p == q"),
               "class Point:\n  def __init__(s, x, y): pass"});
  ExpectRight({Assertion("assert P(1, 2) == (1, 2)\nassert P(1, 2).x == 1"),
               "from collections import namedtuple\nP = namedtuple('P', 'x y')"});
}

TEST_F(CodeScorerTest, ClassesAreTheProgramsByWhateverName) {
  const std::string point =
      "class Point:\n  def __init__(s, x): s.x = x\n  def __eq__(s, o): return s.x == o.x\n"
      "class NotFound(Exception): pass\ndef f(): raise NotFound('x')\n";
  for (const char* test :
       {"import solution as s\nassert s.Point(1) == s.Point(1)",
        "from solution import Point as P\nassert P(1) == P(1)", "P = Point\nassert P(1) == P(1)",
        "import solution\ntry:\n  solution.f()\n  assert False\nexcept solution.NotFound: pass",
        "assert [Point(1)] == [Point(1)]\nassert Point(1) != (1,) and not Point(1) == 1",
        "p = Point(1)\nassert p == Point(1)\np = p.x\nassert p == 1"}) {
    ExpectRight({Assertion(test), point});
  }
  ExpectWrong({Assertion("assert Point(1) == Point(2)"), point});
}

TEST_F(CodeScorerTest, TheTestsAreNotWhereProgramsCanNameThem) {
  const char* reads = "import os\np = f('a')\nassert os.path.exists(p) and 'a' in open(p).read()";
  for (const char* name : {"check.json", "../check.json", "main.py"}) {
    ExpectWrong({Assertion(reads), "def f(x): return '" + std::string(name) + "'"});
  }
  ExpectWrong(
      {Assertion("import unittest\nclass T(unittest.TestCase):\n"
                 "  @unittest.skipIf(False, 'SkipTest')\n  def test(s): s.assertEqual(f(1), 2)"),
       "import unittest\ndef f(x): raise unittest.SkipTest('x')"});
  ExpectRight(
      {Assertion("import timeit\nassert f(1) == 1 and timeit.timeit(lambda: f(1), number=2) < 60"),
       "def f(x): return x"});
}

TEST_F(CodeScorerTest, FunctionsOfTheTestsKeepTheirIdentity) {
  const std::string emitter =
      "class E:\n  def __init__(s): s.l = []\n  def on(s, f): s.l.append(f)\n"
      "  def off(s, f): s.l.remove(f)\n  def emit(s, x): return [f(x) for f in s.l]\n";
  ExpectRight({Assertion("e = E()\ndef h(x): return x + 1\ne.on(h)\nassert e.emit(1) == [2]\n"
                         "e.off(h)\nassert e.emit(1) == []"),
               emitter});
  ExpectRight({Assertion("e, seen = E(), []\ne.on(seen.append)\ne.emit(1)\ne.off(seen.append)\n"
                         "e.emit(2)\nassert seen == [1]"),
               emitter});
  ExpectRight({Assertion("assert f(b=1, a=2) == ['b', 'a']"), "def f(**k): return list(k)"});
}

TEST_F(CodeScorerTest, ErrorsArriveWithWhatTheirClassesGiveThem) {
  const std::string errors =
      "class HttpError(Exception):\n  status_code = 500\n"
      "class NotFound(HttpError):\n  status_code = 404\n"
      "  def __init__(s, path):\n    super().__init__(path)\n    s.path, s.cause = path, object()\n"
      "  @property\n  def short(s): return s.path[:2]\ndef f(p): raise NotFound(p)\n";
  const char* test =
      "try:\n  f('/a/b')\n  assert False\nexcept NotFound as e:\n"
      "  assert (e.status_code, e.path, e.short) == (404, '/a/b', '/a')";
  ExpectRight({Assertion(test), errors});
  ExpectWrong({Assertion(test), errors + "NotFound.status_code = 403"});
  const char* raises =
      "import unittest\nt = unittest.TestCase()\nt.assertRaises(ValueError, f, -1)\n"
      "assert f(4) == 2";
  ExpectRight(
      {Assertion(raises), "def f(x):\n  if x < 0: raise ValueError\n  return int(x ** .5)"});
  ExpectWrong({Assertion(raises), "def f(x): return 2"});
  // Raised by the tests' own function, which the program lets through.
  ExpectRight(
      {Assertion("def g(k): return {}[k]\ntry:\n  f(g)\n  assert False\nexcept KeyError: pass"),
       "def f(g): return g(1)"});
  ExpectRight({Assertion("def g():\n  raise Again('x')\nassert f(g, Again) == 'x'"),
               "class Again(Exception): pass\ndef f(g, kind):\n  try: g()\n"
               "  except kind as e: return str(e)"});
}

TEST_F(CodeScorerTest, ContainersArriveAsWhatTheyAre) {
  ExpectRight({Assertion("v = f({'a': 1, 'b': 2})\nassert len(v) == 2 and list(v) == [1, 2] and "
                         "sorted(v) == [1, 2]"),
               "def f(d): return d.values()"});
  ExpectRight({Assertion("assert f({'a': 1}) == {'a'}"), "def f(d): return d.keys()"});
  ExpectRight({Assertion("d = f('aab')\nassert d == {'a': 2, 'b': 1} and d['c'] == 0"),
               "from collections import defaultdict\ndef f(s):\n  d = defaultdict(int)\n"
               "  for c in s: d[c] += 1\n  return d"});
  ExpectRight({Assertion("from collections import OrderedDict, defaultdict\n"
                         "o, d = OrderedDict(a=1), defaultdict(list)\nf(o, d)\n"
                         "assert list(o) == ['a', 'b'] and d['x'] == [1] and d['y'] == []"),
               "def f(o, d):\n  o['b'] = 2\n  o.move_to_end('b')\n  d['x'].append(1)"});
  ExpectRight(
      {Assertion("n = []\nfor _ in range(400): n = [n]\nassert f(n) == 401 and g(400) == n"),
       "def f(n):\n  d = 0\n  while True:\n    d += 1\n    if not n: return d\n    n = n[0]\n"
       "def g(k):\n  n = []\n  for _ in range(k): n = [n]\n  return n"});
  ExpectRight({Assertion("assert 3 in f() and 4 not in f()"), "def f():\n  yield from (1, 2, 3)"});
}

// Rows that are one list, and lists of an argument that a result holds on to.
TEST_F(CodeScorerTest, ContainersOfAResultKeepTheirIdentity) {
  const std::string grid = "m = grid(2)\nm[0][0] = 1\nassert m == [[1, 0], [0, 0]]";
  ExpectRight({Assertion(grid), "def grid(n): return [[0] * n for _ in range(n)]"});
  ExpectWrong({Assertion(grid), "def grid(n): return [[0] * n] * n"});
  const std::string copy = "a = [[1], [2]]\nb = clone(a)\nb[0].append(3)\nassert a == [[1], [2]]";
  ExpectRight({Assertion(copy), "def clone(a): return [list(r) for r in a]"});
  ExpectWrong({Assertion(copy), "def clone(a): return a[:]"});
  ExpectWrong({Assertion("d = f('ab')\nd['a'].append(1)\nassert d == {'a': [1], 'b': []}"),
               "def f(s): return dict.fromkeys(s, [])"});
  ExpectRight({Assertion("a = {'x': [3, 1]}\nb = f(a)\nassert b[0] is a['x'] and a['x'] == [1, 3]"),
               "def f(d):\n  d['x'].sort()\n  return [d['x'], 0]"});
  ExpectRight(
      {Assertion(
           "l = [[2], [1], [2]]\nfirst = l[0]\nassert f(l) == [[1], [2]] and l == [[1], [2], [2]] "
           "and l[1] is first and first == [2]"),
       "import itertools\ndef f(l):\n  l.sort()\n"
       "  return list(k for k, _ in itertools.groupby(l))"});
  ExpectRight(
      {Assertion("t = ([3, 1], {'k': {2}})\nassert f(t, deep=t[1]) is t[0]\n"
                 "assert t == ([1, 3], {'k': {2, 5}, 'n': [1, 3]}) and t[1]['n'] is t[0]"),
       "def f(t, deep):\n  t[0].sort()\n  deep['k'].add(5)\n  deep['n'] = t[0]\n  return t[0]"});
  ExpectRight({Assertion("from collections import defaultdict\nd = defaultdict(list, a=[1])\n"
                         "l = f([d, d['a']])\nassert l[0] is d['a'] and l[1] is d"),
               "def f(l): return l[::-1]"});
}

}  // namespace
}  // namespace longhaul::reward
