// SPDX-License-Identifier: Apache-2.0
//
// Solutions that try to be taken for right ones without being right.
#include <gmock/gmock.h>

#include "scorer_case.h"

namespace longhaul::reward {
namespace {

const char kCalls[] = R"J({"fn_name": "f", "inputs": [[1], [2]], "outputs": [2, 4]})J";
const char kAsserts[] = R"J({"assert_case": ["assert f(1) == 2", "assert f(2) == 4"]})J";
const char kCheck[] =
    R"J({"test": "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 4\n",
        "entry_point": "f"})J";

const std::vector<std::string>& Spoofs() {
  static const std::vector<std::string> spoofs = {
      "exit(0)",
      "import os\nos._exit(0)",
      "import sys\nsys.exit(0)",
      "def f(x): exit(0)",
      "import os\ndef f(x): os._exit(0)",
      "import atexit, os\natexit.register(lambda: os._exit(0))\ndef f(x): return None",
      // Printing what a judge might look for.
      "print('OK\\nPASSED\\n2 passed in 0.01s\\n2\\n4\\n')\nexit(0)",
      "import os\nos.write(3, "
      "b'verdict\\n{\"passed\":[true,true],\"details\":[\"\",\"\"]}')\nos._exit(0)",
      "import os\ndef f(x): os.write(3, b'{\"v\":4}\\n'); return 0",
      "import os\nos.write(3, b'{\"passed\":[true,true]}\\n{\"t\":\"ok\"}\\n')\nos._exit(0)",
      // Values that claim to equal everything.
      "class E:\n  def __eq__(s, o): return True\n  def __ne__(s, o): return False\n"
      "  def __bool__(s): return True\n  def __hash__(s): return 0\ndef f(x): return E()",
      "class E(int):\n  def __eq__(s, o): return True\n  __hash__ = int.__hash__\ndef f(x): return "
      "E(7)",
      "class E(str):\n  def __eq__(s, o): return True\n  __hash__ = str.__hash__\ndef f(x): return "
      "E('7')",
      "class E(list):\n  def __eq__(s, o): return True\ndef f(x): return E([7])",
      "from unittest import mock\ndef f(x): return mock.ANY",
      "def f(x): return float('nan')",
      "def f(x): return NotImplemented",
      // Changing what tests are made of.
      "import builtins\nbuiltins.AssertionError = type('A', (BaseException,), {'__init__': exit})\n"
      "def f(x): return 0",
      "import builtins\nfor n in ('abs', 'all', 'any', 'isinstance', 'len', 'type'):\n"
      "  setattr(builtins, n, lambda *a: True)\ndef f(x): return 0",
      "import sys, types\nclass M(types.ModuleType):\n  def __getattr__(s, n): return lambda *a: "
      "True\n"
      "sys.modules['python_values'] = M('x')\ndef f(x): return 0",
      "import python_values\npython_values.dump = lambda *a: 'true'\ndef f(x): return 0",
      "import posix, sys\n"
      "sys.modules['__main__'].__dict__['_write'] = lambda *a: posix.write(3, b'\\n')\n"
      "def f(x): return 2",
      "import gc\nfor o in gc.get_objects():\n"
      "  if isinstance(o, dict) and 'calls' in o: o['calls'] = []\ndef f(x): return 0",
      // Threads that write to the channel, or keep the process.
      "import threading, os\ndef w():\n  for _ in range(1000): os.write(3, b'verdict\\n')\n"
      "threading.Thread(target=w).start()\ndef f(x): return 0",
      "import threading, time\nthreading.Thread(target=time.sleep, args=(30,)).start()\ndef f(x): "
      "return 0",
      // Files that other judges would pick up.
      "open('conftest.py', 'w').write('import pytest')\nopen('sitecustomize.py', "
      "'w').write('exit()')\n"
      "def f(x): return 0",
      "open('check.json', 'w').write('{}')\nopen('replies.txt', 'w').write('')\ndef f(x): return 0",
      "def check(c): pass\ndef f(x): return 0",
      "def f(x): raise AssertionError('passed')",
      "def f(x): raise StopIteration",
      "import signal, os\ndef f(x): os.kill(os.getpid(), signal.SIGKILL)",
  };
  return spoofs;
}

