"""``make bench``: all parts in one run; prints them, keeps them, draws the chart.

python -m bench.run --rounds 3 --seconds 3 --only json,haproxy,gateway
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from attrs import asdict, frozen

from bench.bars import Bar, bar_table
from bench.children import Failed
from bench.choices import Choices, choices
from bench.comparison import NAMES, Comparison, compare
from bench.idle import idle_memory
from bench.instances import by_instances
from bench.instructions import count_instructions
from bench.machine import ROOT, changed, commit, facts, processors
from bench.routes import by_routes
from bench.soak import soak
from bench.stage import Stage, say, stage

RESULTS = ROOT / "bench" / "results"
CHART = ROOT / "docs" / "bench.png"


class Part(Protocol):
    """What a part of the run came to."""

    def plain(self) -> dict[str, object]:
        """The figures as JSON has them."""

    def text(self) -> str:
        """The figures as Markdown."""

    def bars(self) -> list[Bar]:
        """The bars that they decide."""


_PARTS: dict[str, tuple[str, Callable[[Stage, Choices], Part]]] = {
    "comparison": ("Side by side", compare),
    "idle": ("Idle connections", idle_memory),
    "routes": ("Many routes", by_routes),
    "instances": ("Many instances", by_instances),
    "soak": ("Soak", soak),
    "instructions": ("Instructions", count_instructions),
}


@frozen
class Outcome:
    """The whole run."""

    about: Mapping[str, object]
    parts: Mapping[str, Part]
    #: why a part could not be run
    failed: Mapping[str, str]

    @property
    def bars(self) -> list[Bar]:
        """All bars that were decided."""
        return [bar for part in self.parts.values() for bar in part.bars()]

    def plain(self) -> dict[str, object]:
        """The run as JSON has it."""
        parts = {name: part.plain() for name, part in self.parts.items()}
        bars = [bar.plain() for bar in self.bars]
        return {"about": {**self.about}, "bars": bars, "failed": {**self.failed}, **parts}

    def text(self) -> str:
        """The run as Markdown."""
        about = "\n".join(f"- {name}: {value}" for name, value in self.about.items())
        pieces = ["# The gateway beside its peers", about]
        if self.bars:
            pieces += ["## Bars", bar_table(self.bars)]
        for name, part in self.parts.items():
            pieces += [f"## {_PARTS[name][0]}", part.text()]
        pieces += [f"{_PARTS[name][0]}: not run, {why}" for name, why in self.failed.items()]
        return "\n\n".join(pieces) + "\n"


def perform(chosen: Choices) -> Outcome:
    """Run the chosen parts. One that fails does not take the others along."""
    started = time.monotonic()
    parts: dict[str, Part] = {}
    failed: dict[str, str] = {}
    about = _about(chosen)
    with stage() as ground:
        for name in chosen.parts:
            try:
                parts[name] = _PARTS[name][1](ground, chosen)
            except (Failed, OSError) as failure:
                failed[name] = str(failure)
                say(f"{name} failed: {failure}")
    about["minutes"] = round((time.monotonic() - started) / 60, 1)
    return Outcome(about, parts, failed)


def _about(chosen: Choices) -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "date": now.strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit() + (", changed since" if changed() else ""),
        **facts(processors()),
        **{
            name: value if not isinstance(value, tuple) else " ".join(value) or "all"
            for name, value in asdict(chosen).items()
            if name != "keep"
        },
    }


def keep(outcome: Outcome, folder: Path = RESULTS) -> Path:
    """Write the run's JSON and Markdown; returns the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    day = str(outcome.about["date"]).split()[0]
    path = folder / f"{day}-{commit()}.md"
    path.write_text(outcome.text())
    path.with_suffix(".json").write_text(json.dumps(outcome.plain(), indent=1) + "\n")
    return path


def draw(outcome: Outcome) -> str:
    """Draw the comparison; says what became of it."""
    comparison = outcome.parts.get("comparison")
    if not isinstance(comparison, Comparison):
        return "no chart: nothing was compared"
    try:
        from bench.chart import draw_chart
    except ImportError:
        return "no chart: Pillow is not installed (pip install Pillow)"
    draw_chart(comparison.found, CHART)
    return f"drawn: {CHART.relative_to(ROOT)}"


def main() -> None:
    """Run, print, keep."""
    chosen = choices(sys.argv[1:], NAMES)
    try:
        outcome = perform(chosen)
    except Failed as failure:
        sys.exit(f"nothing could be measured: {failure}")
    print(outcome.text())
    if chosen.only and not chosen.keep:
        say("Not kept, since it is a part only (--keep keeps it).")
        return
    say(f"kept: {keep(outcome).relative_to(ROOT)}")
    say(draw(outcome))


if __name__ == "__main__":
    main()
