from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from campaign_reg.report.charts import beams

HOSTILE = "<script>alert(1)</script>\x1b[31m\" onload='x'"


@pytest.mark.parametrize(
    "svg",
    [
        beams("Rows", ["≤ 1 s", HOSTILE], {"rows": [3, 1]}),
        beams(HOSTILE, [HOSTILE, "AT&T"], {"before": [1, 2], "after": [0, 1200]}),
        beams("Rows", [], {"rows": []}),
    ],
)
def test_a_chart_is_shapes_and_words_only(svg: str) -> None:
    root = ET.fromstring(svg)
    for element in root.iter():
        assert element.tag.rpartition("}")[2] in {"svg", "g", "path", "rect", "text", "title"}
        assert not {name for name in element.attrib if name in {"id", "style"} or name.startswith("on")}
    assert "<!--" not in svg
    assert "\x1b" not in svg
    assert not re.search(r"(href|src|url\()", svg)


def test_the_first_operator_is_on_top_with_its_numbers() -> None:
    root = ET.fromstring(beams("Operators", ["AT&T", "T-Mobile"], {"before": [7, 2], "after": [5, 1200]}))
    places = {
        text.text: float(text.get("y", "0"))
        for text in root.iter("{http://www.w3.org/2000/svg}text")
        if text.text
    }
    assert places["AT&T"] < places["T-Mobile"]
    assert places["7"] < places["5"] < places["2"] < places["1,200"]
