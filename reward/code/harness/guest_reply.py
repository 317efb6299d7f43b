# SPDX-License-Identifier: Apache-2.0
#
# What a judged Python program may say of a call, for the side of the tests. A reply is parsed into this
# type before anything else looks at it: whatever its JSON holds beside the keys below, or in another
# type, makes it no data. What only the judge says (that a program has ended, that a test has passed) has
# no spelling here.
#
# One of
#   "v": value           data, in which {"t": "ref", "v": [role, type, number]} stands for what is none:
#                        an "object", an "iterator" or a "coroutine"; and {"t": "callback", "v": number}
#                        for a function of the tests
#   "e": [names...]      an exception: its class and the classes that one derives from, "d": its type and
#                        text, "s": its text, "g": its arguments and "x": its attributes when they are
#                        data, "n": its number when the tests raised it
#   "b": number          no reply yet: it calls a function of the tests, with arguments "a" and "k"
# and beside it
#   "m": [[n, parts]]    containers of the arguments that it changed, by their numbers, and what they hold now
#   "p": text            what it printed
import python_values as values

_KINDS = {"v": object, "e": list}
_OTHERS = {"d": str, "s": str, "n": int, "g": list, "x": dict, "m": list, "p": str}
_CALL = {"b": int, "a": list, "k": dict}


class NoData(ValueError):
    pass


# `load_ref` gives what a reference stands for, `shared` are the containers of the request.
class Reply:
    __slots__ = ("kind", "value", "names", "text", "words", "number", "arguments", "attributes", "changed", "printed")

    def __init__(self, members, load_ref, shared):
        try:
            self._read(members, load_ref, shared)
        except Exception as problem:
            raise NoData("the reply is no data: %s" % problem) from None

    # Containers of the tests get what the program left in them.
    def restore_arguments(self):
        for container, parts in self.changed:
            try:
                values.restore(container, parts)
            except Exception as problem:
                raise NoData("the reply is no data: %s" % problem) from None

    def _read(self, members, load_ref, shared):
        if type(members) is not dict:
            raise TypeError("no object")
        kinds = [key for key in members if key in _KINDS]
        if len(kinds) != 1:
            raise ValueError("it must say one thing")
        self.kind = kinds[0]
        for key, value in members.items():
            wanted = _KINDS.get(key) or _OTHERS[key]
            if wanted is not object and type(value) is not wanted:
                raise TypeError(key)
        content = members[self.kind]
        rich = values.Rich(load_ref, shared)  # numbers of containers go on in the order of the program's text
        self.changed = [
            (shared.at(number), [values.load(part, rich) for part in parts]) for number, parts in members.get("m", [])
        ]
        self.value = values.load(content, rich) if self.kind == "v" else content
        self.names = [name for name in content if type(name) is str][:32] if self.kind == "e" else []
        self.text = members.get("d", "")
        self.words = members.get("s")
        self.number = members.get("n", -1)
        self.arguments = values.load(members["g"]) if "g" in members else None
        self.attributes = dict(values.load(members["x"])) if "x" in members else {}
        self.printed = members.get("p", "")


# The members of a call of a function of the tests; None: it is none.
def read_call(members):
    if type(members) is not dict or "b" not in members:
        return None
    if members.keys() != _CALL.keys() or any(type(members[key]) is not kind for key, kind in _CALL.items()):
        raise NoData("the reply is no data: a call must have a number and arguments")
    return members


# What a line says; None: no JSON, or only a part of it.
def parse(line):
    try:
        return values.parse_json(line)
    except Exception:
        return None
