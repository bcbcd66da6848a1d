"""Sinch's 10DLC brands: their state machine, and the operations on them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.sinch.bodies import (
    BRAND_ID,
    CAMPAIGN_ID,
    bad_request,
    check_members,
    failure,
    invalid,
    read_object,
    resource_missing,
)
from campaign_reg.sandbox.sinch.brand_samples import (
    BRAND_DETAILS,
    BRAND_MEMBERS,
    BRAND_STATUSES,
    BRAND_TYPES,
    COMPANY,
    CONTACT,
    FINANCES,
    VETTING_STATUSES,
    identity,
    mismatch,
    new_vetting,
    score,
)
from campaign_reg.sandbox.sinch.paging import list_reply, query_of
from campaign_reg.sandbox.sinch.samples import (
    BRAND_IDS,
    DAY_SECONDS,
    MOCK_BRAND_ID,
    UPPER_ALPHANUMERIC,
    Fate,
    draw_fates,
    draw_ulid,
)
from campaign_reg.sandbox.versions import History, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger

BRAND_COLLECTIONS = {
    "brandRegistrations": {"GET": "listBrands"},
    "brandRegistrations:submit": {"POST": "createBrand"},
    "brandRegistrations:fetchByTcrBrandId": {"GET": "getBrandByTcrId"},
}
BRAND_PATHS = {
    ("brandRegistrations", ""): {"GET": "getBrand", "PATCH": "updateBrand"},
    ("brandRegistrations", "feedback"): {"GET": "getBrandFeedback"},
    ("brandRegistrations", "upgrade"): {"POST": "upgradeBrand"},
    ("brandRegistrations", "vettingInfo"): {"GET": "getBrandVettingInfo"},
    ("brandRegistrations", "resend2faEmail"): {"POST": "resendBrand2faEmail"},
}


class Brand(History):
    """One brand.

    Attributes:
        details: The objects that are told once the registry answered.
        bundle_id: Neither Sinch's id nor the registry's; no reply shows it.
        vettings: Records of the vetting provider, oldest first.
        category: What did not match, when it was refused.
    """

    def __init__(self, fate: Fate, first: Version, details: dict[str, Any], bundle_id: str) -> None:
        super().__init__(first)
        self.fate = fate
        self.details = details
        self.bundle_id = bundle_id
        self.vettings: list[dict[str, Any]] = []
        self.category: list[dict[str, Any]] = []


class BrandRegister:
    """All brands of the account, and the moves they make.

    Attributes:
        reject_share: Probability that a brand created by a client is refused; one without
            legal name or tax id always is.
        settle_seconds: From and to, in virtual seconds: how long a review takes.
    """

    def __init__(self, clock: VirtualClock, seed: int) -> None:
        self._clock = clock
        self._rng = random.Random(f"sinch brands {seed}")  # noqa: S311
        self.by_id: dict[str, Brand] = {}
        self.by_tcr_id: dict[str, Brand] = {}
        self.reject_share = 0.0
        self.settle_seconds = (1.0, 4.0)
        for tcr_id in (*BRAND_IDS, MOCK_BRAND_ID):
            mock = tcr_id == MOCK_BRAND_ID
            self._put(self._rng, Fate(False, False, 1.0, 0), "APPROVED", "FULL", tcr_id, mock=mock)

    def seed(
        self,
        count: int,
        *,
        status: str = "APPROVED",
        registration_type: str = "SIMPLIFIED",
        reject_share: float = 0.0,
        settle_seconds: tuple[float, float] = (1.0, 4.0),
    ) -> list[str]:
        """Put in brands that were there before; a review under way goes on. Returns their ids.

        Args:
            count: How many.
            status: Where they stand.
            registration_type: SIMPLIFIED or FULL.
            reject_share: Exactly this share of them will fail their next review.
            settle_seconds: From and to, in virtual seconds: how long a review takes.
        """
        if status not in BRAND_STATUSES or registration_type not in BRAND_TYPES[:2]:
            raise ValueError(f"no such brand: {status}, {registration_type}")
        fates = draw_fates(self._rng, count, reject_share, 0, settle_seconds)
        return [self._put(self._rng, fate, status, registration_type, self._draw_tcr_id()) for fate in fates]

    def create(self, at: float, body: Mapping[str, Any]) -> str:
        """Take a new brand, which is under review at once."""
        details = {name: body[name] for name in BRAND_DETAILS if name in body}
        # The documented default, and wrong for most callers.
        details["financialDetails"] = {"brandEntityType": "PUBLIC"} | details.get("financialDetails", {})
        complete = details["financialDetails"].get("taxIdCorporate") and details.get(
            "companyDetails", {}
        ).get("companyName")
        fate = Fate(
            rejected=not complete or self._rng.random() < self.reject_share,
            downgraded=False,
            settle_seconds=self._rng.uniform(*self.settle_seconds),
            dice=self._rng.getrandbits(32) if complete else 0,
        )
        asked = body.get("brandRegistrationType", "SIMPLIFIED")
        brand_id = draw_ulid(self._rng)
        members = {
            "brandRegistrationId": brand_id,
            "displayName": body.get("displayName", ""),
            "brandRegistrationStatus": "IN_PROGRESS",
            "brandRegistrationType": "FULL" if asked == "FULL" else "SIMPLIFIED",
            "mock": body.get("mock", False),
        }
        self.by_id[brand_id] = brand = Brand(fate, Version(at, members), details, draw_ulid(self._rng))
        self._begin_review(brand, at)
        return brand_id

    def update(self, brand: Brand, at: float, body: Mapping[str, Any]) -> None:
        """Replace whole objects; before the registry answered they are not told."""
        changed = {name: body[name] for name in BRAND_DETAILS if name in body}
        brand.details |= changed
        brand.change(at, **(changed if "brandId" in brand.members else {}))

    def upgrade(self, brand: Brand, at: float) -> None:
        """Have a SIMPLIFIED brand vetted, which makes it a FULL one."""
        brand.change(at, brandRegistrationStatus="UPGRADE", brandRegistrationType="FULL")
        self._begin_review(brand, at)

    def _put(
        self, rng: random.Random, fate: Fate, status: str, kind: str, tcr_id: str, *, mock: bool = False
    ) -> str:
        brand_id, now = draw_ulid(rng), self._clock.timestamp()
        members: dict[str, Any] = {
            "brandRegistrationId": brand_id,
            "displayName": f"Harbor Lane {len(self.by_id) + 1}",
            "brandRegistrationStatus": status,
            "brandRegistrationType": kind,
            "mock": mock,
        }
        details = {"companyDetails": COMPANY, "financialDetails": FINANCES, "contactDetails": CONTACT}
        brand = Brand(fate, Version(float("-inf"), members), dict(details), draw_ulid(rng))
        self.by_id[brand_id] = brand
        if status in ("APPROVED", "REJECTED", "UPGRADE"):
            fit = status != "REJECTED"
            vetted = "SIMPLIFIED" if status == "UPGRADE" else kind
            told = {"brandId": tcr_id, "identityStatus": identity(fit=fit, kind=vetted)}
            members |= told | details
            self.by_tcr_id[tcr_id] = brand
            brand.category = [] if fit else [mismatch(fate)]
        if status in ("APPROVED", "REJECTED") and kind == "FULL":
            begun = now - rng.uniform(20, 60) * DAY_SECONDS
            brand.vettings = [new_vetting(rng, begun)]
            score(brand.vettings[0], begun + 2 * DAY_SECONDS, fate, failed=status == "REJECTED")
        if status in ("IN_PROGRESS", "UPGRADE"):
            self._begin_review(brand, now)
        return brand_id

    def _begin_review(self, brand: Brand, at: float) -> None:
        if brand.members["brandRegistrationType"] == "FULL":
            brand.vettings.append(new_vetting(self._rng, at))
        middle = at + brand.fate.settle_seconds / 2
        self._clock.call_at(middle, brand.begin(lambda due: self._vet(brand, due)))

    def _vet(self, brand: Brand, at: float) -> None:
        if brand.vettings:
            brand.vettings[-1]["vettingStatus"] = "UNSCORE"
        end = at + brand.fate.settle_seconds / 2
        self._clock.call_at(end, brand.begin(lambda due: self._end_review(brand, due)))

    def _end_review(self, brand: Brand, at: float) -> None:
        """Tell the registry's answer, whatever it is: only now its id is known."""
        fit = not brand.fate.rejected
        tcr_id = brand.members.get("brandId") or self._draw_tcr_id()
        self.by_tcr_id[tcr_id] = brand
        brand.category = [] if fit else [mismatch(brand.fate)]
        if brand.vettings:
            score(brand.vettings[-1], at, brand.fate, failed=not fit)
        told = {
            "brandId": tcr_id,
            "identityStatus": identity(fit=fit, kind=brand.members["brandRegistrationType"]),
            "brandRegistrationStatus": "APPROVED" if fit else "REJECTED",
        }
        brand.change(at, **brand.details, **told)

    def _draw_tcr_id(self) -> str:
        tcr_id = "B" + "".join(self._rng.choices(UPPER_ALPHANUMERIC, k=6))
        return tcr_id if tcr_id not in self.by_tcr_id else self._draw_tcr_id()


