# SPDX-License-Identifier: Apache-2.0
#
# Runs in the jail of a judged Python program: loads it from solution.py, makes the calls that come on
# standard input, a line of JSON each, and writes what each returned to descriptor 3, a line a call
# (guest_reply.py says what it may be). server.json says how: {"prelude", "watched", "printing", "cpu_s",
# "wall_s"}.
#
# It trusts nothing and guards nothing: whatever a program writes to descriptor 3 is its own answer,
# compared elsewhere with expectations that are not here, and the next call comes only after it.
import builtins
import posix
import sys

import python_values as values

# Names that solutions written for LeetCode and its like use without importing them.
_MODULE_OF = {
    "typing": "List Dict Set Tuple Optional Any Union Callable Iterable Iterator Generator Sequence "
    "Deque DefaultDict FrozenSet Mapping Hashable",
    "collections": "defaultdict deque Counter OrderedDict namedtuple ChainMap",
    "math": "inf gcd sqrt ceil floor pi comb factorial log2 isqrt lcm",
    "heapq": "heappush heappop heapify heappushpop heapreplace nlargest nsmallest",
    "bisect": "bisect_left bisect_right insort",
    "functools": "lru_cache cache reduce cmp_to_key partial",
    "itertools": "accumulate combinations permutations product chain groupby count zip_longest pairwise",
}
_MODULES = "math collections heapq bisect functools itertools re string random operator sys".split()


