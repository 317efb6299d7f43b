# SPDX-License-Identifier: Apache-2.0
#
# Runs functions and classes of tests that wait for a runner: unittest's, and pytest's without fixtures.


# A list of the results of unittest that are made from now on: what a file does not look at counts too.
def watch_results():
    import unittest

    results = []
    first = unittest.TestResult.__init__

    def begin(self, *args, **kwargs):
        first(self, *args, **kwargs)
        results.append(self)

    unittest.TestResult.__init__ = begin
    return results


def check(results):
    for result in results:
        for _, trace in [*result.errors, *result.failures]:
            raise AssertionError(trace.strip().rpartition("\n")[2])
        if getattr(result, "unexpectedSuccesses", ()):
            raise AssertionError("a test that should fail does not")


def run(test):
    if not isinstance(test, type):
        _finish(test())
    elif hasattr(test, "countTestCases"):
        _run_unittest(test)
    else:
        _run_methods(test)


def _finish(result):
    if hasattr(result, "__await__"):
        import asyncio

        asyncio.run(result)


def _run_unittest(test):
    import unittest

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(test).run(result)
    check([result])


def _run_methods(test):
    _call(test, "setup_class")
    for name in [name for name in vars(test) if name.startswith("test")]:
        instance = test()
        _call(instance, "setup_method", name)
        try:
            _finish(getattr(instance, name)())
        finally:
            _call(instance, "teardown_method", name)
    _call(test, "teardown_class")


# A method around the tests, if there is one; some take the method that is to come.
def _call(owner, name, *method):
    around = getattr(owner, name, None)
    if around is not None:
        takes = around.__code__.co_argcount - (getattr(around, "__self__", None) is not None)
        around(*[getattr(owner, one) for one in method][:takes])
