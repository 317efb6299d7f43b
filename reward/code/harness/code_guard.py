# SPDX-License-Identifier: Apache-2.0
#
# Nothing of a judged program is run where the tests are. Once they have called it they compile only text
# that stands in them as it is, and neither unpickle objects nor start processes: whatever they hand to these
# could be the program's.
import ast
import builtins
import sys

_EVENTS = {"marshal.loads", "pickle.find_class", "code.__new__", "open"}
_EVENTS.update("subprocess.Popen os.system os.exec os.posix_spawn os.fork os.forkpty pty.spawn".split())
_LIBRARY = ("/usr/", ast.__file__.removesuffix("ast.py"))
# Of the library, what runs text that it is given.
_RUNNERS = ("/code.py", "/codeop.py", "/runpy.py", "/doctest.py", "/pdb.py", "/bdb.py")
_RUNNERS += ("/profile.py", "/cProfile.py", "/trace.py", "/typing.py", "/pydoc.py")


class Guard:
    # `called` says whether the program was called, `refused` is told what they did.
    def __init__(self, called, refused):
        self._called = called
        self._refused = refused
        self._own = {}  # constants of the tests, by identity: an equal text may be the program's
        for name in ("eval", "exec", "compile"):
            setattr(builtins, name, self._guarded(name, getattr(builtins, name)))
        sys.addaudithook(self._hook)

    # Text that stands in this code may be compiled.
    def allow(self, code):
        for constant in code.co_consts:
            self._allow_constant(constant)

    def _allow_constant(self, constant):
        if isinstance(constant, (tuple, frozenset)):
            for item in constant:
                self._allow_constant(item)
        elif hasattr(constant, "co_consts"):
            self.allow(constant)
        elif isinstance(constant, (str, bytes)):
            self._own[id(constant)] = constant

    def _guarded(self, name, run):
        def guarded(source, *arguments, **options):
            frame = sys._getframe(1)
            if not hasattr(source, "co_code") and not self._may_compile(source, arguments, frame):
                self._refuse(name)
            if name != "compile" and not arguments and not options:
                arguments = frame.f_globals, frame.f_locals
            return run(source, *arguments, **options)

        return guarded

    def _may_compile(self, source, arguments, frame):
        file = frame.f_code.co_filename
        if not self._called() or id(source) in self._own:
            return True
        if file.startswith("<frozen importlib"):
            return bool(arguments) and str(arguments[0]).startswith(_LIBRARY)
        if file.endswith("/timeit.py"):  # it puts what it times into a text of its own
            timed = frame.f_locals.get("stmt"), frame.f_locals.get("setup")
            return all(callable(one) or one in ("pass", "_stmt()", "_setup()") for one in timed)
        return file.startswith(_LIBRARY) and not file.endswith(_RUNNERS)

    def _hook(self, event, arguments):
        if event not in _EVENTS or not self._called():
            return
        file = sys._getframe(1).f_code.co_filename
        if file.startswith("<frozen importlib") or event == "code.__new__" and file.startswith(_LIBRARY):
            return
        if event != "open" or str(arguments[0]).startswith("/proc"):
            self._refuse(event)

    def _refuse(self, what):
        self._refused("they run what the program returns (%s)" % what)
        raise RuntimeError("what the program returns is not run")
