"""Figures as Markdown tables. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bench.figures import Figures, ratio

MIB = 1024 * 1024
Found = Mapping[str, Mapping[str, Figures]]
Titles = Mapping[str, str]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its columns aligned so that it can be read as it is."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [_line(row, widths) for row in cells]
    rule = "|-" + "-|-".join("-" * width for width in widths) + "-|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = widths
    padded = [row[0].ljust(first)]
    padded += [cell.rjust(width) for cell, width in zip(row[1:], others, strict=True)]
    return "| " + " | ".join(padded) + " |"


def number(value: float | None) -> str:
    """A figure with three digits that count, and no more; ``-`` for none."""
    if value is None:
        return "-"
    for least, digits in ((100, 0), (10, 1), (0, 2)):
        if abs(value) >= least:
            return f"{value:,.{digits}f}"
    return f"{value:.2f}"


def microseconds(value: float | None) -> str:
    """A length of time, given in microseconds, with a unit that suits it."""
    if value is None:
        return "-"
    return f"{number(value / 1000)} ms" if value >= 1000 else f"{number(value)} µs"


def times(value: float | None) -> str:
    """A ratio."""
    return "-" if value is None else f"{number(value)}x"


def overview(found: Found, peers: Titles, workloads: Titles, to: str = "haproxy") -> str:
    """Processor time a request, workload by workload, and how many times HAProxy's that is."""
    shown = _measured(found, peers)
    head = ["CPU a request", *(peers[name] for name in shown)]
    rows = []
    for workload, row in found.items():
        reference = row[to].cpu if to in row else None
        cells = [workloads[workload]]
        for name in shown:
            cpu = row[name].cpu if name in row else None
            cells.append(f"{microseconds(cpu)} ({times(ratio(cpu, reference))})")
        rows.append(cells)
    return table(head, rows)


def _measured(found: Found, peers: Titles) -> list[str]:
    return [name for name in peers if any(name in row for row in found.values())]


_HEAD = (
    "proxy",
    "CPU a request",
    "least to most",
    "x HAProxy",
    "x nginx",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "RSS MiB",
    "errors",
)


def details(row: Mapping[str, Figures], peers: Titles) -> str:
    """All figures of one workload."""
    haproxy, nginx = (row[name].cpu if name in row else None for name in ("haproxy", "nginx"))
    lines = []
    for name in (name for name in peers if name in row):
        each = row[name]
        lines.append(
            (
                peers[name],
                microseconds(each.cpu),
                f"{microseconds(each.cpu_least)} - {microseconds(each.cpu_most)}",
                times(ratio(each.cpu, haproxy)),
                times(ratio(each.cpu, nginx)),
                number(each.rate),
                number(each.p50),
                number(each.p99),
                number(each.resident / MIB),
                f"{each.errors} ({each.causes})" if each.errors else "0",
            )
        )
    return table(_HEAD, lines)


def all_details(found: Found, peers: Titles, workloads: Titles) -> str:
    """All figures of all workloads, each under its title."""
    return "\n\n".join(
        f"### {workloads[name]}\n\n{details(row, peers)}" for name, row in found.items() if row
    )
