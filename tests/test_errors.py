"""Every error: in the tree, readable, picklable, and without secrets."""

from __future__ import annotations

import copy
import inspect
import logging
import pickle
import re

import pytest

import campaign_reg
from campaign_reg import errors
from campaign_reg.errors import (
    ApiError,
    BatchHaltedError,
    CampaignHeldError,
    CampaignRegError,
    ConnectError,
    DecodeError,
    ErrorDetail,
    FieldViolation,
    Halt,
    HeldBackError,
    OutcomeUnknownError,
    PollTimeoutError,
    RateLimitError,
    TransportError,
    UnsupportedVerbError,
)

CLASSES = [
    value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, CampaignRegError)
]
DETAILS = (
    ErrorDetail(
        type="BadRequest",
        field_violations=(
            FieldViolation(field="pot", description="too short"),
            FieldViolation(field="spout", description="missing"),
        ),
        extra={"domain": "tea", "more": [1, {"a": None}]},
    ),
)
DO_NOT_RESEND = "It may have been applied: do not send it again, read the campaign first"
WAIT_AGAIN = "it goes on at the vendor: wait again with backend.action(error.token)"


def one(cls: type[CampaignRegError]) -> CampaignRegError:
    """An error of that class with every value set."""
    error: CampaignRegError
    if issubclass(cls, OutcomeUnknownError):
        error = cls(
            "op",
            "the connection was lost",
            status=503,
            code="E",
            message="down",
            details=DETAILS,
            token="cr1.x",
        )
    elif issubclass(cls, ConnectError):
        error = cls("op", "refused")
    elif issubclass(cls, TransportError):
        error = cls("op", "reset")
    elif issubclass(cls, ApiError):
        waits = {"retry_after_seconds": 7.0} if issubclass(cls, RateLimitError) else {}
        error = cls("op", 418, "no tea", code="TEAPOT", details=DETAILS, **waits)
    elif issubclass(cls, UnsupportedVerbError):
        error = cls("sinch", "renew", ("create", "resubmit"))
    elif issubclass(cls, DecodeError):
        error = cls("a[3].b", "expected a string, got null")
    elif issubclass(cls, PollTimeoutError):
        error = cls("cr1.x", "RESUBMIT_IN_PROGRESS", 3600.0)
    elif issubclass(cls, BatchHaltedError):
        error = cls("nothing more is sent: max_items is 2", Halt("max_items is 2", by_cap=True))
    elif issubclass(cls, CampaignHeldError):
        error = cls("c000 is in the open batch /var/spring.db", "/var/spring.db")
    else:
        error = cls("what is wrong, and what to do")
    return error


@pytest.mark.parametrize("cls", CLASSES)
class TestEvery:
    def test_pickles_and_copies(self, cls: type[CampaignRegError]) -> None:
        error = one(cls)
        error.add_note("row 7")
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(again) is cls
            assert str(again) == str(error)
            assert again.args == error.args
            assert vars(again) == vars(error)

    def test_says_something_readable(self, cls: type[CampaignRegError]) -> None:
        text = str(one(cls))
        assert len(text) > 5
        assert not text.startswith("(")

    def test_is_public(self, cls: type[CampaignRegError]) -> None:
        public = (
            cls.__base__ if cls is HeldBackError else cls
        )  # one kind of ConnectError, of no use to callers
        assert getattr(campaign_reg, (public or cls).__name__, None) is public

    def test_holds_plain_values_only(self, cls: type[CampaignRegError]) -> None:
        for value in vars(one(cls)).values():
            assert isinstance(value, str | int | float | bool | tuple | Halt | None)

    def test_can_be_logged(self, cls: type[CampaignRegError], caplog: pytest.LogCaptureFixture) -> None:
        try:
            raise one(cls)
        except CampaignRegError:
            logging.getLogger("test").exception("row ended")
        assert cls.__name__ in caplog.text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (one(ApiError), "op answered 418 TEAPOT: no tea (pot: too short; spout: missing)"),
        (ApiError("op", 500, ""), "op answered 500: no message"),
        (one(TransportError), "op: reset"),
        (
            one(OutcomeUnknownError),
            f"op: the connection was lost. {DO_NOT_RESEND}",
        ),
        (one(UnsupportedVerbError), "sinch has no verb 'renew'; it has create, resubmit"),
        (one(DecodeError), "a[3].b: expected a string, got null"),
        (DecodeError("", "not valid JSON"), "not valid JSON"),
        (one(BatchHaltedError), "nothing more is sent: max_items is 2"),
        (one(CampaignHeldError), "c000 is in the open batch /var/spring.db"),
        (
            one(PollTimeoutError),
            f"not settled after 3600 s (last status RESUBMIT_IN_PROGRESS); {WAIT_AGAIN}",
        ),
        (PollTimeoutError("t", "", 0.5), f"not settled after 0.5 s (last status unknown); {WAIT_AGAIN}"),
    ],
)
def test_words(error: CampaignRegError, text: str) -> None:
    assert str(error) == text


def test_the_docstring_draws_the_tree_that_exists() -> None:
    drawn: dict[str, str] = {}
    parents: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│├└─ ]*)(\w+Error)\b", line)
        if match:
            depth = len(match[1]) // 4
            parents[depth:] = [match[2]]
            drawn[match[2]] = parents[depth - 1] if depth else ""
    existing = {
        cls.__name__: cls.__base__.__name__ if cls is not CampaignRegError else ""
        for cls in CLASSES
        if cls.__base__
    }
    assert drawn == existing


def test_never_arrived_refused_and_unknown_are_told_apart_by_class() -> None:
    assert not issubclass(OutcomeUnknownError, ApiError | ConnectError)
    assert not issubclass(ConnectError, ApiError)
    assert not issubclass(ApiError, TransportError)
    assert issubclass(errors.InvalidInputError, ValueError)


def test_retry_after_is_unsaid_by_default() -> None:
    assert RateLimitError("op", 429, "").retry_after_seconds is None
    assert ConnectError("op", "x").retryable
    assert not pickle.loads(pickle.dumps(ConnectError("op", "x", retryable=False))).retryable
