# SPDX-License-Identifier: Apache-2.0
#
# Runs a task's own test code, in a jail into which no judged program ever comes. Functions of the
# judged program are stand-ins here: a call is looked up among the replies that the program gave
# elsewhere (call_server.py), so what the tests see of it is data and nothing else.
#
# check.json: {"prelude", "setup", "snippets": [...], "names": what is tested, null for all that the
# tests do not define themselves}; replies.txt: lines "<call as JSON>\t<reply as JSON>" of the calls
# answered so far, in order, {"x": text} in place of the reply of a program that had ended before. To
# descriptor 3 goes one of
#
#   calls\n{...}\n...   calls in order, the answered ones included, whose replies the tests need
#   verdict\n{...}      {"passed": [...], "details": [...]}, one of each a snippet
#   fault\n<text>       the tests themselves do not run
#
# Tests run twice. The strict pass is the verdict, unless a reply was missing; then the exploring pass
# goes through them with assertions that stop nothing and stand-ins for unknown results, so that
# independent calls are all found at once.
import builtins
import posix

import python_values as values

_MAX_CALLS = 10_000

# Modules that tests may use without importing them, because solutions do.
_MODULES = "collections copy functools itertools math operator random re string sys".split()


class _Missing(BaseException):
    pass


# The program had ended: no test that expects an exception may take this for one.
class _Ended(BaseException):
    pass


# Calls of the judged program by their text; equal calls by the order in which they are made.
class _Ledger:
    def __init__(self, answered):
        self.calls = [call for call, _ in answered]
        self.replies = [reply for _, reply in answered]
        self.places = {}
        for index, call in enumerate(self.calls):
            self.places.setdefault(call, []).append(index)
        self.missing = False
        self.restart()

    def restart(self):
        self.made = {}

    def place(self, call):
        nth = self.made[call] = self.made.get(call, -1) + 1
        places = self.places.setdefault(call, [])
        if nth == len(places):
            if len(self.calls) == _MAX_CALLS:
                raise _Missing("more than %d calls" % _MAX_CALLS)
            places.append(len(self.calls))
            self.calls.append(call)
        return places[nth]

    # The reply, or None.
    def reply(self, index):
        return self.replies[index] if index < len(self.replies) else None


# Something of the judged program that is no data: an object, a function, or a result not yet known.
# What tests do with it becomes further calls. Its truth value is what the program says, or unknown; it
# equals nothing.
class _Remote:
    def __init__(self, remote_session, remote_index, remote_truth=None):
        object.__setattr__(self, "_remote", (remote_session, remote_index, remote_truth))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        session, index, _ = self._remote
        return session.ask('{"r":%d,"g":%s}' % (index, values.quote(name)), natural=AttributeError)

    def __setattr__(self, name, value):
        session, index, _ = self._remote
        text = values.dump([value], session.dump_ref)
        session.ask('{"r":%d,"s":%s,"a":%s}' % (index, values.quote(name), text))

    def __call__(self, *args, **kwargs):
        session, index, _ = self._remote
        return session.call('"r":%d' % index, args, kwargs)

    def _refuse(self, *_):
        raise TypeError("the result is an object, not data that could be compared")

    def __bool__(self):
        truth = self._remote[2]
        return truth if type(truth) is bool else self._refuse()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__ = object.__hash__


# Exceptions that the language takes for a sign (the end of an iteration, no such attribute or item) and
# swallows: all(map(f, ...)) is true where f raises the first. From the judged program such a one
# becomes a RuntimeError, as in a generator (PEP 479), unless the tests name it and so wait for it.
_SIGNS = (StopIteration, StopAsyncIteration, AttributeError, LookupError)


class _Session:
    def __init__(self, ledger, texts):
        self.ledger = ledger
        self.texts = texts
        self.exploring = False
        self.ended = None

    # What is no data: objects of the program, and functions of the tests, which travel as code.
    @staticmethod
    def dump_ref(value):
        if type(value) is _Remote:
            return '{"t":"ref","v":%d}' % value._remote[1]
        if type(value) is not type(_describe) or value.__closure__ is not None:
            return None
        import marshal

        return '{"t":"function","v":"%s"}' % marshal.dumps((value.__code__, value.__defaults__)).hex()

    def call(self, target, args, kwargs):
        text = "{%s,\"a\":%s" % (target, values.dump(list(args), self.dump_ref))
        if kwargs:
            items = sorted(kwargs.items())
            text += ',"k":{%s}' % ",".join(
                "%s:%s" % (values.quote(key), values.dump(value, self.dump_ref)) for key, value in items
            )
        return self.ask(text + "}", args)

    # `natural`: what the request may raise whatever the tests name.
    def ask(self, text, args=(), natural=()):
        index = self.ledger.place(text)
        reply = self.ledger.reply(index)
        if reply is None:
            self.ledger.missing = True
            if not self.exploring:
                raise _Missing()
            return _Remote(self, index)
        return self.take(index, reply, args, natural)

    def take(self, index, text, args, natural):
        try:
            reply = values.parse_json(text)
            changed = {int(k): values.load(v) for k, v in reply.get("m", {}).items()}
            if "v" in reply:
                result = values.load(reply["v"])
            elif "o" in reply:
                result = _Remote(self, index, reply.get("b"))
            else:
                result = None
            error = reply.get("e")
            self.ended = reply.get("x", self.ended)
        except Exception as problem:
            raise RuntimeError("the reply is no data: %s" % problem) from None
        if self.ended is not None:
            raise _Ended(self.ended)
        for position, value in changed.items():
            _put_back(args[position], value)
        if error is not None:
            raise self.exception(error, reply.get("d"), natural)
        return result

    def exception(self, name, text, natural):
        error = _exception(name, text)
        if not isinstance(error, _SIGNS) or isinstance(error, natural):
            return error
        names = [kind.__name__ for kind in type(error).__mro__ if kind not in Exception.__mro__]
        if any(name in text for name in names for text in self.texts):
            return error
        return RuntimeError(str(text))

    def stand_in(self, name):
        def function(*args, **kwargs):
            return self.call('"f":%s' % values.quote(name), args, kwargs)

        function.__name__ = name
        return function


