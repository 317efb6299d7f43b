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
import builtins
import posix

import python_values as values
from channel import Channel, Ended
from session import Session

# Modules that tests may use without importing them, because solutions do.
_MODULES = (
    "bisect collections copy datetime decimal fractions functools heapq itertools json math operator random re "
    "statistics string sys time"
).split()


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


# Names with a capital letter that tests use as classes: of what they make, or of the name itself, they ask
# for an attribute, or they put two of them together. Else it is a function with such a name.
def _class_names(sources):
    import ast

    nodes = [node for source in sources for node in ast.walk(ast.parse(source, "tests"))]
    based = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    owners = {node.id for node in based if isinstance(node, ast.Name)}

    def made(node):
        name = getattr(getattr(node, "func", None), "id", "")
        return {name} if name.lstrip("_")[:1].isupper() else set()

    classes = owners.union(*map(made, based))
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.withitem)):
            targets = getattr(node, "targets", None) or [getattr(node, "target", getattr(node, "optional_vars", None))]
            value = node.context_expr if isinstance(node, ast.withitem) else node.value
            if any(isinstance(target, ast.Name) and target.id in owners for target in targets):
                classes |= made(value)
        elif isinstance(node, ast.Call):
            if getattr(node.func, "id", "") == "isinstance":
                classes |= {name.id for name in ast.walk(node.args[-1]) if isinstance(name, ast.Name)}
            asserts = getattr(node.func, "attr", "").startswith("assert")  # assertIn(3, F(x)) is `3 in F(x)`
            if made(node) or not asserts and not hasattr(builtins, getattr(node.func, "id", "")):
                classes |= set().union(*map(made, node.args))
        elif isinstance(node, (ast.Compare, ast.BinOp)):
            sides = [node.left, *(node.comparators if isinstance(node, ast.Compare) else [node.right])]
            if not any(isinstance(side, (ast.Constant, ast.List, ast.Set, ast.Dict, ast.Tuple)) for side in sides):
                classes |= set().union(*map(made, sides))
        elif isinstance(node, (ast.List, ast.Set, ast.Tuple)):
            classes |= set().union(*map(made, node.elts))
    return classes


# Whether they may run what a program returns. Nothing of a program is run where the tests are.
def _evaluates(source):
    import ast

    for node in ast.walk(ast.parse(source, "tests")):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("eval", "exec"):
            if not all(isinstance(argument, ast.Constant) for argument in node.args):
                return True
        names = [name.name for name in getattr(node, "names", ()) if isinstance(name, ast.alias)]
        if {"pickle", "marshal"} & {*names, getattr(node, "module", None)}:
            return True
    return False


def _seed_random(texts):
    if any("random" in text for text in texts):
        import random

        random.seed(0)


class _Runner:
    def __init__(self, check, channel):
        self.check = check
        self.channel = channel
        texts = [check["setup"], *check["snippets"]]
        if any(map(_evaluates, texts)):
            raise ValueError("they evaluate what the program returns")
        self.modules = [name for name in _MODULES if any(name + "." in text for text in texts)]
        self.names = check["names"]
        if self.names is None:
            defined = [*self.namespace_of_prelude(), *self.modules]
            self.names = _free_names(texts, defined)
        exceptions = _exception_names(texts).intersection(self.names)
        self.session = Session(channel, texts, sorted(exceptions), _class_names(texts))

    def namespace_of_prelude(self):
        namespace = {"__name__": "tests"}
        if self.check["prelude"]:
            exec(compile(self.check["prelude"], "prelude", "exec"), namespace)
        return namespace

    def namespace(self):
        namespace = self.namespace_of_prelude()
        for name in self.modules:
            namespace[name] = __import__(name)
        for name in self.names:
            namespace[name] = self.session.stand_in(name)
        exec(compile(self.check["setup"], "tests", "exec"), namespace)
        return namespace

    # Why the snippet failed; None only when all its statements were run and the program answered. Tests
    # that end themselves pass by the exit status they choose.
    def run_snippet(self, snippet):
        self.session.ended = False
        try:
            exec(compile(snippet, "tests", "exec"), self.namespace())
            failure = None
        except SystemExit as end:
            failure = "the tests exit with %r" % (end.code,)
            if end.code in (None, 0) and any("exit" in text or "unittest.main" in text for text in self.session.texts):
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
    report = posix.dup(1)
    channel = Channel(report)
    posix.dup2(posix.open("/dev/null", posix.O_WRONLY), 1)  # what tests print is no report

    def send(kind, text):
        data = (kind + "\n" + text).encode("utf-8", "backslashreplace")
        while data:
            data = data[posix.write(report, data) :]
        posix._exit(0)

    try:
        runner = _Runner(check, channel)
        verdict = runner.verdict()
    except Exception as error:
        send("fault", _describe(error))
    if runner.session.unsendable:
        send("fault", runner.session.unsendable)
    send("verdict", verdict)


main()
