"""Whole processes in turn: wall time, processor time and peak memory, their medians and the ratios of pairs."""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Run(NamedTuple):
    """What one process took."""

    wall: float  # seconds
    cpu: float  # seconds, of all threads
    memory: float  # MiB at its peak


class Figure(NamedTuple):
    """A figure of a run: its name, how to take it, how to write it."""

    name: str
    of: Callable[[Run], float]
    written: Callable[[float], str]


def span(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


WALL = Figure("wall time", lambda run: run.wall, span)
CPU = Figure("processor time", lambda run: run.cpu, span)
MEMORY = Figure("peak memory", lambda run: run.memory, lambda size: f"{size:,.0f} MiB")
FIGURES = [WALL, CPU, MEMORY]


def tell(text: str) -> None:
    """Shows how far it is, beside the result."""
    print(text, file=sys.stderr, flush=True)


def run(command: Sequence[str | os.PathLike]) -> Run:
    """Runs a command; what it says is shown only when it fails.

    A child starts with the peak of its parent, which is why nothing large is ever held by this process.
    """
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}:\n{said.read().decode()}")
    # Kibibytes, on macOS bytes.
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def in_turn(
    commands: dict[str, Sequence[str | os.PathLike]],
    runs: int,
    written: Mapping[str, pathlib.Path] = types.MappingProxyType({}),
) -> dict[str, list[Run]]:
    """Runs commands in turn, each as often, after a first time that is not counted, and in the opposite order
    every second time. What a command has written before is removed: to replace a large file takes time of its
    own."""

    def alone(name: str) -> Run:
        if name in written:
            written[name].unlink(missing_ok=True)
        return run(commands[name])

    for name in commands:
        alone(name)
    taken: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(runs):
        names = list(commands)
        for name in reversed(names) if turn % 2 else names:
            taken[name].append(alone(name))
            tell(f"  {turn + 1} of {runs}, {name}: {span(taken[name][-1].wall)}")
    return taken


def median(runs: Sequence[Run], figure: Figure) -> float:
    return statistics.median(map(figure.of, runs))


def written(runs: Sequence[Run], figure: Figure) -> str:
    return figure.written(median(runs, figure))


def ratio(ours: Sequence[Run], theirs: Sequence[Run], figure: Figure) -> str:
    """How many times as much as the other, pair by pair: the median and the range."""
    # What took no time that could be measured is set against the smallest that could.
    found = [figure.of(our) / max(figure.of(their), 0.001) for our, their in zip(ours, theirs, strict=True)]
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def compared(taken: dict[str, list[Run]]) -> str:
    """The medians of two commands and the ratios of the first to the second, as a Markdown table."""
    (one, ours), (other, theirs) = taken.items()
    rows = [
        [figure.name, written(ours, figure), written(theirs, figure), ratio(ours, theirs, figure)]
        for figure in FIGURES
    ]
    return table(["", one, other, f"ratio of {len(ours)} pairs, median (range)"], rows)
