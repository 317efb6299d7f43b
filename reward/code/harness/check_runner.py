# SPDX-License-Identifier: Apache-2.0
#
# Runs a task's own test code, in a jail into which no judged program ever comes. Functions of the
# judged program are stand-ins here: a call is looked up among the replies that the program gave
# elsewhere (call_server.py), so what the tests see of it is data and nothing else.
#
# check.json: {"prelude", "setup", "snippets": [...], "names": what is tested, null for all that the
# tests do not define themselves, "stop": whether one failure is enough}. replies.txt begins with a line
# of the judge, "running" or "ended" and why the program answers no more; then come lines "<call as
# JSON>\t<reply>" of the calls answered so far, in order. To descriptor 3 goes one of
#
#   calls\n{...}\n...   calls in order, the answered ones included, whose replies the tests need; the
#                       first unanswered one is certain, those behind it are guesses
#   verdict\n{...}      {"passed": [...], "details": [...]}, one of each a snippet
#   fault\n<text>       the tests themselves do not run
#
# Tests run twice. The strict pass is the verdict, unless a reply was missing; then the exploring pass
# goes through them with assertions that stop nothing and stand-ins for unknown results, so that
# independent calls are all found at once.
import builtins
import posix

import python_values as values
from stand_ins import MAX_CALLS, Ended, Ledger, Missing, Session

# Modules that tests may use without importing them, because solutions do.
_TOLERATE = "longhaul_tolerate"
_MODULES = "collections copy functools itertools math operator random re string sys".split()


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


# Names that tests use as exceptions: in except, in raise and as arguments of assertRaises or raises.
def _exception_names(sources):
    import ast

    places = []
    for source in sources:
        for node in ast.walk(ast.parse(source, "tests")):
            if isinstance(node, ast.ExceptHandler) and node.type is not None:
                places.append(node.type)
            elif isinstance(node, ast.Raise) and node.exc is not None:
                places.append(getattr(node.exc, "func", node.exc))
            elif isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called.startswith("assertRaises") or called in ("raises", "suppress"):
                    places += node.args[:2]
    items = [item for place in places for item in getattr(place, "elts", [place])]
    return {item.id for item in items if isinstance(item, ast.Name)}


# The same code, whose assertions and statements at the outermost level go on after a failure when
# `tolerate`, which is called for each, does not raise it again.
def _tolerant(source):
    import ast

    def guarded(statement):
        call = ast.Call(func=ast.Name(id=_TOLERATE, ctx=ast.Load()), args=[], keywords=[])
        body = [ast.Expr(value=call)]
        handler = ast.ExceptHandler(type=ast.Name(id="Exception", ctx=ast.Load()), name=None, body=body)
        return ast.Try(body=[statement], handlers=[handler], orelse=[], finalbody=[])

    class Guard(ast.NodeTransformer):
        def visit_Assert(self, node):
            return guarded(node)

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
    def __init__(self, check, ledger):
        self.check = check
        texts = [check["setup"], *check["snippets"]]
        self.modules = [name for name in _MODULES if any(name + "." in text for text in texts)]
        self.names = check["names"]
        if self.names is None:
            defined = [*self.namespace_of_prelude(), *_MODULES]
            self.names = _free_names(texts, defined)
        exceptions = _exception_names(texts).intersection(self.names)
        self.session = Session(ledger, texts, sorted(exceptions))

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
        namespace[_TOLERATE] = self.tolerate
        exec(compiled(self.check["setup"]), namespace)
        return namespace

    # A failure for want of an answer, or behind one.
    def tolerate(self):
        if not self.session.ledger.missing:
            raise  # what is being handled

    # Why the snippet failed; None only when all its statements were run and the program answered. Tests
    # that end themselves pass by the exit status they choose.
    def run_snippet(self, snippet, compiled):
        self.session.ended = False
        failure = "it was not run"
        try:
            exec(compiled(snippet), self.namespace(compiled))
            failure = None
        except SystemExit as end:
            failure = None if end.code in (None, 0) else "the tests exit with %r" % (end.code,)
        except (Exception, Ended) as error:
            failure = _describe(error)
        if self.session.ended:
            failure = self.session.ledger.ended
        return failure

    def run_pass(self, compiled):
        self.session.ledger.restart()
        _seed_random([self.check["prelude"], self.check["setup"], *self.check["snippets"]])
        failures = []
        for snippet in self.check["snippets"]:
            failures.append(self.run_snippet(snippet, compiled))
            if failures[-1] is not None and self.check["stop"] and not self.session.exploring:
                break
        return failures + ["it was not run"] * (len(self.check["snippets"]) - len(failures))

    def verdict(self):
        failures = self.run_pass(lambda source: compile(source, "tests", "exec"))
        passed = ["true" if failure is None else "false" for failure in failures]
        details = [values.quote((failure or "")[:200]) for failure in failures]
        return '{"passed":[%s],"details":[%s]}' % (",".join(passed), ",".join(details))

    def explore(self):
        self.session.exploring = True
        try:
            self.run_pass(_tolerant)
        except Missing:  # enough guesses
            pass


def _describe(error):
    text = type(error).__name__ + (": " + str(error) if str(error) else "")
    return text[:200].encode("ascii", "backslashreplace").decode()


def _send(kind, text):
    data = (kind + "\n" + text).encode("utf-8", "backslashreplace")
    while data:
        data = data[posix.write(3, data) :]
    posix._exit(0)


def _read_ledger():
    with open("replies.txt", encoding="utf-8", errors="replace", newline="\n") as file:
        lines = file.read().split("\n")
    state, _, reason = lines[0].partition("\t")
    answered = [line.split("\t", 1) for line in lines[1:] if line]
    return Ledger(answered, reason if state == "ended" else None)


def main():
    with open("check.json", encoding="utf-8") as file:
        check = values.parse_json(file.read())
    ledger = _read_ledger()
    verdict = None
    try:
        runner = _Runner(check, ledger)
        try:
            verdict = runner.verdict()
        except Missing:
            pass
        if ledger.missing:
            runner.explore()
    except Exception as error:
        _send("fault", _describe(error))
    if not ledger.answered and runner.session.unsendable:
        _send("fault", runner.session.unsendable)
    if verdict is not None and not ledger.missing:
        _send("verdict", verdict)
    if not ledger.missing or len(ledger.answered) == MAX_CALLS:
        many = "they make more than %d calls" % MAX_CALLS
        _send("fault", many if ledger.missing else "they end differently from run to run")
    _send("calls", "\n".join(ledger.calls))


main()
