# SPDX-License-Identifier: Apache-2.0
#
# What tests see of the judged program, which runs elsewhere: functions and objects that ask for calls
# and give what the replies say.
#
# Objects of the program answer to operators as they do to methods. Where that would let an object pass
# for data they do not: == with a number, or a sum with one, is refused, and comparisons, arithmetic and
# `in` take objects made by the tests from a class (its name begins with a capital letter).
import builtins
import posix
import sys

import python_values as values
from guest_reply import NoData, Reply

_FIRST_ITEMS, _MOST_ITEMS = 16, 4096  # of an iterator, fetched at a time


# The program has ended: no test that expects an exception may take this for one.
class Ended(BaseException):
    pass


# The way to the judged program and back: a call is a line on descriptor 3, its reply the next line on
# standard input. The program can say what it likes and when; line n is its answer to call n.
class Channel:
    # `report`: a descriptor that is told "call" of the first.
    def __init__(self, report):
        self.calls = 0
        self.ended = False
        self._report = report
        self._replies = open(posix.dup(0), "rb")
        posix.dup2(posix.open("/dev/null", posix.O_RDONLY), 0)

    # The number of the call and its reply.
    def ask(self, call):
        index = self.calls
        self.calls += 1
        if index == 0:
            posix.write(self._report, b"call\n")
        reply = b"" if self.ended else self._exchange((call + "\n").encode())
        if not reply.endswith(b"\n"):
            self.ended = True
            raise Ended()
        return index, reply.decode("utf-8", "replace")

    def _exchange(self, data):
        try:
            while data:
                data = data[posix.write(3, data) :]
        except BrokenPipeError:
            return b""
        return self._replies.readline()


def _is_class_name(name):
    return name.lstrip("_")[:1].isupper()


def _unary(operation):
    return lambda self: self._ask(operation)


def _binary(operation):
    return lambda self, other: _together(operation, self, other)


def _reflected(operation):
    return lambda self, other: _together(operation, other, self)


def _together(operation, left, right):
    for side in (left, right):
        if type(side) is not Remote:
            raise TypeError("the result is an object, not data that could be compared or calculated with")
    if not (left._remote[2] or right._remote[2]):
        raise TypeError("the results are objects of classes that the tests do not name")
    return left._ask(operation, right)


# Something of the judged program that is no data.
class Remote:
    def __init__(self, session, index, made_by_tests=False):
        object.__setattr__(self, "_remote", (session, index, made_by_tests))

    def _ask(self, operation, *arguments, natural=()):
        session, index, _ = self._remote
        return session.operate('"r":%d' % index, operation, arguments, natural)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._ask("getattr", name, natural=AttributeError)

    def __setattr__(self, name, value):
        self._ask("setattr", name, value)

    def __call__(self, *args, **kwargs):
        session, index, _ = self._remote
        return session.call('"r":%d' % index, args, kwargs)

    def __getitem__(self, key):
        return self._ask("getitem", key)

    def __setitem__(self, key, value):
        self._ask("setitem", key, value)

    def __delitem__(self, key):
        self._ask("delitem", key)

    def __contains__(self, item):
        if not self._remote[2]:
            raise TypeError("the result is an object, not data that could be searched")
        return bool(self._ask("contains", item))

    def __round__(self, *digits):
        return self._ask("round", *digits)

    def __enter__(self):
        return self._ask("enter")

    # What the tests raise stays raised: no object of the program may swallow an assertion.
    def __exit__(self, kind, value, _):
        if kind is None or issubclass(kind, Exception):
            self._ask("exit", *([] if kind is None else [kind.__name__, str(value)]))
        return False

    # By its call, so that a set of them has the same order in every run.
    def __hash__(self):
        return hash(self._remote[1])


for _name in "len str repr bool iter int float complex reversed index neg pos abs invert".split():
    setattr(Remote, "__%s__" % _name, _unary(_name))
for _name in "eq ne lt le gt ge".split():
    setattr(Remote, "__%s__" % _name, _binary(_name))
for _name in "add sub mul matmul truediv floordiv mod pow lshift rshift and or xor".split():
    setattr(Remote, "__%s__" % _name, _binary(_name))
    setattr(Remote, "__r%s__" % _name, _reflected(_name))