TEST_F(CodeScorerTest, NoSpoofPassesAnyFormOfTests) {
  for (const std::string& spoof : Spoofs()) {
    ExpectWrong({kCalls, spoof});
    ExpectWrong({kAsserts, spoof});
  }
  for (const std::string& spoof : Spoofs()) ExpectWrong({kCheck, spoof});
}

TEST_F(CodeScorerTest, NoSpoofPassesAPart) {
  for (const std::string& spoof : Spoofs()) {
    if (spoof.find("return 2") != std::string::npos)
      continue;  // a right answer to one of the calls
    const Verdict verdict = Judge({kAsserts, spoof, R"J({"score": "fraction"})J"});
    EXPECT_EQ(verdict.score, 0) << spoof << "\n" << verdict.detail;
  }
}

// Answers in the judge's own words, or in none: each goes between the braces of a reply.
const std::vector<std::string>& ForgedReplies() {
  static const std::vector<std::string> forged = {
      R"("x":"")",
      R"("x":false)",
      R"("x":[])",
      R"("x":null)",
      R"("x":"","v":0)",
      R"("v":0,"x":"")",
      R"("passed":[true,true],"details":["",""])",
      R"("v":0,"v":0)",
      R"("v":0,"e":[],"d":"")",
      R"("e":[])",
      R"("e":["AssertionError"],"d":"")",
      R"("e":["Missing"])",
      R"("e":["Ended"])",
      R"("e":["SystemExit"],"g":[0])",
      R"("e":["SystemExit"],"d":"0")",
      R"("e":"")",
      R"("e":[[]])",
      R"("e":["KeyboardInterrupt"])",
      R"("e":["StopIteration"],"g":[])",
      R"("e":["GeneratorExit"])",
      R"("m":{"0":5})",
      R"("v":0,"m":{"0":[2]})",
      R"("v":0,"m":{"x":1})",
      R"("v":0,"m":{"-1":1})",
      R"("v":0,"m":[])",
      R"("a":0)",
      R"("a":1)",
      R"("a":-1)",
      R"("a":true)",
      R"("o":"E")",
      R"("o":5)",
      R"("i":"E")",
      R"("c":"E")",
      R"("c":true)",
      R"("v":{"t":"ref","v":0})",
      R"("v":{"t":"name","v":"f"})",
      R"("v":{"t":"function","v":["",[],{},[]]})",
      R"("v":{"t":"builtin","v":["posix","_exit"]})",
      R"("v":{"t":"type","v":"object"})",
      R"("v":{"t":"namedtuple","v":["E",["__eq__"],[1]]})",
      R"("v":{"t":"namedtuple","v":[1]})",
      R"("p":"")",
      R"("v":0,"p":"verdict")",
      R"("v":0,"d":0)",
      ""};
  return forged;
}

// Through the harness's own writer, and written beside it before the calls are made.
TEST_F(CodeScorerTest, NoForgedReplyPasses) {
  for (const std::string& members : ForgedReplies()) {
    const std::string text = Json("{" + members + "}").ToString();  // a Python string too
    const std::string patched =
        "import sys\nm = sys.modules['__main__']\nm._Calls.reply = lambda *a: " + text +
        "\ndef f(x): return 0";
    const std::string written = "import os\nfor i in range(9): os.write(3, (" + text +
                                " + '\\n').encode())\n" + "def f(x): return 0";
    if (&members < &ForgedReplies()[4]) ExpectWrong({kCheck, patched});
    ExpectWrong({kAsserts, written, R"J({"score": "fraction"})J"});
  }
}

