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
    return sorted(name for name in free - bound if not hasattr(builtins, name) and name != "__name__")


# Names that they import from the judged program, as a module.
def imported_names(nodes):
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module in SOLUTION]
    return {name.name for node in imports for name in node.names}


# Modules of `known` whose attributes they use without importing them.
def used_modules(nodes, known):
    bases = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    names = {base.id for base in bases if isinstance(base, ast.Name)}
    return [name for name in known if name in names]


# Names that tests use as exceptions: in except, in raise and as arguments of assertRaises or raises.
def exception_names(nodes):
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
    return {item.id for item in items if isinstance(item, ast.Name)}


def _called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


# Names with a capital letter that tests use as classes. A name that is called is one, unless what it gives
# is compared with a literal: then it is a function with such a name. Where it is only calculated with
# literals, or searched, it must also be asked for an attribute or put together with another.
def class_names(nodes):
    direct, derived = _variables(nodes)

    def made(node):
        return _made_by(node, derived)

    def given(node):
        return direct.get(node.id, set()) if isinstance(node, ast.Name) else _made(node)

    called, signs, certain, doubtful, functions = set(), set(), set(), set(), set()
    for node in nodes:
        if isinstance(node, ast.Call):
            called |= {name for name in _made(node) if "_" not in name.lstrip("_")}
            if _called(node) == "isinstance":
                certain |= {name.id for name in ast.walk(node.args[-1]) if isinstance(name, ast.Name)}
        elif isinstance(node, ast.Attribute) and node.attr not in _OF_DATA:
            signs |= made(node.value)
            certain |= {node.value.id} if isinstance(node.value, ast.Name) else _made(node.value)
        elif isinstance(node, ast.BinOp):
            pair = made(node.left), made(node.right)
            (signs if all(pair) else doubtful).update(*pair)
        for left, right, holds in _comparisons(node):
            if holds:
                doubtful |= made(right)
            elif made(left) and made(right):
                signs |= made(left) | made(right)
            else:
                functions |= (given(left) if _is_literal(right) else set()) | (given(right) if _is_literal(left) else set())
    return ((called - doubtful) | signs) - functions | certain


# The name with a capital letter that a node calls.
def _made(node):
    name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
    return {name} if name.lstrip("_")[:1].isupper() else set()


# The same of what a node gives, by the names in `variables`.
def _made_by(node, variables):
    if isinstance(node, ast.BinOp):
        return _made_by(node.left, variables) | _made_by(node.right, variables)
    return variables.get(node.id, set()) if isinstance(node, ast.Name) else _made(node)


def _is_literal(node):
    if isinstance(node, ast.UnaryOp):
        return _is_literal(node.operand)
    if isinstance(node, ast.Constant):
        return node.value is not None
    return isinstance(node, (ast.List, ast.Set, ast.Dict, ast.Tuple, ast.JoinedStr))


# Pairs that a node compares, and whether it asks if the second holds the first.
def _comparisons(node):
    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
        for left, right, operator in zip(operands, operands[1:], node.ops):
            if not isinstance(operator, (ast.Is, ast.IsNot)):
                yield left, right, isinstance(operator, (ast.In, ast.NotIn))
    elif isinstance(node, ast.Call) and _called(node).startswith("assert") and len(node.args) > 1:
        if not _called(node).startswith(("assertIs", "assertRaises")):
            yield node.args[0], node.args[1], _called(node) in ("assertIn", "assertNotIn")


# By the name of a variable: the names with a capital letter that were called for it, and those too with
# whose objects it was calculated.
def _variables(nodes):
    direct, derived = {}, {}
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            for target in getattr(node, "targets", None) or [node.target]:
                sides = getattr(target, "elts", [target]), getattr(node.value, "elts", [node.value])
                for name, value in zip(*sides):
                    if isinstance(name, ast.Name):
                        direct.setdefault(name.id, set()).update(_made(value))
                        derived.setdefault(name.id, set()).update(_made_by(value, derived))
    return direct, derived


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
