"""The account: balance, tariffs, contact lists, and exports of message statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_reg.protocol.pager import Pager
from campaign_reg.providers.rcs import operations as ops
from campaign_reg.providers.rcs.calls import RcsCalls
from campaign_reg.providers.rcs.codec import export_body
from campaign_reg.providers.rcs.envelopes import (
    Balance,
    ContactList,
    ExportJob,
    ExportJobs,
    ExportRow,
    ExportRows,
    LegacyOutcome,
    Tariff,
)
from campaign_reg.providers.rcs.errors import legacy_error
from campaign_reg.wire.request import segment

if TYPE_CHECKING:
    from campaign_reg.providers.rcs.drafts import ExportQuery


class AccountCalls(RcsCalls):
    """Balance, tariffs, contact lists and exports of the account."""

    async def balance(self) -> Balance:
        """What the account has. Look here before a renew: it adds no funds.

        Source:
            https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
        """
        envelope = await self._call(ops.BALANCE)
        balance: Balance = envelope.data
        return balance

    def tariffs(self, *, page_size: int | None = None) -> Pager[Tariff]:
        """List tariffs lazily; whether those of RCS are among them, the vendor does not say.

        Args:
            page_size: 15 to 500.

        Source:
            https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
        """
        return self._pages_of(ops.LIST_TARIFFS, page_size)

    def contact_lists(self, *, page_size: int | None = None) -> Pager[ContactList]:
        """List the contact book's lists lazily; their ids are what `groups` of a draft takes.

        Args:
            page_size: 15 to 500.

        Source:
            https://bsg.world/developers/rest-api/receive-an-index-of-all-contact-lists
        """
        return self._pages_of(ops.LIST_CONTACT_LISTS, page_size)

    async def create_export(self, query: ExportQuery) -> str:
        """Start an export of message statistics; one request, never repeated.

        Returns:
            The job's key, for `export` and `delete_export`.

        Raises:
            ApiError: The platform refused, inside an HTTP 200 (too many exports, say).
            OutcomeUnknownError: A job may have been made: look with `exports` before trying again.

        Source:
            https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
        """
        body = self._json(export_body(query, self._config.zone))
        outcome: LegacyOutcome = await self._call(ops.CREATE_EXPORT, body=body)
        if not outcome.key:  # a failure may come with error 0: only the key shows it
            raise legacy_error(ops.CREATE_EXPORT.name, outcome)
        return outcome.key

    async def exports(self) -> tuple[ExportJob, ...]:
        """Every export job of the account.

        Raises:
            ApiError: The platform refused, inside an HTTP 200.
        """
        jobs: ExportJobs = await self._call(ops.LIST_EXPORTS)
        if jobs.error:
            raise legacy_error(ops.LIST_EXPORTS.name, jobs)
        return jobs.result

    async def export(self, key: str) -> tuple[ExportRow, ...]:
        """The rows of a finished job.

        Raises:
            ConflictError: It is not finished.
            NotFoundError: There is no such job.
            ApiError: The platform refused otherwise, inside an HTTP 200.
        """
        rows: ExportRows = await self._call(ops.GET_EXPORT, {"key": segment_of(key)})
        if rows.error:
            raise legacy_error(ops.GET_EXPORT.name, rows)
        return rows.result

    async def delete_export(self, key: str) -> None:
        """Remove a job's result; one request, never repeated.

        Raises:
            NotFoundError: There is no such job.
            OutcomeUnknownError: It may be gone: look with `exports`.
        """
        outcome: LegacyOutcome = await self._call(ops.DELETE_EXPORT, {"key": segment_of(key)})
        if outcome.error:
            raise legacy_error(ops.DELETE_EXPORT.name, outcome)


def segment_of(key: str) -> str:
    """A job's key, once it is known that it can stand in a path.

    Raises:
        InvalidInputError: It cannot.
    """
    segment(key, "key")
    return key
