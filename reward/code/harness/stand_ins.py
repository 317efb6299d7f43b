# SPDX-License-Identifier: Apache-2.0
#
# What tests see of the judged program, which runs elsewhere: functions and objects that ask for calls
# and give what the replies say.
#
# Objects of the program answer to operators as they do to methods. Where that would let an object pass
# for data they do not: comparisons, arithmetic and `in` take an object that the tests made themselves,
# from a class (its name begins with a capital letter). With data it is never equal, and what it gives with
# data (a vector times a number) must be an object again, of which no number is taken. An object that a
# function or method hands out is not calculated with, be it one that the tests made.
import builtins
import sys

import python_values as values
from channel import Ended
from guest_reply import NoData, Reply

_ITEMS_BY_ONE, _ITEMS_TOGETHER = 1000, 1024  # of an iterator: the first ones only when they are asked for


def _is_class_name(name):
    return name.lstrip("_")[:1].isupper()


def _unary(operation):
    return lambda self: self._ask(operation)


def _binary(operation):
    return lambda self, other: _together(operation, self, other)


def _reflected(operation):
    return lambda self, other: _together(operation, other, self)


_COMPARISONS = "eq ne lt le gt ge".split()
_NUMBERS = "abs float int complex round bool len index".split()
# Methods that strings, sets and numbers have and classes of programs seldom: an object that answers to
# them stands where data should.
_OF_DATA = {name for kind in (str, set, float) for name in dir(kind) if name.startswith("is")}
_OF_DATA.update("startswith endswith difference symmetric_difference intersection union removeprefix".split())
_OF_DATA.update("removesuffix lower upper strip lstrip rstrip partition rpartition splitlines as_integer_ratio".split())


def _together(operation, left, right):
    sides = [side for side in (left, right) if isinstance(side, Remote)]
    session, number = sides[0]._remote
    made = [side._remote[1] in session.made for side in sides]
    if operation in ("eq", "ne") and not (len(sides) == 2 and any(made)):
        return (left is right) is (operation == "eq")
    if len(sides) == 1 and (operation in _COMPARISONS or number not in session.fresh):
        raise TypeError("an object cannot be compared or calculated with data here")
    if not any(made):
        raise TypeError("the results are objects that the tests did not make, and no data")
    reflected = left is not sides[0]
    name = "r_" + operation if reflected else operation
    result = session.operate('"r":%d' % number, name, [left if reflected else right])
    if isinstance(result, Remote):
        session.made.add(result._remote[1])
        session.fresh.add(result._remote[1])
        if len(sides) == 1 or any(side._remote[1] in session.without_number for side in sides):
            session.without_number.add(result._remote[1])
    elif len(sides) == 1:
        raise TypeError("an object with data gives no data here")
    return result


# Something of the judged program that is no data.
class Remote:
    def __init__(self, session, number):
        object.__setattr__(self, "_remote", (session, number))  # the number is the program's

    def _ask(self, operation, *arguments, natural=()):
        session, number = self._remote
        if number in session.without_number and operation in _NUMBERS:
            raise TypeError("an object with data gives no data here")
        return session.operate('"r":%d' % number, operation, arguments, natural)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        session, number = self._remote
        if name in _OF_DATA and number not in session.fresh:
            raise TypeError("the result is an object, and %s is asked of data" % name)
        return self._ask("getattr", name, natural=AttributeError)

    def __setattr__(self, name, value):
        self._ask("setattr", name, value)

    def __call__(self, *args, **kwargs):
        session, number = self._remote
        return session.call('"r":%d' % number, args, kwargs)

    def __delattr__(self, name):
        self._ask("delattr", name)

    def __getitem__(self, key):
        return self._ask("getitem", key)

    def __setitem__(self, key, value):
        self._ask("setitem", key, value)

    def __delitem__(self, key):
        self._ask("delitem", key)

    def __contains__(self, item):
        session, number = self._remote
        if number not in session.fresh:
            raise TypeError("the result is an object, not data that could be searched")
        return bool(self._ask("contains", item))

    def __format__(self, form):
        return self._ask("format", form)

    def __round__(self, *digits):
        return self._ask("round", *digits)

    def __enter__(self):
        session, number = self._remote
        fresh = number in session.fresh
        entered = self._ask("enter")
        if fresh and entered is self:
            session.fresh.add(number)
        return entered

    # What the tests raise stays raised: no object of the program may swallow an assertion.
    def __exit__(self, kind, value, _):
        if kind is None or issubclass(kind, Exception):
            self._ask("exit", *([] if kind is None else [kind.__name__, str(value)]))
        return False

    # Of what the tests made, as the program says; else by its number.
    def __hash__(self):
        session, number = self._remote
        return self._ask("hash") if number in session.made else hash(number)


