# SPDX-License-Identifier: Apache-2.0
#
# What the text of tests says of the names in it.
import ast
import builtins
import symtable


def nodes_of(sources):
    return [node for source in sources for node in ast.walk(ast.parse(source, "tests"))]


# Attributes that data has and classes of programs seldom: to ask for one says nothing of what it is asked of.
_OF_DATA = {name for kind in (str, int, float) for name in dir(kind)} | {"sort", "reverse"}
_OF_DATA |= {name for name in dir(set) if name not in dir(list)} - {"add", "remove", "discard", "update"}
SOLUTION = ("solution", "main")  # modules that tests import the judged program as


# Names that test code uses and nothing defines: those of the judged program.
def free_names(sources, defined):
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
    return sorted(name for name in free - bound if not hasattr(builtins, name) and name not in ("__name__", "__file__"))


# What names of the judged program are called in tests: "Point" for P where they say `P = Point`, `import
# solution as s` and s.Point, or `from solution import Point as P`.
class Aliases:
    def __init__(self, nodes):
        self.modules = {}
        self.names = {}
        self.imported = set()  # names of the program, from its module
        for node in nodes:
            if isinstance(node, ast.Import):
                self.modules.update((name.asname or name.name, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module in SOLUTION:
                self.names.update((name.asname or name.name, name.name) for name in node.names)
                self.imported.update(name.name for name in node.names)
            elif isinstance(node, ast.Attribute) and self.of(node):
                self.imported.add(node.attr)
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
                for target in node.targets:
                    if isinstance(target, ast.Name) and node.value.id[:1].isupper():
                        self.names.setdefault(target.id, self.of(node.value))

    # The program's name for what a node names; empty: it names nothing of it.
    def of(self, node):
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        base = getattr(node, "value", None) if isinstance(node, ast.Attribute) else None
        return node.attr if isinstance(base, ast.Name) and self.modules.get(base.id) in SOLUTION else ""


# Modules of `known` whose attributes they use without importing them.
def used_modules(nodes, known):
    bases = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    names = {base.id for base in bases if isinstance(base, ast.Name)}
    return [name for name in known if name in names]


# Names that tests use as exceptions: in except, in raise and as arguments of assertRaises or raises.
def exception_names(nodes, aliases):
    places = []
    for node in nodes:
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            places.append(node.type)
        elif isinstance(node, ast.Raise) and node.exc is not None:
            places.append(getattr(node.exc, "func", node.exc))
        elif isinstance(node, ast.Call):
            called = _called(node)
            if called.startswith("assertRaises") or called == "raises":
                places += node.args[:1]
            elif called == "suppress":
                places += node.args
    items = [item for place in places for item in getattr(place, "elts", [place])]
    return {aliases.of(item) for item in items} - {""}


def _called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


# Names with a capital letter that tests use as classes. A name is one for sure when they ask what it makes
# for an attribute, or compare two that it makes. Else a name that is called is one, unless what it gives is
# said to equal a literal, searched or calculated with: then it is a function with such a name.
def class_names(nodes, aliases):
    uses = _Uses(nodes, aliases)
    called, sure, doubtful = set(), set(), set()
    denied = {id(node.operand) for node in nodes if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)}
    for node in nodes:
        if isinstance(node, ast.Call):
            called |= {name for name in uses.made(node) if "_" not in name.lstrip("_")}
            if _called(node) == "isinstance":
                sure |= {aliases.of(name) for name in ast.walk(node.args[-1])} - {""}
        elif isinstance(node, ast.Attribute) and node.attr not in _OF_DATA:
            sure |= uses.made(node.value) | {aliases.of(node.value)} - {""}
        elif isinstance(node, ast.BinOp):
            pair = uses.made(node.left), uses.made(node.right)
            (sure if all(pair) else doubtful).update(*pair)
        for left, right, relation in _comparisons(node):
            if relation == "in":
                doubtful |= uses.made(right)
            elif uses.made(left) and uses.made(right):
                sure |= uses.made(left) | uses.made(right)
            elif relation == "==" and id(node) not in denied:
                doubtful |= uses.given(left) if _is_literal(right) else set()
                doubtful |= uses.given(right) if _is_literal(left) else set()
    return (called - doubtful) | sure


# Which names with a capital letter were called for what a node stands for.
class _Uses:
    def __init__(self, nodes, aliases):
        self._aliases = aliases
        self._assigned = {}  # by the name of a variable: what each assignment to it gave
        self._derived = {}  # with what was calculated with their objects
        for node in nodes:
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
                for target in getattr(node, "targets", None) or [node.target]:
                    self._assign(target, node.value)

    def _assign(self, target, value):
        if isinstance(target, (ast.Tuple, ast.List)):
            for one, other in zip(target.elts, getattr(value, "elts", ())):
                self._assign(one, other)
        elif isinstance(target, ast.Name):
            self._assigned.setdefault(target.id, []).append(self._called_for(value))
            self._derived.setdefault(target.id, set()).update(self.made(value))

    def _called_for(self, node):
        name = self._aliases.of(node.func) if isinstance(node, ast.Call) else ""
        return {name} if name.lstrip("_")[:1].isupper() else set()

    def made(self, node):
        if isinstance(node, ast.BinOp):
            return self.made(node.left) | self.made(node.right)
        return self._derived.get(node.id, set()) if isinstance(node, ast.Name) else self._called_for(node)

    # A call itself, or a variable that nothing else was put in.
    def given(self, node):
        assigned = self._assigned.get(node.id, []) if isinstance(node, ast.Name) else [self._called_for(node)]
        return assigned[0] if len(assigned) == 1 else set()


def _is_literal(node):
    if isinstance(node, ast.UnaryOp):
        return _is_literal(node.operand)
    if isinstance(node, ast.Constant):
        return node.value is not None
    return isinstance(node, (ast.List, ast.Set, ast.Dict, ast.Tuple, ast.JoinedStr))


# Pairs that a node compares, and how: "==", "in" or "other".
def _comparisons(node):
    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
        for left, right, operator in zip(operands, operands[1:], node.ops):
            if isinstance(operator, (ast.In, ast.NotIn)):
                yield left, right, "in"
            elif not isinstance(operator, (ast.Is, ast.IsNot)):
                yield left, right, "==" if isinstance(operator, ast.Eq) else "other"
    elif isinstance(node, ast.Call) and len(node.args) > 1:
        if _called(node) in ("assertIn", "assertNotIn"):
            yield node.args[0], node.args[1], "in"
        elif _called(node).startswith("assert") and _called(node).endswith(("Equal", "Equals")):
            yield node.args[0], node.args[1], "other" if "Not" in _called(node) else "=="


# Whether they end the process themselves.
def exits(nodes):
    calls = {_called(node) for node in nodes if isinstance(node, ast.Call)}
    return bool(calls & {"exit", "_exit", "quit", "main", "SystemExit"})


# Names that they call or hand on. To ask for an attribute, to derive from a class or to look at one is
# neither.
def used_names(nodes):
    beside = []
    for node in nodes:
        if isinstance(node, ast.Attribute):
            beside.append(node.value)
        elif isinstance(node, ast.ClassDef):
            beside += node.bases
        elif isinstance(node, ast.Call) and _called(node) in ("super", "setattr", "getattr", "hasattr", "issubclass"):
            beside += node.args
    beside = set(map(id, beside))
    return {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in beside}


# Whether a function, by its definition, is called without arguments by a runner of tests: a decorator may
# bring some.
def wants_fixtures(nodes, name):
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            wanted = len(node.args.args) + len(node.args.posonlyargs) - len(node.args.defaults)
            return wanted > 0 and not node.decorator_list
    return False
