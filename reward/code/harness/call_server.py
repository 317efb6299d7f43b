# SPDX-License-Identifier: Apache-2.0
#
# Runs in the jail of a judged Python program: loads it from solution.py, makes the calls that come on
# standard input, a line of JSON each, and writes what each returned to descriptor 3, a line a call
# (guest_reply.py says what it may be). server.json says how: {"prelude", "watched", "printing", "cpu_s",
# "wall_s"}.
#
# It trusts nothing and guards nothing: whatever a program writes to descriptor 3 is its own answer,
# compared elsewhere with expectations that are not here, and the next call comes only after it.
import _thread
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
    # `watched`: the tests may look at arguments; `printing`: and at what is printed. `exchange` writes a
    # line and gives the next one.
    def __init__(self, module, watched, printing, exchange):
        self.module = module
        self.watched = watched
        self.printing = printing
        self.exchange = exchange
        self.objects = []  # that the tests know of, by the numbers they know them by
        self.numbers = {}  # by identity
        self.callbacks = {}  # functions of the tests, by the numbers of these

    def function(self, name):
        if hasattr(self.module, name):
            return getattr(self.module, name)
        if hasattr(self.module, "Solution"):  # one object a call, as LeetCode has it
            return getattr(self.module.Solution(), name)
        raise NameError("name %r is not defined" % name)

    # What the tests sent that is no data: things of the program, and functions of their own.
    def reference(self, tag, value):
        if tag == "ref":
            return self.objects[value]
        if tag == "name":
            return self.function(value)
        if tag == "builtin":
            return getattr(__import__(value[0]), value[1])
        if tag == "method":
            return getattr(getattr(builtins, value[0]), value[1])
        if value[0] not in self.callbacks:
            from callbacks import Callback

            self.callbacks[value[0]] = Callback(value[0], value[1], self.call_back)
        return self.callbacks[value[0]]

    # The tests run a function of theirs, which may call the program in turn.
    def call_back(self, number, args, kwargs):
        from callbacks import raised

        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + _FRAMES)
        try:
            return self.answer_of(number, args, kwargs, raised)
        finally:
            sys.setrecursionlimit(limit)

    def answer_of(self, number, args, kwargs, raised):
        items = ",".join("%s:%s" % (values.quote(key), self.dump(value)) for key, value in kwargs.items())
        line = self.exchange('{"b":%d,"a":%s,"k":{%s}}' % (number, self.dump(list(args)), items))
        while "y" not in line and "x" not in line:
            line = self.exchange(self.reply(line))
        if "x" in line:
            raise raised(values.load(line["x"]))
        return _load(line["y"], self.reference)

    def run(self, call, shared):
        reference = values.Rich(self.reference, shared)
        arguments = _load(call["a"], reference)
        target = self.function(call["f"]) if "f" in call else self.objects[call["r"]]
        if "op" in call:
            reflected = call["op"].startswith("r_")
            operands = (*arguments, target) if reflected else (target, *arguments)
            return self.catching(lambda: _operation(call["op"][2:] if reflected else call["op"])(*operands))
        keywords = {key: _load(value, reference) for key, value in call.get("k", {}).items()}
        before = shared.parts() if self.watched else []
        try:
            returned = self.catching(lambda: target(*arguments, **keywords))
        finally:
            self.changed = list(shared.changes(before)) if before else []  # tests may look at them
        # Made by the tests, by the name of a class: an object, whatever that derives from.
        if self.watched and isinstance(target, type) and type(returned).__module__ == "solution":
            return returned if values.is_plain_record(type(returned)) else _Made(returned)
        return returned

    # What it prints goes with the reply, where the tests look at it.
    def catching(self, action):
        if not self.printing:
            return action()
        with _Printed() as printed:
            try:
                return action()
            finally:
                self.printed = printed

    # The number by which the tests may name an object.
    def keep(self, value):
        number = self.numbers.setdefault(id(value), len(self.objects))
        if number == len(self.objects):
            self.objects.append(value)
        return number

    # What is no data.
    def dump_ref(self, value):
        kind = type(value)
        if kind is _Made:
            return self.name(value.value)
        if kind.__name__ == "Callback" and kind.__module__ == "callbacks":
            return '{"t":"callback","v":%d}' % value.number
        return None if values.is_data(value) else self.name(value)

    def name(self, value):
        kind = type(value)
        role = "iterator" if hasattr(kind, "__next__") else "coroutine" if hasattr(kind, "__await__") else "object"
        return '{"t":"ref","v":["%s",%s,%d]}' % (role, values.quote(kind.__name__), self.keep(value))

    # `shared`: containers of the call, where the tests look at more than a value.
    def dump(self, value, shared=None):
        known = len(shared.items) if shared is not None else 0
        try:
            with _Deep():
                return values.dump(value, values.Rich(self.dump_ref, shared) if self.watched else self.dump_ref)
        except Exception:  # it holds itself, or is deeper than one may go
            if shared is not None:
                shared.forget(known)
            return self.name(value)

    def dump_parts(self, parts, shared):
        return "[%s]" % ",".join([self.dump(part, shared) for part in parts])

    def reply(self, call):
        self.changed, self.printed = [], None
        shared = values.Shared() if self.watched else None
        try:
            value, error = self.run(call, shared), None
        except Exception as raised:
            error = raised
        said = ""
        if self.changed:
            parts = [(number, self.dump_parts(parts, shared)) for number, parts in self.changed]
            said = '"m":[%s],' % ",".join("[%d,%s]" % part for part in parts)
        said += '"v":' + self.dump(value, shared) if error is None else _describe_error(error)
        if self.printed is not None and self.printed.text():
            said += ',"p":%s' % values.quote(self.printed.text())
        return "{%s}" % said


class _Made:
    def __init__(self, value):
        self.value = value


# What is written and read may be nested deeper than a program may call itself.
class _Deep:
    def __enter__(self):
        self.limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(self.limit, _NESTED))

    def __exit__(self, *_):
        sys.setrecursionlimit(self.limit)


_NESTED = 20000
_FRAMES = 12  # of this file between a call back and the call that the tests make for it


def _load(text, load_ref):
    with _Deep():
        return values.load(text, load_ref)


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


# Names of classes that neither Python itself nor the program has go with their module.
def _class_name(kind):
    apart = kind.__module__ in ("builtins", "solution")
    return kind.__name__ if apart else "%s:%s" % (kind.__module__, kind.__name__)


def _describe_error(error):
    names = [_class_name(kind) for kind in type(error).__mro__]
    said = '"e":[%s],"d":%s' % (",".join(map(values.quote, names)), values.quote(_excerpt(error)))
    number = getattr(error, "longhaul_number", None)
    if type(number) is int:
        said += ',"n":%d' % number
    for key, content in (("g", lambda: list(error.args)), ("s", lambda: str(error))):
        try:
            said += ',"%s":%s' % (key, values.dump(content()))
        except Exception:
            continue
    return said + ',"x":%s' % values.dump(_attributes(error))


# Of an exception, those that are data: its own and those that the program's classes give it.
def _attributes(error):
    names = list(vars(error))
    for kind in type(error).__mro__:
        if kind.__module__ == "solution":
            names += [name for name in vars(kind) if not name.startswith("__")]
    if isinstance(error, OSError):
        names += ["errno", "strerror", "filename"]
    found = {}
    for name in names:
        try:
            value = getattr(error, name)
            values.dump(value)
            found[name] = value
        except Exception:
            continue
    return found


def _excerpt(error):
    try:
        text = "%s: %s" % (type(error).__name__, error)
    except Exception:
        text = type(error).__name__
    return text[:200]


_broken = {}  # by identity of an iterator: what it raised behind the items that were given last


# Up to `count` items; fewer: there are no more now, or the next one is an exception.
def _next_items(iterator, count):
    if id(iterator) in _broken:
        raise _broken.pop(id(iterator))
    items = []
    try:
        while len(items) < count:
            items.append(next(iterator))
    except StopIteration:
        pass
    except Exception as error:
        if not items:
            raise
        _broken[id(iterator)] = error
    return items


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
    "delattr": delattr,
    "instance": lambda kind, value: isinstance(value, kind),
    "next": _next_items,
    "enter": lambda manager: type(manager).__enter__(manager),
    "exit": _leave,
    "await": _run_coroutine,
    "and": lambda left, right: left & right,
    "or": lambda left, right: left | right,
}
_OPERATIONS.update((f.__name__, f) for f in (len, str, repr, bool, iter, int, float, complex, round, reversed))
_OPERATIONS.update((f.__name__, f) for f in (hash, format))


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

    def next_question():
        line = questions.readline()
        if not line:
            posix._exit(0)  # the answers stand, whatever threads and exit handlers are left
        with _Deep():
            return values.parse_json(line)

    def exchange(text):
        with lock:
            _write(text + "\n")
            return next_question()

    lock = _thread.RLock()
    module = _load_solution(request["prelude"])
    calls = _Calls(module, request["watched"], request["printing"], exchange)
    while True:
        _limit(_WAITING)
        question = next_question()
        _limit(request)
        _write(calls.reply(question) + "\n")


main()