# An iterator of the program. It is asked for some items at a time, ahead of those the tests take.
class RemoteIterator:
    def __init__(self, session, index):
        self._remote = (session, index, False)
        self._items = []
        self._count = _FIRST_ITEMS
        self._ended = False

    def __iter__(self):
        return self

    def __next__(self):
        if not self._items and not self._ended:
            self._fetch()
        if not self._items:
            raise StopIteration
        return self._items.pop(0)

    def _fetch(self):
        session, index, _ = self._remote
        items = session.operate('"r":%d' % index, "next", [self._count])
        if type(items) is Remote:
            items = [items[at] for at in range(len(items))]
        self._ended = len(items) < self._count
        self._items = list(items)
        self._count = min(2 * self._count, _MOST_ITEMS)


# A name of the judged program, function or class.
class StandIn:
    def __init__(self, session, name):
        self.__name__ = self.__qualname__ = name
        self._session = session

    def __call__(self, *args, **kwargs):
        return self._session.call(self._target(), args, kwargs, _is_class_name(self.__name__))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._session.operate(self._target(), "getattr", [name], AttributeError)

    def __instancecheck__(self, value):
        if type(value) is not Remote:
            return False
        return self._session.operate(self._target(), "instance", [value]) is True

    def _target(self):
        return '"f":%s' % values.quote(self.__name__)


# Exceptions that the language takes for a sign (the end of an iteration, no such attribute or item) and
# swallows: all(map(f, ...)) is true where f raises the first. From the judged program such a one
# becomes a RuntimeError, as in a generator (PEP 479), unless the tests name it and so wait for it.
_SIGNS = (StopIteration, StopAsyncIteration, AttributeError, LookupError)


