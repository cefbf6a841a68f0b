"""Digest: what is asked of one instance's weights again and again while they rest; each of it worked out once."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import DEAD_NORM, feature_dimensionality, weight_norms
from superviz.core.neurons import polysemanticity
from superviz.core.snapshot import Array
from superviz.session.moment import Moment

_MOMENTS = 3
"""Of so many is the digest kept: the one in the window, the one before it, and that of a film in the making. Each holds
its weights, which may be large."""
_MOST_ROWS = 16
"""Products are kept with so many features: the pointer comes back to the same few."""


class Digest:
    """Of W, (hidden, features). Everything in it is read-only and as precise as W."""

    def __init__(self, W: Array) -> None:
        self.W = W
        self._products: dict[int, Array] = {}

    @cached_property
    def norms(self) -> Array:
        """(features,): the length of each."""
        return weight_norms(self.W)

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        """(features,): whether it is represented."""
        return self.norms >= DEAD_NORM

    @cached_property
    def dimensionality(self) -> Array:
        """(features,): the share of a dimension each has."""
        return feature_dimensionality(self.W)

    @cached_property
    def weight_of_neurons(self) -> Array:
        """(hidden,): the sum of each one's squared weights."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.einsum("hf,hf->h", self.W, self.W)

    @cached_property
    def polysemanticity(self) -> Array:
        """(hidden,): how many features each neuron mixes."""
        return polysemanticity(self.W)

    def products(self, feature: int) -> Array:
        """(features,): one row of W^T W. All of it is never made: of 16,384 features it would take a gigabyte."""
        known = self._products.get(feature)
        if known is None:
            with np.errstate(over="ignore", invalid="ignore"):
                known = self.W[:, feature] @ self.W
            if len(self._products) >= _MOST_ROWS:
                self._products.pop(next(iter(self._products)))
            self._products[feature] = known
        return known

    def cosines(self, feature: int) -> Array:
        """(features,): of the angle between each and `feature`; 0 where either is dead."""
        scale = self.norms * self.norms[feature]
        known = self.alive & self.alive[feature]
        return np.divide(self.products(feature), scale, out=np.zeros_like(scale), where=known)


def digest_of(moment: Moment, instance: int) -> Digest:
    """The digest of one instance's weights at a moment."""
    digests = _digests(moment)
    if instance not in digests:
        digests[instance] = Digest(moment.W[instance])
    return digests[instance]


@lru_cache(maxsize=_MOMENTS)
def _digests(_moment: Moment) -> dict[int, Digest]:
    return {}
