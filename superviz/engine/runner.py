"""Runner: drives a trainer at a pace, hands what it leaves to sinks, and obeys commands at step boundaries."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from queue import Empty, SimpleQueue

from superviz.core.errors import SupervizError
from superviz.core.parameters import Parameters
from superviz.core.snapshot import LiveValue, Snapshot, SnapshotSink
from superviz.engine.backend import Backend
from superviz.engine.keyframes import KeyframePolicy, grid_steps
from superviz.engine.pacing import Pacer
from superviz.engine.state import Trace
from superviz.engine.trainer import Diverged

CHECKPOINT_STEPS = 2_500
"""Steps between checkpoints while nothing else asks for one, at first..."""
_CHECKPOINTS_A_DOUBLING = 100
"""...and each time that so many are taken at one spacing, it doubles: a long run's file isn't filled with them."""
_PASSING_SECONDS = 0.5
"""Without a checkpoint for so long, there is one in passing: being killed costs no more than this..."""
_PASSING_BYTES_A_SECOND = 2**26
"""...but of large models they come less often, so that no more than this is written."""
STACK_BYTES = 16 * 2**20
"""What the thread of run() should have. A secondary thread on macOS gets 512 KiB, too little for the compiler
that numba calls there."""
_LIVE_SECONDS = 0.01
"""Between two looks at the live head: less than a frame of a 60 Hz screen, so that each frame has something new."""


class RunState(Enum):
    """Where a runner is; see Runner."""

    READY = auto()
    COMPILING = auto()
    RUNNING = auto()
    PAUSED = auto()
    FINISHED = auto()
    STOPPED = auto()
    FAILED = auto()


class Runner:
    """Trains until `until`, in a thread of the caller's choice.

    ::

                                   pause, advance, divergence
        READY -run()-> COMPILING -> RUNNING ----------------> PAUSED
                            |        |   ^ <----------------    |
                          paused     |   |      resume          | advance
                            v        |   | a later horizon      | up to the horizon
                          PAUSED     v   |                      |
                                    FINISHED <------------------'

        from any of them: stop -> STOPPED; an exception -> FAILED

    run() returns from STOPPED and FAILED, and from FINISHED unless it is to `stay`. The horizon is `until`.

    Commands may come from any thread, before run() too; each is obeyed between two steps, within some 10 ms. Attributes
    may be read from any thread. A sink is called from run()'s thread: losses, then keyframes, then the live weights.
    Checkpoints: at step 0, at every edit and pause, at the end, and every CHECKPOINT_STEPS or more; and in passing.
    """

    def __init__(
        self,
        trainer: Backend,
        sinks: Sequence[SnapshotSink],
        *,
        until: int | None = None,
        pace: float | None = None,
        paused: bool = False,
        stay: bool = False,
        keyframes: KeyframePolicy | None = None,
        on_state: Callable[[RunState, str], None] = lambda state, message: None,
    ) -> None:
        """`until` is a step, by default the experiment's `steps`; `pace` is in steps a second, None for flat out.

        `on_state` is told each new state with one line for people, or "", in run()'s thread; and the present state with
        a line where an edit is refused.
        """
        self.state = RunState.READY
        self.message = ""
        self.error: BaseException | None = None
        """What it last failed or diverged over."""
        self._trainer = trainer
        self._layout = Parameters.of(trainer.experiment)
        self._sinks = tuple(sinks)
        self._until = trainer.experiment.steps if until is None else until
        self._pacer = Pacer(pace)
        self._stay = stay
        self._paused = paused
        self._owed = 0
        self._keyframes = KeyframePolicy() if keyframes is None else keyframes
        self._on_state = on_state
        self._commands: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._checkpoint_step = -1
        self._passing = False
        self._checkpoint_time = 0.0
        state = 3 * 4 * trainer.experiment.n_instances * self._layout.count
        self._checkpoint_seconds = max(_PASSING_SECONDS, state / _PASSING_BYTES_A_SECOND)
        self._live_time = 0.0

    @property
    def step(self) -> int:
        """Steps done."""
        return self._trainer.step

    @property
    def pace(self) -> float | None:
        """Steps a second asked for; None is flat out."""
        return self._pacer.pace

    def pause(self) -> None:
        """Rest after the step at hand."""
        self._command(self._pause)

    def resume(self) -> None:
        """Go on at the pace asked for."""
        self._command(self._resume)

    def advance(self, steps: int = 1) -> None:
        """Pause, then take that many steps at once, but none beyond the horizon."""
        self._command(lambda: self._advance(steps))

    def stop(self) -> None:
        """End run(), leaving a checkpoint. From a signal handler too."""
        self._command(self._stop)

    def set_pace(self, pace: float | None) -> None:
        """Steps a second; None for flat out."""
        self._command(lambda: self._pacer.set(pace))

    def edit(self, field: str, value: LiveValue) -> None:
        """Change a live field of the experiment from the next step on; what does not fit is told to `on_state`."""
        self._command(lambda: self._edit(field, value))

    def run(self) -> None:
        """Train; returns when STOPPED or FAILED, or FINISHED unless it is to stay."""
        try:
            self._begin()
            while self.state is not RunState.STOPPED and (self._stay or self.state is not RunState.FINISHED):
                self._obey()
                self._work()
        except Exception as error:
            self.error = error
            line = str(error) if isinstance(error, SupervizError) else f"{type(error).__name__}: {error}"
            self._enter(RunState.FAILED, line)
        finally:
            self._trainer.close()

    @property
    def rate(self) -> float:
        """Steps a second, measured over the last quarter of a second; 0 while it rests."""
        return self._pacer.rate if self.state is RunState.RUNNING else 0.0

    def _begin(self) -> None:
        self._enter(RunState.COMPILING)
        if line := self._trainer.preparation():
            self._enter(RunState.COMPILING, line)
        if self._keyframes.count == 0:
            self._checkpoint()
            self._append(self._keyframes.start(self._trainer.snapshot()))
        self._show_live()
        self._trainer.prepare()
        self._pacer.restart()
        self._checkpoint_time = time.perf_counter()
        if self._trainer.step >= self._until:
            self._enter(RunState.FINISHED)
        else:
            self._enter(RunState.PAUSED if self._paused else RunState.RUNNING)

    def _command(self, command: Callable[[], None]) -> None:
        self._commands.put(command)
        self._trainer.interrupt()

    def _obey(self) -> None:
        """Carry out the commands that wait; with no step due, sleep until one is or a command comes."""
        try:
            command = self._commands.get(timeout=self._rest())
            while True:
                self._trainer.uninterrupt()  # first: what is commanded from here on interrupts anew
                command()
                command = self._commands.get_nowait()
        except Empty:
            pass

    def _rest(self) -> float | None:
        """Seconds to sleep on the commands; None for as long as none comes."""
        if self.state is RunState.RUNNING:
            return self._pacer.wait()
        return 0.0 if self._owed else None

    def _work(self) -> None:
        """Take the steps that are due, at most a chunk."""
        if self.state not in (RunState.RUNNING, RunState.PAUSED):
            return
        left = self._until - self._trainer.step
        if left > 0 and self.state is RunState.RUNNING:
            left -= self._train(min(left, self._pacer.due()))
        elif left > 0 and self._owed:
            taken = self._train(min(left, self._owed, self._pacer.chunk))
            left -= taken
            self._owed = max(0, self._owed - taken)
            if not self._owed:
                self._settle()
        if left <= 0:
            self._owed = 0
            self._settle()
            self._enter(RunState.FINISHED)

    def _train(self, steps: int) -> int:
        """Take some of `steps` steps, handing on what they leave; returns how many."""
        before = self._trainer.step
        checkpoint = _checkpoint_after(before)
        steps = min(steps, checkpoint - before)
        if not steps:
            return 0
        started = time.perf_counter()
        try:
            self._hand_on(self._trainer.trace(steps, grid_steps(before, before + steps), self._pacer.chunk))
        except Diverged as error:
            self.error = error
            self._hand_on(error.trace)
            self._owed = 0
            self._settle()
            self._enter(RunState.PAUSED, str(error))
            return self._trainer.step - before
        taken = self._trainer.step - before
        self._pacer.took(taken, time.perf_counter() - started)
        if self._trainer.step == checkpoint:
            self._checkpoint()
        elif time.perf_counter() - self._checkpoint_time >= self._checkpoint_seconds:
            self._checkpoint(passing=True)
        if time.perf_counter() - self._live_time >= _LIVE_SECONDS:
            self._show_live()
        return taken

    def _hand_on(self, trace: Trace) -> None:
        if len(trace.losses):
            test_losses = trace.test_losses if len(trace.test_losses) else None
            for sink in self._sinks:
                sink.append_losses(trace.losses, test_losses)
        self._append(self._keyframes.select(trace.steps, trace.parameters, self._layout))

    def _append(self, keyframes: Sequence[Snapshot]) -> None:
        for snapshot in keyframes:
            for sink in self._sinks:
                sink.append(snapshot)

    def _settle(self) -> None:
        """Leave everything as it is to be found when training rests."""
        self._checkpoint()
        self._show_live()

    def _checkpoint(self, *, passing: bool = False) -> None:
        if self._checkpoint_step != self._trainer.step or (self._passing and not passing):
            self._checkpoint_step, self._passing = self._trainer.step, passing
            checkpoint = self._trainer.checkpoint()
            for sink in self._sinks:
                sink.append_checkpoint(checkpoint, passing=passing)
        self._checkpoint_time = time.perf_counter()

    def _show_live(self) -> None:
        self._live_time = time.perf_counter()
        snapshot = self._trainer.snapshot()
        for sink in self._sinks:
            sink.show_live(snapshot)

    def _enter(self, state: RunState, message: str = "") -> None:
        self.state, self.message = state, message
        self._on_state(state, message)

    def _pause(self) -> None:
        self._owed = 0
        if self.state is RunState.RUNNING:
            self._settle()
            self._enter(RunState.PAUSED)

    def _resume(self) -> None:
        self._owed = 0
        if self.state is RunState.PAUSED:
            self._pacer.restart()
            self._enter(RunState.RUNNING)

    def _advance(self, steps: int) -> None:
        if self.state is RunState.RUNNING:
            self._pause()
        if self.state is RunState.PAUSED:
            self._owed += steps

    def _stop(self) -> None:
        self._owed = 0
        self._settle()
        self._enter(RunState.STOPPED)

    def _edit(self, field: str, value: LiveValue) -> None:
        before = self._trainer.experiment
        try:
            edit = self._trainer.edit(field, value)
        except SupervizError as error:
            self._on_state(self.state, str(error))
            return
        if self._trainer.experiment == before:
            return
        for sink in self._sinks:
            sink.append_edit(edit)
        self._checkpoint()
        if field == "steps":
            self._until = self._trainer.experiment.steps
            if self.state is RunState.FINISHED and self._trainer.step < self._until:
                self._pacer.restart()
                self._enter(RunState.RUNNING)


def _checkpoint_after(step: int) -> int:
    """The next step with a checkpoint: a pure function, so that chunks never matter."""
    doublings = max(0, (step // (_CHECKPOINTS_A_DOUBLING * CHECKPOINT_STEPS)).bit_length() - 1)
    spacing = CHECKPOINT_STEPS << doublings
    return (step // spacing + 1) * spacing
