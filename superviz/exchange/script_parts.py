"""The parts of a script, from its heading to its last line: each a list of lines, empty where it isn't needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from superviz.core.experiment import Experiment
from superviz.core.kinds import ModelKind, Optimiser, Schedule
from superviz.exchange.literals import Numbers, literal
from superviz.exchange.script_plan import Change, Plan
from superviz.exchange.script_samples import DRAWINGS, importance, probability, starting_bias


@dataclass(frozen=True, slots=True)
class _Form:
    """How a kind of model reads in a script."""

    formula: str
    rectifies_hidden: bool = False
    rectifies_output: bool = True
    target: str = "x"


_FORMS: dict[ModelKind, _Form] = {
    "linear": _Form("x' = W^T W x + b", rectifies_output=False),
    "relu_output": _Form("x' = ReLU(W^T W x + b)"),
    "relu_hidden": _Form("h = ReLU(W x), x' = ReLU(W^T h + b)", rectifies_hidden=True),
    "absolute_value": _Form("h = ReLU(W x), y = ReLU(V^T h + b), for |x|", rectifies_hidden=True, target="x.abs()"),
}
_OPTIMISERS: dict[Optimiser, str] = {
    "adamw": "AdamW(model.parameters(), lr=learning_rate, weight_decay=weight_decay)",
    "adam": "Adam(model.parameters(), lr=learning_rate, weight_decay=weight_decay)",
    "sgd": "SGD(model.parameters(), lr=learning_rate, momentum=momentum, weight_decay=weight_decay)",
}
_FALLS: dict[Schedule, tuple[str, str]] = {
    "constant": ("", ""),
    "linear": (" * (1 - t)", "falls to 0 in a straight line"),
    "cosine": (" * math.cos(t * math.pi / 2)", "falls to 0 along half a cosine"),
}
_VARIABLES: dict[str, tuple[str, Callable[[Experiment], str]]] = {
    "importance": ("importance", importance),
    "l1_penalty": ("l1_penalty", lambda experiment: literal(experiment.l1_penalty)),
    "feature_probability": ("probability", probability),
    "correlation": ("correlation", lambda experiment: literal(experiment.correlation)),
    "learning_rate": ("learning_rate", lambda experiment: literal(experiment.learning_rate)),
    "steps": ("steps", lambda experiment: literal(experiment.steps)),
    "weight_decay": ("weight_decay", lambda experiment: literal(experiment.weight_decay)),
}
"""What a script calls each live field, and the expression for its value."""


def heading(title: str, plan: Plan) -> list[str]:
    """The docstring: what is trained, and what is not the same as in superviz."""
    first = plan.first
    # A title may come from a stranger's file: nothing in it may end the docstring.
    named = "".join(sign if sign.isprintable() else " " for sign in title).replace("\\", "/").replace('"', "'")
    models = f"{first.n_instances:,} models, trained side by side" if first.n_instances > 1 else "One model"
    lines = [
        f'"""{named or "A toy model of superposition"}: plain PyTorch, written by superviz.',
        "",
        f"{models}: {first.n_features:,} features in {first.n_hidden:,} dimensions, {_formula(first)}.",
        "The same experiment as superviz trains, from random numbers of torch's own: another run of it.",
    ]
    if first.noise_free:
        lines.append("superviz trains on the exact expected loss; in its place is that of a fresh batch.")
    return [*lines, '"""']


def settings(plan: Plan) -> list[str]:
    """The values at the head of the script."""
    first, drawing = plan.first, DRAWINGS[plan.first.distribution]
    start, fresh = first.starting_weights, first.training_set is None
    values = {
        "probability": probability(first) if drawing.takes_probability else "",
        "importance": importance(first) if plan.ever("importance") else "",
        "l1_penalty": literal(first.l1_penalty) if plan.ever("l1_penalty") else "",
        "starting_polygon": literal(first.polygons()) if start == "polygon" else "",
        "given": "" if isinstance(start, str) else f"torch.tensor({literal(cast(Numbers, start))})",
        "starting_scale": _starting_scale(first),
        "starting_bias": starting_bias(first) if _has_starting_bias(first) else "",
        "batch_size": literal(first.batch_size) if fresh else "",
        "training_set": "" if first.training_set is None else literal(first.training_set),
        "steps": literal(plan.steps if first.schedule == "constant" else first.steps),
        "learning_rate": literal(first.learning_rate),
        "warmup": literal(first.warmup) if first.warmup else "",
        "momentum": literal(first.momentum) if first.optimiser == "sgd" else "",
        "weight_decay": literal(first.weight_decay),
    }
    return [
        f"n_instances, n_features, n_hidden = {first.n_instances:_}, {first.n_features:_}, {first.n_hidden:_}",
        *(f"{name} = {value}" for name, value in values.items() if value),
        *(["", *drawing.settings(first)] if drawing.settings(first) else []),
    ]


def start_function(first: Experiment) -> list[str]:
    """`starting_weights`."""
    scale = " * starting_scale" if _starting_scale(first) else ""
    if first.starting_weights == "random":
        body = [
            '"""Normal numbers by Xavier\'s rule, (instances, hidden, features)."""',
            "deviation = (2 / (n_features + n_hidden)) ** 0.5",
            f"return torch.randn(n_instances, n_hidden, n_features) * deviation{scale}",
        ]
    elif first.starting_weights == "polygon":
        body = [
            '"""Regular polygons, (instances, hidden, features); the features beyond their corners start at 0."""',
            "W = torch.zeros(n_instances, n_hidden, n_features)",
            "for instance, corners in enumerate(starting_polygon):",
            "    angle = math.pi / 2 - 2 * math.pi * torch.arange(corners) / corners",
            "    W[instance, :, :corners] = torch.stack([angle.cos(), angle.sin()])",
            f"return W{scale}",
        ]
    else:
        body = [
            '"""The weights that were given, (instances, hidden, features)."""',
            f"return given.expand(n_instances, n_hidden, n_features).clone(){scale}",
        ]
    return ["def starting_weights():", *_indented(body)]


def model_class(plan: Plan) -> list[str]:
    """`Model`."""
    first, form = plan.first, _FORMS[plan.first.model]
    hidden = 'torch.einsum("ihf,nif->nih", self.W, x)'
    output = f'torch.einsum("ihf,nih->nif", self.{"W" if first.is_tied else "V"}, h){" + self.b" if first.bias else ""}'
    start = ["super().__init__()", "self.W = torch.nn.Parameter(starting_weights())"]
    if not first.is_tied:
        start.append("self.V = torch.nn.Parameter(starting_weights())")
    if first.bias:
        bias = "starting_bias.clone()" if _has_starting_bias(first) else "torch.zeros(n_instances, n_features)"
        start.append(f"self.b = torch.nn.Parameter({bias})")
    told, returned = (", and h,", ", h") if plan.ever("l1_penalty") else ("", "")
    return [
        "class Model(torch.nn.Module):",
        f'    """{_formula(first)}, for each instance."""',
        "",
        "    def __init__(self):",
        *_indented(start, 2),
        "",
        "    def forward(self, x):",
        f'        """The output{told} for x (count, instances, features)."""',
        f"        h = {f'torch.relu({hidden})' if form.rectifies_hidden else hidden}",
        f"        return {f'torch.relu({output})' if form.rectifies_output else output}{returned}",
    ]


def losses_function(plan: Plan) -> list[str]:
    """`losses`."""
    penalised, target = plan.ever("l1_penalty"), _FORMS[plan.first.model].target
    squares = f"{'importance * ' if plan.ever('importance') else ''}(output - {target}) ** 2"
    over = plan.first.loss_over_features
    body = [
        f'"""Each instance\'s loss, (instances,): the {over} over features, the mean over samples."""',
        f"output{', h' if penalised else ''} = model(x)",
        f"return ({squares}).{over}(-1).mean(0){' + l1_penalty * h.abs().sum(-1).mean(0)' if penalised else ''}",
    ]
    return ["def losses(model, x):", *_indented(body)]


def rate_function(plan: Plan) -> list[str]:
    """`learning_rate_at`, where the rate differs from step to step."""
    first = plan.first
    if not plan.has_rates:
        return []
    factor, falls = _FALLS[first.schedule]
    rises = " * min(1, (step + 1) / warmup)" if first.warmup else ""
    words = " and then ".join(filter(None, ["rises over the warm-up" if rises else "", falls]))
    done = "(step - warmup) / max(1, steps - warmup)" if rises else "step / steps"
    body = [f'"""The learning rate of the step after the first `step`: it {words}."""']
    if factor:
        body.append(f"t = min(max(0, {done}), 1)")
    return ["def learning_rate_at(step):", *_indented([*body, f"return learning_rate{rises}{factor}"])]


