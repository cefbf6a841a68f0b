"""What a script's models are shown: for each distribution of features, the PyTorch that draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from superviz.core.experiment import Experiment
from superviz.core.fields import Spread
from superviz.core.kinds import Distribution
from superviz.exchange.literals import Numbers, literal

_EACH = "torch.rand(count, n_instances, n_features)"
_OF_ITS_SET = "torch.rand(count, n_instances, len(sets))[..., set_of]"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a script draws the features of one distribution."""

    says: str
    """What `sample` returns, for its docstring."""
    settings: Callable[[Experiment], list[str]]
    """What belongs to it at the head of the script, beside the probability."""
    active: Callable[[Experiment], list[str]]
    """Leaves in `active` which features are, (count, instances, features)."""
    takes_probability: bool = True


def _nothing(experiment: Experiment) -> list[str]:
    return []


def _independent(experiment: Experiment) -> list[str]:
    return [f"active = {_EACH} < probability"]


def _sets(experiment: Experiment) -> list[str]:
    """The sets, each feature in one of them: one that is on its own is a set of its own."""
    if isinstance(experiment.feature_sets, int):
        sets = [f"sets = torch.arange(n_features).split({experiment.feature_sets})  # features that belong together"]
    else:
        given = experiment.sets()
        together = {feature for members in given for feature in members}
        alone = [(feature,) for feature in range(experiment.n_features) if feature not in together]
        sets = [
            "# Features that belong together; a feature on its own is a set of its own.",
            f"sets = {literal([*given, *alone])}",
        ]
    return [
        *sets,
        "set_of = torch.empty(n_features, dtype=torch.long)  # each feature's set",
        "for number, members in enumerate(sets):",
        "    set_of[members] = number",
    ]


def _correlated_settings(experiment: Experiment) -> list[str]:
    return [f"correlation = {literal(experiment.correlation)}", *_sets(experiment)]


def _correlated(experiment: Experiment) -> list[str]:
    return [
        "# Each set has a hidden parent, active with probability q; where it is, each of the set's features is with r.",
        "# So q r = p, and two of them have correlation c where r = p + c (1 - p).",
        "r = probability + correlation * (1 - probability)",
        f"parent = {_OF_ITS_SET} < probability / r",
        f"active = parent & ({_EACH} < r)",
    ]


def _anticorrelated(experiment: Experiment) -> list[str]:
    p = ["p = probability"]
    if experiment.probability_of == "set":
        p = [
            "# The set fires with the probability given, and then one of its features is active.",
            "p = probability / torch.tensor([len(sets[number]) for number in set_of])",
        ]
    return [
        *p,
        "# Each set throws one number; its features own intervals of it, side by side.",
        "start, end = torch.zeros(n_instances, n_features), torch.zeros(n_instances, n_features)",
        "for members in sets:",
        "    end[:, members] = p[:, members].cumsum(-1)",
        "    start[:, members[1:]] = end[:, members[:-1]]",
        f"thrown = {_OF_ITS_SET}",
        "active = (start <= thrown) & (thrown < end)",
    ]


def _one_hot(experiment: Experiment) -> list[str]:
    return [
        "chosen = torch.randint(n_features, (count, n_instances))",
        "active = torch.nn.functional.one_hot(chosen, n_features)",
    ]


def _family(experiment: Experiment) -> list[str]:
    """Each child with its parent, those of an earlier generation first."""
    parents = experiment.ancestry()
    depth = [0] * len(parents)
    for feature, ancestor in enumerate(parents):
        while ancestor >= 0:
            depth[feature], ancestor = depth[feature] + 1, parents[ancestor]
    order = sorted(range(len(parents)), key=depth.__getitem__)
    pairs = [(feature, parents[feature]) for feature in order if parents[feature] >= 0]
    return ["# Each child and its parent, parents before their own children.", f"family = {literal(pairs)}"]


def _hierarchical(experiment: Experiment) -> list[str]:
    return [
        *_independent(experiment),
        "for child, parent in family:",
        "    active[..., child] &= active[..., parent]",
    ]


_ACTIVE = "Features (count, instances, features), uniform on {} where active: {}."
DRAWINGS: dict[Distribution, Drawing] = {
    "independent": Drawing("each is active with probability p", _nothing, _independent),
    "correlated": Drawing("a set's features tend to come together", _correlated_settings, _correlated),
    "anticorrelated": Drawing("at most one of a set is active", _sets, _anticorrelated),
    "one_hot": Drawing("exactly one is active", _nothing, _one_hot, takes_probability=False),
    "hierarchical": Drawing("a child is active only where its parent is", _family, _hierarchical),
}
"""A row here is all that a distribution takes."""


def probability(experiment: Experiment) -> str:
    """The expression for p, (instances, features)."""
    return _spread(experiment.feature_probability, per_list="instance")


def importance(experiment: Experiment) -> str:
    """The expression for I, which broadcasts with (instances, features)."""
    if isinstance(experiment.importance, float):
        return f"{literal(experiment.importance)} ** torch.arange(n_features)"
    return f"torch.tensor({literal(cast(Numbers, experiment.importance))})"


def starting_bias(experiment: Experiment) -> str:
    """The expression for what b starts from, (instances, features)."""
    return _spread(experiment.starting_bias, per_list="feature")


def _spread(given: Spread, *, per_list: Literal["instance", "feature"]) -> str:
    if not isinstance(given, Sequence):
        return f"torch.full((n_instances, n_features), {literal(given)})"
    tensor = f"torch.tensor({literal(cast(Numbers, given))})"
    if isinstance(given[0], tuple):
        return tensor
    return f"{tensor}[:, None].repeat(1, n_features)" if per_list == "instance" else f"{tensor}.repeat(n_instances, 1)"


def sample_function(experiment: Experiment) -> list[str]:
    """The script's `sample`."""
    drawing = DRAWINGS[experiment.distribution]
    x = [f"x = active * {_EACH}"]
    if experiment.signed:
        x.append("x = x * (1 - 2 * torch.randint(2, x.shape))")
    if experiment.unit_norm:
        x.append("x = torch.nn.functional.normalize(x, dim=-1)  # to length 1, but for those that are 0")
    span = "[-1, 1]" if experiment.signed else "[0, 1]"
    body = [f'"""{_ACTIVE.format(span, drawing.says)}"""', *drawing.active(experiment), *x, "return x"]
    return ["def sample(count):", *(f"    {line}" for line in body)]