// A later call may give away what an earlier one is to return.
TEST_F(CodeScorerTest, NoProgramSeesACallBeforeItHasAnsweredTheOneBefore) {
  const std::string peek =
      "import os, fcntl\nseen = b''\n"
      "def peek():\n  global seen\n"
      "  for fd in [0] + list(range(4, 16)):\n"
      "    try:\n      fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)\n"
      "      seen += os.read(fd, 65536)\n    except OSError: pass\n"
      "    try: fcntl.fcntl(fd, fcntl.F_SETFL, 0)\n    except OSError: pass\n"
      "def flip(s):\n  peek()\n  return 'Ab' if s == 'aB' and b'Ab' in seen else s\n";
  const std::string early = "import os\nos.write(3, b'\\n' * 9)\n" + peek;
  for (const std::string& program : {peek, early}) {
    for (const char* tests :
         {R"J({"fn_name": "flip", "inputs": [["aB"], ["Ab"]], "outputs": ["Ab", "aB"]})J",
          R"J({"assert_case": ["assert flip('aB') == 'Ab'", "assert flip('Ab') == 'aB'"]})J"}) {
      const Verdict verdict = Judge({tests, program, R"J({"score": "fraction"})J"});
      EXPECT_EQ(verdict.score, 0) << tests << program << verdict.detail;
    }
  }
}

// The interpreter that the program runs in is its own.
TEST_F(CodeScorerTest, NoChangeOfItsInterpreterPasses) {
  for (const std::string change :
       {"import python_values as v\nv.dump = lambda *a: '0,\"x\":\"\"'",
        "import python_values as v\nv.quote = lambda *a: '\"\"'",
        "import python_values as v\nv.load = lambda *a: [2]",
        "import python_values as v\nv.parse_json = lambda *a: {'f': 'f', 'a': []}",
        "import python_values as v, sys\nsys.modules['guest_reply'] = sys.modules['stand_ins'] = v",
        "import builtins\nbuiltins.compile = builtins.exec = lambda *a, **k: None",
        "import _json, json\njson.loads = json.dumps = lambda *a, **k: 'true'",
        "import sys\nm = sys.modules['__main__']\nm._describe = lambda v: ('\"v\":true', v)",
        "import posix\nposix.write(3, "
        "b'verdict\\n{\"passed\":[true,true],\"details\":[\"\",\"\"]}')"}) {
    for (const char* tests : {kAsserts, kCalls}) {
      ExpectWrong({tests, change + "\ndef f(x): return 0", R"J({"score": "fraction"})J"});
    }
  }
}

// An object that says yes to everything and gives itself for everything.
std::string YesMan() {
  std::string object = "class Average:\n  def __init__(s, *a): pass\n";
  for (const char* name : {"eq", "ne", "lt", "le", "gt", "ge", "contains", "exit", "bool"}) {
    object += std::string("  def __") + name + "__(s, *a): return True\n";
  }
  for (const char* name : {"sub", "rsub", "add", "radd", "mul", "abs", "mod", "getitem", "enter"}) {
    object += std::string("  def __") + name + "__(s, *a): return s\n";
  }
  return object + "  def __float__(s): return 0.0\n  def __hash__(s): return 0\n";
}

// Operators of an object must not stand for data that a test compares.
TEST_F(CodeScorerTest, NoOperatorOfAnObjectPasses) {
  for (const std::string assertion :
       {"assert f(1) == 2", "assert 2 == f(1)", "assert f(1) in (2, 3)", "assert f(1) in {2: 3}",
        "assert 2 in f(1)", "assert abs(f(1) - 2.5) < 1e-6", "assert -1e-6 < f(1) - 2.5 < 1e-6",
        "assert f(1) + 1 == 3", "with f(1):\n  assert f(2) == 4", "assert f(1) % 2 == 0",
        "assert {2: 1}[f(1)]", "assert f(1)[0] == 2", "assert f(1) is True",
        "assert isinstance(f(1), int)", "assert sorted([f(1), 3]) == [2, 3]"}) {
    const Json tests = Json::Object().Set("assert_case", Json::Array().Append(assertion));
    ExpectWrong({tests.ToString(), YesMan() + "f = Average"});
    // The same where the tests' own name looks like that of a class.
    if (assertion.find_first_of("-+%=") == std::string::npos) continue;
    std::string capital = assertion;
    for (size_t at; (at = capital.find("f(")) != std::string::npos;) capital[at] = 'F';
    const Json named = Json::Object().Set("assert_case", Json::Array().Append(capital));
    ExpectWrong({named.ToString(), YesMan() + "F = Average"});
  }
  for (const char* assertion : {"assert f(1) == f(1) and f(1) != f(2)", "assert f(1) < f(2)",
                                "assert (f(2) - f(1)) == f(1)"}) {
    const Json tests = Json::Object().Set("assert_case", Json::Array().Append(assertion));
    ExpectWrong({tests.ToString(), YesMan() + "f = Average"});
  }
}

// An object that the tests made, handed out in the place of data.
TEST_F(CodeScorerTest, NoMethodPassesByReturningItsObject) {
  const std::string circle =
      "class Circle:\n  def __init__(s, *a): pass\n  def area(s, *a): return s\n"
      "  def __sub__(s, o): return s\n  def __abs__(s): return 0\n  def __round__(s, n=0): return "
      "0\n"
      "  def __float__(s): return 0.0\n  def __bool__(s): return False\n  def __len__(s): return "
      "0\n"
      "  def __contains__(s, x): return True\n  def __eq__(s, o): return True\n";
  for (const char* assertion :
       {"c = Circle(5)\nassert abs(c.area() - 78.54) < 0.01",
        "assert abs(Circle(5).area() - 1) < 1",
        "c = Circle(5)\nassert round(c.area() - 78.54, 2) == 0", "assert not (Circle(5) - 78.54)",
        "import math\nassert math.fabs(Circle(1).area() - 2) < 1", "assert [1] in Circle(5).area()",
        "assert len(Circle(1) - {2}) == 0", "assert abs(Circle(5) - 3) < 1e-6",
        "assert Circle(2).area() == 4", "assert abs((Circle(5) - 3) - Circle(5)) < 1e-6"}) {
    const Json tests = Json::Object().Set("assert_case", Json::Array().Append(assertion));
    ExpectWrong({tests.ToString(), circle});
  }
  const Json skipped = Json::Object().Set(
      "assert_case",
      Json::Array().Append("import unittest\nclass T(unittest.TestCase):\n"
                           "  def test(s): s.assertEqual(f(1), 2)\n"
                           "r = unittest.TextTestRunner(stream=__import__('io').StringIO()).run("
                           "unittest.defaultTestLoader.loadTestsFromTestCase(T))\n"
                           "assert r.wasSuccessful()"));
  ExpectRight({skipped.ToString(), "def f(x): return 2"});
  ExpectWrong({skipped.ToString(), "def f(x): return 3"});
  ExpectWrong({skipped.ToString(), "import unittest\ndef f(x): raise unittest.SkipTest('x')"});
  // Methods of what should be data, and what they are given.
  const std::string any =
      "class Any:\n  def __getattr__(s, n): return lambda *a: True\n"
      "  def __iter__(s): return iter([1, 2])\n";
  for (const char* assertion :
       {"assert f(1).startswith('Hello')", "assert f(1).issubset({1, 2})",
        "assert f(1).is_integer()", "assert f(1).isdigit()", "assert f(1).intersection({1}) == {1}",
        "import unittest\nunittest.TestCase().assertSetEqual(f(1), {1, 2, 3})"}) {
    const Json tests = Json::Object().Set("assert_case", Json::Array().Append(assertion));
    ExpectWrong({tests.ToString(), any + "def f(x): return Any()"});
    ExpectWrong({tests.ToString(),
                 "from collections import namedtuple\n"
                 "N = namedtuple('N', 'startswith issubset is_integer isdigit intersection')\n"
                 "def f(x): return N(*[bool] * 5)"});
  }
  // An object that a function has handed out does not become one of the tests'.
  ExpectWrong(
      {R"J({"assert_case": ["r = f(3)\nc = C(5)\nassert 9 in r"]})J",
       "class C:\n  one = None\n  def __new__(c, *a):\n    c.one = c.one or object.__new__(c)\n"
       "    return c.one\n  def __contains__(s, x): return True\ndef f(x): return C()"});
  ExpectWrong({R"J({"assert_case": ["assert all(map(lambda x: f(nxt, x) == 5, [1]))"],
                    "setup": "def nxt(): return next(iter([]))"})J",
               "def f(g, x): return g()"});
  for (const char* code : {"exit()", "__import__('sys').exit()", "24"}) {
    const Verdict verdict = Judge({R"J({"assert_case": ["assert eval(f(1)) == 24"]})J",
                                   "def f(x): return \"" + std::string(code) + "\""});
    EXPECT_FALSE(verdict.scorable) << code;
  }
  // Functions with a capital letter are functions.
  for (const char* assertion :
       {"assert 3 in Extract([1, 2, 3])", "assert abs(-(Extract(100) - 212.0)) < 1e-6",
        "assert str(Extract(1) - 3.0) == '0.0'", "assert f'{Extract(1) - 1:.2f}' == '0.00'",
        "import unittest\nunittest.TestCase().assertIn(3, Extract([1]))",
        "assert list(Extract(1) - {1, 2}) == []", "r = Extract([1])\nassert 3 in r"}) {
    const Json tests = Json::Object().Set("assert_case", Json::Array().Append(assertion));
    ExpectWrong(
        {tests.ToString(),
         "class Extract:\n  def __init__(s, x): pass\n  def __contains__(s, x): return True\n"
         "  def __sub__(s, o): return s\n  def __neg__(s): return 0\n"
         "  def __str__(s): return '0.0'\n  def __format__(s, f): return '0.00'\n"
         "  def __iter__(s): return iter([])\n"});
  }
  // What cannot be sent back is the program's doing here, and no fault of the tests.
  ExpectWrong({R"J({"assert_case": ["assert dec(enc('ab')) == 'ab'"]})J",
               "async def enc(s): return s\ndef dec(s): return s"});
}

