"""The simulated RCS platform: one account of either brand, with its campaigns and messages."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.exchange import Reply, Route, Traits, decode_segment, render, split_path
from campaign_reg.sandbox.rcs.account import AccountCalls, JobCalls
from campaign_reg.sandbox.rcs.auth import EXPIRED, INVALID, Tokens, draw_key, unauthorized
from campaign_reg.sandbox.rcs.bodies import failure
from campaign_reg.sandbox.rcs.calls import CampaignCalls
from campaign_reg.sandbox.rcs.campaigns import CampaignRegister
from campaign_reg.sandbox.rcs.forms import click_body, status_body
from campaign_reg.sandbox.rcs.messages import MessageBook, shown
from campaign_reg.sandbox.rcs.orders import DUPLICATE, OrderCalls
from campaign_reg.sandbox.rcs.samples import CHANNELS, STATUSES, draw_fates
from campaign_reg.sandbox.vendor import Vendor

if TYPE_CHECKING:
    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.rcs.messages import Message

# What follows /api/.
COLLECTIONS = {
    "auth/login": {"POST": "login"},
    "auth/refresh": {"POST": "refreshToken"},
    "campaigns/rcs/send": {"POST": "createRcsCampaign"},
    "campaigns/rcs/send-groups": {"POST": "createRcsCampaignByGroups"},
    "campaigns/send": {"POST": "createUniversalCampaign"},
    "campaigns": {"GET": "listCampaigns"},
    "campaign": {"GET": "listCampaignsRcsPageForm"},
    "messages/rcs/send": {"POST": "sendRcsMessage"},
    "messages/send": {"POST": "sendUniversalMessage"},
    "messages": {"GET": "listMessages"},
    "accounts/balance": {"GET": "getBalance"},
    "accounts/tariff": {"GET": "listTariffs"},
    "groups": {"GET": "listContactLists"},
    "stat/jobs": {"GET": "listStatJobs", "POST": "createStatJob"},
}
# What comes before and after an id.
MEMBERS = {
    ("campaigns", ""): {"GET": "getCampaign"},
    ("campaigns", "detail"): {"GET": "getCampaignDetail"},
    ("campaigns", "renew"): {"PUT": "renewCampaign"},
    ("campaigns", "stop"): {"PUT": "stopCampaignPut", "PATCH": "stopCampaignPatch"},
    ("stat/jobs", ""): {"GET": "getStatJob", "DELETE": "deleteStatJob"},
}
# The forms that a brand's own pages do not print.
UNANSWERED = {
    "bsg": frozenset({"stopCampaignPut"}),
    "wwt": frozenset(
        {"listCampaigns", "stopCampaignPatch", "createUniversalCampaign", "sendUniversalMessage"}
    ),
}
LISTS = ("listCampaigns", "listCampaignsRcsPageForm", "listMessages")
CREATES = ("createRcsCampaign", "createRcsCampaignByGroups", "createUniversalCampaign")
STAMPS = {404: "Not Found", 405: "Method Not Allowed", 429: "Too Many Requests"}


class CampaignRecords(Mapping[str, dict[str, Any]]):
    """The vendor's own records by campaign id, as they stand now and in one spelling; each a copy."""

    def __init__(self, register: CampaignRegister, clock: VirtualClock) -> None:
        self._register = register
        self._clock = clock

    def __getitem__(self, campaign_id: str) -> dict[str, Any]:
        self._clock.run_due()
        if not campaign_id.isdecimal():
            raise KeyError(campaign_id)
        campaign = self._register.by_id[int(campaign_id)]
        draft = campaign.draft
        told = {"id": campaign.id, "sender": draft.sender, "total": draft.total, "options": draft.options}
        return copy.deepcopy(told | campaign.members)

    def __iter__(self) -> Iterator[str]:
        return iter([str(campaign_id) for campaign_id in self._register.by_id])

    def __len__(self) -> int:
        return len(self._register.by_id)


class Rcs(Vendor):
    """One account at the RCS platform: what it holds, and how it answers.

    Attributes:
        api_key: What `login` takes.
        unanswered: Operations that this brand does not answer; their paths give 404 or 405.
        campaigns: The vendor's own records by campaign id.
        register: The state machine; balance, credit, and the shares and times that rule
            what becomes of campaigns that a client creates.
        orders: What creating is subject to: agents, the guard against duplicates, repeated references.
        listings: The campaign and message calls, with their default page limits.
        jobs: Exports of statistics.
        tokens: Issued JWTs; `lifetime_seconds` and `expire()`.
    """

    def __init__(self, clock: VirtualClock, ledger: Ledger, seed: int, brand: str = "bsg") -> None:
        super().__init__(clock, ledger, seed)
        self.brand = brand
        # Not for secrets that protect anything: runs have to repeat.
        self.api_key = draw_key(random.Random(f"rcs account {seed}"))  # noqa: S311
        self.tokens = Tokens(self.api_key)
        self.register = CampaignRegister(clock, random.Random(f"rcs creations {seed}"))  # noqa: S311
        self.campaigns = CampaignRecords(self.register, clock)
        self._messages = MessageBook()
        self.listings = CampaignCalls(self.register, self._messages, ledger)
        self.orders = OrderCalls(self.register, self._messages, ledger)
        self.account = AccountCalls(self.register)
        self.jobs = JobCalls(self._messages, ledger, random.Random(f"rcs jobs {seed}"))  # noqa: S311
        self.handlers = {
            "login": self.tokens.login,
            "refreshToken": self.tokens.refresh,
            "createRcsCampaign": self.orders.create,
            "createRcsCampaignByGroups": self.orders.create_by_groups,
            "createUniversalCampaign": self.orders.create_universal,
            "sendRcsMessage": self.orders.send,
            "sendUniversalMessage": self.orders.send_universal,
            "listCampaigns": self.listings.list_page,
            "listCampaignsRcsPageForm": self.listings.list_page,
            "getCampaign": self.listings.get,
            "getCampaignDetail": self.listings.detail,
            "renewCampaign": self.listings.renew,
            "stopCampaignPut": self.listings.stop,
            "stopCampaignPatch": self.listings.stop,
            "listMessages": self.listings.list_messages,
            "getBalance": self.account.balance,
            "listTariffs": self.account.tariffs,
            "listContactLists": self.account.groups,
            "listStatJobs": self.jobs.list_all,
            "createStatJob": self.jobs.create,
            "getStatJob": self.jobs.get,
            "deleteStatJob": self.jobs.delete,
        }
        self.traits = Traits(
            name="rcs",
            operations=frozenset(self.handlers),
            logins=frozenset({"login", "refreshToken"}),
            reads=("getCampaign", "getCampaignDetail", "getBalance", *LISTS),
            lagging=("getCampaign", "getCampaignDetail", *LISTS),
            writes=("renewCampaign", *CREATES),
            items=("data",),
            status="status",
        )

    @property
    def brand(self) -> str:
        """Whose form of the API is answered: "bsg" or "wwt"; setting it resets `unanswered`."""
        return self._brand

    @brand.setter
    def brand(self, brand: str) -> None:
        if brand not in UNANSWERED:
            raise ValueError(f"no such brand: {brand}; there are {', '.join(UNANSWERED)}")
        self._brand = brand
        self.unanswered = UNANSWERED[brand]

    def settings(self, url: str) -> dict[str, Any]:
        """Return what `connect("rcs", **settings)` takes; `url` is where the server listens."""
        return {"api_key": self.api_key, "brand": self.brand, "base_url": url}

    def seed(
        self,
        count: int,
        *,
        status: str = "paused",
        channel: str = "rcs",
        pause_again_share: float = 0.1,
        stop_share: float = 0.05,
        settle_seconds: tuple[float, float] = (1.0, 4.0),
        age_days: tuple[float, float] = (1.0, 80.0),
        seed: int | None = None,
    ) -> list[str]:
        """Put in campaigns that were there before, with their fates decided.

        Args:
            count: How many.
            status: Where they stand; those under way go on from now.
            channel: Their message type; "sms" for those that a listing without a type shows.
            pause_again_share: Exactly this share of them runs out of funds once more while it is
                sending, as after a renewal; the next renewal sees it through.
            stop_share: This share is stopped by another user at the end of sending; all others are done.
            settle_seconds: From and to, in virtual seconds: how long sending takes.
            age_days: From and to: how long ago they were created.
            seed: Makes the same fates in another sandbox; drawn from the sandbox's own seed when None.

        Returns:
            Their ids, in the order of a listing.
        """
        if status not in STATUSES:
            raise ValueError(f"no such status: {status}; there are {', '.join(STATUSES)}")
        if channel not in CHANNELS:
            raise ValueError(f"no such channel: {channel}; there are {', '.join(CHANNELS)}")
        rng = self._next_seeding(seed)
        fates = draw_fates(rng, count, pause_again_share, stop_share, settle_seconds)
        campaigns = [self.register.seed(rng, fate, status, channel, age_days) for fate in fates]
        for campaign in campaigns:
            self._messages.enter(campaign)
        return [str(campaign.id) for campaign in campaigns]

    def change(self, campaign_id: str, **members: object) -> None:
        """Change a campaign behind the client's back, as in the vendor's cabinet; the ledger does not tell."""
        now = self.clock.run_due()
        campaign = self.register.by_id[int(campaign_id)]
        # What was under way is overtaken.
        campaign.begin(lambda _: None)
        campaign.change(now, **members)

    def message_ids(self, campaign_id: str) -> range:
        """Return the ids of a campaign's messages."""
        campaign = self.register.by_id[int(campaign_id)]
        return range(campaign.first_message_id, campaign.first_message_id + campaign.draft.total)

    def callback_body(
        self, message_id: int, *, status: str | None = None, button: str | None = None
    ) -> bytes:
        """Write what the platform would post to a callback URL about a message.

        Args:
            message_id: One of `message_ids`, or what a send call returned.
            status: The status to tell; the message's own when None.
            button: Write the report of a pressed button instead: its label.

        Raises:
            ValueError: There is no such message, or it has no such button.
        """
        now = self.clock.run_due()
        found = list(shown(self._messages.by_id(message_id), now))
        if not found:
            raise ValueError(f"no such message: {message_id}")
        if button is None:
            told = found[0] if status is None else found[0].told_as(status, now)
            return json.dumps(status_body(told)).encode()
        return json.dumps(click_body(found[0], *_button(found[0], button), now)).encode()

    def route(self, method: str, path: str) -> Route | Reply | None:
        """Match a raw path; what the brand does not answer is not there."""
        parts = split_path(path)
        if parts[0] != "api":
            return None
        every, captured = _find(parts[1:])
        methods = {name: operation for name, operation in every.items() if operation not in self.unanswered}
        if not methods:
            return failure(404, STAMPS[404])
        if method not in methods:
            refusal = failure(405, STAMPS[405])
            refusal.headers["Allow"] = ", ".join(methods)
            return refusal
        return Route(methods[method], tuple(decode_segment(part) for part in captured))

    def refuse(self, call: Call) -> Reply | None:
        """Check the JWT; only the login comes without one."""
        return None if call.operation == "login" else self.tokens.refuse(call)

    def refusal(self, call: Call, status: int, headers: Mapping[str, str]) -> Reply:
        """Word an error as the platform does; beyond what it documents, in one of the shapes it is known for."""
        if status == 401:
            expired = "expired" in headers.get("WWW-Authenticate", "")
            reply = unauthorized(EXPIRED if expired else INVALID)
        elif status == 429 and call.method == "POST":
            reply = failure(429, DUPLICATE)
        elif status == 503:
            reply = render(503, {"error": "5", "errorDescription": "Unknown failure"})
        else:
            reply = failure(status, STAMPS.get(status, "Internal Server Error"))
        reply.headers.update(headers)
        return reply


def _find(rest: list[str]) -> tuple[dict[str, str], list[str]]:
    """Match what follows /api/: its methods, and the captured segments."""
    collection = COLLECTIONS.get("/".join(rest))
    if collection is not None:
        return collection, []
    for (before, after), methods in MEMBERS.items():
        head, tail = before.split("/"), [after] if after else []
        id_at = len(head)
        if len(rest) == id_at + 1 + len(tail) and rest[:id_at] == head and rest[id_at + 1 :] == tail:
            return (methods, [rest[id_at]]) if rest[id_at] else ({}, [])
    return {}, []


def _button(message: Message, label: str) -> tuple[str, str | None]:
    """Find a button of a message by its label; returns label and postback data."""
    for card in message.draft.options.get("cards", []):
        for suggestion in card.get("suggestions", []):
            if suggestion["text"] == label:
                return label, suggestion.get("postback_data")
    raise ValueError(f"message {message.id} has no button {label}")
