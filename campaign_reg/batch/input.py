"""Taking in a batch's input: checked, each campaign once, sealed by hash."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from campaign_reg.batch.context import BatchContext
from campaign_reg.batch.results import KEY_CHARACTERS, AddReport, BatchRow
from campaign_reg.batch.state_machine import Phase
from campaign_reg.enums import Verb
from campaign_reg.errors import CampaignRegError, InvalidInputError, JournalMismatchError, StateError
from campaign_reg.journal.records import RowRecord, outcome_to_text
from campaign_reg.journal.store import JournalStore, MetaKey
from campaign_reg.models.outcome import Outcome
from campaign_reg.protocol.ports import CampaignBackend
from campaign_reg.protocol.several import checked_item, items_of, refuse_one

Rows = Iterable[str | BatchRow] | AsyncIterable[str | BatchRow]

_CHUNK = 1000
_ROWS_AT_ONCE = 500
_ADDED_MEANWHILE = "another input was added in the meantime: open the batch again"
_SEALED = "the batch was sealed: it takes no more rows"

Claim = Callable[[RowRecord], Awaitable[None]]


@attrs.frozen
class CheckedRow(BatchRow):
    """A row that `Backend.check` has passed or refused; its parameters are plain, and are not checked again."""

    @classmethod
    def of(cls, row: BatchRow, backend: CampaignBackend[Any], verb: Verb) -> CheckedRow:
        """Check a row once; what can never be sent carries its problem."""
        if isinstance(row, CheckedRow):
            return row
        if row.problem is not None:
            return cls(row.id, _plain(row.params), problem=row.problem)
        try:
            return cls(row.id, backend.check(verb, row.id, row.params))
        except CampaignRegError as error:
            return cls(row.id, _plain(row.params), problem=str(error))


class Intake:
    """Adds rows to a journal, or checks that they are the ones it has.

    The hash does not depend on the order of rows.
    """

    def __init__(self, context: BatchContext) -> None:
        self._journal, self._backend, self._verb = context.journal, context.backend, context.verb
        self._creates, self._kinds = context.rule.creates, Kinds(context.backend)
        self._digests: dict[str, bytes] = {}
        self._sum, self._repeated = 0, 0
        self._refused: list[tuple[int, str, str]] = []

    async def add(self, rows: Rows, columns: Sequence[str] = ()) -> AddReport:
        """Take in the whole input, and remember what its columns are called.

        Raises:
            InvalidInputError: The same campaign twice with different parameters, or an item of another type; nothing
                was added.
            StateError: The batch is open-ended.
            JournalMismatchError: The journal was sealed with another input.
        """
        if await is_open_ended(self._journal):
            raise StateError("this journal is of an open-ended batch: hand rows in with submit")
        names = items_of(columns, str, "columns", 'columns=["id", "mnos"]')
        if not isinstance(rows, AsyncIterable):
            refuse_one(rows, "rows", 'add(["01kh…"])')
        sealed = await self._journal.meta(MetaKey.INPUT)
        if sealed is None and not await self._journal.clear():  # what an add that was cut short has left
            raise StateError(_ADDED_MEANWHILE)
        try:
            await self._take(rows, keep=sealed is None)
        except InvalidInputError:
            if sealed is None:
                await self._journal.clear()
            raise
        if sealed is not None:
            self._compare(sealed)
        else:
            await self._finish(names)
        return AddReport(
            rows=len(self._digests),
            repeated=self._repeated,
            refused=tuple((id, reason) for _, id, reason in self._refused),
            known=sealed is not None,
        )

    async def _take(self, rows: Rows, *, keep: bool) -> None:
        """Check every row, and write them down if they are to be kept."""
        chunk: list[RowRecord] = []
        async for row in _each(rows):
            record = self._record(row)
            if record is None or not keep:
                continue
            chunk.append(record)
            if len(chunk) >= _CHUNK:
                await self._journal.add(chunk)
                chunk = []
        if chunk:
            await self._journal.add(chunk)

    async def _finish(self, columns: Sequence[str]) -> None:
        if not self._digests:
            raise InvalidInputError("the input has no rows")
        ended = [self._ended(*refused) for refused in self._refused]
        if not await self._journal.seal(f"{self._sum:064x}", json.dumps(columns), ended):
            raise StateError(_ADDED_MEANWHILE)

    def _ended(self, n: int, id: str, reason: str) -> tuple[int, str, str]:
        outcome = Outcome.never_sent(id, self._verb, reason)
        return n, outcome.verdict, outcome_to_text(outcome, id)

    def _compare(self, sealed: str) -> None:
        if f"{self._sum:064x}" != sealed:
            raise JournalMismatchError(
                "the input is not the one this journal was begun with: give the new input a journal of its own, "
                "or resume without an input"
            )

    def _record(self, row: str | BatchRow) -> RowRecord | None:
        """The row as it goes into the journal; None when it repeats an earlier one."""
        row = row if isinstance(row, BatchRow) else BatchRow(row)
        if not isinstance(row.id, str):
            raise InvalidInputError(
                f"a campaign's id must be text, not {type(row.id).__name__}; nothing was added"
            )
        if not can_be_stored(row.id):
            row = attrs.evolve(row, id=ascii(row.id), problem="its id holds half of a character")
        n, said = len(self._digests) + 1, row.problem
        row = CheckedRow.of(row, self._backend, self._verb)
        params, problem = row.params, None if row.problem is None else _storable(row.problem)
        text = json.dumps([params, said], sort_keys=True)
        digest = hashlib.sha256(f"{row.id}\n{text}".encode("utf-8", "surrogatepass")).digest()
        known = self._digests.get(row.id)
        if known is not None:
            if known != digest:
                raise InvalidInputError(
                    f"{row.id} stands in the input twice with different parameters: keep one; nothing was added"
                )
            self._repeated += 1
            return None
        self._digests[row.id] = digest
        if self._creates and problem is None:
            problem = self._kinds.clash(row.id, params)
        self._sum = (self._sum + int.from_bytes(digest)) % (1 << 256)
        if problem is not None:
            self._refused.append((n, row.id, problem))
        return RowRecord(n=n, id=row.id, params=params)


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a row that is never sent, fit to be kept whatever they are."""
    try:
        kept: dict[str, Any] = json.loads(json.dumps(dict(params)))
    except (TypeError, ValueError, RecursionError):
        return {"unreadable": _storable(repr(params)[:500])}
    return kept


