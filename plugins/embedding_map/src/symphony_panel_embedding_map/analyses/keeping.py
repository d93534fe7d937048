"""What is computed once in the process and waited for by whoever asks meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from symphony_core.cache import ByteLRU
from symphony_core.errors import Cancelled
from symphony_core.specs import Cancel

Value = TypeVar("Value")


def kept(cache: ByteLRU[Value], key: Hashable, compute: Callable[[], Value], cancel: Cancel) -> Value:
    """Give the value under `key`, from `compute` when it is not kept.

    Who waited for a computation that somebody else cancelled does it anew.
    """
    while True:
        try:
            return cache.get(key, compute)
        except Cancelled:
            cancel.check()
