# SPDX-License-Identifier: GPL-3.0-or-later
"""Line plots as SVG, side by side or in rows, legible on light and on dark
pages: the picture asks which. No package is needed.

A panel is a dict: title, x, y (the axes' words), lines: a list of
(name, [(x, y), ...]) with optional third "dots" (points that no line joins)."""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 430, 300, 58, 26, 66, 44
LIGHT = ("#0060a8", "#b84300", "#00795a", "#8a3d86", "#8a6a00", "#4a5560")
DARK = ("#5ab4f0", "#ff9552", "#2fc79b", "#e08fdb", "#e3c04a", "#aab4be")
DASHES = ("", "6 3", "2 3", "9 3 2 3", "12 4", "1 2")


def style():
    def colours(table):
        return "".join(f".c{i}{{stroke:{c}}}.f{i}{{fill:{c}}}" for i, c in enumerate(table))
    return ("<style>text{font:12px system-ui,sans-serif;fill:#1b2733}.t{font-weight:600;font-size:13px}"
            ".bg{fill:#fff}.g{stroke:#d5dbe1}.a{stroke:#66727e}path{fill:none;stroke-width:1.8}" + colours(LIGHT) +
            "@media (prefers-color-scheme:dark){text{fill:#e6ebf0}.bg{fill:#12181f}.g{stroke:#323c47}"
            ".a{stroke:#8d99a5}" + colours(DARK) + "}</style>")


def ticks(most, wanted=5):
    """0 and up in round steps, the last at or above most."""
    if most <= 0:
        return [0, 1]
    step = 10 ** math.floor(math.log10(most / wanted))
    step *= next(f for f in (1, 2, 2.5, 5, 10) if most / (step * f) <= wanted)
    return [i * step for i in range(math.ceil(most / step - 1e-9) + 1)]


def number(v):
    return f"{v:,.0f}" if abs(v) >= 1000 else f"{v:.3g}"


class Frame:
    """Where values lie in a panel; both axes begin at 0."""

    def __init__(self, panel):
        points = [p for line in panel["lines"] for p in line[1]] or [(1, 1)]
        self.x_ticks, self.y_ticks = (ticks(max(p[i] for p in points)) for i in (0, 1))

    def x(self, v):
        return LEFT + v / self.x_ticks[-1] * (WIDTH - LEFT - RIGHT)

    def y(self, v):
        return HEIGHT - BOTTOM - v / self.y_ticks[-1] * (HEIGHT - TOP - BOTTOM)


def axes(panel, f):
    out = []
    for v in f.y_ticks:
        out.append(f'<line class="g" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{f.y(v):.1f}" y2="{f.y(v):.1f}"/>'
                   f'<text x="{LEFT - 6}" y="{f.y(v) + 4:.1f}" text-anchor="end">{number(v)}</text>')
    for v in f.x_ticks:
        out.append(f'<line class="a" x1="{f.x(v):.1f}" x2="{f.x(v):.1f}" y1="{HEIGHT - BOTTOM}" '
                   f'y2="{HEIGHT - BOTTOM + 4}"/>'
                   f'<text x="{f.x(v):.1f}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle">{number(v)}</text>')
    out.append(f'<line class="a" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{HEIGHT - BOTTOM}" y2="{HEIGHT - BOTTOM}"/>'
               f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(panel["x"])}</text>'
               f'<text class="t" x="8" y="18">{escape(panel["title"])}</text>'
               f'<text x="8" y="34">{escape(panel["y"])}</text>')
    return out


def curves(panel, f):
    out, right = [], 8
    for i, (name, points, *more) in enumerate(panel["lines"]):
        c = i % len(LIGHT)
        if "dots" in more:
            out.append(f'<circle class="f{c}" cx="{right + 9}" cy="48" r="3"/>')
        else:
            way = " ".join(f"{f.x(x):.1f},{f.y(y):.1f}" for x, y in points)
            out += [f'<path class="c{c}" stroke-dasharray="{DASHES[c]}" d="M{d}"/>'
                    for d in (f"{right},48h18", way) if d]
        if len(points) <= 40:
            out += [f'<circle class="f{c}" cx="{f.x(x):.1f}" cy="{f.y(y):.1f}" r="3"/>' for x, y in points]
        out.append(f'<text x="{right + 22}" y="52">{escape(name)}</text>')
        right += 34 + 6.4 * len(name)
    return out


def svg(panels, columns=2):
    rows = -(-len(panels) // columns)
    width, height = WIDTH * min(columns, len(panels)), HEIGHT * rows
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
           f'role="img">{style()}<rect class="bg" width="{width}" height="{height}"/>']
    for i, panel in enumerate(panels):
        f = Frame(panel)
        out.append(f'<g transform="translate({i % columns * WIDTH} {i // columns * HEIGHT})">')
        out += axes(panel, f) + curves(panel, f) + ["</g>"]
    return "\n".join(out + ["</svg>", ""])


def write(path, panels, columns=2):
    with open(path, "w", encoding="utf-8") as file:
        file.write(svg(panels, columns))
