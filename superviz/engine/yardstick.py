"""The yardstick: the plain PyTorch loop that TMS's notebook and the courses built on it use. Not to be made faster.

It is what superviz's speed is measured against, and nothing else. Importing this module imports torch.
"""

from __future__ import annotations

import torch

# torch gives the types of backward and step only in part.
# pyright: reportUnknownMemberType=false


class ReferenceLoop:
    """einsum forward, autograd, AdamW, a fresh batch every step; ReLU output, in float32 on the CPU."""

    def __init__(self, n_features: int, n_hidden: int, n_instances: int = 1, feature_probability: float = 0.05) -> None:
        self.shape = (1024, n_instances, n_features)
        self.feature_probability = torch.full((n_instances, 1), feature_probability)
        self.importance = torch.ones(n_features)
        self.W = torch.nn.Parameter(torch.empty(n_instances, n_features, n_hidden))
        torch.nn.init.xavier_normal_(self.W)
        self.b_final = torch.nn.Parameter(torch.zeros(n_instances, n_features))
        self.optimiser = torch.optim.AdamW([self.W, self.b_final], lr=1e-3)

    def advance(self, steps: int) -> float:
        """Take that many steps; returns the last one's loss, summed over instances."""
        loss = torch.zeros(())
        for _ in range(steps):
            self.optimiser.zero_grad(set_to_none=True)
            features = torch.rand(self.shape)
            active = torch.rand(self.shape) <= self.feature_probability
            batch = torch.where(active, features, torch.zeros(()))
            hidden = torch.einsum("...if,ifh->...ih", batch, self.W)
            output = torch.relu(torch.einsum("...ih,ifh->...if", hidden, self.W) + self.b_final)
            error = self.importance * (batch - output) ** 2
            loss = error.mean(dim=(0, 2)).sum()
            loss.backward()
            self.optimiser.step()
        return float(loss.detach())


class ReferenceBlocks:
    """Reference loops of `block` instances each, stepped in turn: a sweep that as a whole would fit no cache."""

    def __init__(self, n_features: int, n_hidden: int, n_instances: int, block: int) -> None:
        self.loops = [
            ReferenceLoop(n_features, n_hidden, min(block, n_instances - first))
            for first in range(0, n_instances, block)
        ]

    def advance(self, steps: int) -> float:
        """Take that many steps of every block; returns the last one's loss, summed over instances."""
        loss = 0.0
        for _ in range(steps):
            loss = sum(loop.advance(1) for loop in self.loops)
        return loss
