"""A model of one's own, watched by superviz: twelve months in two dimensions, learning which of them are neighbours.

    python examples/months.py months.superviz
    superviz months.superviz --follow          # in another terminal, meanwhile or afterwards

Each month is two numbers, its embedding. From a month the model has to guess a day of that month or of the one before
or after. Nobody tells it that the year is a circle. Needs PyTorch: pip install torch
"""

from __future__ import annotations

import argparse
import time

import torch

import superviz

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Neighbours(torch.nn.Module):
    """Month -> embedding -> a score for each month: the larger, the closer their embeddings point."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = torch.nn.Parameter(0.05 * torch.randn(len(MONTHS), 2))

    def forward(self) -> torch.Tensor:
        """(12, 12) scores, a row a month."""
        return 6 * self.embedding @ self.embedding.T


def main() -> None:
    """Train, and stream the embedding as it goes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("session", help="the session file to write, such as months.superviz")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--pace", type=float, default=200.0, help="steps a second, so that it can be watched")
    wanted = parser.parse_args()

    torch.manual_seed(1)
    model = Neighbours()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    year = torch.eye(len(MONTHS))
    target = 0.5 * year + 0.25 * year.roll(1, 1) + 0.25 * year.roll(-1, 1)
    loss = torch.tensor(0.0)

    # An embedding has a row a token: its axes are (features, hidden). superviz is told, and guesses nothing.
    with superviz.record(wanted.session, axes="features,hidden", title="Twelve months", names=MONTHS) as recording:
        for step in range(wanted.steps + 1):
            loss = torch.nn.functional.cross_entropy(model(), target)
            recording.append(step, model.embedding, loss=loss)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            time.sleep(1 / wanted.pace)
    print(f"{wanted.session}: {wanted.steps:,} steps, cross-entropy {loss.item():.3f}")


if __name__ == "__main__":
    main()