// What the language takes for the end of an iteration, or for no such attribute, is no answer.
TEST_F(CodeScorerTest, NoExceptionPassesByBeingSwallowed) {
  const std::vector<std::string> tests = {
      R"J({"assert_case": ["assert all(map(f, [1, 2, 3]))"]})J",
      R"J({"assert_case": ["for got, want in zip(map(f, [1, 2]), [2, 4]):\n    assert got == want"]})J",
      R"J({"assert_case": ["assert not [x for x in map(f, [1, 2]) if x not in (2, 4)]"]})J",
      R"J({"assert_case": ["class T:\n    p = property(lambda self: f(1))\nassert getattr(T(), 'p', 2) == 2"]})J",
      R"J({"assert_case": ["class T:\n    def __getitem__(self, i): return {0: f(1)}[0]\nfor _, got in zip(range(2), T()):\n    assert got == 2"]})J"};
  for (const std::string& test : tests) {
    ExpectRight({test, "def f(x): return 2 * x"});
    for (const char* kind : {"StopIteration", "StopAsyncIteration", "AttributeError", "IndexError",
                             "type('E', (StopIteration,), {})"}) {
      ExpectWrong({test, std::string("def f(x): raise ") + kind});
    }
  }
}

TEST_F(CodeScorerTest, ExceptionsThatTestsNameArriveAsTheyAre) {
  ExpectRight(
      {R"J({"assert_case": ["try:\n    f(-1)\nexcept LookupError:\n    pass\nelse:\n    assert False"]})J",
       "def f(x): raise IndexError(x)"});
  ExpectRight(
      {R"J({"assert_case": ["p = P(1)\nassert p.a == 1 and not hasattr(p, 'b')\nassert getattr(p, 'b', 3) == 3"]})J",
       "class P:\n  def __init__(s, a): s.a = a"});
}

// Tests that expect an exception must not take the end of the program for one.
TEST_F(CodeScorerTest, AnEndIsNoException) {
  const std::string tests =
      R"J({"assert_case": ["try:\n    f(-1)\n    assert False\nexcept ValueError:\n    pass",)J"
      R"J( "try:\n    f(-1)\nexcept:\n    pass\nelse:\n    assert False"]})J";
  ExpectRight({tests, "def f(x): raise ValueError('negative')"});
  for (const char* score : {"all", "fraction"}) {
    const std::string options = std::string(R"J({"score": ")J") + score + "\"}";
    ExpectWrong({tests, "exit(0)", options});
    ExpectWrong({tests, "import os\ndef f(x): os._exit(0)", options});
    ExpectWrong({tests, "def f(x): exit(0)", options});
    ExpectWrong({tests, "def f(x): return 0", options});
  }
}

}  // namespace
}  // namespace longhaul::reward
