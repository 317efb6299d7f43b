# SPDX-License-Identifier: Apache-2.0
#
# What a judged Python program may say of a call, for the side of the tests. A reply is parsed into this
# type before anything else looks at it: whatever its JSON holds beside the keys below, or in another
# type, makes it no data. What only the judge says (that a program has ended, that a test has passed) has
# no spelling here.
#
# One of
#   "v": value           data
#   "a": position        the list, dictionary, ... that it was given there
#   "o": [type, call]    an object that is no data, and the first call that gave it
#   "i": type            an iterator too long to be written out
#   "c": type            something to be awaited
#   "e": [names...]      an exception: its class and the classes that one derives from, "d": its text,
#                        "g": its arguments and "x": its attributes when they are data
# and beside it
#   "m": {position: value}   arguments it changed
#   "p": text                what it printed
import python_values as values

_KINDS = {"v": object, "a": int, "o": list, "i": str, "c": str, "e": list}
_OTHERS = {"d": str, "g": list, "x": dict, "m": dict, "p": str}


class NoData(ValueError):
    pass


class Reply:
    __slots__ = ("kind", "value", "names", "text", "arguments", "attributes", "changed", "printed")

    def __init__(self, text):
        try:
            self._read(values.parse_json(text))
        except Exception as problem:
            raise NoData("the reply is no data: %s" % problem) from None

    def _read(self, members):
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
        self.value = values.load(content) if self.kind == "v" else content
        self.names = [name for name in content if type(name) is str][:32] if self.kind == "e" else []
        self.text = members.get("d", "")
        self.arguments = values.load(members["g"]) if "g" in members else None
        self.attributes = dict(values.load(members["x"])) if "x" in members else {}
        self.changed = {int(at): values.load(value) for at, value in members.get("m", {}).items()}
        self.printed = members.get("p", "")
