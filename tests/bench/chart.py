# SPDX-License-Identifier: GPL-2.0
"""The figures as bars, in SVG, with nothing but the standard library."""

from html import escape

SIZE = 100  # the number of ports that is drawn
DRAWN = ("allowed", "denied", "scan", "live flow", "new flow", "received, denied", "received, tracked, denied")
LEFT, WIDTH, BAR, GAP, TOP = 250, 560, 15, 34, 62
CUT = 8  # what takes so many times as long as portclass is cut off


def bars(work):
    """(peer, value, ours) of a work, the least first; a peer without a figure has None."""
    rows = [row for row in work.rows if row.size == SIZE and row.peer not in ("none", "empty", "conntrack",
                                                                              "conntrack, empty")]
    found = [(row.peer, row.beyond, row.ours) for row in rows]
    return sorted(found, key=lambda bar: (bar[1] is None, bar[1] or 0))


def draw_work(work, top):
    """(SVG, height) of the bars of a work."""
    found = bars(work)
    values = [value for _, value, _ in found if value is not None]
    ours = next((value for _, value, mine in found if mine and value), max(values, default=1))
    full = max(min(max(values, default=1), CUT * ours), 1)
    kind = "ns a packet, the whole" if work.whole else "ns a packet beyond an empty hook"
    out = [f'<text x="8" y="{top}" font-weight="bold">{escape(work.name)}</text>'
           f'<text x="{LEFT}" y="{top}" fill="#666">{escape(work.about)}: {kind}</text>']
    for number, (peer, value, mine) in enumerate(found):
        y = top + 8 + number * (BAR + 3)
        out.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(peer)}</text>')
        if value is None:
            out.append(f'<text x="{LEFT}" y="{y + 12}" fill="#a00">missing</text>')
            continue
        length = max(1.0, WIDTH * min(max(value, 0) / full, 1))
        cut = " (cut off)" if value > full else ""
        out.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" '
                   f'fill="{"#c2410c" if mine else "#7a8ba3"}"/>'
                   f'<text x="{LEFT + length + 6:.1f}" y="{y + 12}">{value:.1f}{cut}</text>')
    return "\n".join(out), 8 + len(found) * (BAR + 3) + GAP


def draw(works, versions):
    """The chart, as a string."""
    parts, y = [], TOP + 20
    for name in DRAWN:
        if name in works:
            part, height = draw_work(works[name], y)
            parts.append(part)
            y += height
    words = list(versions.values())
    lines = ["; ".join(words[:3]) + "; User Mode Linux, one processor", "; ".join(words[3:])]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 130}" height="{y}" '
            f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
            f'<text x="8" y="20" font-size="15">portclass and its peers, {SIZE} open ports, medians: '
            'less is better</text>\n'
            + "".join(f'<text x="8" y="{38 + 16 * number}" fill="#666">{escape(line)}</text>\n'
                      for number, line in enumerate(lines))
            + "\n".join(parts) + "\n</svg>\n")
