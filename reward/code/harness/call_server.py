# SPDX-License-Identifier: Apache-2.0
#
# Runs in the jail of a judged Python program: loads it from solution.py, makes the calls of calls.json
# one after another, and writes what each returned to descriptor 3, a line a call:
#
#   <nonce> <index of the call> <reply>      {"v": value} returned; {"o": type, "b": truth} returned what is
#                                            no data; {"e": exception, "d": text} raised; beside them
#                                            "m": {position: value} of arguments it changed
#
# It trusts nothing and guards nothing: whatever a program writes to descriptor 3 is its own answer,
# compared elsewhere with expectations that are not here. The nonce only keeps stray output apart.
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
    def __init__(self, module):
        self.module = module
        self.results = []

    def function(self, name):
        if hasattr(self.module, name):
            return getattr(self.module, name)
        if hasattr(self.module, "Solution"):  # one object a call, as LeetCode has it
            return getattr(self.module.Solution(), name)
        raise NameError("name %r is not defined" % name)

    # What the tests sent that is no data: a result of before, or a function of their own.
    def reference(self, tag, value):
        if tag == "ref":
            return self.result(value)
        import marshal

        code, defaults = marshal.loads(bytes.fromhex(value))
        return type(_is_true)(code, self.module.__dict__, None, defaults)

    def result(self, index):
        kind, value = self.results[index]
        if kind == "error":
            raise value
        return value

    def run(self, call):
        if "g" in call:
            return getattr(self.result(call["r"]), call["g"])
        arguments = values.load(call["a"], self.reference)
        if "s" in call:
            return setattr(self.result(call["r"]), call["s"], arguments[0])
        keywords = {key: values.load(value, self.reference) for key, value in call.get("k", {}).items()}
        target = self.function(call["f"]) if "f" in call else self.result(call["r"])
        returned = target(*arguments, **keywords)
        self.changed = self.changes(call["a"], arguments)
        return returned

    # Arguments that are not what they were: tests may look at them.
    def changes(self, before, arguments):
        changed = {}
        for index, value in enumerate(arguments):
            if type(value) in (list, dict, set, bytearray, values_deque()):
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
        self.changed = {}
        try:
            value = self.run(call)
        except Exception as error:
            self.results.append(("error", error))
            return '{"e":%s,"d":%s}' % (_builtin_class(error), values.quote(_excerpt(error)))
        self.results.append(("value", value))
        changed = ""
        if self.changed:
            changed = ',"m":{%s}' % ",".join('"%d":%s' % item for item in self.changed.items())
        try:
            return '{"v":%s%s}' % (values.dump(value), changed)
        except Exception:
            truth = "true" if _is_true(value) else "false"
            return '{"o":%s,"b":%s%s}' % (values.quote(type(value).__name__), truth, changed)


def _is_true(value):
    try:
        return bool(value)
    except Exception:
        return False


def values_deque():
    collections = sys.modules.get("collections")
    return collections.deque if collections is not None else list


def _builtin_class(error):
    for kind in type(error).__mro__:
        if kind.__module__ == "builtins" and getattr(builtins, kind.__name__, None) is kind:
            return values.quote(kind.__name__)
    return '"Exception"'


def _excerpt(error):
    try:
        text = "%s: %s" % (type(error).__name__, error)
    except Exception:
        text = type(error).__name__
    return text[:200]


# A call that does not end is killed by the kernel after its own share of time, so that it does not use
# up the time of all others. Whoever switches this off meets the limits of the jail.
def _limit(request):
    try:
        import _signal

        _signal.setitimer(_signal.ITIMER_PROF, request["cpu_s"])
        _signal.setitimer(_signal.ITIMER_REAL, request["wall_s"])
    except (ImportError, OSError):
        pass


def _write(text, write=posix.write):
    data = text.encode()
    while data:
        data = data[write(3, data) :]


def main():
    with open("calls.json", encoding="utf-8") as file:
        request = values.parse_json(file.read())
    _limit(request)
    calls = _Calls(_load_solution(request["prelude"]))
    nonce = request["nonce"]
    for index, call in enumerate(request["calls"]):
        _limit(request)
        _write("%s %d %s\n" % (nonce, index, calls.reply(call)))
    posix._exit(0)  # the answers stand, whatever threads and exit handlers are left


main()
