from __future__ import annotations

import pytest

from campaign_reg.enums import Applied
from campaign_reg.errors import NotFoundError, RateLimitError, ServerError
from campaign_reg.wire.operation import ErrorTable, Refusal


@pytest.mark.parametrize(
    ("status", "applied", "transient"),
    [
        (400, Applied.NO, False),
        (404, Applied.NO, False),
        (408, Applied.MAYBE, True),
        (409, Applied.MAYBE, False),
        (402, Applied.MAYBE, False),
        (413, Applied.NO, False),
        (415, Applied.NO, False),
        (418, Applied.MAYBE, False),
        (425, Applied.MAYBE, False),
        (431, Applied.NO, False),
        (451, Applied.NO, False),
        (460, Applied.MAYBE, False),
        (499, Applied.MAYBE, False),
        (429, Applied.MAYBE, True),
        (500, Applied.MAYBE, True),
        (599, Applied.MAYBE, True),
        (302, Applied.MAYBE, False),
        (202, Applied.MAYBE, False),
    ],
)
def test_the_norm_of_what_a_refusal_means(status: int, applied: Applied, transient: bool) -> None:
    refusal = ErrorTable().refusal(status, "")
    assert (refusal.applied, refusal.transient) == (applied, transient)


def test_a_code_beats_a_status_and_both_beat_the_norm() -> None:
    table = ErrorTable(by_code={"X": Refusal(NotFoundError)}, by_status={429: Refusal(RateLimitError)})
    assert table.refusal(429, "X").error is NotFoundError
    assert table.refusal(429, "Y").applied is Applied.NO
    assert table.refusal(503, "Y").error is ServerError
