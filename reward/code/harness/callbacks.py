# SPDX-License-Identifier: Apache-2.0
#
# Functions of the tests as the judged program gets them: to call one asks the tests, in the middle of
# the call that the program is answering. Nothing of their code is here.


# What a function of the tests raised; `number` is theirs, so that it comes back as the same object.
def raised(described):
    import builtins
    import sys

    names = described["names"]
    own = sys.modules["solution"]
    kinds = [getattr(builtins, name, getattr(own, name, None)) for name in names]
    base = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Exception)), Exception)
    kind = base if names[0] == base.__name__ else type(names[0], (base,), {})
    try:
        error = kind(*described["arguments"])
    except Exception:
        error = RuntimeError(described["text"])
    error.longhaul_number = described["number"]
    return error


class Callback:
    # `shape`: name, numbers of positional, positional-only and keyword-only parameters, names of all,
    # flags of the code, number of defaults; None of what has no code. `ask` makes the call.
    def __init__(self, number, shape, ask):
        self.number = number
        self.shape = shape
        self._ask = ask
        if shape is not None:
            self.__name__ = self.__qualname__ = shape[0]

    def __call__(self, *args, **kwargs):
        return self._ask(self.number, args, kwargs)

    def __get__(self, instance, owner=None):
        return self if instance is None else type(self.__get__)(self, instance)

    @property
    def __code__(self):
        if self.shape is None:
            raise AttributeError("__code__")
        code = type("code", (), {})()
        code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount = self.shape[1:4]
        code.co_varnames, code.co_flags = tuple(self.shape[4]), self.shape[5]
        code.co_name = self.shape[0]
        return code

    # What inspect.signature looks for.
    @property
    def __signature__(self):
        if self.shape is None:
            raise AttributeError("__signature__")
        from inspect import Parameter, Signature

        _, positional, only, keywords, names, flags, defaults = self.shape
        names = list(names)
        parameters = [
            Parameter(
                name,
                Parameter.POSITIONAL_ONLY if at < only else Parameter.POSITIONAL_OR_KEYWORD,
                default=... if at >= positional - defaults else Parameter.empty,
            )
            for at, name in enumerate(names[:positional])
        ]
        rest = names[positional + keywords :]
        if flags & 4:
            parameters.append(Parameter(rest.pop(0), Parameter.VAR_POSITIONAL))
        parameters += [Parameter(name, Parameter.KEYWORD_ONLY) for name in names[positional : positional + keywords]]
        if flags & 8:
            parameters.append(Parameter(rest.pop(0), Parameter.VAR_KEYWORD))
        return Signature(parameters)
