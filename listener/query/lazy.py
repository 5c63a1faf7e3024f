"""What is worked out when it is first asked for."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """A property that is worked out once, as `functools.cached_property`, which in Python 3.11 also takes a lock.

    The lock costs more than most of what is worked out here, and these objects belong to one thread.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work, self._name = work, work.__name__
        self.__doc__ = work.__doc__

    def __get__(self, owner: Any, kind: type) -> T:  # noqa: ANN401  # whatever has such a property
        value = owner.__dict__[self._name] = self._work(owner)
        return value
