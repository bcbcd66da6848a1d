"""What the parts of an open batch share, and what its journal knows of it."""

from __future__ import annotations

from typing import Any, Self

import attrs

from campaign_reg.batch.guardrails import Accepted, Gate, Guardrails
from campaign_reg.batch.results import Tally
from campaign_reg.batch.state_machine import Facts
from campaign_reg.enums import Verb
from campaign_reg.journal.store import JournalStore, MetaKey
from campaign_reg.protocol.ports import CampaignBackend
from campaign_reg.protocol.rules import VerbRule
from campaign_reg.protocol.schedule import Schedule


@attrs.frozen(kw_only=True, eq=False)
class BatchContext:
    """One open batch.

    Attributes:
        journal: Its journal.
        journal_id: Identity of the journal; the keys of creates are made of it.
        backend: The account.
        verb: What is done with the campaigns.
        schedule: When to read campaigns that have not settled.
        facts: What is known of the account.
        tally: Counts of rows, writes and results.
        gate: The guardrails in force; it admits writes and counts them.
        newest: Number of the newest result when the journal was read.
    """

    journal: JournalStore
    journal_id: str
    backend: CampaignBackend[Any]
    verb: Verb
    schedule: Schedule
    facts: Facts
    tally: Tally
    gate: Gate
    newest: int = 0

    @classmethod
    async def load(
        cls,
        journal: JournalStore,
        backend: CampaignBackend[Any],
        verb: Verb,
        schedule: Schedule,
        *,
        resend: bool,
    ) -> Self:
        """Read what the journal knows of its batch.

        Args:
            journal: The open journal.
            backend: The account.
            verb: What is done with the campaigns.
            schedule: When to read campaigns that have not settled.
            resend: Whether a lost write may be sent again on proof.
        """
        totals = await journal.totals()
        tally = Tally.of(totals)
        guardrails = Guardrails.from_text(await journal.meta(MetaKey.GUARDRAILS))
        accepted = Accepted.from_text(await journal.meta(MetaKey.ACCEPTED))
        facts = Facts(
            settle_seconds=backend.timeouts.settle_seconds,
            quiet_seconds=backend.timeouts.quiet_seconds,
            longest_lag_seconds=float(await journal.meta(MetaKey.LONGEST_LAG_SECONDS) or 0),
            version_moves=await journal.meta(MetaKey.VERSION_MOVES) is not None,
            resend=resend,
        )
        return cls(
            journal=journal,
            journal_id=await journal.meta(MetaKey.JOURNAL_ID) or "",
            backend=backend,
            verb=verb,
            schedule=schedule,
            facts=facts,
            tally=tally,
            gate=Gate(guardrails, accepted, tally),
            newest=totals.newest,
        )

    @property
    def rule(self) -> VerbRule:
        """What the verb means at this provider."""
        return self.backend.rule(self.verb)

    async def tighten(self, guardrails: Guardrails) -> None:
        """Put guardrails in force together with those of the journal.

        Raises:
            InvalidInputError: The two do not go together, or there is a cap on the money and no price.
        """
        tightened = self.gate.guardrails.tightened(guardrails)
        if tightened != self.gate.guardrails:
            await self.enforce(tightened)

    async def enforce(self, guardrails: Guardrails) -> None:
        """Put guardrails in force in place of those of the journal, durably: a restart must not loosen them.

        Raises:
            InvalidInputError: There is a cap on the money and no price.
        """
        guardrails.check()
        await self.journal.remember(MetaKey.GUARDRAILS, guardrails.to_text())
        self.gate.guardrails = guardrails

    async def accept_all(self) -> None:
        """Record that a person accepts all that there is to look at by now."""
        accepted = self.gate.all_accepted()
        await self.journal.remember(MetaKey.ACCEPTED, accepted.to_text())
        self.gate.accepted = accepted

    async def reload_accepted(self) -> None:
        """Read again what a person has accepted: a decision takes one unknown row off it."""
        self.gate.accepted = Accepted.from_text(await self.journal.meta(MetaKey.ACCEPTED))