def train_function(plan: Plan) -> list[str]:
    """`train`."""
    first, total = plan.first, literal(plan.steps) if "steps" in plan.changing else "steps"
    names = [_VARIABLES[name][0] for name in plan.changing]
    body = ['"""Models that were trained from their start."""']
    if names:
        body.append(f"global {', '.join(names)}  # what was changed while it trained")
    body += ["model = Model()", f"optimiser = torch.optim.{_OPTIMISERS[first.optimiser]}"]
    if first.training_set is not None:
        body.append("examples = sample(training_set)")
    body.append(f"for step in range({total}):")
    loop = [line for change in plan.changes for line in _change(change)]
    if plan.has_rates or "learning_rate" in plan.changing:
        loop.append(f'optimiser.param_groups[0]["lr"] = learning_rate{"_at(step)" if plan.has_rates else ""}')
    if "weight_decay" in plan.changing:
        loop.append('optimiser.param_groups[0]["weight_decay"] = weight_decay')
    loop += [
        f"loss = losses(model, {'sample(batch_size)' if first.training_set is None else 'examples'})",
        "optimiser.zero_grad()",
        "loss.sum().backward()  # an instance's loss reaches its own weights alone",
        "optimiser.step()",
        f"if (step + 1) % {max(1, plan.steps // 10):_} == 0:",
        '    print(f"step {step + 1:,}: loss {loss.mean():.5f}, the mean of all instances")',
    ]
    return ["def train():", *_indented([*body, *_indented(loop), "return model"])]


def evaluate_function(first: Experiment) -> list[str]:
    """`evaluate`."""
    test = ", none of them in the training set" if first.training_set is not None else ""
    body = [
        f'"""Each instance\'s loss on many fresh samples{test}, (instances,)."""',
        "return sum(losses(model, sample(1024)) for _ in range(64)) / 64",
    ]
    return ["@torch.no_grad()", "def evaluate(model):", *_indented(body)]


def best_function(plan: Plan) -> list[str]:
    """`train_best`, where the best of several starts is kept."""
    if plan.first.best_of == 1:
        return []
    body = [
        '"""The best of several starts for each instance: the one of lowest loss."""',
        "best = train()",
        "lowest = evaluate(best)",
        "for _ in range(tries - 1):",
        "    tried = train()",
        "    loss = evaluate(tried)",
        "    better = (loss < lowest) | lowest.isnan()",
        "    with torch.no_grad():",
        "        for kept, new in zip(best.parameters(), tried.parameters()):",
        "            kept[better] = new[better]",
        "    lowest = torch.where(better, loss, lowest)",
        "return best",
    ]
    return ["def train_best(tries):", *_indented(body)]


def main(plan: Plan) -> list[str]:
    """What the script does when it is run."""
    first = plan.first
    said = "test loss" if first.training_set is not None else "loss"
    said = f"instance {{instance}}: {said} {{loss:.5f}}, {{represented}} of {{n_features}} features represented"
    body = [
        f"torch.manual_seed({first.seeds()[0]})",
        "model = train()" if first.best_of == 1 else f"model = train_best({first.best_of})",
        "for instance, (loss, W) in enumerate(zip(evaluate(model), model.W.detach())):",
        "    represented = int((W.norm(dim=0) >= 0.1).sum())",
        f'    print(f"{said}")',
    ]
    return ['if __name__ == "__main__":', *_indented(body)]


def _formula(first: Experiment) -> str:
    formula = _FORMS[first.model].formula
    return formula if first.bias else formula.replace(" + b", "")


def _starting_scale(first: Experiment) -> str:
    scale = first.starting_scale
    if isinstance(scale, Sequence):
        return f"torch.tensor({literal(scale)})[:, None, None]"
    return "" if scale == 1 else literal(scale)


def _has_starting_bias(first: Experiment) -> bool:
    return first.bias and bool(first.starting_bias_array().any())


def _change(change: Change) -> list[str]:
    """What happens in the loop at that step."""
    lines: list[str] = []
    for name in change.fields:
        variable, value = _VARIABLES[name]
        lines += f"{variable} = {value(change.experiment)}".split("\n")
    if change.experiment.training_set is not None and {"feature_probability", "correlation"} & set(change.fields):
        lines.append("examples = sample(training_set)")
    return [f"if step == {change.step:_}:", *_indented(lines)]


def _indented(lines: list[str], depth: int = 1) -> list[str]:
    return [f"{'    ' * depth}{line}" if line else "" for line in lines]
