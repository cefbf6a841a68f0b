"""Reading people's settings: numbers taken strictly, and a pydantic error told in one line that names the field."""

from __future__ import annotations

import math
import reprlib
from numbers import Real
from typing import Annotated, TypeAlias, cast

import numpy as np
from pydantic import BeforeValidator, ValidationError


def _shown(value: object) -> str:
    """A value as an error line quotes it, however large it is."""
    try:
        return reprlib.repr(value)
    except ValueError:  # Python refuses to print an integer of more than 4,300 digits
        return "so long a number"


def _as_number(value: object) -> int | float:
    """A plain int or float: pydantic alone takes true and "5" for numbers, and no numpy ones."""
    if isinstance(value, np.ndarray):
        value = cast("object", value[()])  # a scalar where it has no dimensions
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"give a number, not {_shown(value)}")
    return int(value) if isinstance(value, (int, np.integer)) else float(value)


_WANTED = {
    "greater_than": "give more than {gt}",
    "greater_than_equal": "give at least {ge}",
    "less_than": "give less than {lt:,}",
    "less_than_equal": "give at most {le:,}",
    "literal_error": "give {expected}",
    "int_from_float": "give a whole number",
    "finite_number": "give a whole number",
    "int_parsing_size": "give a smaller number",
    "float_type": "give a smaller number",
    "model_type": "give a table of fields",
    "string_type": "give text",
    "string_too_long": "give at most {max_length} characters",
    "string_pattern_mismatch": "give one line",
    "bool_type": "give true or false",
}
"""What would be right, by pydantic's name of the fault."""

Whole: TypeAlias = Annotated[int, BeforeValidator(_as_number)]
Number: TypeAlias = Annotated[float, BeforeValidator(_as_number)]


def number_within(value: object, low: float, high: float, what: str) -> float:
    """`value` as a float above `low` and at most `high`, in float32 too. Raises ValueError, saying what is wanted."""
    try:
        number = float(_as_number(value))
    except (ValueError, OverflowError):
        number = math.nan
    if not (low < number <= high and low < np.float32(number)):
        raise ValueError(f"give {what}, not {_shown(value)}")
    return number


def whole_within(value: object, low: int, high: int, what: str) -> int:
    """`value` as an int from `low` to `high`. Raises ValueError, saying what is wanted."""
    try:
        number = _as_number(value)
    except ValueError:
        number = math.nan
    if not (low <= number <= high) or number != int(number):
        raise ValueError(f"give {what}, not {_shown(value)}")
    return int(number)


def in_one_line(error: ValidationError, fields: list[str], table: str = "") -> str:
    """What is wrong, every field named; `fields` are those there are, in `table` if that has a name."""
    lines: list[str] = []
    for fault in error.errors():
        name = ".".join([*([table] if table else []), *map(str, fault["loc"])])
        cause = fault.get("ctx", {}).get("error")
        if fault["type"] == "extra_forbidden":
            line = f"no such field; the fields are {', '.join(fields)}"
        elif fault["type"] == "missing":
            line = "missing; give a whole number, at least 1"
        elif isinstance(cause, ValueError):
            line = str(cause)
        else:
            bounds = {name: _without_point(bound) for name, bound in fault.get("ctx", {}).items()}
            line = f"{_WANTED[fault['type']].format(**bounds)}, not {_shown(fault['input'])}"
        lines.append(f"{name}: {line}" if name else line)
    return " ".join("; ".join(lines).split())


def _without_point(bound: object) -> object:
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound
