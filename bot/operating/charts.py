"""Numbers of days, with their words -> a PNG of small charts. The only room that knows matplotlib."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES, DOTS = (9.6, 6.4), 125  # 1200 x 800: sharp on a phone, some 60 kB
MOST_LABELS = 7  # days under a chart
COLUMNS = 2
# Okabe and Ito, "Color Universal Design" (2008): told apart with any colour vision, and by their lightness in grey.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#999999"
INK, LINES = "#333333", "#DDDDDD"


@dataclass(frozen=True, slots=True)
class Series:
    """A number for each day; None where there is none."""

    label: str
    values: Sequence[float | None]
    colour: str = BLUE


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars stand on each other where there are several series."""

    title: str
    series: tuple[Series, ...]
    kind: Literal["bars", "line"] = "bars"


class Charts:
    """Loads matplotlib when it is made: a second that no start need wait for. Safe to call from several threads."""

    def __init__(self) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
        from matplotlib.ticker import MaxNLocator

        self._canvas, self._figure, self._layout = FigureCanvasAgg, Figure, ConstrainedLayoutEngine
        self._ticks = MaxNLocator
        self._lock = threading.Lock()  # fonts are cached without one

    def picture(self, days: Sequence[str], charts: Sequence[Chart]) -> bytes:
        """The charts side by side, in rows, over the same days, which are named as they are given."""
        with self._lock:
            layout = self._layout(w_pad=0.15, h_pad=0.12)
            figure = self._figure(figsize=INCHES, dpi=DOTS, layout=layout, facecolor="white")
            self._canvas(figure)
            rows = -(-len(charts) // COLUMNS)
            for number, chart in enumerate(charts, start=1):
                self._draw(figure.add_subplot(rows, COLUMNS, number), days, chart)
            out = io.BytesIO()
            figure.savefig(out, format="png", dpi=DOTS)
            return out.getvalue()

    def _draw(self, axes: Axes, days: Sequence[str], chart: Chart) -> None:
        _frame(axes, days, chart.title)
        draw = _draw_line if chart.kind == "line" else _draw_bars
        draw(axes, chart.series)
        has_legend = len(chart.series) > 1
        axes.set_ylim(0, (1.3 if has_legend else 1.08) * (_highest(chart) or 1.0))
        axes.yaxis.set_major_locator(self._ticks(nbins=4, steps=[1, 2, 5, 10], integer=chart.kind == "bars"))
        if has_legend:
            axes.legend(loc="upper left", ncols=len(chart.series), fontsize=9, frameon=False, handlelength=1.0,
                        borderaxespad=0.2, columnspacing=1.2)  # fmt: skip


def _frame(axes: Axes, days: Sequence[str], title: str) -> None:
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(GREY)
    axes.grid(axis="y", color=LINES, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=9.5, labelcolor=INK)
    step = -(-len(days) // MOST_LABELS)
    shown = range(len(days) - 1, -1, -step)  # the last day is always named
    axes.set_xticks(list(shown), [days[at] for at in shown])
    axes.set_xlim(-0.6, len(days) - 0.4)


def _draw_bars(axes: Axes, series: Sequence[Series]) -> None:
    below = [0.0] * len(series[0].values)
    for one in series:
        heights = [value or 0.0 for value in one.values]
        axes.bar(range(len(heights)), heights, width=0.72, bottom=below, color=one.colour, label=one.label)
        below = [low + height for low, height in zip(below, heights, strict=True)]


def _draw_line(axes: Axes, series: Sequence[Series]) -> None:
    """A day without a value is a gap; a dot shows the day that stands alone."""
    for one in series:
        values = [float("nan") if value is None else value for value in one.values]
        axes.plot(values, color=one.colour, label=one.label, linewidth=2.0, marker="o", markersize=4)


def _highest(chart: Chart) -> float:
    """The top of the tallest bar, or of the line."""
    height = sum if chart.kind == "bars" else max
    columns = zip(*(one.values for one in chart.series), strict=True)
    return max((height(value or 0.0 for value in column) for column in columns), default=0.0)
