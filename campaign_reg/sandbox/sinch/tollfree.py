"""Sinch's toll-free verifications: their state machine, and the operations on them."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.clock import rfc3339
from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.sinch.bodies import (
    CAMPAIGN_ID,
    array,
    bad_request,
    choice,
    invalid,
    read_object,
    resource_missing,
    text,
)
from campaign_reg.sandbox.sinch.paging import list_reply, query_of, repeated, sort
from campaign_reg.sandbox.sinch.samples import DAY_SECONDS, Fate, draw_fates, draw_ulid
from campaign_reg.sandbox.versions import History, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.sinch.bodies import Rule

TFN_STATUSES = ["STATUS_UNSPECIFIED", "WAITING", "IN_PROGRESS", "VERIFIED", "REJECTED"]
TFN_USE_CASES = [
    "2FA",
    "Account Notifications",
    "Customer Care",
    "Delivery Notifications",
    "Marketing",
    "Security Alert",
]
BUSINESS_TYPES = ["SOLE_PROPRIETOR", "PRIVATE_PROFIT", "PUBLIC_PROFIT", "NON_PROFIT", "GOVERNMENT"]
VOLUMES = "10 100 1000 10000 100000 250000 500000 750000 1000000 5000000 10000000+".split()  # noqa: SIM905
PHONE_NUMBER = re.compile(r"\+[1-9]\d{1,14}")
HTTPS = re.compile(r"https://.*", re.DOTALL)
MAIL = re.compile(r".+@.+", re.DOTALL)
SHOP: dict[str, Any] = {
    "businessName": "Harbor Lane Supply LLC",
    "businessAddress1": "410 Wharf Street",
    "businessCity": "Chicago",
    "businessState": "IL",
    "businessZipCode": "60601",
    "businessContactFirstName": "Jane",
    "businessContactLastName": "Doe",
    "businessContactEmail": "jane.doe@harborlane.example",
    "businessContactPhone": "+13125550142",
    "corporateWebsite": "https://harborlane.example",
    "messageVolume": "10000",
    "useCaseSummary": "Order progress texts for shoppers.",
    "productionMessageContent": "Harbor Lane: order 48213 has shipped. Reply STOP to stop.",
    "optInWorkflowDescription": "Consent box at checkout.",
    "optInWorkflowImageUrls": ["https://harborlane.example/optin.png"],
    "businessRegistrationNumber": "12-3456789",
    "businessType": "PRIVATE_PROFIT",
    "businessRegistrationCountry": "US",
    "businessRegistrationType": "EIN",
    "termsAndConditionsUrl": "https://harborlane.example/terms",
    "privacyPolicyUrl": "https://harborlane.example/privacy",
}
TFN_OPTIONAL = (
    "businessAddress2",
    "businessCountry",
    "additionalInformation",
    "businessDba",
    "campaignVerifyAuthorizationToken",
    "createdBy",
    "projectId",
)
TFN_MEMBERS: dict[str, Rule] = {
    **dict.fromkeys([*SHOP, *TFN_OPTIONAL], text(0, 500)),
    "phoneNumber": text(pattern=PHONE_NUMBER),
    "businessContactPhone": text(pattern=PHONE_NUMBER),
    "businessContactEmail": text(0, 500, MAIL),
    "messageVolume": choice(VOLUMES),
    "useCase": choice(TFN_USE_CASES),
    "productionMessageContent": text(0, 1000),
    "optInWorkflowImageUrls": array(text(0, 1000), 10),
    "businessRegistrationNumber": text(0, 50),
    "businessType": choice(BUSINESS_TYPES),
    "businessRegistrationType": text(0, 50),
    "termsAndConditionsUrl": text(0, 500, HTTPS),
    "privacyPolicyUrl": text(0, 500, HTTPS),
    "createdBy": text(0, 50),
    "projectId": text(),
}
# The token is a secret that goes in and never comes out; the project is the one of the path.
NEVER_ECHOED = ("campaignVerifyAuthorizationToken", "projectId")
SORTABLE = ["tfnVerificationId", "phoneNumber", "businessName", "createTime", "status", "useCase"]
REMARKS = (
    "The consent page is not reachable.",
    "The sample message lacks opt-out words.",
    "The business could not be found in its register.",
)
TFN_COLLECTIONS = {
    "tfnVerification": {"GET": "listTfnVerifications", "POST": "createTfnVerification"},
    "tfnVerification/useCases": {"GET": "listTfnUseCases"},
}
TFN_PATHS = {("tfnVerification", ""): {"GET": "getTfnVerification"}}


class Verification(History):
    """One toll-free verification and its fate."""

    def __init__(self, fate: Fate, first: Version) -> None:
        super().__init__(first)
        self.fate = fate


class TollFreeRegister:
    """All toll-free verifications of the account, and the moves they make.

    Attributes:
        reject_share: Probability that a verification asked for by a client is refused.
        settle_seconds: From and to, in virtual seconds: how long it takes.
    """

    def __init__(self, clock: VirtualClock, seed: int, project_id: str) -> None:
        self._clock = clock
        self._rng = random.Random(f"sinch toll-free {seed}")  # noqa: S311
        self._project_id = project_id
        self.by_id: dict[str, Verification] = {}
        self.reject_share = 0.0
        self.settle_seconds = (1.0, 4.0)

    def seed(
        self,
        count: int,
        *,
        status: str = "VERIFIED",
        reject_share: float = 0.0,
        settle_seconds: tuple[float, float] = (1.0, 4.0),
    ) -> list[str]:
        """Put in verifications that were there before; one under way goes on. Returns their ids.

        Args:
            count: How many.
            status: Where they stand.
            reject_share: Exactly this share of those under way will be refused.
            settle_seconds: From and to, in virtual seconds: how long a verification takes.
        """
        if status not in TFN_STATUSES:
            raise ValueError(f"no such state: {status}")
        fates = draw_fates(self._rng, count, reject_share, 0, settle_seconds)
        return [self._put(fate, status) for fate in fates]

    def create(self, at: float, body: Mapping[str, Any]) -> str:
        """Take a new verification, which waits to be picked up."""
        fate = Fate(
            rejected=self._rng.random() < self.reject_share,
            downgraded=False,
            settle_seconds=self._rng.uniform(*self.settle_seconds),
            dice=self._rng.getrandbits(32),
        )
        return self._add(fate, at, at, "WAITING", body)

    def _put(self, fate: Fate, status: str) -> str:
        now, number = self._clock.timestamp(), len(self.by_id) + 1
        created = now - self._rng.uniform(10, 40) * DAY_SECONDS
        shop = {"phoneNumber": f"+1888555{number:04d}", "useCase": self._rng.choice(TFN_USE_CASES), **SHOP}
        tfn_id = self._add(fate, float("-inf"), created, status, shop)
        if status == "REJECTED":
            self._remark(self.by_id[tfn_id], created + 2 * DAY_SECONDS)
        return tfn_id

    def _add(self, fate: Fate, since: float, created: float, status: str, body: Mapping[str, Any]) -> str:
        """Keep a verification from `since` on, and let what is under way go on."""
        tfn_id = draw_ulid(self._rng)
        members = {
            "tfnVerificationId": tfn_id,
            "status": status,
            "createTime": rfc3339(created),
            "projectId": self._project_id,
            **{name: body[name] for name in TFN_MEMBERS if name in body and name not in NEVER_ECHOED},
            "notes": [],
        }
        self.by_id[tfn_id] = verification = Verification(fate, Version(since, members))
        now = self._clock.timestamp() if since < 0 else since
        if status == "WAITING":
            self._after_half(verification, now, self._pick_up)
        elif status == "IN_PROGRESS":
            self._after_half(verification, now, self._end)
        return tfn_id

    def _after_half(
        self, verification: Verification, at: float, event: Callable[[Verification, float], None]
    ) -> None:
        due = at + verification.fate.settle_seconds / 2
        self._clock.call_at(due, verification.begin(lambda due: event(verification, due)))

    def _pick_up(self, verification: Verification, at: float) -> None:
        verification.change(at, status="IN_PROGRESS")
        self._after_half(verification, at, self._end)

    def _end(self, verification: Verification, at: float) -> None:
        if verification.fate.rejected:
            self._remark(verification, at)
        else:
            verification.change(at, status="VERIFIED")

    def _remark(self, verification: Verification, at: float) -> None:
        """Refuse, and say why in the notes."""
        note = {"note": REMARKS[verification.fate.dice % 3], "createTime": rfc3339(at)}
        verification.change(at, status="REJECTED", notes=[note])


class TollFreeCalls:
    """The handlers; they share the register, the ledger and nothing else."""

    def __init__(self, register: TollFreeRegister, ledger: Ledger) -> None:
        self._register = register
        self._ledger = ledger
        self.handlers: dict[str, Callable[[Call], Reply]] = {
            "createTfnVerification": self.create,
            "listTfnVerifications": self.list_page,
            "getTfnVerification": self.get,
            "listTfnUseCases": self.use_cases,
        }

    def create(self, call: Call) -> Reply:
        """Ask for a verification."""
        body = read_object(call)
        _check(body)
        tfn_id = self._register.create(call.at, body)
        noted = {name: value for name, value in body.items() if name not in NEVER_ECHOED}
        self._ledger.write(call.at, "sinch", call.operation, tfn_id, noted)
        return render(200, {"tfnVerificationId": tfn_id})

    def get(self, call: Call) -> Reply:
        """Read one verification; the contract names no answer for one that is not there."""
        tfn_id = call.segments[1]
        if not CAMPAIGN_ID.fullmatch(tfn_id):
            raise invalid("tfn_verification_id")
        verification = self._register.by_id.get(tfn_id)
        version = verification.version_at(call.at - call.lag_seconds) if verification else None
        if version is None:
            missing = resource_missing(404, "NOT_FOUND", "", "TfnVerification", tfn_id, "not found")
            raise RefusedError(missing)
        return Reply(200, version.body)

    def list_page(self, call: Call) -> Reply:
        """List verifications, oldest entry first unless `orderBy` says otherwise."""
        query, statuses = query_of(call), repeated(call, "statuses")
        if any(status not in TFN_STATUSES for status in statuses):
            raise invalid("statuses")
        at = call.at - call.lag_seconds
        versions = [verification.version_at(at) for verification in self._register.by_id.values()]
        found = [
            version
            for version in versions
            if version
            and (not statuses or version.members["status"] in statuses)
            and query.get("useCase", version.members["useCase"]) == version.members["useCase"]
        ]
        sort(found, query.get("orderBy", ""), SORTABLE)
        return list_reply(call, "tfnVerifications", found)

    def use_cases(self, call: Call) -> Reply:
        """List what `useCase` may say."""
        return render(200, {"useCases": TFN_USE_CASES})


def _check(body: Mapping[str, Any]) -> None:
    """Check a body; here the violations have snake_case names and the message is empty.

    Raises:
        RefusedError: With a violation for each member that is missing or wrong.
    """
    wrong = [
        re.sub("([A-Z])", lambda found: f"_{found[1].lower()}", name)
        for name, rule in TFN_MEMBERS.items()
        if (rule(body[name]) if name in body else name not in TFN_OPTIONAL)
    ]
    if wrong:
        raise bad_request("", *((name, f"Invalid {name}") for name in wrong))
