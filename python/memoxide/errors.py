"""What memoxide raises. A function's own exceptions pass through unchanged."""


class MemoxideError(Exception):
    """The base of all errors of this library."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.__dict__.update(details)


class OptionError(MemoxideError, ValueError):
    """A decorator was given an option that cannot be."""


class DecorationError(MemoxideError, TypeError):
    """A decorator was put on something that it cannot cache."""


class UnhashableParamError(MemoxideError, TypeError):
    """An argument has no stable content, so that no key can be made from it."""

    function: str
    """Module and qualified name of the cached function."""
    path: str
    """The parameter, and the way from there to the value: `config["db"].conn`."""
    type_name: str
    """Module and qualified name of the value's class."""


class UserHashError(MemoxideError):
    """A hash function of the user's failed; its exception is the `__cause__`."""

    function: str
    """Module and qualified name of the cached function."""
    path: str
    """The parameter, and the way from there to the value."""
    type_name: str
    """Module and qualified name of the value's class."""


class UnserializableReturnValueError(MemoxideError, TypeError):
    """A result cannot be stored: pickle refused it, which is the `__cause__`, or it is used up."""

    function: str
    """Module and qualified name of the cached function."""
    type_name: str
    """Module and qualified name of the result's class."""
    value: object
    """The result itself, so that it is not lost."""


class CacheCycleError(MemoxideError, RecursionError):
    """A computation needs its own result, directly or over other functions and threads."""

    chain: list[str]
    """The functions that wait for each other, from the one that was wanted back to it."""


class NoSessionError(MemoxideError, RuntimeError):
    """A function with `scope="session"` was used where no session is open."""

    function: str
    """Module and qualified name of the cached function."""
