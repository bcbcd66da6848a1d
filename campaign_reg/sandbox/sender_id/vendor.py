"""The simulated sender-ID registration API of Sinch, on the account of the simulated Sinch."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, Route, Traits, decode_segment, render, split_path
from campaign_reg.sandbox.sender_id.bodies import SECRET_MEMBERS, missing, rest_error
from campaign_reg.sandbox.sender_id.callbacks import Callback, build_callback
from campaign_reg.sandbox.sender_id.calls import PROVIDER, RegistrationCalls
from campaign_reg.sandbox.sender_id.catalogue import Catalogue
from campaign_reg.sandbox.sender_id.policies import MANUAL, MULTI, NEEDS_FORM, PLAIN, POLICIES
from campaign_reg.sandbox.sender_id.registrations import STATES, RegistrationRegister
from campaign_reg.sandbox.sender_id.samples import draw_fates, draw_uuid
from campaign_reg.sandbox.sinch.bodies import check_members, read_object
from campaign_reg.sandbox.sinch.paging import same_page_token
from campaign_reg.sandbox.vendor import Vendor
from campaign_reg.sandbox.versions import Records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.sinch.auth import Tokens

# What follows /v1/projects/{projectId}; a star is an id.
PATHS: dict[tuple[str, ...], dict[str, str]] = {
    ("callback-configuration",): {"GET": "getCallbackConfiguration", "PUT": "updateCallbackConfiguration"},
    ("markets", "availability"): {"GET": "listAvailableMarkets"},
    ("markets", "details"): {"GET": "listMarketVersions"},
    ("policies", "*"): {"GET": "getPolicy"},
    ("policies", "*", "attachments", "*", "template"): {"GET": "downloadPolicyTemplate"},
    ("registrations",): {"GET": "listRegistrations", "POST": "createRegistration"},
    ("registrations", "*"): {
        "GET": "getRegistration",
        "PUT": "updateRegistration",
        "DELETE": "deleteRegistration",
    },
    ("registrations", "*", "attachments", "*"): {
        "GET": "downloadRegistrationAttachment",
        "POST": "uploadRegistrationAttachment",
    },
}
ROOTS = frozenset(path[0] for path in PATHS)
# These document no 404, so that a foreign project is a matter of rights.
FORBIDDEN = ("listAvailableMarkets", "listMarketVersions", "listRegistrations")
# States that only some registrations can have.
MIXES = {"PENDING_ATTACHMENTS": (NEEDS_FORM,), "PENDING_APPROVAL": (MANUAL,)}
ERRORS = {
    401: ("Unauthorized", "UNAUTHENTICATED"),
    429: ("Over limit", "RESOURCE_EXHAUSTED"),
    500: ("Internal server error", "INTERNAL"),
    503: ("Service unavailable", "UNAVAILABLE"),
}


class SinchSenderId(Vendor):
    """What one account has registered, and how the API answers.

    Tokens come from the simulated Sinch: `createToken` is an operation of `sinch`.

    Attributes:
        registrations: The vendor's own records by registration id.
        register: The state machine; the shares and `settle_seconds` there rule what becomes of
            registrations that a client creates.
        calls: `takes` and `largest_file_bytes` there rule uploads.
        catalogue: `template_size_bytes` there rules templates.
        secret: The callbacks' secret that is in force.
        traits: What faults have to know of it.
    """

    def __init__(self, clock: VirtualClock, ledger: Ledger, seed: int, tokens: Tokens) -> None:
        super().__init__(clock, ledger, seed)
        rng = random.Random(f"sinch-senderid {seed}")  # noqa: S311
        self.account = tokens.account
        self.tokens = tokens
        self.secret = draw_uuid(rng)
        self.register = RegistrationRegister(clock, rng)
        self.registrations = Records(self.register.by_id, clock)
        self.calls = RegistrationCalls(self.register, ledger)
        self.catalogue = Catalogue()
        self.handlers = {
            "getCallbackConfiguration": self._get_configuration,
            "updateCallbackConfiguration": self._update_configuration,
            **self.catalogue.handlers,
            **self.calls.handlers,
        }
        self.traits = Traits(
            name=PROVIDER,
            operations=frozenset(self.handlers),
            logins=frozenset(),
            reads=("getRegistration", "listRegistrations", "getPolicy"),
            lagging=("getRegistration", "listRegistrations"),
            writes=("createRegistration", "updateRegistration", "deleteRegistration"),
            items=("registrations",),
            status="status",
            streams=frozenset({"uploadRegistrationAttachment"}),
        )

    def settings(self, url: str) -> dict[str, Any]:
        """Return what `connect("sinch-senderid", **settings)` takes; `url` is where the server listens."""
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
        status: str = "PENDING",
        policy_id: str | None = None,
        reject_share: float = 0.2,
        pending_share: float = 0.1,
        hold_share: float = 0.1,
        upload_fail_share: float = 0.0,
        settle_seconds: tuple[float, float] = (1.0, 4.0),
        file_size_bytes: int = 20_000,
        seed: int | None = None,
    ) -> list[str]:
        """Put in registrations that were there before, with their fates decided.

        Args:
            count: How many.
            status: Where they stand; from a state under way they go on by themselves.
            policy_id: What they were made for; a mix of alphanumeric ones when None.
            reject_share: Exactly this share of them will be refused.
            pending_share: This share will be asked for a change once.
            hold_share: The review of this share will stop once.
            upload_fail_share: For this share the next uploaded file will fail.
            settle_seconds: From and to, in virtual seconds: how long a review takes.
            file_size_bytes: Length of each file they have; it is made up while it is sent.
            seed: Makes the same registrations in another sandbox; drawn from the
                sandbox's own seed when None.

        Returns:
            Their ids, in the order of a listing.
        """
        if status not in STATES or policy_id not in (None, *POLICIES):
            raise ValueError(f"no such state or policy: {status}, {policy_id}")
        rng = self._next_seeding(seed)
        shares = (reject_share, pending_share, hold_share, upload_fail_share)
        mix = MIXES.get(status, (NEEDS_FORM, PLAIN, MULTI))
        return [
            self.register.seed(rng, fate, status, POLICIES[policy_id or rng.choice(mix)], file_size_bytes)
            for fate in draw_fates(rng, count, shares, settle_seconds)
        ]

    def change(self, registration_id: str, **members: object) -> None:
        """Change a registration behind the client's back; updateTime moves, the ledger does not."""
        now = self.clock.run_due()
        self.register.change(self.register.by_id[registration_id], now, **members)

    def callbacks(
        self,
        registration_id: str | None = None,
        *,
        secret: str | None = None,
        shuffled: bool = False,
        repeats: int = 0,
    ) -> list[Callback]:
        """Build the callbacks of every change of state up to now; nothing is sent.

        Args:
            registration_id: Only those of this registration.
            secret: Signs them; the configured one when None.
            shuffled: In another order than they happened, as the vendor warns.
            repeats: How often each is delivered again, under its own event id.
        """
        self.clock.run_due()
        built = [
            build_callback(event, self.account.project_id, self.secret if secret is None else secret)
            for event in self.register.events
            if event.url and registration_id in (None, event.registration_id)
            for _ in range(1 + repeats)
        ]
        if shuffled:
            random.Random(f"callbacks {self._seed}").shuffle(built)  # noqa: S311
        return built

    def route(self, method: str, path: str) -> Route | Reply | None:
        """Match a raw path; what else lies under a project is another API's."""
        parts = split_path(path)
        if parts[:2] != ["v1", "projects"] or len(parts) < 4 or parts[3] not in ROOTS:
            return None
        _, _, project, *rest = parts
        for pattern, methods in PATHS.items():
            captured = _match(pattern, rest)
            if captured is None:
                continue
            if method not in methods:
                refusal = rest_error(405, "Method Not Allowed", "UNIMPLEMENTED")
                refusal.headers["Allow"] = ", ".join(methods)
                return refusal
            return Route(methods[method], tuple(decode_segment(part) for part in (project, *captured)))
        return rest_error(404, "Not Found", "NOT_FOUND")

    def target(self, call: Call) -> str | None:
        """Name the registration or the policy of a call."""
        return call.segments[1] if len(call.segments) > 1 else None

    def refuse(self, call: Call) -> Reply | None:
        """Check credentials and project."""
        refusal = self.tokens.refuse(call)
        if refusal is not None or call.segments[0] == self.account.project_id:
            return refusal
        if call.operation in FORBIDDEN:
            return rest_error(403, "Customer has no authorization for this API", "PERMISSION_DENIED")
        return missing("The project id introduced does not exist.").reply

    def refusal(self, call: Call, status: int, headers: Mapping[str, str]) -> Reply:
        """Word an error as this API does."""
        reply = rest_error(status, *ERRORS.get(status, ERRORS[500]))
        reply.headers.update(headers)
        return reply

    def page_token_again(self, call: Call) -> str:
        """Return another token for the page that a listing asks for."""
        return same_page_token(call)

    def _get_configuration(self, call: Call) -> Reply:
        """Tell the secret, in clear as the vendor does."""
        return render(200, {"hmacSecret": self.secret, "projectId": self.account.project_id})

    def _update_configuration(self, call: Call) -> Reply:
        """Change the secret at once; the ledger does not learn it."""
        try:
            body = read_object(call)
            check_members(body, SECRET_MEMBERS, frozenset(SECRET_MEMBERS))
        except RefusedError:
            return rest_error(400, "Project validation error", "INVALID_ARGUMENT")
        self.secret = body.get("hmacSecret", self.secret)
        self.ledger.write(call.at, PROVIDER, call.operation, self.account.project_id, {})
        return self._get_configuration(call)


def _match(pattern: tuple[str, ...], parts: list[str]) -> list[str] | None:
    """Return the ids that a path has where its pattern has stars; None if it does not fit."""
    if len(pattern) != len(parts):
        return None
    pairs = list(zip(pattern, parts, strict=True))
    if any(part != name if name != "*" else not part for name, part in pairs):
        return None
    return [part for name, part in pairs if name == "*"]