class BrandCalls:
    """The handlers; they share the register, the ledger and nothing else."""

    def __init__(self, register: BrandRegister, ledger: Ledger) -> None:
        self._register = register
        self._ledger = ledger
        self.handlers: dict[str, Callable[[Call], Reply]] = {
            "createBrand": self.create,
            "listBrands": self.list_page,
            "getBrand": self.get,
            "getBrandByTcrId": self.get_by_tcr_id,
            "getBrandFeedback": self.feedback,
            "getBrandVettingInfo": self.vettings,
            "updateBrand": self.update,
            "upgradeBrand": self.upgrade,
            "resendBrand2faEmail": self.resend,
        }

    def create(self, call: Call) -> Reply:
        """Register a brand; nothing is required, the review decides."""
        body = read_object(call)
        check_members(body, BRAND_MEMBERS, frozenset(BRAND_MEMBERS))
        brand_id = self._register.create(call.at, body)
        self._ledger.write(call.at, "sinch", call.operation, brand_id, body)
        return render(200, {"brandRegistrationId": brand_id})

    def get(self, call: Call) -> Reply:
        """Read one brand."""
        return _shown(call, self._brand(call), call.segments[1])

    def get_by_tcr_id(self, call: Call) -> Reply:
        """Read one brand by the id that TCR gave it."""
        tcr_id = query_of(call).get("brandId", "")
        if not BRAND_ID.fullmatch(tcr_id):
            raise invalid("brand_id")
        return _shown(call, self._register.by_tcr_id.get(tcr_id), tcr_id)

    def list_page(self, call: Call) -> Reply:
        """List brands in the order they came; `pageToken` is taken though no page documents it."""
        at = call.at - call.lag_seconds
        versions = [brand.version_at(at) for brand in self._register.by_id.values()]
        return list_reply(call, "brandRegistrations", [found for found in versions if found])

    def feedback(self, call: Call) -> Reply:
        """Say what did not match; the list has a name in the singular."""
        brand = self._brand(call)
        told = {"brandId": brand.members["brandId"]} if "brandId" in brand.members else {}
        return render(200, told | {"category": brand.category})

    def vettings(self, call: Call) -> Reply:
        """List the vetting records in one state, which has to be named."""
        brand = self._brand(call)
        status = query_of(call).get("vettingStatus", "")
        if status not in VETTING_STATUSES:
            raise invalid("vettingStatus")
        found = [vetting for vetting in brand.vettings if vetting["vettingStatus"] == status]
        return render(200, {"vettingInfo": found})

    def update(self, call: Call) -> Reply:
        """Change what a brand says of its company, finances or contact."""
        brand = self._brand(call)
        body = read_object(call)
        check_members(body, BRAND_DETAILS, frozenset(BRAND_DETAILS))
        self._register.update(brand, call.at, body)
        self._ledger.write(call.at, "sinch", call.operation, call.segments[1], body)
        return Reply(200, brand.newest.body)

    def upgrade(self, call: Call) -> Reply:
        """Move an approved SIMPLIFIED brand to FULL."""
        brand = self._brand(call)
        stands = (brand.members["brandRegistrationStatus"], brand.members["brandRegistrationType"])
        if stands != ("APPROVED", "SIMPLIFIED"):
            raise invalid("brandRegistrationId", "brand is not an approved SIMPLIFIED one")
        self._register.upgrade(brand, call.at)
        self._ledger.write(call.at, "sinch", call.operation, call.segments[1], {})
        return Reply(200, brand.newest.body)

    def resend(self, call: Call) -> Reply:
        """Send the mail again; 403 is the one refusal that the contract knows here."""
        bundle_id = call.segments[1]
        if bundle_id not in {brand.bundle_id for brand in self._register.by_id.values()}:
            raise RefusedError(failure(403, "Permission denied", "PERMISSION_DENIED"))
        self._ledger.write(call.at, "sinch", call.operation, bundle_id, {})
        return Reply(200, b"")

    def _brand(self, call: Call) -> Brand:
        brand_id = call.segments[1]
        if not CAMPAIGN_ID.fullmatch(brand_id):
            raise bad_request("", ("brandRegistrationId", f"Invalid brandRegistrationId {brand_id}"))
        brand = self._register.by_id.get(brand_id)
        if brand is None:
            raise _not_found(brand_id)
        return brand


def _shown(call: Call, brand: Brand | None, name: str) -> Reply:
    """Answer with a brand as a replica of the call's age knows it."""
    version = brand.version_at(call.at - call.lag_seconds) if brand else None
    if version is None:
        raise _not_found(name)
    return Reply(200, version.body)


def _not_found(name: str) -> RefusedError:
    return RefusedError(resource_missing(404, "NOT_FOUND", "", "BrandRegistration", name, ""))