for _name in "len str repr bool iter int float complex reversed index neg pos abs invert".split():
    setattr(Remote, "__%s__" % _name, _unary(_name))
for _name in _COMPARISONS:
    setattr(Remote, "__%s__" % _name, _binary(_name))
for _name in "add sub mul matmul truediv floordiv mod pow lshift rshift and or xor".split():
    setattr(Remote, "__%s__" % _name, _binary(_name))
    setattr(Remote, "__r%s__" % _name, _reflected(_name))
    setattr(Remote, "__i%s__" % _name, _binary("i" + _name))


# An iterator of the program. The first items are asked for one by one, as they are taken.
class RemoteIterator(Remote):
    def __init__(self, session, number):
        super().__init__(session, number)
        object.__setattr__(self, "_ahead", [])
        object.__setattr__(self, "_taken", 0)

    def __iter__(self):
        return self

    def __next__(self):
        if not self._ahead:
            count = 1 if self._taken < _ITEMS_BY_ONE else _ITEMS_TOGETHER
            self._ahead.extend(self._ask("next", count))
        if not self._ahead:
            raise StopIteration
        object.__setattr__(self, "_taken", self._taken + 1)
        return self._ahead.pop(0)


# A name of the judged program, function or class.
class StandIn:
    def __init__(self, session, name):
        object.__setattr__(self, "__name__", name)
        object.__setattr__(self, "__qualname__", name)
        object.__setattr__(self, "_session", session)

    def __call__(self, *args, **kwargs):
        return self._session.call(self._target(), args, kwargs, self._session.is_class(self.__name__))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made_by_tests = self._session.is_class(self.__name__)  # members of an Enum are
        return self._session.operate(self._target(), "getattr", [name], AttributeError, made_by_tests)

    def __setattr__(self, name, value):
        self._session.operate(self._target(), "setattr", [name, value])

    def __instancecheck__(self, value):
        if isinstance(value, Exception):
            return self.__name__ in getattr(value, "longhaul_names", ())
        if not isinstance(value, Remote):
            return False
        return self._session.operate(self._target(), "instance", [value]) is True

    def __bool__(self):
        return True

    # Of an Enum.
    def __iter__(self):
        return self._session.operate(self._target(), "iter", [], (), True)

    def __len__(self):
        return self._session.operate(self._target(), "len", [])

    def __getitem__(self, key):
        return self._session.operate(self._target(), "getitem", [key], LookupError, True)

    def _target(self):
        return '"f":%s' % values.quote(self.__name__)


# Exceptions that the language takes for a sign (the end of an iteration, no such attribute or item) and
# swallows: all(map(f, ...)) is true where f raises the first. From the judged program such a one
# becomes a RuntimeError, as in a generator (PEP 479), unless the tests name it and so wait for it.
_SIGNS = (StopIteration, StopAsyncIteration, AttributeError, LookupError)