class Session:
    # `texts`: of the tests; `exceptions`: names of the program that tests use as exceptions.
    def __init__(self, channel, texts, exceptions=()):
        self.channel = channel
        self.texts = texts
        self.exceptions = {name: type(name, (Exception,), {}) for name in exceptions}
        self.objects = {}  # by the first call that gave it: one object is one stand-in
        self.ended = False  # since somebody last said it was not
        self.unsendable = ""  # the first argument that could not be passed to the program

    def stand_in(self, name):
        return self.exceptions.get(name) or StandIn(self, name)

    # What is no data, or more than that: things of the program, and functions, which travel as code with what they close
    # over.
    def dump_ref(self, value):
        kind = type(value)
        if kind in (Remote, RemoteIterator):
            return '{"t":"ref","v":%d}' % value._remote[1]
        if (kind.__module__, kind.__name__) == ("collections", "Counter"):
            return '{"t":"counter","v":%s}' % values.dump(dict(value), self.dump_ref)
        if kind is StandIn:
            return '{"t":"name","v":%s}' % values.quote(value.__name__)
        if kind is type(_unary):
            return self._function(value)
        if kind is type(len) and getattr(sys.modules.get(value.__module__), value.__name__, None) is value:
            return '{"t":"builtin","v":[%s,%s]}' % (
                values.quote(value.__module__),
                values.quote(value.__name__),
            )
        if kind is type(str.upper) and getattr(builtins, value.__objclass__.__name__, None) is value.__objclass__:
            return '{"t":"method","v":["%s","%s"]}' % (value.__objclass__.__name__, value.__name__)
        return None

    def _function(self, function):
        import marshal

        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        parts = [list(function.__defaults__ or ()), dict(function.__kwdefaults__ or {}), cells]
        try:
            rest = ",".join([values.dump(part, self.dump_ref) for part in parts])
        except RecursionError:
            raise values.OpaqueError("a function that closes over itself") from None
        return '{"t":"function","v":["%s",%s]}' % (marshal.dumps(function.__code__).hex(), rest)

    def dump(self, value, what):
        try:
            return values.dump(value, self.dump_ref)
        except (values.OpaqueError, ValueError) as problem:
            text = "%s cannot be passed to the program: %s" % (what, problem)
            self.unsendable = self.unsendable or text
            raise TypeError(text) from None

    def call(self, target, args, kwargs, made_by_tests=False):
        text = "{%s,\"a\":%s" % (target, self.dump(list(args), "an argument"))
        if kwargs:
            items = sorted(kwargs.items())
            text += ',"k":{%s}' % ",".join(
                "%s:%s" % (values.quote(key), self.dump(value, "argument " + key)) for key, value in items
            )
        return self.ask(text + "}", args, (), made_by_tests)

    def operate(self, target, operation, arguments, natural=()):
        text = self.dump(list(arguments), "an operand")
        return self.ask('{%s,"op":"%s","a":%s}' % (target, operation, text), (), natural)

    # `natural`: what the request may raise whatever the tests name.
    def ask(self, text, args=(), natural=(), made_by_tests=False):
        try:
            index, reply = self.channel.ask(text)
        except Ended:
            self.ended = True
            raise
        try:
            reply = Reply(reply)
        except NoData as problem:
            raise RuntimeError(str(problem)) from None
        return self.take(index, reply, args, natural, made_by_tests)

    def take(self, index, reply, args, natural, made_by_tests):
        if reply.printed:
            sys.stdout.write(reply.printed)
        for position, value in reply.changed.items():
            if not 0 <= position < len(args) or _put_back(args[position], value) is not args[position]:
                raise RuntimeError("the reply is no data: an argument changed its type")
        if reply.kind == "e":
            raise self.exception(reply, natural)
        if reply.kind == "v":
            return reply.value
        if reply.kind == "a":
            if 0 <= reply.value < len(args) and values.is_mutable(args[reply.value]):
                return args[reply.value]
            raise RuntimeError("the reply is no data: there is no such argument")
        if reply.kind == "i":
            return RemoteIterator(self, index)
        if reply.kind == "c":
            return self._coroutine(index)
        return self.object(reply.value, index, made_by_tests)

    # What one call gave, another may give again.
    def object(self, value, index, made_by_tests):
        first = value[-1] if value else None
        if type(first) is not int or first != index and first not in self.objects:
            raise RuntimeError("the reply is no data: there is no such object")
        return self.objects.setdefault(first, Remote(self, first, made_by_tests))

    async def _coroutine(self, index):
        return self.operate('"r":%d' % index, "await", [])

    def exception(self, reply, natural):
        own = tuple(self.exceptions[name] for name in reply.names if name in self.exceptions)
        kind = next(filter(None, map(_builtin_exception, reply.names)), Exception)
        if issubclass(kind, _SIGNS) and not issubclass(kind, natural):
            names = [base.__name__ for base in kind.__mro__ if base not in Exception.__mro__]
            if not any(name in text for name in names for text in self.texts):
                kind = RuntimeError
        bases = tuple(dict.fromkeys([*own, kind])) if kind is not Exception else own
        whole = type(own[0].__name__, bases, {}) if own else kind
        for arguments in (reply.arguments, [reply.text]):
            try:
                error = whole(*arguments)
            except Exception:  # UnicodeError and its like want more than a text
                continue
            if own:
                error.__dict__.update((name, value) for name, value in reply.attributes.items() if type(name) is str)
            return error
        return RuntimeError(reply.text)


def _builtin_exception(name):
    kind = getattr(builtins, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, Exception) else None


# What stands in the place of `old` when the program left `new` there: the same object where it can be
# changed, since the tests may hold it elsewhere too.
def _put_back(old, new):
    if type(old) is not type(new):
        return new
    if type(old) is list:
        old[:] = [_put_back(old[at], item) if at < len(old) else item for at, item in enumerate(new)]
    elif type(old) is dict:
        items = {key: _put_back(old.get(key), item) for key, item in new.items()}
        old.clear()
        old.update(items)
    elif type(old) is tuple and len(old) == len(new):
        kept = tuple(_put_back(before, after) for before, after in zip(old, new))
        return old if all(before is after for before, after in zip(old, kept)) or kept == old else kept
    elif type(old) is set:
        old.clear()
        old.update(new)
    elif type(old) is bytearray:
        old[:] = new
    elif values.is_mutable(old):
        old.clear()
        old.extend(new)
    else:
        return old if old == new else new
    return old
