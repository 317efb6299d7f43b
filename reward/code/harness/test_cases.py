# SPDX-License-Identifier: Apache-2.0
#
# Runs functions and classes of tests that wait for a runner, as unittest and, without fixtures, pytest
# find them.
import test_source


# What unittest runs from now on: `results`, which count though a file does not look at them, and the
# `classes` of the cases.
class Watch:
    def __init__(self):
        import unittest

        self.results = []
        self.classes = set()
        first, run = unittest.TestResult.__init__, unittest.TestCase.run

        def begin(result, *args, **kwargs):
            first(result, *args, **kwargs)
            self.results.append(result)

        def run_case(case, *args, **kwargs):
            self.classes.add(type(case))
            return run(case, *args, **kwargs)

        unittest.TestResult.__init__, unittest.TestCase.run = begin, run_case

    def clear(self):
        self.results.clear()
        self.classes.clear()

    def check(self):
        for result in self.results:
            for _, trace in [*result.errors, *result.failures]:
                raise AssertionError(trace.strip().rpartition("\n")[2])
            if getattr(result, "unexpectedSuccesses", ()):
                raise AssertionError("a test that should fail does not")


# Those of a namespace that nothing has run, by the nodes of their source; the names of those that cannot be
# run without fixtures. `watch`: None where nothing speaks of unittest.
def run_idle(namespace, nodes, watch):
    used = test_source.used_names(nodes)
    own = {id(value): value for value in namespace.values() if getattr(value, "__module__", "") == "__main__"}
    own = list(own.values())
    cases = [value for value in own if isinstance(value, type) and hasattr(value, "countTestCases")]
    if watch is not None and not watch.classes:
        for case in cases:
            _run_unittest(case)
    waiting = [value for value in own if _is_test(value) and value not in cases and value.__name__ not in used]
    fixed = [test for test in waiting if test_source.wants_fixtures(nodes, test.__name__)]
    waiting = [test for test in waiting if test not in fixed]
    if waiting:
        _call(namespace.get("setup_module"))
    for test in waiting:
        if isinstance(test, type):
            _run_methods(test)
        else:
            _call(namespace.get("setup_function"), test)
            _run_test(test)
            _call(namespace.get("teardown_function"), test)
    if waiting:
        _call(namespace.get("teardown_module"))
    return [test.__name__ for test in fixed]


def _is_test(value):
    if getattr(value, "__unittest_skip__", False):
        return False
    if isinstance(value, type):
        return value.__name__.startswith("Test") and value.__init__ is object.__init__
    return callable(value) and getattr(value, "__name__", "").startswith("test")


# A test may skip itself, as in unittest.
def _run_test(test):
    try:
        _finish(test())
    except Exception as error:
        if type(error).__name__ != "SkipTest" or hasattr(error, "longhaul_names"):
            raise


def _finish(result):
    if hasattr(result, "__await__"):
        import asyncio

        asyncio.run(result)


def _run_unittest(case):
    import unittest

    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(unittest.TestResult())


def _run_methods(test):
    _call(getattr(test, "setup_class", None))
    for name in [name for name in dir(test) if name.startswith("test") and callable(getattr(test, name))]:
        instance = test()
        method = getattr(instance, name)
        _call(getattr(instance, "setup_method", None), method)
        try:
            _run_test(method)
        finally:
            _call(getattr(instance, "teardown_method", None), method)
    _call(getattr(test, "teardown_class", None))


# What stands around tests, if it is there; some take the test that is to come.
def _call(around, *test):
    if around is not None:
        takes = around.__code__.co_argcount - (getattr(around, "__self__", None) is not None)
        around(*test[:takes])
