"""The simulated Oracle Responsys: one account with its login, campaigns and approvals."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from campaign_reg.sandbox.exchange import Reply, Route, Traits, decode_segment, split_path
from campaign_reg.sandbox.responsys.approvals import ApprovalCalls
from campaign_reg.sandbox.responsys.attributes import AttributeCalls, rate_limits
from campaign_reg.sandbox.responsys.auth import Account, Tokens
from campaign_reg.sandbox.responsys.bodies import APPROVAL_STATES, TYPES
from campaign_reg.sandbox.responsys.calls import CampaignCalls
from campaign_reg.sandbox.responsys.campaigns import CampaignRegister, Schedule
from campaign_reg.sandbox.responsys.errors import over_limit, problem
from campaign_reg.sandbox.responsys.faults import FAULTS
from campaign_reg.sandbox.responsys.samples import DAY_SECONDS
from campaign_reg.sandbox.responsys.schedules import ScheduleCalls, write_time
from campaign_reg.sandbox.responsys.search import SearchCalls
from campaign_reg.sandbox.vendor import Vendor
from campaign_reg.sandbox.versions import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger

STATUSES = ("NONE", "DRAFT", "ACTIVE", "CLOSED")
# What follows /rest/api; {} is a name or an id.
PATHS: Mapping[str, Mapping[str, str]] = {
    "ratelimit": {"GET": "getRateLimits"},
    "v1.3/auth/token": {"POST": "authToken"},
    "v1.3/campaigns": {"GET": "listCampaigns", "POST": "createCampaign"},
    "v1.3/campaigns/actions/search": {"POST": "searchCampaigns"},
    "v1.3/campaigns/{}": {"GET": "getCampaign", "PUT": "updateCampaign"},
    "v1.3/campaigns/{}/actions/copy": {"POST": "copyCampaign"},
    "v1.3/campaigns/{}/actions/close": {"PUT": "closeCampaign"},
    "v1.3/campaigns/{}/preview": {"GET": "previewCampaign"},
    "v1.3/campaigns/{}/schedule": {"GET": "listSchedules", "POST": "createSchedule"},
    "v1.3/campaigns/{}/schedule/{}": {
        "GET": "getSchedule",
        "PUT": "updateSchedule",
        "DELETE": "deleteSchedule",
    },
    "v1.3/campaigns/{}/attributes/proofList": {"GET": "getProofList", "PUT": "setProofList"},
    "v1.3/campaigns/{}/attributes/dataSources": {"GET": "getDataSources"},
    "v1.3/attributes/campaigns/{}": {
        "GET": "getCampaignOrganizations",
        "POST": "setCampaignOrganizations",
    },
    "v1.3/approval/campaigns": {"GET": "listCampaignApprovals"},
    "v1.3/approval/campaigns/{}": {"GET": "getCampaignApproval", "PUT": "setCampaignApproval"},
    "v1.5/campaigns": {"POST": "createCampaignV15"},
    "v1.5/campaigns/{}": {"GET": "getCampaignV15", "PUT": "updateCampaignV15"},
    "v1.5/campaigns/{}/actions/copy": {"POST": "copyCampaignV15"},
}
TEMPLATES = {tuple(path.split("/")): methods for path, methods in PATHS.items()}
LAGGING = ("getCampaign", "getCampaignV15", "listCampaigns", "getCampaignApproval", "listCampaignApprovals")
READS = (
    *LAGGING,
    "searchCampaigns",
    "previewCampaign",
    "listSchedules",
    "getSchedule",
    "getProofList",
    "getDataSources",
    "getCampaignOrganizations",
    "getRateLimits",
)
WRITES = (
    "setCampaignApproval",
    "createCampaign",
    "createCampaignV15",
    "updateCampaign",
    "updateCampaignV15",
)


class Responsys(Vendor):
    """One Responsys account: what it holds, and how it answers.

    Attributes:
        account: User name, password, and example keys for the certificate login, as PEM texts.
        campaigns: The vendor's own records by campaign name; `approvalStatus` among them.
        register: The state machine; `initial_approval`, `approver_seconds` and `reject_share`
            there rule what becomes of requests for approval.
        tokens: Issued tokens; `lifetime_seconds`, `disguise`, `end_point`, `expire()`, `forget()`.
        approvals: `enabled` is False at accounts without approvals.
        limit_status: HTTP status of API_LIMIT_EXCEEDED when the sandbox's own limit, or the fault
            `status_429`, throttles: 400 by the error table; 401 and 429 are told of too.
    """

    def __init__(self, clock: VirtualClock, ledger: Ledger, seed: int) -> None:
        super().__init__(clock, ledger, seed)
        self.limit_status = 400
        # Not for secrets that protect anything: runs have to repeat.
        self.account = Account.made_up(random.Random(f"responsys account {seed}"))  # noqa: S311
        self.tokens = Tokens(self.account)
        self.register = CampaignRegister(clock, random.Random(f"responsys approver {seed}"))  # noqa: S311
        self.campaigns = Records(self.register.by_name, clock)
        self.approvals = ApprovalCalls(self.register, ledger)
        self.handlers = self._wire(ledger)
        self.traits = Traits(
            name="responsys",
            operations=frozenset(self.handlers),
            logins=frozenset({"authToken"}),
            reads=READS,
            lagging=LAGGING,
            writes=WRITES,
            items=("campaigns", "schedules"),
            status="approvalStatus",
            faults=FAULTS,
        )

    def settings(self, url: str) -> dict[str, Any]:
        """Return what `connect("responsys", **settings)` takes; `url` is where the server listens."""
        return {
            "user_name": self.account.user_name,
            "password": self.account.password,
            **self._places(url),
        }

    def certificate_settings(self, url: str) -> dict[str, Any]:
        """Return the settings of a login by certificate instead of a password; keys are PEM texts."""
        return {
            "user_name": self.account.user_name,
            "client_key": self.account.client_key,
            "server_certificate": self.account.server_certificate,
            **self._places(url),
        }

    def seed(
        self,
        count: int,
        *,
        approval: str = "NEEDS_APPROVAL",
        status: str = "DRAFT",
        type: str = "EMAIL",
        schedules: int = 0,
        seed: int | None = None,
    ) -> list[str]:
        """Put in campaigns that were there before.

        Args:
            count: How many.
            approval: Approval state they stand at.
            status: Their campaignStatus.
            type: Their channel; only EMAIL has approvals.
            schedules: Launches to come of each: one a day, and a recurring one last if there are several.
            seed: Makes the same campaigns in another sandbox; drawn from the
                sandbox's own seed when None.

        Returns:
            Their names, which are their ids, in the order of a listing.
        """
        if approval not in APPROVAL_STATES or status not in STATUSES or type not in TYPES:
            raise ValueError(f"no such state: {approval}, {status}, {type}")
        rng = self._next_seeding(seed)
        names = []
        for _ in range(count):
            campaign = self.register.seed(rng, type, status, approval)
            names.append(campaign.name)
            for day in range(1, schedules + 1):
                self.add_schedule(campaign.name, day * DAY_SECONDS, recurring=1 < day == schedules)
        return names

    def change(self, name: str, **members: object) -> None:
        """Change a campaign behind the client's back; the ledger does not move."""
        now = self.clock.run_due()
        self.register.change(self.register.by_name[name], now, **members)

    def add_schedule(self, name: str, in_seconds: float, *, recurring: bool = False) -> Schedule:
        """Plan a launch behind the client's back; recurring ones cannot be made in another way."""
        at = (self.clock.run_due() + in_seconds) // 60 * 60
        ends = at + (14 * DAY_SECONDS if recurring else 3600.0)
        members: dict[str, Any] = {"scheduleType": "ONCE", "scheduledTime": write_time(at)}
        if recurring:
            members |= {
                "scheduleType": "RECURRING",
                "recurringEndTime": write_time(ends),
                "recurringInterval": "DAILY",
            }
        members["launchOptions"] = {"proofLaunch": False}
        return self.register.schedule(self.register.by_name[name], at, ends, members)

    def route(self, method: str, path: str) -> Route | Reply | None:
        """Match a raw path; the version is part of it, and ratelimit has none."""
        parts = split_path(path)
        if parts[:2] != ["rest", "api"]:
            return None
        methods, captured = _find(parts[2:])
        if methods is None:
            return problem("RESOURCE_NOT_FOUND")
        if method not in methods:
            refusal = problem("METHOD_NOT_ALLOWED")
            refusal.headers["Allow"] = ", ".join(methods)
            return refusal
        return Route(methods[method], tuple(decode_segment(part) for part in captured))

    def target(self, call: Call) -> str | None:
        """Name the campaign of a call from its path, or from the body that creates it."""
        if call.segments:
            return call.segments[0]
        if not call.operation.startswith("createCampaign"):
            return None
        try:
            return str(json.loads(call.body)["name"])
        except (ValueError, LookupError, TypeError, RecursionError):
            return None

    def refuse(self, call: Call) -> Reply | None:
        """Check the token; the login sees to itself."""
        return None if call.operation == "authToken" else self.tokens.refuse(call)

    def refusal(self, call: Call, status: int, headers: Mapping[str, str]) -> Reply:
        """Word an error as Responsys does: its code decides, and no header of another vendor's is sent."""
        if status == 429:
            return over_limit(call.operation, status=self.limit_status)
        if status == 401 and "expired" in headers.get("WWW-Authenticate", ""):
            return self.tokens.dead(self.tokens.disguise or "TOKEN_EXPIRED")
        if status == 401:
            return self.tokens.dead(self.tokens.disguise or "INVALID_TOKEN")
        reply = problem("UNEXPECTED_EXCEPTION", status=status)
        reply.headers.update(headers)
        return reply

    def page_token_again(self, call: Call) -> str:
        """Return another link to the page that a listing asks for."""
        parameters = reversed(call.query.split("&"))
        return f"{call.path}?{'&'.join(parameters)}"

    def _places(self, url: str) -> dict[str, Any]:
        return {"login_url": url, "allowed_hosts": [urlsplit(url).hostname]}

    def _wire(self, ledger: Ledger) -> dict[str, Callable[[Call], Reply]]:
        """Say which handler answers which operation."""
        campaigns = CampaignCalls(self.register, ledger)
        schedules = ScheduleCalls(self.register, ledger)
        attributes = AttributeCalls(self.register, ledger)
        return {
            "authToken": self.tokens.log_in,
            "getRateLimits": rate_limits,
            "listCampaigns": campaigns.list_page,
            "searchCampaigns": SearchCalls(self.register).search,
            "createCampaign": campaigns.create,
            "createCampaignV15": campaigns.create,
            "getCampaign": campaigns.get,
            "getCampaignV15": campaigns.get,
            "updateCampaign": campaigns.update,
            "updateCampaignV15": campaigns.update,
            "copyCampaign": campaigns.copy,
            "copyCampaignV15": campaigns.copy,
            "closeCampaign": campaigns.close,
            "previewCampaign": campaigns.preview,
            "listSchedules": schedules.list_page,
            "createSchedule": schedules.create,
            "getSchedule": schedules.get,
            "updateSchedule": schedules.update,
            "deleteSchedule": schedules.delete,
            "getProofList": attributes.get_proof_list,
            "setProofList": attributes.set_proof_list,
            "getDataSources": attributes.get_data_sources,
            "getCampaignOrganizations": attributes.get_organizations,
            "setCampaignOrganizations": attributes.set_organizations,
            "listCampaignApprovals": self.approvals.list_all,
            "getCampaignApproval": self.approvals.get,
            "setCampaignApproval": self.approvals.set,
        }


def _find(parts: list[str]) -> tuple[Mapping[str, str] | None, list[str]]:
    """Match what follows /rest/api: its methods, and the captured segments."""
    for template, methods in TEMPLATES.items():
        if len(template) == len(parts) and all(
            part if wanted == "{}" else part == wanted for wanted, part in zip(template, parts, strict=True)
        ):
            return methods, [part for wanted, part in zip(template, parts, strict=True) if wanted == "{}"]
    return None, []
