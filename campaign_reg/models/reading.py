"""One look at a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from campaign_reg.models.campaign import Campaign

TermValue = str | int | None
Terms = Mapping[str, Mapping[str, TermValue]]
"""Operator name to field to value."""


@attrs.frozen(kw_only=True)
class Reading:
    """One GET of a campaign, reduced to what decides.

    Attributes:
        target: The campaign's id.
        version: Text that changes with the campaign, as the vendor wrote it; None where the vendor has none.
        status: The campaign's status, in the vendor's words.
        action_status: The newest action's status, in the vendor's words; empty where the vendor has none.
        terms: What each operator grants.
        taken_at: Time of the local clock, aware UTC.
        vendor_time: The vendor's clock at that moment, in whole seconds, aware UTC; None where it gave no time.
        missing: True where the vendor does not know the campaign, or no such campaign exists yet.
        as_wanted: True where the campaign already shows what a write asks for; False where a reading cannot show it.
        similar_ids: For a look before a create: ids of similar campaigns that do not prevent it.
        campaign: The vendor's model; None where it was not kept, as in a journal.
    """

    target: str
    version: str | None
    status: str
    action_status: str = ""
    terms: Terms = attrs.field(factory=dict, repr=False)
    taken_at: datetime
    vendor_time: datetime | None = None
    missing: bool = False
    as_wanted: bool = False
    similar_ids: tuple[str, ...] = ()
    campaign: Campaign | None = attrs.field(default=None, repr=False, eq=False)

    def without_details(self) -> Reading:
        """The same reading without terms and campaign: small enough to keep for every change."""
        return attrs.evolve(self, terms={}, campaign=None)

    def same_state(self, other: Reading) -> bool:
        """Whether both show the campaign in the same state."""
        return (self.version, self.status, self.action_status, self.missing, self.as_wanted) == (
            other.version,
            other.status,
            other.action_status,
            other.missing,
            other.as_wanted,
        )

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready, without the target; short names keep a journal of a million rows small."""
        plain: dict[str, Any] = {"s": self.status, "at": self.taken_at.isoformat(timespec="seconds")}
        if self.version is not None:
            plain["v"] = self.version
        if self.action_status:
            plain["a"] = self.action_status
        if self.vendor_time is not None:
            plain["vt"] = self.vendor_time.isoformat()
        if self.terms:
            plain["m"] = {operator: dict(fields) for operator, fields in self.terms.items()}
        if self.missing:
            plain["x"] = True
        if self.as_wanted:
            plain["w"] = True
        if self.similar_ids:
            plain["o"] = list(self.similar_ids)
        return plain

    @classmethod
    def from_plain(cls, target: str, plain: Mapping[str, Any]) -> Reading:
        """Back from `to_plain`."""
        vendor_time = plain.get("vt")
        return cls(
            target=target,
            version=plain.get("v"),
            status=plain["s"],
            action_status=plain.get("a", ""),
            terms=plain.get("m", {}),
            taken_at=datetime.fromisoformat(plain["at"]),
            vendor_time=None if vendor_time is None else datetime.fromisoformat(vendor_time),
            missing=plain.get("x", False),
            as_wanted=plain.get("w", False),
            similar_ids=tuple(plain.get("o", ())),
        )

    @classmethod
    def gone(cls, target: str, taken_at: datetime) -> Reading:
        """The vendor answered 404."""
        return cls(target=target, version=None, status="", taken_at=taken_at, missing=True)
