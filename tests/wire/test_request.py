from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from campaign_reg.errors import InvalidInputError
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import QueryValue, build_request, segment

BASE = "https://api.example.com"
CALL = Operation(name="t.call", method="GET", path="/v1/{a}/x/{b}", safe=True, source="tests")
PLAIN = attrs.evolve(CALL, path="/v1")


@pytest.mark.fault(74)
@given(st.text(max_size=30), st.text(max_size=30))
def test_a_value_is_one_segment_or_refused(a: str, b: str) -> None:
    try:
        request = build_request(CALL, BASE, path={"a": a, "b": b})
    except InvalidInputError:
        return
    parts = urlsplit(request.url)
    assert (parts.netloc, parts.query, parts.fragment) == ("api.example.com", "", "")
    assert [unquote(part) for part in parts.path.split("/")] == ["", "v1", a, "x", b]
    assert str(URL(request.url, encoded=True)) == request.url
    assert URL(request.url, encoded=True).raw_path == parts.path


@pytest.mark.fault(74)
@pytest.mark.parametrize(
    "value", ["", ".", "..", " ", "\t", "a\r\nX: y", "a\x00", "\x7f", "\x85", "\ud800", None, 7, b"x"]
)
def test_what_cannot_be_a_segment_is_refused(value: str) -> None:
    with pytest.raises(InvalidInputError):
        segment(value)


@pytest.mark.fault(74)
@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("a/b", "a%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("é", "%C3%A9"),
        ("{b}", "%7Bb%7D"),
    ],
)
def test_ids_are_quoted(value: str, encoded: str) -> None:
    assert build_request(CALL, BASE, path={"a": value, "b": "B"}).url == f"{BASE}/v1/{encoded}/x/B"


def test_a_missing_path_value_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        build_request(CALL, BASE, path={"a": "1"})


@pytest.mark.fault(53)
@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=9), st.text(max_size=20)), max_size=5, unique_by=lambda p: p[0]
    )
)
def test_query_values_arrive_as_they_were(pairs: list[tuple[str, str]]) -> None:
    try:
        url = build_request(PLAIN, BASE, query=dict(pairs)).url
    except InvalidInputError:
        assert any(not text.isprintable() for pair in pairs for text in pair)
        return
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=bool(pairs)) == pairs
    assert url.isascii()


def test_query_values_of_all_kinds() -> None:
    query: dict[str, QueryValue] = {
        "token": "a+b/c==&x",
        "on": True,
        "off": False,
        "n": 3,
        "none": None,
        "many": ["p", "q r"],
        "no": [],
    }
    assert build_request(PLAIN, BASE, query=query).url == (
        f"{BASE}/v1?token=a%2Bb%2Fc%3D%3D%26x&on=true&off=false&n=3&many=p&many=q%20r"
    )
    assert build_request(PLAIN, BASE, query={"none": None}).url == f"{BASE}/v1"


def test_headers_fit_the_body() -> None:
    assert build_request(PLAIN, BASE).headers == {"Accept": "application/json"}
    assert build_request(PLAIN, BASE, body=b"{}").headers["Content-Type"] == "application/json"
    assert build_request(PLAIN, BASE, body=b"", content_type="x/y").headers["Content-Type"] == "x/y"
