"""Charts as inline SVG: shapes and words only, coloured by the page's own style, without scripts or ids."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from campaign_reg.errors import ConfigurationError
from campaign_reg.text import Html, safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

# Narrow, so that words stay readable when a telephone scales it down.
_WIDTH, _BAR, _FRAME = 460, 26, 92
_LONGEST_LABEL = 22
_ALONE = {"show_legend": False, "classes": ("pygal-chart", "alone")}
_KEPT = frozenset({"g", "path", "rect", "text", "title"})


def beams(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> Html:
    """A group of lying bars for each label, one for each series; the first label on top."""
    options = _options() | ({"legend_at_bottom": True} if len(series) > 1 else _ALONE)
    height = _FRAME + _BAR * len(labels) * len(series)
    chart = _pygal().HorizontalBar(**options, height=height)
    # Its labels begin at the bottom, the series of each at its top.
    chart.x_labels = [safe(label)[:_LONGEST_LABEL] for label in reversed(labels)]
    for name, values in series.items():
        chart.add(name, list(reversed(values)))
    return _svg(chart, title)


def _options() -> dict[str, Any]:
    return {
        "js": [],
        "css": [],
        "width": _WIDTH,
        "disable_xml_declaration": True,
        "print_values": True,  # so that the axis need not say them
        "show_x_labels": False,
        "print_values_position": "top",
        "margin": 8,
        "margin_right": 36,
        "formatter": lambda value: f"{value:,.0f}",
        "no_data_text": "nothing yet",
    }


def _svg(chart: Any, title: str) -> Html:
    chart.add_xml_filter(lambda root: _plain(root, safe(title)))
    svg: str = chart.render(is_unicode=True)
    return Html(svg)


def _plain(root: Element, title: str) -> Element:
    """Only what is seen: no script, no style, no comments, nothing that waits for a mouse."""
    for parent in list(root.iter()):
        parent.attrib.pop("id", None)
        for child in list(parent):
            if child.tag not in _KEPT or _waits_for_a_mouse(child):
                parent.remove(child)
            elif child.tag == "title":
                if parent is root:
                    child.text = title
                else:
                    parent.remove(child)
    root.set("role", "img")
    root.set("aria-label", title)
    return root


def _waits_for_a_mouse(element: Element) -> bool:
    return "tooltip-overlay" in element.get("class", "")


def _pygal() -> Any:
    """The library, which may be missing.

    It brings a finder for map plug-ins, of a kind at which Python 3.11 warns on every later import: unless a program
    else has it already, that is taken out again.
    """
    known = "pygal" in sys.modules
    try:
        import pygal  # type: ignore[import-untyped]
    except ImportError as error:
        raise ConfigurationError(
            "the report needs one more package: pip install 'campaign_reg[report]'"
        ) from error
    if not known:
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal
