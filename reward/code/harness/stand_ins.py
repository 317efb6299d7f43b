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
import python_values as values

_ITEMS_BY_ONE, _ITEMS_TOGETHER = 1000, 1024  # of an iterator: the first ones only when they are asked for


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
    fresh = [side._remote[1] for side in sides if side._remote[1] in session.fresh]
    reflected = left is not sides[0]
    name = "r_" + operation if reflected else operation
    result = session.operate('"r":%d' % number, name, [left if reflected else right])
    if isinstance(result, Remote):
        if result._remote[1] in session.arrived or result._remote[1] in fresh:
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

    def __hash__(self):
        return self._ask("hash")


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

    def __contains__(self, item):
        return any(one is item or one == item for one in self)

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
