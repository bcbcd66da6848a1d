"""The simulated Sinch: one account, its token endpoint, and what its 10DLC API holds."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.exchange import Reply, Route, Traits, decode_segment, split_path
from campaign_reg.sandbox.sinch.auth import Account, Tokens, token_error
from campaign_reg.sandbox.sinch.bodies import (
    LAST_ACTIONS,
    PROJECT_ID,
    STATUSES,
    failure,
    invalid,
    over_limit,
)
from campaign_reg.sandbox.sinch.brands import BRAND_COLLECTIONS, BRAND_PATHS, BrandCalls, BrandRegister
from campaign_reg.sandbox.sinch.calls import CampaignCalls
from campaign_reg.sandbox.sinch.campaigns import CampaignRegister
from campaign_reg.sandbox.sinch.paging import same_page_token
from campaign_reg.sandbox.sinch.samples import draw_fates
from campaign_reg.sandbox.sinch.tollfree import (
    TFN_COLLECTIONS,
    TFN_PATHS,
    TollFreeCalls,
    TollFreeRegister,
)
from campaign_reg.sandbox.vendor import Vendor
from campaign_reg.sandbox.versions import Records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger

# What follows /v1/projects/{projectId}, with the colons as they are written.
COLLECTIONS = {
    "campaignRegistrations": {"GET": "listCampaigns"},
    "campaignRegistrations:submit": {"POST": "createCampaign"},
    "campaignRegistrations:qualify": {"GET": "qualifyBrand"},
    "campaignRegistrations:fetchByTcrCampaignId": {"GET": "getCampaignByTcrId"},
    "uploadCampaignFile:submit": {"POST": "uploadCampaignFile"},
    "uploadCampaignFiles:submit": {"POST": "uploadCampaignFilesOld"},
    **BRAND_COLLECTIONS,
    **TFN_COLLECTIONS,
}
READS = ("getCampaign", "getCampaignByTcrId", "getCampaignFeedback", "listCampaigns", "qualifyBrand")
TOKEN_ERRORS = {
    401: ("invalid_client", "Client authentication failed."),
    429: ("rate_limited", "Too many token requests."),
    500: ("server_error", "Try later."),
}
API_ERRORS = {
    401: ("Unauthorized", "UNAUTHENTICATED"),
    500: ("Error while retrieving campaign details.", "INTERNAL"),
    503: ("Service unavailable", "UNAVAILABLE"),
}
# What comes before and after an id; only DELETE has the singular.
MEMBERS = {
    ("campaignRegistrations", ""): {"GET": "getCampaign"},
    ("campaignRegistration", ""): {"DELETE": "deleteCampaign"},
    ("campaignRegistrations", "feedback"): {"GET": "getCampaignFeedback"},
    ("campaignRegistrations", "resubmit"): {"PUT": "resubmitCampaign"},
    **BRAND_PATHS,
    **TFN_PATHS,
}


class Sinch(Vendor):
    """One Sinch account: what it holds, and how it answers.

    Attributes:
        account: Project, key and secret.
        campaigns: The vendor's own records by campaign id.
        register: The state machine; `reject_share` and `settle_seconds` there rule
            what becomes of campaigns that a client creates.
        brands: The same for brands; those that `qualifyBrand` knows are there from the start.
        tollfree: The same for toll-free verifications.
        traits: What faults have to know of it.
        tokens: Issued tokens; `lifetime_seconds` and `expire()`.
    """

    def __init__(self, clock: VirtualClock, ledger: Ledger, seed: int) -> None:
        super().__init__(clock, ledger, seed)
        # Not for secrets that protect anything: runs have to repeat.
        self.account = Account.made_up(random.Random(f"sinch account {seed}"))  # noqa: S311
        self.tokens = Tokens(self.account)
        self.register = CampaignRegister(clock, random.Random(f"sinch creations {seed}"))  # noqa: S311
        self.campaigns = Records(self.register.by_id, clock)
        self.brands = BrandRegister(clock, seed)
        self.tollfree = TollFreeRegister(clock, seed, self.account.project_id)
        calls = CampaignCalls(self.register, ledger, self.brands.by_tcr_id)
        self.handlers = {
            "createToken": self.tokens.create,
            "createCampaign": calls.create,
            "getCampaign": calls.get,
            "getCampaignByTcrId": calls.get_by_tcr_id,
            "getCampaignFeedback": calls.feedback,
            "listCampaigns": calls.list_page,
            "resubmitCampaign": calls.resubmit,
            "deleteCampaign": calls.delete,
            "uploadCampaignFile": calls.upload,
            "uploadCampaignFilesOld": calls.upload,
            "qualifyBrand": calls.qualify,
            **BrandCalls(self.brands, ledger).handlers,
            **TollFreeCalls(self.tollfree, ledger).handlers,
        }
        self.traits = Traits(
            name="sinch",
            operations=frozenset(self.handlers),
            logins=frozenset({"createToken"}),
            reads=READS,
            lagging=("getCampaign", "getCampaignByTcrId", "listCampaigns"),
            writes=("resubmitCampaign",),
            items=("campaignRegistrations", "brandRegistrations", "tfnVerifications"),
            status="lastActionStatus",
        )

    def settings(self, url: str) -> dict[str, Any]:
        """Return what `connect("sinch", **settings)` takes; `url` is where the server listens."""
        return {
            "project_id": self.account.project_id,
            "key_id": self.account.key_id,
            "key_secret": self.account.key_secret,
            "base_url": url,
            "auth_url": url,
        }

    def seed(
        self,
        count: int,
        *,
        reject_share: float = 1 / 3,
        downgrade_share: float = 0.1,
        settle_seconds: tuple[float, float] = (1.0, 4.0),
        status: str = "ACTIVE",
        last_action: str = "CREATE_SUCCESSFUL",
        seed: int | None = None,
    ) -> list[str]:
        """Put in campaigns that were there before, with their fates decided.

        Args:
            count: How many.
            reject_share: Exactly this share of them will fail when resubmitted.
            downgrade_share: This share will succeed with worse terms.
            settle_seconds: From and to, in virtual seconds: how long an action takes.
            status: Campaign status they stand at.
            last_action: Their lastActionStatus; one in progress goes on from now.
            seed: Makes the same campaigns in another sandbox; drawn from the
                sandbox's own seed when None.

        Returns:
            Their ids, in the order of a listing.
        """
        if status not in STATUSES or last_action not in LAST_ACTIONS:
            raise ValueError(f"no such state: {status}, {last_action}")
        rng = self._next_seeding(seed)
        fates = draw_fates(rng, count, reject_share, downgrade_share, settle_seconds)
        return [self.register.seed(rng, fate, status, last_action) for fate in fates]

    def change(self, campaign_id: str, **members: object) -> None:
        """Change a campaign behind the client's back; modifiedDate moves, the ledger does not."""
        now = self.clock.run_due()
        self.register.change(self.register.by_id[campaign_id], now, **members)

    def route(self, method: str, path: str) -> Route | Reply | None:
        """Match a raw path; an encoded colon is not the colon of a verb.

        Other APIs have paths under the same project: what is not ours may be theirs.
        """
        if path == "/oauth2/token":
            if method == "POST":
                return Route("createToken")
            return token_error(405, "invalid_request", "Only POST is allowed.", Allow="POST")
        parts = split_path(path)
        if parts[:2] != ["v1", "projects"]:
            return None
        project, *rest = parts[2:] or [""]
        methods, captured = _find(rest)
        if methods is None:
            return None
        if method not in methods:
            refusal = failure(405, "Method Not Allowed", "UNIMPLEMENTED")
            refusal.headers["Allow"] = ", ".join(methods)
            return refusal
        return Route(methods[method], tuple(decode_segment(part) for part in (project, *captured)))

    def target(self, call: Call) -> str | None:
        """Name what a call is about from its path, or from the body of an upload."""
        if len(call.segments) > 1:
            return call.segments[1]
        if not call.operation.startswith("upload"):
            return None
        try:
            return str(json.loads(call.body)["campaignInternalId"])
        except (ValueError, LookupError, TypeError, RecursionError):
            return None

    def refuse(self, call: Call) -> Reply | None:
        """Check credentials and project; the token endpoint sees to itself."""
        if call.operation == "createToken":
            return None
        refusal = self.tokens.refuse(call)
        if refusal is not None or call.segments[0] == self.account.project_id:
            return refusal
        if not PROJECT_ID.fullmatch(call.segments[0]):
            return invalid("projectId").reply
        return failure(403, "Permission denied", "PERMISSION_DENIED")

    def refusal(self, call: Call, status: int, headers: Mapping[str, str]) -> Reply:
        """Word an error as Sinch does: an OAuth error at the token endpoint, else the envelope."""
        if call.operation == "createToken":
            reply = token_error(status, *TOKEN_ERRORS.get(status, TOKEN_ERRORS[500]))
        elif status == 429:
            return over_limit(headers)
        else:
            reply = failure(status, *API_ERRORS.get(status, API_ERRORS[500]))
        reply.headers.update(headers)
        return reply

    def page_token_again(self, call: Call) -> str:
        """Return another token for the page that a listing asks for."""
        return same_page_token(call)


def _find(rest: list[str]) -> tuple[dict[str, str] | None, list[str]]:
    """Match what follows the project: its methods, and the captured segments."""
    if "/".join(rest) in COLLECTIONS:
        return COLLECTIONS["/".join(rest)], []
    if len(rest) == 2 and rest[1]:
        return MEMBERS.get((rest[0], "")), [rest[1]]
    if len(rest) == 3 and rest[1]:
        return MEMBERS.get((rest[0], rest[2])), [rest[1]]
    return None, []
