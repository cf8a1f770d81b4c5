"""The comparison as a picture: a panel for each workload, a bar for each proxy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen
from PIL import Image, ImageDraw, ImageFont

from bench.comparison import TITLES
from bench.figures import Figures
from bench.tables import microseconds

#: short names, and colours that differ in brightness too
_PROXIES = {
    "nginx": ("nginx", "#9aa5b1"),
    "haproxy": ("HAProxy", "#6b7785"),
    "gateway": ("altlas", "#d9480f"),
    "epoll": ("altlas, epoll", "#f4a261"),
    "fastify": ("Fastify", "#4a7fb5"),
    "express": ("Express", "#1f4e79"),
}
_INK, _FAINT, _PAPER = "#1b1f24", "#5b6570", "#ffffff"
#: everything is drawn at twice its size, for sharp screens
_SCALE = 2
_COLUMNS, _WIDTH, _BAR, _GAP = 3, 380, 18, 6
_LABEL, _VALUE, _PAD = 92, 78, 20
_HEADING, _TOP, _FOOT = 30, 62, 30


@frozen
class _Pen:
    """Draws in units of the picture as it is shown."""

    draw: ImageDraw.ImageDraw

    def text(self, at: tuple[float, float], words: str, size: int, ink: str = _INK) -> None:
        font = ImageFont.load_default(size * _SCALE)
        self.draw.text((at[0] * _SCALE, at[1] * _SCALE), words, fill=ink, font=font)

    def bar(self, at: tuple[float, float], width: float, colour: str) -> None:
        left, top = at[0] * _SCALE, at[1] * _SCALE
        right, bottom = left + max(width, 2) * _SCALE, top + _BAR * _SCALE
        self.draw.rectangle((left, top, right, bottom), fill=colour)


def draw_chart(found: Mapping[str, Mapping[str, Figures]], path: Path) -> None:
    """Draw what was compared as a PNG; raises OSError if it cannot be written."""
    rows = {name: row for name, row in found.items() if row}
    panel = _HEADING + len(_PROXIES) * (_BAR + _GAP) + _PAD
    lines = -(-len(rows) // _COLUMNS)
    size = (_COLUMNS * _WIDTH + _PAD, _TOP + lines * panel + _FOOT)
    image = Image.new("RGB", (size[0] * _SCALE, size[1] * _SCALE), _PAPER)
    pen = _Pen(ImageDraw.Draw(image))
    pen.text((_PAD, 16), "Processor time of the proxy for a request", 20)
    for place, (name, row) in enumerate(rows.items()):
        line, column = divmod(place, _COLUMNS)
        _panel(pen, (_PAD + column * _WIDTH, _TOP + line * panel), TITLES[name], row)
    note = "Less is better. Each panel has its own scale. One processor for the proxy; medians."
    pen.text((_PAD, size[1] - _FOOT), note, 12, _FAINT)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(64).save(path, optimize=True)


def _panel(pen: _Pen, at: tuple[float, float], title: str, row: Mapping[str, Figures]) -> None:
    left, top = at
    pen.text((left, top), title, 14)
    most = max(each.cpu for each in row.values())
    full = _WIDTH - _LABEL - _VALUE - _PAD
    top += _HEADING
    for name, (label, colour) in _PROXIES.items():
        if name in row:
            cpu = row[name].cpu
            length = full * cpu / most
            pen.text((left, top + 1), label, 13, _INK if name == "gateway" else _FAINT)
            pen.bar((left + _LABEL, top), length, colour)
            # The font that comes with Pillow has no Greek.
            pen.text((left + _LABEL + length + 6, top + 1), microseconds(cpu).replace("µ", "u"), 13)
            top += _BAR + _GAP
