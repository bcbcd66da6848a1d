"""Markets and policies: the reading operations of the sender-ID API around its registrations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.sender_id.bodies import missing
from campaign_reg.sandbox.sender_id.files import StoredFile
from campaign_reg.sandbox.sender_id.policies import (
    MARKET_NAMES,
    POLICIES,
    REGISTRATION_TYPES,
    Policy,
    market_versions,
)
from campaign_reg.sandbox.sinch.bodies import invalid
from campaign_reg.sandbox.sinch.paging import list_reply, query_of
from campaign_reg.sandbox.versions import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_reg.sandbox.exchange import Call

MARKET = re.compile(r"[A-Z]{2}")


class Catalogue:
    """The handlers; they change nothing.

    Attributes:
        template_size_bytes: Length of every form template.
    """

    def __init__(self) -> None:
        self.template_size_bytes = 20_000
        self.handlers = {
            "listAvailableMarkets": self.markets,
            "listMarketVersions": self.versions,
            "getPolicy": self.policy,
            "downloadPolicyTemplate": self.template,
        }

    def markets(self, call: Call) -> Reply:
        """List the markets in which a kind of sender can be registered; an unknown one gives an empty list."""
        query = query_of(call)
        market, kind = read_market(query), read_kind(query)
        offered = {
            policy.market
            for policy in POLICIES.values()
            if policy.enabled and policy.registration_type == kind and market in (None, policy.market)
        }
        language = query.get("language", "en")
        names = {code: MARKET_NAMES[code].get(language, MARKET_NAMES[code]["en"]) for code in sorted(offered)}
        found = [{"marketCode": code, "marketName": name} for code, name in names.items()]
        return render(200, {"markets": found})

    def versions(self, call: Call) -> Reply:
        """List the rules of the markets, page by page."""
        query = query_of(call)
        market, kind = read_market(query), read_kind(query)
        if query.get("activePolicies", "false") not in ("true", "false"):
            raise invalid("activePolicies")
        found = [
            Version(call.at, version)
            for version in market_versions(active_only=query.get("activePolicies") == "true")
            if version["registrationType"] == kind and market in (None, version["marketCode"])
        ]
        return list_reply(call, "marketVersions", found)

    def policy(self, call: Call) -> Reply:
        """Read one policy."""
        policy = POLICIES.get(call.segments[1])
        if policy is None:
            raise missing("Policy not found")
        return render(200, policy.document)

    def template(self, call: Call) -> Reply:
        """Download the form of a definition that has one."""
        policy = POLICIES.get(call.segments[1])
        definition = find_definition(policy, call.segments[2]) if policy else None
        if definition is None or not definition["template"]:
            raise missing("Policy/template not found")
        return StoredFile(name="template.pdf", size_bytes=self.template_size_bytes).reply()


def find_definition(policy: Policy, definition_id: str) -> Mapping[str, object] | None:
    """Return the policy's definition of a file."""
    return next((item for item in policy.attachments if item["id"] == definition_id), None)


def read_market(query: Mapping[str, str]) -> str | None:
    """Read `marketCode`.

    Raises:
        RefusedError: It is not two upper-case letters.
    """
    market = query.get("marketCode")
    if market is not None and not MARKET.fullmatch(market):
        raise invalid("marketCode")
    return market


def read_kind(query: Mapping[str, str]) -> str:
    """Read `registrationType`; left out, it is the alphanumeric one.

    Raises:
        RefusedError: There is no such kind of sender.
    """
    kind = query.get("registrationType", REGISTRATION_TYPES[0])
    if kind not in REGISTRATION_TYPES:
        raise invalid("registrationType")
    return kind