# An argument as the program left it.
def _put_back(argument, value):
    if type(argument) is not type(value):
        raise RuntimeError("the reply is no data: an argument changed its type")
    if type(value) in (list, bytearray):
        argument[:] = value
    elif type(value) in (dict, set):
        argument.clear()
        argument.update(value)
    else:
        argument.clear()
        argument.extend(value)


def _exception(name, text):
    kind = getattr(builtins, str(name), None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = Exception
    try:
        return kind(str(text))
    except Exception:  # UnicodeError and its like want more than a text
        return Exception(str(text))


# Names that test code uses and nothing defines: those of the judged program.
def _free_names(sources, defined):
    import symtable

    free = set()

    def visit(table):
        for symbol in table.get_symbols():
            if symbol.is_global() or table.get_type() == "module":
                (bound if symbol.is_assigned() or symbol.is_imported() else free).add(symbol.get_name())
        for child in table.get_children():
            if table.get_type() == "module":
                bound.add(child.get_name())
            visit(child)

    bound = set(defined)
    for source in sources:
        visit(symtable.symtable(source, "tests", "exec"))
    return sorted(name for name in free - bound if not hasattr(builtins, name) and name != "__name__")


# The same code with assertions, and statements at the outermost level, that go on after a failure.
def _tolerant(source):
    import ast

    def guarded(statement):
        handler = ast.ExceptHandler(type=ast.Name(id="Exception", ctx=ast.Load()), name=None, body=[ast.Pass()])
        return ast.Try(body=[statement], handlers=[handler], orelse=[], finalbody=[])

    class Guard(ast.NodeTransformer):
        def visit_Assert(self, node):
            return guarded(ast.Expr(value=node.test))

    tree = Guard().visit(ast.parse(source, "tests"))
    tree.body = [
        guarded(item) if isinstance(item, (ast.Expr, ast.Assign, ast.For, ast.If)) else item
        for item in tree.body
    ]
    return compile(ast.fix_missing_locations(tree), "tests", "exec")


def _seed_random(texts):
    if any("random" in text for text in texts):
        import random

        random.seed(0)


class _Runner:
    def __init__(self, check, session):
        self.check = check
        self.session = session
        texts = [check["setup"], *check["snippets"]]
        self.modules = [name for name in _MODULES if any(name + "." in text for text in texts)]
        self.names = check["names"]
        if self.names is None:
            defined = [*self.namespace_of_prelude(), *_MODULES]
            self.names = _free_names(texts, defined)

    def namespace_of_prelude(self):
        namespace = {"__name__": "tests"}
        if self.check["prelude"]:
            exec(compile(self.check["prelude"], "prelude", "exec"), namespace)
        return namespace

    def namespace(self, compiled):
        namespace = self.namespace_of_prelude()
        for name in self.modules:
            namespace[name] = __import__(name)
        for name in self.names:
            namespace[name] = self.session.stand_in(name)
        exec(compiled(self.check["setup"]), namespace)
        return namespace

    def run_pass(self, compiled):
        self.session.ledger.restart()
        _seed_random([self.check["prelude"], self.check["setup"], *self.check["snippets"]])
        passed, details = [], []
        for snippet in self.check["snippets"]:
            self.session.ended = None
            detail = ""
            try:
                exec(compiled(snippet), self.namespace(compiled))
            except (Exception, _Ended) as error:
                detail = _describe(error)
            if self.session.ended is not None:
                detail = str(self.session.ended)[:200].encode("ascii", "backslashreplace").decode()
            passed.append(detail == "")
            details.append(detail)
        return passed, details

    def verdict(self):
        passed, details = self.run_pass(lambda source: compile(source, "tests", "exec"))
        return '{"passed":[%s],"details":[%s]}' % (
            ",".join("true" if item else "false" for item in passed),
            ",".join(values.quote(item) for item in details),
        )

    def explore(self):
        self.session.exploring = True
        self.run_pass(_tolerant)


def _describe(error):
    kind = type(error)
    text = kind.__name__ + (": " + str(error) if str(error) else "")
    return text[:200].encode("ascii", "backslashreplace").decode()


def _send(kind, text):
    data = (kind + "\n" + text).encode("utf-8", "backslashreplace")
    while data:
        data = data[posix.write(3, data) :]
    posix._exit(0)


def main():
    with open("check.json", encoding="utf-8") as file:
        check = values.parse_json(file.read())
    with open("replies.txt", encoding="utf-8", errors="replace", newline="\n") as file:
        answered = [line.rstrip("\n").split("\t", 1) for line in file if line != "\n"]
    ledger = _Ledger(answered)
    verdict = None
    try:
        runner = _Runner(check, _Session(ledger, [check["setup"], *check["snippets"]]))
        try:
            verdict = runner.verdict()
        except _Missing:
            pass
        if ledger.missing:
            ledger.__init__(answered)
            runner.explore()
    except (Exception, _Missing) as error:
        _send("fault", _describe(error))
    if verdict is not None and not ledger.missing:
        _send("verdict", verdict)
    if len(ledger.calls) == len(answered):
        _send("fault", "the tests end differently from run to run")
    _send("calls", "\n".join(ledger.calls))


main()
