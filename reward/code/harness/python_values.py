# SPDX-License-Identifier: Apache-2.0
#
# Python values on the wire, for both sides of a judged call: JSON, where null, booleans, integers of
# 64 bits, finite floats, strings and lists are themselves, and anything else is {"t": type, "v": ...}.
# Only data crosses: what is read is built from built-in types alone, so no method of a judged program
# comes along. What is no data is an OpaqueError.
#
# The C functions of the json module are used where the interpreter has them, because importing the
# module itself would cost as much as starting the interpreter.
try:
    from _json import encode_basestring_ascii as _quote
    from _json import make_scanner as _make_scanner

    class _Scan:
        strict = False
        object_hook = object_pairs_hook = None
        parse_float = float
        parse_int = int
        memo = {}

        @staticmethod
        def parse_constant(name):
            raise ValueError(name)

    _scan_once = _make_scanner(_Scan)

    def parse_json(text):
        try:
            value, end = _scan_once(text, 0)
        except StopIteration:
            raise ValueError("no JSON") from None
        if text[end:].strip():
            raise ValueError("more than one JSON value")
        return value

except ImportError:
    from json import dumps as _quote, loads as parse_json

_LARGEST = 1 << 63
_ITEMS = 1_000_000  # of an iterator that is written out


class OpaqueError(Exception):
    pass


# Containers that can be changed, in the order in which both sides have them whole: first those of the
# arguments of a call, then those of its result. One that comes again is written as its number, so that
# two rows of a result that are one list arrive as one, and a list of an argument as the tests' own.
class Shared:
    def __init__(self):
        self.items = []
        self.numbers = {}  # by identity

    def add(self, value):
        self.numbers[id(value)] = len(self.items)
        self.items.append(value)

    def at(self, number):
        if type(number) is not int or not 0 <= number < len(self.items):
            raise ValueError("there is no such container")
        return self.items[number]

    # Forgets those behind the first `count`.
    def forget(self, count):
        for value in self.items[count:]:
            del self.numbers[id(value)]
        del self.items[count:]

    def parts(self):
        return [_parts(value) for value in self.items]

    # Numbers and new parts of those whose parts are not the ones they were `before`.
    def changes(self, before):
        for number, parts in enumerate(before):
            now = _parts(self.items[number])
            if len(now) != len(parts) or any(one is not other for one, other in zip(now, parts)):
                yield number, now


# What a container holds; of a dictionary keys and values in turn.
def _parts(value):
    return [part for item in value.items() for part in item] if isinstance(value, dict) else list(value)


def restore(value, parts):
    if isinstance(value, dict):
        value.clear()
        for key, item in zip(parts[::2], parts[1::2]):
            value[key] = item
    elif isinstance(value, set):
        value.clear()
        value.update(parts)
    elif isinstance(value, (list, bytearray)):
        value[:] = parts
    else:
        value.clear()
        value.extend(parts)


# A `dump_ref` or `load_ref` with which dictionaries of the module collections are what they are; with
# `shared` containers keep their identity.
class Rich:
    def __init__(self, reference, shared=None):
        self.reference = reference
        self.shared = shared

    def __call__(self, *what):
        return self.reference(*what)


def quote(text):
    return _quote(text)


def _float(value):
    if value - value == 0:
        return float.__repr__(value)
    return '{"t":"float","v":"%s"}' % float.__repr__(value)


def _int(value):
    if -_LARGEST <= value < _LARGEST:
        return int.__repr__(value)
    return '{"t":"int","v":"%s"}' % int.__format__(value, "x")


def _list(items, dump_ref):
    return "[" + ",".join([dump(item, dump_ref) for item in items]) + "]"


_TYPES = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, type(None))
}


def _type_name(value):
    if _TYPES.get(value.__name__) is not value:
        raise OpaqueError("a class")
    return value.__name__


def _tagged(tag, items, dump_ref):
    return '{"t":"%s","v":%s}' % (tag, _list(items, dump_ref))


def _dict(value, dump_ref):
    return _tagged("dict", [[key, item] for key, item in dict.items(value)], dump_ref)


def _iterator(value, dump_ref):
    items = []
    for item in value:
        if len(items) == _ITEMS:
            made = type(value).__module__ == "itertools" or hasattr(value, "gi_frame")  # nothing that arrived is
            raise (OpaqueError if made else ValueError)("an iterator of more than %d items" % _ITEMS)
        items.append(item)
    return _tagged("iterator", items, dump_ref)


