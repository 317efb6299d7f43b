# SPDX-License-Identifier: Apache-2.0
#
# Runs a task's own test code, in a jail into which no judged program ever comes. Functions of the
# judged program are stand-ins here: a call goes to the program in its own jail (call_server.py) through
# descriptor 3, and its reply comes on standard input, so what the tests see of it is data and nothing
# else.
#
# check.json: {"prelude", "setup", "snippets": [...], "names": what is tested, null for all that the
# tests do not define themselves, "stop": whether one failure is enough}. To standard output goes a line
# "call" when the first one is made, and in the end one of
#
#   verdict\n{...}      {"passed": [...], "details": [...], one of each a snippet, "ended": whether the
#                       program was gone when it was called}
#   fault\n<text>       the tests themselves do not run
import posix
import sys

import code_guard
import python_values as values
import test_cases
import test_source
from channel import Channel, Ended
from session import Session

# Modules that tests may use without importing them, because solutions do.
_MODULES = (
    "bisect collections copy datetime decimal fractions functools heapq itertools json math operator random re "
    "statistics string sys time"
).split()

_compile, _exec = compile, exec  # code_guard.py puts others in their place
_RECURSION = 20000  # what is nested, and functions that the program's decorators call, go through more frames


def _seed_random(texts):
    if any("random" in text for text in texts):
        import random

        random.seed(0)


# The judged program as a module, for tests that import it.
class _Solution(type(sys)):
    def __init__(self, stand_in, refuse):
        super().__init__("solution")
        self.__dict__.update(_stand_in=stand_in, _refuse=refuse)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._stand_in(name)

    def __setattr__(self, name, value):
        self._refuse("they replace %s in the program" % name)
        raise AttributeError(name)


class _Runner:
    def __init__(self, check, channel):
        self.check = check
        self.channel = channel
        self.fault = ""  # why no program can be judged by these tests
        self.guard = code_guard.Guard(lambda: channel.calls, self.refuse)
        texts = [check["setup"], *check["snippets"]]
        nodes = test_source.nodes_of(texts)
        self.modules = test_source.used_modules(nodes, _MODULES)
        self.exits = test_source.exits(nodes)
        self.watch = test_cases.Watch() if any("unittest" in text for text in texts) else None
        self.names = check["names"]
        if self.names is None:
            defined = [*self.namespace_of_prelude(), *self.modules]
            self.names = test_source.free_names(texts, defined)
        aliases = test_source.Aliases(nodes)
        exceptions = test_source.exception_names(nodes, aliases).intersection([*self.names, *aliases.imported])
        self.session = Session(channel, texts, sorted(exceptions), test_source.class_names(nodes, aliases))
        for name in test_source.SOLUTION:
            sys.modules[name] = _Solution(self.session.stand_in, self.refuse)

    def refuse(self, fault):
        self.fault = self.fault or fault

    def namespace_of_prelude(self):
        module = type(sys)("__main__")
        sys.modules["__main__"] = module
        namespace = module.__dict__
        namespace["__file__"] = "tests.py"
        if self.check["prelude"]:
            namespace["__name__"] = "prelude"
            self.execute(self.check["prelude"], namespace)
            namespace["__name__"] = "__main__"
        return namespace

    def namespace(self):
        namespace = self.namespace_of_prelude()
        for name in self.modules:
            namespace[name] = __import__(name)
        for name in self.names:
            namespace[name] = self.session.stand_in(name)
        self.execute(self.check["setup"], namespace)
        return namespace

    def execute(self, text, namespace):
        code = _compile(text, "tests", "exec")
        self.guard.allow(code)
        _exec(code, namespace)

    def run_tests(self, snippet):
        if self.watch is not None:
            self.watch.clear()
        namespace = self.namespace()
        self.execute(snippet, namespace)
        if "test" in snippet or "test" in self.check["setup"]:
            nodes = test_source.nodes_of([self.check["setup"], snippet])
            for name in test_cases.run_idle(namespace, nodes, self.watch):
                self.refuse("%s wants fixtures of pytest" % name)
        if self.watch is not None:
            self.watch.check()

    # Why the snippet failed; None only when all its statements were run and the program answered. Tests
    # that end themselves pass by the exit status they choose.
    def run_snippet(self, snippet):
        self.session.ended = False
        try:
            self.run_tests(snippet)
            failure = None
        except SystemExit as end:
            failure = "the tests exit with %r" % (end.code,)
            if end.code in (None, 0) and self.exits:
                failure = None
        except (Exception, Ended) as error:
            failure = _describe(error)
        return "the program has ended" if self.session.ended else failure

    def verdict(self):
        _seed_random([self.check["prelude"], self.check["setup"], *self.check["snippets"]])
        failures = []
        for snippet in self.check["snippets"]:
            failures.append(self.run_snippet(snippet))
            if failures[-1] is not None and self.check["stop"]:
                break
        failures += ["it was not run"] * (len(self.check["snippets"]) - len(failures))
        passed = ["true" if failure is None else "false" for failure in failures]
        details = [values.quote((failure or "")[:200]) for failure in failures]
        ended = "true" if self.channel.ended else "false"
        return '{"passed":[%s],"details":[%s],"ended":%s}' % (",".join(passed), ",".join(details), ended)


def _describe(error):
    text = type(error).__name__ + (": " + str(error) if str(error) else "")
    return text[:200].encode("ascii", "backslashreplace").decode()


def main():
    with open("check.json", encoding="utf-8") as file:
        check = values.parse_json(file.read())
    posix.unlink("check.json")  # a program may name files for the tests to look at
    posix.mkdir("files")
    posix.chdir("files")
    sys.path[:1] = []  # what is imported from now on is the library's
    sys.path.append(posix.getcwd())
    report = posix.dup(1)
    channel = Channel(report)
    posix.dup2(posix.open("/dev/null", posix.O_WRONLY), 1)  # what tests print is no report

    def send(kind, text):
        data = (kind + "\n" + text).encode("utf-8", "backslashreplace")
        while data:
            data = data[posix.write(report, data) :]
        posix._exit(0)

    try:
        sys.setrecursionlimit(_RECURSION)
        runner = _Runner(check, channel)
        verdict = runner.verdict()
    except Exception as error:
        send("fault", _describe(error))
    if runner.fault or runner.session.unsendable:
        send("fault", runner.fault or runner.session.unsendable)
    send("verdict", verdict)


main()