def _storable(text: str) -> str:
    """Text without halves of characters, which no file can hold."""
    return text if can_be_stored(text) else text.encode("ascii", "backslashreplace").decode()


def can_be_stored(text: str) -> bool:
    """Whether a text has whole characters only."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Kinds:
    """Which rows create what, so that no two of them could be taken for each other."""

    def __init__(self, backend: CampaignBackend[Any]) -> None:
        self._backend = backend
        self._first: dict[str, str] = {}

    def clash(self, id: str, params: Mapping[str, Any]) -> str | None:
        """Take in one row; why a create could not be told from an earlier row's, were its answer lost."""
        mark = _mark_of_its_own(self._backend, params)
        first = self._first.setdefault(_kind(mark, params), id)
        if first == id:
            return None
        if not mark:
            return f"it says word for word the same as row {first}: leave one of them out"
        return f"it could not be told from row {first} ({', '.join(mark.values())}): change one of these"


def kind_of_create(backend: CampaignBackend[Any], params: Mapping[str, Any]) -> str:
    """What a create shares with those that would make the same: its mark, or all it says where a key alone marks it."""
    return _kind(_mark_of_its_own(backend, params), params)


def _kind(mark: Mapping[str, str], params: Mapping[str, Any]) -> str:
    text = json.dumps(params, sort_keys=True)
    return json.dumps(mark or {"says": hashlib.sha256(text.encode()).hexdigest()}, sort_keys=True)


def _mark_of_its_own(backend: CampaignBackend[Any], params: Mapping[str, Any]) -> Mapping[str, str]:
    """The mark, if it is the same whatever the row's key; else nothing."""
    try:
        one, other = (backend.mark(params, digit * KEY_CHARACTERS) for digit in "01")
    except InvalidInputError:  # refused by now: it ends by itself, and the other rows go on
        return {}
    return one if one == other else {}


async def is_sealed(journal: JournalStore) -> bool:
    """Whether the input is complete; nothing is sent before."""
    return await journal.meta(MetaKey.INPUT) is not None


async def is_open_ended(journal: JournalStore) -> bool:
    """Whether rows are handed in one by one, while the batch runs."""
    return await journal.meta(MetaKey.OPEN_ENDED) is not None


async def open_up(journal: JournalStore) -> None:
    """Make it the journal of an open-ended batch.

    Raises:
        StateError: It has its whole input.
    """
    if not await journal.open_up():
        raise StateError("this batch got its whole input from add(rows): open it without open_ended")


async def _each(rows: Rows) -> AsyncIterator[str | BatchRow]:
    """The rows, each of which is one; `rows` has been found to be several."""
    place = 0
    if isinstance(rows, AsyncIterable):
        async for row in rows:
            yield checked_item(row, (str, BatchRow), "rows", place)
            place += 1
    else:
        for place, row in enumerate(rows):
            yield checked_item(row, (str, BatchRow), "rows", place)


class Arrivals:
    """Checks rows as they come and writes them down, one after the other.

    Args:
        context: The batch.
        claim: Holds a row's campaign against other batches, before the row is taken.
        taken: Called when a row was added, also if the caller was cancelled meanwhile.
    """

    def __init__(self, context: BatchContext, claim: Claim, taken: Callable[[], None]) -> None:
        self._journal, self._backend, self._verb = context.journal, context.backend, context.verb
        self._claim, self._taken = claim, taken
        self._creates = context.rule.creates
        self._turn = asyncio.Lock()  # between looking whether a row is there and adding it, nobody else may
        self._kinds: Kinds | None = None

    async def take(self, row: str | BatchRow) -> RowRecord:
        """The row as the journal has it.

        Raises:
            InvalidInputError: It can never be sent, or is there with other parameters.
            StateError: The batch was sealed.
        """
        row = row if isinstance(row, BatchRow) else BatchRow(row)
        if row.problem is not None:
            raise InvalidInputError(row.problem)
        if not can_be_stored(row.id):
            raise InvalidInputError(f"a row's id must be of whole characters, not {row.id!a}")
        params = json.loads(json.dumps(self._backend.check(self._verb, row.id, row.params)))
        async with self._turn:
            known = await self._journal.row(row.id) or await self._append(row.id, params)
        if known.params != params:
            raise InvalidInputError(f"row {row.id} is in the batch already, with other parameters")
        return known

    async def _append(self, id: str, params: Mapping[str, Any]) -> RowRecord:
        """Claim and add a row; once begun, adding it ends even if the caller is cancelled."""
        if await is_sealed(self._journal):
            raise StateError(_SEALED)
        problem = (await self._known_kinds()).clash(id, params) if self._creates else None
        if problem is not None:
            raise InvalidInputError(problem)
        await self._claim(RowRecord(n=0, id=id, params=params))
        adding = asyncio.ensure_future(self._journal.append(id, params))
        adding.add_done_callback(self._count)
        record, _ = await asyncio.shield(adding)
        if record is None:  # sealed in the meantime
            raise StateError(_SEALED)
        return record

    def _count(self, adding: asyncio.Future[tuple[RowRecord | None, bool]]) -> None:
        if not adding.cancelled() and adding.exception() is None and adding.result()[1]:
            self._taken()

    async def close(self) -> None:
        """Take no more; a row that is being taken in comes before."""
        async with self._turn:
            await self._journal.seal(MetaKey.OPEN_ENDED)

    async def _known_kinds(self) -> Kinds:
        if self._kinds is None:
            kinds, after = Kinds(self._backend), 0
            while records := await self._journal.rows([*Phase], after, _ROWS_AT_ONCE):
                for record in records:
                    kinds.clash(record.id, record.params)
                after = records[-1].n
            self._kinds = kinds
        return self._kinds
