# SPDX-License-Identifier: GPL-2.0-only
"""The result as a picture: a bar a row, the ratio on a logarithmic axis, the same bytes for the same rows."""

import math
from xml.sax.saxutils import escape

LINE, LEFT, WIDTH, TOP = 22, 330, 420, 34
STYLE = "text{font:13px sans-serif;fill:#222}.b{fill:#4878a8}.o{fill:#c0504d}.g{stroke:#ccc}.p{stroke:#c0504d;" \
        "stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#ddd}.g{stroke:#555}}"


def axis(rows):
    """(lowest, highest) power of two that all ratios lie between."""
    values = [row["ratio"] for row in rows] + [row["bar"] for row in rows if row["bar"]] + [1]
    return math.floor(math.log2(min(values))) - 1, math.ceil(math.log2(max(values)))


def draw(rows, title):
    """The text of an SVG file."""
    low, high = axis(rows)
    def x(value):
        return round(LEFT + WIDTH * (math.log2(value) - low) / (high - low), 1)
    height = TOP + LINE * len(rows) + 30
    out = ["<!-- SPDX-License-Identifier: GPL-2.0-only -->",
           f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 70}" height="{height}" '
           f'role="img" aria-label="{escape(title, {chr(34): "&quot;"})}"><style>{STYLE}</style>',
           f'<text x="4" y="18">{escape(title)}</text>']
    step = max(1, (high - low) // 8)
    for power in range(low, high + 1, step):
        label = str(2 ** power) if power >= 0 else f"1/{2 ** -power}"
        out.append(f'<line class="g" x1="{x(2 ** power)}" y1="{TOP}" x2="{x(2 ** power)}" '
                   f'y2="{height - 24}"/><text x="{x(2 ** power)}" y="{height - 8}" '
                   f'text-anchor="middle">{label}</text>')
    for number, row in enumerate(rows):
        y, over = TOP + LINE * number, row["bar"] and row["ratio"] > row["bar"]
        out.append(f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(row["name"])}</text>'
                   f'<rect class="{"o" if over else "b"}" x="{LEFT}" y="{y + 4}" '
                   f'width="{round(x(row["ratio"]) - LEFT, 1)}" height="{LINE - 8}"/>'
                   f'<text x="{x(row["ratio"]) + 4}" y="{y + 15}">{row["ratio"]:.2f}</text>')
        if row["bar"]:
            out.append(f'<line class="p" x1="{x(row["bar"])}" y1="{y + 1}" x2="{x(row["bar"])}" '
                       f'y2="{y + LINE - 1}"/>')
    return "\n".join([*out, "</svg>", ""])


def table(rows):
    """The rows as a Markdown table."""
    lines = ["| what | beside | ratio | bar | seconds | memory |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [f"| {r['name']} | {r['against']} | {r['ratio']:.2f} | {r['bar'] or ''} "
              f"| {r['seconds']:.2f} | {r['peak_kb'] / 1024:.0f} MB |" for r in rows]
    return "\n".join(lines) + "\n"