def _names(code, found):
    found.update(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            _names(constant, found)


# What the source names of the tables above, imported as if it had said so itself.
def _usual_imports(code, namespace):
    used = set()
    _names(code, used)
    for module in _MODULES:
        if module in used:
            namespace[module] = __import__(module)
    for module, names in _MODULE_OF.items():
        for name in used.intersection(names.split()):
            namespace[name] = getattr(__import__(module), name)


# `prelude` is what the task gives its solutions to build on.
def _load_solution(prelude):
    with open("solution.py", encoding="utf-8") as file:
        source = file.read()
    module = type(sys)("solution")
    sys.modules["solution"] = module
    code = compile(source, "solution.py", "exec", dont_inherit=True)
    _usual_imports(code, module.__dict__)
    if prelude:
        exec(compile(prelude, "prelude.py", "exec", dont_inherit=True), module.__dict__)
    exec(code, module.__dict__)
    return module


class _Calls:
    # `watched`: the tests may look at arguments; `printing`: and at what is printed.
    def __init__(self, module, watched, printing):
        self.module = module
        self.watched = watched
        self.printing = printing
        self.made = 0
        self.results = {}  # by the index of the call: what is no data, and what was raised
        self.index_of = {}  # by identity: objects that are among the results

    def function(self, name):
        if hasattr(self.module, name):
            return getattr(self.module, name)
        if hasattr(self.module, "Solution"):  # one object a call, as LeetCode has it
            return getattr(self.module.Solution(), name)
        raise NameError("name %r is not defined" % name)

    # What the tests sent that is no data: things of the program, and functions of their own.
    def reference(self, tag, value):
        if tag == "ref":
            return self.result(value)
        if tag == "name":
            return self.function(value)
        if tag == "builtin":
            return getattr(__import__(value[0]), value[1])
        if tag == "method":
            return getattr(getattr(builtins, value[0]), value[1])
        import marshal

        function = type(_is_mutable)
        defaults, keywords, cells = (values.load(part, self.reference) for part in value[1:])
        cells = tuple(_cell(content) for content in cells)
        code = marshal.loads(bytes.fromhex(value[0]))
        made = function(code, self.module.__dict__, None, tuple(defaults), cells)
        made.__kwdefaults__ = keywords
        return made

    def result(self, index):
        kind, value = self.results[index]
        if kind == "error":
            raise value
        return value

    def run(self, call):
        arguments = values.load(call["a"], self.reference)
        target = self.function(call["f"]) if "f" in call else self.result(call["r"])
        if "op" in call:
            return _operation(call["op"])(target, *arguments)
        keywords = {key: values.load(value, self.reference) for key, value in call.get("k", {}).items()}
        with _Printed() if self.printing else _nothing as printed:
            try:
                returned = target(*arguments, **keywords)
            finally:
                self.printed = printed
                if self.watched:
                    self.changed = self.changes(call["a"], arguments)
        if self.watched and _is_mutable(returned):
            self.given = [index for index, value in enumerate(arguments) if value is returned]
        return returned

    # The first call that gave this object, by which later ones name it.
    def keep(self, value):
        index = self.index_of.setdefault(id(value), self.made)
        self.results.setdefault(index, ("value", value))
        return index

    # Arguments that are not what they were: tests may look at them.
    def changes(self, before, arguments):
        changed = {}
        for index, value in enumerate(arguments):
            if _is_mutable(value) or type(value) is tuple:
                text = self.dump(value)
                if text is not None and text != self.dump(values.load(before[index], self.reference)):
                    changed[index] = text
        return changed

    @staticmethod
    def dump(value):
        try:
            return values.dump(value)
        except Exception:
            return None

    def reply(self, call):
        self.changed, self.given, self.printed = {}, [], None
        try:
            value = self.run(call)
            said, kept = _describe(value)
            if kept is not None:
                self.results[self.made] = ("value", kept)
            if self.given:
                said = '"a":%d' % self.given[0]
            said = said or '"o":[%s,%d]' % (values.quote(type(value).__name__), self.keep(value))
        except Exception as error:
            self.results[self.made] = ("error", error)
            said = _describe_error(error)
        self.made += 1
        if self.changed:
            said += ',"m":{%s}' % ",".join('"%d":%s' % item for item in self.changed.items())
        if self.printed is not None and self.printed.text():
            said += ',"p":%s' % values.quote(self.printed.text())
        return "{%s}" % said


def _cell(content):
    return (lambda: content).__closure__[0]


def _is_mutable(value):
    return values.is_mutable(value)


class _Nothing:
    def __enter__(self):
        return None

    def __exit__(self, *_):
        return None


_nothing = _Nothing()


# What a call prints, where the tests look at it.
class _Printed:
    def __enter__(self):
        import io

        self.before, self.buffer = sys.stdout, io.StringIO()
        sys.stdout = self.buffer
        return self

    def __exit__(self, *_):
        sys.stdout = self.before

    def text(self):
        return self.buffer.getvalue()


_MOST_ITEMS = 1000  # of an iterator that is written out


# What the reply says of a value, None of an object that is no data; and what later calls get for an
# iterator or an awaitable: one that was written out is there again.
def _describe(value):
    if hasattr(type(value), "__next__"):
        import itertools

        items = list(itertools.islice(value, _MOST_ITEMS))
        if len(items) < _MOST_ITEMS:
            return _describe_data(iter(items)) or '"i":"iterator"', iter(items)
        return '"i":"iterator"', itertools.chain(items, value)
    if hasattr(type(value), "__await__"):
        return '"c":"coroutine"', value
    return _describe_data(value), None


def _describe_data(value):
    try:
        return '"v":' + values.dump(value)
    except Exception:
        return None


def _describe_error(error):
    names = [kind.__name__ for kind in type(error).__mro__]
    said = '"e":[%s],"d":%s' % (",".join(map(values.quote, names)), values.quote(_excerpt(error)))
    for key, content in ("g", lambda: list(error.args)), ("x", lambda: dict(vars(error))):
        try:
            said += ',"%s":%s' % (key, values.dump(content()))
        except Exception:
            continue
    return said


def _excerpt(error):
    try:
        text = "%s: %s" % (type(error).__name__, error)
    except Exception:
        text = type(error).__name__
    return text[:200]


def _next_items(iterator, count):
    import itertools

    return list(itertools.islice(iterator, count))


def _leave(manager, kind=None, text=None):
    error = kind and getattr(builtins, kind, Exception)(text)
    type(manager).__exit__(manager, *((type(error), error, None) if kind else (None, None, None)))


async def _wait(awaitable):
    return await awaitable


def _run_coroutine(awaitable):
    import asyncio

    return asyncio.run(_wait(awaitable))


_OPERATIONS = {
    "getattr": getattr,
    "setattr": setattr,
    "instance": lambda kind, value: isinstance(value, kind),
    "next": _next_items,
    "enter": lambda manager: type(manager).__enter__(manager),
    "exit": _leave,
    "await": _run_coroutine,
    "and": lambda left, right: left & right,
    "or": lambda left, right: left | right,
}
_OPERATIONS.update((f.__name__, f) for f in (len, str, repr, bool, iter, int, float, complex, round, reversed))


def _operation(name):
    import operator

    return _OPERATIONS.get(name) or getattr(operator, name)


# A call that does not end is killed by the kernel after its own share of time, so that it does not use
# up the time of all others. Whoever switches this off meets the limits of the jail.
def _limit(request):
    try:
        import _signal

        _signal.setitimer(_signal.ITIMER_PROF, request["cpu_s"])
        _signal.setitimer(_signal.ITIMER_REAL, request["wall_s"])
    except (ImportError, OSError):
        pass


_WAITING = {"cpu_s": 0, "wall_s": 0}  # for the next call, which takes no time of the program's


def _write(text, write=posix.write):
    data = text.encode()
    while data:
        data = data[write(3, data) :]


def main():
    with open("server.json", encoding="utf-8") as file:
        request = values.parse_json(file.read())
    _limit(request)
    questions = open(posix.dup(0), encoding="utf-8", newline="\n")
    null = posix.open("/dev/null", posix.O_RDWR)
    posix.dup2(null, 0)  # the program has no input
    posix.dup2(null, 1)  # and answers do not go to its output
    calls = _Calls(_load_solution(request["prelude"]), request["watched"], request["printing"])
    _limit(_WAITING)
    for line in questions:
        _limit(request)
        _write(calls.reply(values.parse_json(line)) + "\n")
        _limit(_WAITING)
    posix._exit(0)  # the answers stand, whatever threads and exit handlers are left


main()
