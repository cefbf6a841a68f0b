"""Where a session's weights come from."""

from __future__ import annotations

from typing import Literal, TypeAlias

Origin: TypeAlias = Literal["trained", "streamed", "imported"]
"""Trained by superviz; handed over by someone's own training loop; or read from a file of weights."""

ORIGINS: dict[str, Origin] = {"trained": "trained", "streamed": "streamed", "imported": "imported"}
"""By what a session file says."""