_EXACT = {
    type(None): lambda value, _: "null",
    bool: lambda value, _: "true" if value else "false",
    int: lambda value, _: _int(value),
    float: lambda value, _: _float(value),
    str: lambda value, _: _quote(value),
    list: lambda value, dump_ref: _list(value, dump_ref),
    tuple: lambda value, dump_ref: _tagged("tuple", value, dump_ref),
    dict: _dict,
    set: lambda value, dump_ref: _tagged("set", value, dump_ref),
    frozenset: lambda value, dump_ref: _tagged("frozenset", value, dump_ref),
    bytes: lambda value, _: '{"t":"bytes","v":"%s"}' % bytes.hex(value),
    bytearray: lambda value, _: '{"t":"bytearray","v":"%s"}' % bytearray.hex(value),
    type: lambda value, _: '{"t":"type","v":%s}' % _quote(_type_name(value)),
    complex: lambda value, _: '{"t":"complex","v":[%s,%s]}' % (_float(value.real), _float(value.imag)),
    slice: lambda value, dump_ref: _tagged("slice", [value.start, value.stop, value.step], dump_ref),
    range: lambda value, _: '{"t":"range","v":[%d,%d,%d]}' % (value.start, value.stop, value.step),
}
_MUTABLE = (list, dict, set, bytearray)
_BASES = (str, int, float, dict, tuple, list, set, frozenset, bytes, bytearray)
_BY_NAME = {
    ("decimal", "Decimal"): "decimal",
    ("fractions", "Fraction"): "fraction",
    ("datetime", "date"): "date",
    ("datetime", "datetime"): "datetime",
    ("datetime", "time"): "time",
}


_VIEWS = {("builtins", odd + "dict_" + part) for part in ("keys", "values", "items") for odd in ("", "o")}
_DICTS = ("Counter", "defaultdict", "OrderedDict")


# Whether it is a container that can be changed in place.
def is_mutable(value):
    kind = type(value)
    return kind in _MUTABLE or kind.__module__ == "collections" and kind.__name__ in ("deque", *_DICTS)


# Dictionaries of the module collections as what they are; else they are written as plain ones.
def _dump_collection(value, dump_ref):
    kind = type(value)
    if kind.__module__ != "collections" or kind.__name__ not in _DICTS:
        return None
    factory = getattr(value, "default_factory", None)
    if kind.__name__ == "defaultdict" and factory is not None and (type(factory) is not type or not is_data(factory)):
        return None  # a function of its side
    return '{"t":"%s","v":[%s,%s]}' % (kind.__name__.lower(), dump(factory), dump(dict(value), dump_ref))


def _is_named_tuple(kind):
    fields = getattr(kind, "_fields", None)
    return issubclass(kind, tuple) and type(fields) is tuple and all(type(name) is str for name in fields)


# Whether it is a named tuple and no more.
def is_plain_record(kind):
    names = [name for name in vars(kind) if not name.startswith("_")]
    return _is_named_tuple(kind) and kind.__bases__ == (tuple,) and all(name in kind._fields for name in names)


def _named_tuple(value, dump_ref):
    kind = type(value)
    fields = _list(kind._fields, None)
    return '{"t":"namedtuple","v":[%s,%s,%s]}' % (_quote(kind.__name__), fields, _list(tuple(value), dump_ref))


# Whether it can be written without a reference, as far as that can be seen from outside.
def is_data(value):
    kind = type(value)
    if kind is type:
        return _TYPES.get(value.__name__) is value
    name = (kind.__module__, kind.__name__)
    if kind in _EXACT or name in _BY_NAME or name in (("datetime", "timedelta"), ("collections", "deque")):
        return True
    return issubclass(kind, _BASES) or name in _VIEWS


# The JSON text of a value. `dump_ref` writes objects that stand for something of the other side, or
# gives None.
def dump(value, dump_ref=None):
    kind = type(value)
    write = _EXACT.get(kind)
    if type(dump_ref) is not Rich:
        return write(value, dump_ref) if write is not None and kind is not type else _dump(value, dump_ref)
    shared = dump_ref.shared
    if shared is None or kind not in _MUTABLE and (write is not None or not is_mutable(value)):
        return _dump(value, dump_ref)
    if id(value) in shared.numbers:
        return '{"t":"same","v":%d}' % shared.numbers[id(value)]
    text = _dump(value, dump_ref)
    shared.add(value)
    return text


def _dump(value, dump_ref):
    kind = type(value)
    write = _EXACT.get(kind)
    if write is not None and (kind is not type or is_data(value)):
        return write(value, dump_ref)
    text = dump_ref(value) if dump_ref is not None else None
    if text is None and type(dump_ref) is Rich:
        text = _dump_collection(value, dump_ref)
    if text is not None:
        return text
    name = (kind.__module__, kind.__name__)
    if name in _BY_NAME:
        return '{"t":"%s","v":%s}' % (_BY_NAME[name], _quote(str(value)))
    if name == ("datetime", "timedelta"):
        return '{"t":"timedelta","v":[%d,%d,%d]}' % (value.days, value.seconds, value.microseconds)
    if name == ("collections", "deque"):
        return _tagged("deque", value, dump_ref)
    if _is_named_tuple(kind):
        return _named_tuple(value, dump_ref)
    for base in _BASES:
        if issubclass(kind, base):
            return _EXACT[base](value if base is not tuple else tuple(value), dump_ref)
    if name in _VIEWS:
        return _tagged(name[1].lstrip("o"), value, dump_ref)
    if hasattr(kind, "__next__"):
        return _iterator(value, dump_ref)
    raise OpaqueError(kind.__name__)


_named_tuples = {}


def _load_named_tuple(name, fields, items):
    from collections import namedtuple

    if any(map(callable, items)):
        raise ValueError("a named tuple of functions")  # its fields would be methods
    key = (name, *fields)
    if key not in _named_tuples:
        _named_tuples[key] = namedtuple(name, fields)
    return _named_tuples[key](*items)


def _load_special(tag, value):
    if tag == "namedtuple":
        return _load_named_tuple(*value)
    if tag == "decimal":
        from decimal import Decimal

        return Decimal(value)
    if tag == "fraction":
        from fractions import Fraction

        return Fraction(value)
    if tag in ("date", "datetime", "time"):
        import datetime

        return getattr(datetime, tag).fromisoformat(value)
    if tag == "timedelta":
        from datetime import timedelta

        return timedelta(*value)
    if tag in ("counter", "defaultdict", "ordereddict"):
        import collections

        factory, items = value
        if tag == "defaultdict":
            return collections.defaultdict(factory, items)
        return collections.Counter(items) if tag == "counter" else collections.OrderedDict(items)
    if tag == "deque":
        from collections import deque

        return deque(value)
    raise ValueError("unknown type " + repr(tag))


_LOAD = {
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "dict": dict,
    "iterator": iter,
    "bytes": bytes.fromhex,
    "bytearray": bytearray.fromhex,
    "complex": lambda parts: complex(*parts),
    "range": lambda parts: range(*parts),
    "slice": lambda parts: slice(*parts),
    "int": lambda text: int(text, 16),
    "float": float,
    "type": _TYPES.__getitem__,
    "dict_keys": lambda items: dict.fromkeys(items).keys(),
    "dict_values": lambda items: dict(enumerate(items)).values(),
    "dict_items": lambda items: dict(items).items(),
}


_CONTAINERS = ("dict", "set", "bytearray", "deque", "counter", "defaultdict", "ordereddict")
_REFERENCES = ("ref", "name", "function", "callback", "builtin", "method")


# The value of parsed JSON. `load_ref` gives what an object of `dump_ref` stands for, by tag and text;
# without it there is no such value.
def load(json, load_ref=None):
    kind = type(json)
    if kind is not list and kind is not dict:
        return json
    value = [load(item, load_ref) for item in json] if kind is list else _load(json, load_ref)
    if type(load_ref) is Rich and load_ref.shared is not None and (kind is list or json["t"] in _CONTAINERS):
        load_ref.shared.add(value)
    return value


def _load(json, load_ref):
    tag, value = json["t"], json["v"]
    if load_ref is not None and tag in _REFERENCES:
        return load_ref(tag, value)
    if tag == "same" and type(load_ref) is Rich and load_ref.shared is not None:
        return load_ref.shared.at(value)
    if type(value) is list:
        value = [load(item, load_ref) for item in value]
    elif type(value) is dict:
        value = load(value, load_ref)
    build = _LOAD.get(tag)
    return build(value) if build is not None else _load_special(tag, value)
