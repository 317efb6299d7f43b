# SPDX-License-Identifier: Apache-2.0
#
# What the tests and the judged program say to each other: requests with arguments, replies with
# results, changed arguments and exceptions, and which object of one side is which of the other's.
import builtins
import sys

import python_values as values
from channel import Ended
from guest_reply import NoData, Reply
from stand_ins import Remote, RemoteIterator, StandIn

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
        self.arrived = set()  # numbers of those that the last reply brought
        self.coroutines = []  # of the program: stand-in and number
        self.functions = []  # of the tests, that the program may call
        self.errors = []  # what they raised
        self.ended = False  # since somebody last said it was not
        self.unsendable = ""  # the first argument that could not be passed to the program

    def is_class(self, name):
        return name.lstrip("_")[:1].isupper() and name in self.classes

    def stand_in(self, name):
        return self.exceptions.get(name) or StandIn(self, name)

    # What is no data: things of the program, and functions of the tests, which the program may call.
    def dump_ref(self, value):
        kind = type(value)
        if isinstance(value, Remote):
            return '{"t":"ref","v":%d}' % value._remote[1]
        if kind is type and self.exceptions.get(value.__name__) is value:
            return '{"t":"name","v":%s}' % values.quote(value.__name__)
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
        methods = type(self.call), type(self.functions.append)  # of one object they are made anew each time
        same = [known is function or type(function) in methods and known == function for known in self.functions]
        number = same.index(True) if True in same else len(same)
        if number == len(same):
            self.functions.append(function)
        code = getattr(function, "__code__", None) if type(function) is type(_without_arguments) else None
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
        self.fresh.discard(number)
        if number not in self.objects:
            self.arrived.add(number)
            self.objects[number] = self.kind_named(role, value[1])(self, number)
        return self.objects[number]

    # A stand-in says of which type the object is, by its name.
    def kind_named(self, role, name):
        if (role, name) not in self.kinds:
            base = RemoteIterator if role == "iterator" else Remote
            self.kinds[role, name] = type(str(name)[:100], (base,), {})
        return self.kinds[role, name]

    def dump(self, value, what, shared=None):
        try:
            return values.dump(value, values.Rich(self.dump_ref, shared))
        except values.OpaqueError as problem:
            text = "%s cannot be passed to the program: %s" % (what, problem)
            self.unsendable = self.unsendable or text
            raise TypeError(text) from None

    def call(self, target, args, kwargs, made_by_tests=False):
        shared = values.Shared()
        text = "{%s,\"a\":%s" % (target, self.dump(list(args), "an argument", shared))
        if kwargs:
            text += ',"k":{%s}' % ",".join(
                "%s:%s" % (values.quote(key), self.dump(value, "argument " + key, shared)) for key, value in kwargs.items()
            )
        return self.ask(text + "}", shared, (), made_by_tests)

    def operate(self, target, operation, arguments, natural=(), made_by_tests=False):
        shared = values.Shared()
        text = self.dump(list(arguments), "an operand", shared)
        return self.ask('{%s,"op":"%s","a":%s}' % (target, operation, text), shared, natural, made_by_tests)

    # `shared`: containers of the request. `natural`: what it may raise whatever the tests name.
    def ask(self, text, shared, natural=(), made_by_tests=False):
        try:
            members = self.channel.ask(text, self.call_back)
            self.arrived = arrived = set()
            reply = Reply(members, self.load_ref, shared)
            self.arrived = arrived  # reading it may have asked for more, as hashes
            reply.restore_arguments()
        except Ended:
            self.ended = True
            raise
        except NoData as problem:
            raise RuntimeError(str(problem)) from None
        return self.take(reply, natural, made_by_tests)

    def take(self, reply, natural, made_by_tests):
        if reply.printed:
            sys.stdout.write(reply.printed)
        if reply.kind == "e":
            raise self.exception(reply, natural)
        if made_by_tests and isinstance(reply.value, Remote) and reply.value._remote[1] in self.arrived:
            self.made.add(reply.value._remote[1])
            self.fresh.add(reply.value._remote[1])
        return reply.value

    async def _coroutine(self, number):
        return self.operate('"r":%d' % number, "await", [])

    def exception(self, reply, natural):
        if 0 <= reply.number < len(self.errors):
            error = self.errors[reply.number]
            return RuntimeError(str(error)) if self._is_sign(type(error)) else error
        own = tuple(self.exceptions[name] for name in reply.names if name in self.exceptions)
        kind = next(filter(None, map(self._known_exception, reply.names)), Exception)
        if self._is_sign(kind) and not issubclass(kind, natural):
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
            error = _without_arguments(whole, reply.text)
        error.__dict__.update((name, value) for name, value in reply.attributes.items() if type(name) is str)
        if isinstance(error, OSError) and isinstance(reply.attributes.get("filename"), str):
            error.filename = reply.attributes["filename"]
        error.longhaul_names = reply.names
        return error

    def _is_sign(self, kind):
        if kind.__name__ == "SkipTest":  # a program skips no test
            return True
        names = [base.__name__ for base in kind.__mro__ if base not in Exception.__mro__]
        return issubclass(kind, _SIGNS) and not any(name in text for name in names for text in self.texts)

    # The exception that a name means here; those of modules ("queue:Empty") where the tests name them.
    def _known_exception(self, name):
        module, _, name = name.rpartition(":")
        if module and not any(name in text for text in self.texts):
            return None
        kind = getattr(sys.modules.get(module) if module else builtins, name, None)
        return kind if isinstance(kind, type) and issubclass(kind, Exception) else None


def _without_arguments(kind, text):
    try:
        error = kind.__new__(kind)
    except Exception:  # a group of exceptions must have some
        return RuntimeError(text)
    error.args = (text,)
    return error