class Session:
    # `texts`: of the tests; `exceptions` and `classes`: names of the program that they use as such.
    def __init__(self, channel, texts, exceptions=(), classes=()):
        self.channel = channel
        self.classes = classes
        self.texts = texts
        self.exceptions = {name: type(name, (Exception,), {}) for name in exceptions}
        self.objects = {}  # by the number the program gave them: one object is one stand-in
        self.made = set()  # numbers of those that the tests made
        self.fresh = set()  # and that no function or method has handed out since
        self.without_number = set()  # what operators gave of an object and data
        self.kinds = {}  # of stand-ins, by role and name
        self.known = False  # whether the object that came last had come before
        self.coroutines = []  # of the program: stand-in and number
        self.functions = []  # of the tests, that the program may call
        self.errors = []  # what they raised
        self.ended = False  # since somebody last said it was not
        self.unsendable = ""  # the first argument that could not be passed to the program

    def is_class(self, name):
        return _is_class_name(name) and name in self.classes

    def stand_in(self, name):
        return self.exceptions.get(name) or StandIn(self, name)

    # What is no data: things of the program, and functions of the tests, which the program may call.
    def dump_ref(self, value):
        kind = type(value)
        if isinstance(value, Remote):
            return '{"t":"ref","v":%d}' % value._remote[1]
        if (kind.__module__, kind.__name__) == ("collections", "Counter"):
            return '{"t":"counter","v":%s}' % values.dump(dict(value), self.dump_ref)
        if kind is StandIn:
            return '{"t":"name","v":%s}' % values.quote(value.__name__)
        if kind in (type(len), type) and getattr(sys.modules.get(value.__module__), value.__name__, None) is value:
            if kind is type(len) or value.__module__ == "builtins":
                return '{"t":"builtin","v":[%s,%s]}' % (values.quote(value.__module__), values.quote(value.__name__))
        if kind is type(str.upper) and getattr(builtins, value.__objclass__.__name__, None) is value.__objclass__:
            return '{"t":"method","v":["%s","%s"]}' % (value.__objclass__.__name__, value.__name__)
        for coroutine, number in self.coroutines:
            if value is coroutine:
                return '{"t":"ref","v":%d}' % number
        if callable(value) and kind is not type:
            return self._function(value)
        return None

    def _function(self, function):
        if not any(known is function for known in self.functions):
            self.functions.append(function)
        number = next(at for at, known in enumerate(self.functions) if known is function)
        code = getattr(function, "__code__", None) if type(function) is type(_is_class_name) else None
        shape = None
        if code is not None:
            counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
            defaults = len(function.__defaults__ or ())
            shape = [function.__name__, *counts, list(code.co_varnames), code.co_flags, defaults]
        return '{"t":"function","v":[%d,%s]}' % (number, values.dump(shape))

    # The line that answers the program's call of one of them.
    def call_back(self, call):
        try:
            if not 0 <= call["b"] < len(self.functions):
                raise NoData("the reply is no data: there is no such function")
            arguments = values.load(call["a"], self.load_ref)
            keywords = {key: values.load(value, self.load_ref) for key, value in call["k"].items()}
            result = self.functions[call["b"]](*arguments, **keywords)
            return '{"y":%s}' % self.dump(result, "what a function of the tests returned")
        except Exception as error:
            self.errors.append(error)
            described = {
                "names": [kind.__name__ for kind in type(error).__mro__],
                "text": str(error),
                "arguments": list(error.args),
                "number": len(self.errors) - 1,
            }
            try:
                return '{"x":%s}' % values.dump(described)
            except values.OpaqueError:
                return '{"x":%s}' % values.dump({**described, "arguments": [str(error)]})

    # What a reply speaks of that is no data.
    def load_ref(self, tag, value):
        if tag == "callback" and type(value) is int and 0 <= value < len(self.functions):
            return self.functions[value]
        if tag != "ref" or type(value) is not list or len(value) != 3 or type(value[2]) is not int:
            raise ValueError("there is no such object")
        role, _, number = value
        if role == "coroutine":
            self.coroutines.append((self._coroutine(number), number))
            return self.coroutines[-1][0]
        self.known = number in self.objects
        self.fresh.discard(number)
        if number not in self.objects:
            self.objects[number] = self.kind_named(role, value[1])(self, number)
        return self.objects[number]

    # A stand-in says of which type the object is, by its name.
    def kind_named(self, role, name):
        if (role, name) not in self.kinds:
            base = RemoteIterator if role == "iterator" else Remote
            self.kinds[role, name] = type(str(name)[:100], (base,), {})
        return self.kinds[role, name]

    def dump(self, value, what):
        try:
            return values.dump(value, self.dump_ref)
        except values.OpaqueError as problem:
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
        named = {**{str(at): value for at, value in enumerate(args)}, **kwargs}
        return self.ask(text + "}", named, (), made_by_tests)

    def operate(self, target, operation, arguments, natural=(), made_by_tests=False):
        text = self.dump(list(arguments), "an operand")
        return self.ask('{%s,"op":"%s","a":%s}' % (target, operation, text), (), natural, made_by_tests)

    # `args`: by the names that replies have for them. `natural`: what the request may raise whatever the
    # tests name.
    def ask(self, text, args=(), natural=(), made_by_tests=False):
        try:
            members = self.channel.ask(text, self.call_back)
            reply = Reply(members, self.load_ref)
        except Ended:
            self.ended = True
            raise
        except NoData as problem:
            raise RuntimeError(str(problem)) from None
        return self.take(reply, args, natural, made_by_tests)

    def take(self, reply, args, natural, made_by_tests):
        if reply.printed:
            sys.stdout.write(reply.printed)
        for which, value in reply.changed.items():
            if which not in args or _put_back(args[which], value) is not args[which]:
                raise RuntimeError("the reply is no data: an argument changed its type")
        if reply.kind == "e":
            raise self.exception(reply, natural)
        if reply.kind == "a":
            if reply.value in args and values.is_mutable(args[reply.value]):
                return args[reply.value]
            raise RuntimeError("the reply is no data: there is no such argument")
        if made_by_tests and isinstance(reply.value, Remote) and not self.known:
            self.made.add(reply.value._remote[1])
            self.fresh.add(reply.value._remote[1])
        return reply.value

    async def _coroutine(self, number):
        return self.operate('"r":%d' % number, "await", [])

    def exception(self, reply, natural):
        if 0 <= reply.number < len(self.errors):
            error = self.errors[reply.number]
            return RuntimeError(str(error)) if isinstance(error, _SIGNS) else error
        own = tuple(self.exceptions[name] for name in reply.names if name in self.exceptions)
        kind = next(filter(None, map(self._known_exception, reply.names)), Exception)
        if issubclass(kind, _SIGNS) and not issubclass(kind, natural):
            names = [base.__name__ for base in kind.__mro__ if base not in Exception.__mro__]
            if not any(name in text for name in names for text in self.texts):
                kind = RuntimeError
        bases = tuple(dict.fromkeys([*own, kind])) if kind is not Exception else own
        words = {} if reply.words is None else {"__str__": lambda _: reply.words}
        name = own[0].__name__ if own else next(iter(reply.names), "")
        # A class of the program that the tests may ask for by isinstance has its name too.
        named = bool(own) or name.isidentifier() and not hasattr(builtins, name)
        whole = type(name, bases or (kind,), words) if named else kind
        try:
            error = whole(*reply.arguments)
        except Exception:  # UnicodeError and its like want more than what their arguments are later
            error = whole.__new__(whole)
            error.args = (reply.text,)
        error.__dict__.update((name, value) for name, value in reply.attributes.items() if type(name) is str)
        error.longhaul_names = reply.names
        return error

    # The exception that a name means here; those of modules ("queue:Empty") where the tests name them.
    def _known_exception(self, name):
        module, _, name = name.rpartition(":")
        if module and not any(name in text for text in self.texts):
            return None
        kind = getattr(sys.modules.get(module) if module else builtins, name, None)
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
