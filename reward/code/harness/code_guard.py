# SPDX-License-Identifier: Apache-2.0
#
# Nothing of a judged program is run where the tests are. Once they have called it they compile only text
# that they hold themselves, and neither unpickle objects nor start processes: whatever they hand to these
# could be the program's.
import sys

_EVENTS = {"compile", "marshal.loads", "pickle.find_class", "code.__new__", "open"}
_EVENTS.update("subprocess.Popen os.system os.exec os.posix_spawn os.fork os.forkpty pty.spawn".split())
# Of the library: they compile what they make themselves, or do not run it.
_OF_LIBRARY = ("/ast.py", "/collections/__init__.py", "/dataclasses.py", "/enum.py", "/unittest/mock.py")


# `called` says whether the program was called, `own` is text that may be compiled, `refused` is told by which
# event.
def install(called, own, refused):
    runner = sys._getframe(1).f_code.co_filename

    def may_compile(text, file):
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return file == runner or file.endswith(_OF_LIBRARY) or isinstance(text, str) and text.strip() in own

    def hook(event, arguments):
        if event not in _EVENTS or not called():
            return
        file = sys._getframe(1).f_code.co_filename
        if file.startswith("<frozen importlib") or event == "compile" and may_compile(arguments[0], file):
            return
        if event == "open" and not str(arguments[0]).startswith("/proc"):
            return
        refused(event)
        raise RuntimeError("what the program returns is not run")

    sys.addaudithook(hook)
