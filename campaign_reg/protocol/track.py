"""What is known of one write, and its token."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from campaign_reg.enums import Verb
from campaign_reg.errors import InvalidInputError
from campaign_reg.models.reading import Reading
from campaign_reg.protocol.rules import Judgement
from campaign_reg.protocol.verdicts import judge, lags_behind, remember

if TYPE_CHECKING:
    from campaign_reg.protocol.rules import VerbRule


_TOKEN_PREFIX = "cr1."  # noqa: S105  (a format version, no secret)
_READINGS_KEPT = 32
_DAMAGED = "this action token is damaged; copy it whole"


@attrs.define(kw_only=True)
class Track:
    """What is known of one write: enough to judge it, small enough to keep.

    Attributes:
        verb: What was done.
        target: The campaign's id.
        preimage: The reading just before the write; None where there was nothing to read.
        acknowledged: Whether the vendor answered that it took the write.
        sent_at: Local wall clock just before it left, aware UTC.
        readings: Readings since that differed from the one before, oldest first.
        skipped: Whether nothing was sent, because the pre-image forbade it.
        mark: For a create, what distinguishes the new campaign from all others.
        params: Plain parameters, where it takes them to tell whether the campaign is as wanted.
    """

    verb: Verb
    target: str
    preimage: Reading | None = None
    acknowledged: bool
    sent_at: datetime
    readings: list[Reading] = attrs.field(factory=list)
    skipped: bool = False
    mark: Mapping[str, str] = attrs.field(factory=dict)
    params: Mapping[str, Any] = attrs.field(factory=dict)

    def observe(self, rule: VerbRule, reading: Reading, settle_seconds: float = 0.0) -> Judgement | None:
        """Take in one reading and judge; one from a replica that lags behind an earlier reading is ignored."""
        if lags_behind(rule, self.preimage, self.readings, reading):
            return None
        self.readings[:] = remember(self.readings, reading, _READINGS_KEPT)
        return judge(
            rule,
            self.preimage,
            self.readings,
            acknowledged=self.acknowledged,
            settle_seconds=settle_seconds,
        )

    @property
    def status(self) -> str:
        """The vendor's last known word."""
        newest = self.readings[-1] if self.readings else self.preimage
        return "" if newest is None else newest.action_status or newest.status


def token_of(track: Track, provider: str, account: str) -> str:
    """Write a track as a token: versioned text without secrets."""
    plain = {
        "p": provider,
        "acct": account,
        "verb": track.verb.value,
        "target": track.target,
        "ack": track.acknowledged,
        "sent": track.sent_at.isoformat(),
        "pre": None if track.preimage is None else track.preimage.to_plain(),
        "seen": [reading.to_plain() for reading in track.readings],
        "skip": track.skipped,
    }
    plain |= {name: dict(value) for name, value in (("mark", track.mark), ("par", track.params)) if value}
    text = json.dumps(plain, separators=(",", ":")).encode()
    return f"{_TOKEN_PREFIX}{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{zlib.crc32(text):08x}"


def parse_token(token: str, provider: str, account: str) -> Track:
    """What a token says.

    Raises:
        InvalidInputError: It is not a token of ours, or of another provider or account.
    """
    token = token.strip()
    if not token.startswith(_TOKEN_PREFIX):
        raise InvalidInputError("this is no action token of this release (it should begin with 'cr1.')")
    text, _, check = token.removeprefix(_TOKEN_PREFIX).partition(".")
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if check != f"{zlib.crc32(content):08x}":
            raise InvalidInputError(_DAMAGED)
        plain = json.loads(content)
        if (plain["p"], plain["acct"]) != (provider, account):
            raise InvalidInputError(
                f"this token belongs to {plain['p']} account {plain['acct']}, not to {provider} account {account}"
            )
        return Track(
            verb=Verb(plain["verb"]),
            target=plain["target"],
            acknowledged=plain["ack"],
            sent_at=datetime.fromisoformat(plain["sent"]),
            preimage=None if plain["pre"] is None else Reading.from_plain(plain["target"], plain["pre"]),
            readings=[Reading.from_plain(plain["target"], item) for item in plain["seen"]],
            skipped=plain["skip"],
            mark=plain.get("mark", {}),
            params=plain.get("par", {}),
        )
    except InvalidInputError:
        raise
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInputError(_DAMAGED) from error
