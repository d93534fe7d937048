"""How the loops over points are compiled.

numba compiles a loop when it is first called and keeps the machine code beside
the module or in the user's cache, so that the next process starts at once.
Without `fastmath`: bins and masks must be equal to those of plain arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a loop at its first call; other threads run while it does."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither the package's folder nor the user's cache can be written
        return numba.njit(nogil=True)(function)
