"""The failed rows of a batch as an input again: in its own columns, with the reasons next to them.

Parameters are written in the form that `lines` reads; what it could not read is there as it was.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from campaign_reg.batch.statistics import reasons_of
from campaign_reg.cli.batch.input import is_name_of_line
from campaign_reg.cli.batch.input_formats import RAW, VERDICT, csv_record
from campaign_reg.enums import Verb
from campaign_reg.errors import InvalidInputError
from campaign_reg.protocol.backend import Backend
from campaign_reg.protocol.params import params_to_text
from campaign_reg.providers.registry import load
from campaign_reg.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from campaign_reg.journal.reader import JournalReader
    from campaign_reg.journal.records import Header, RowResult

NOTES = ("#row", VERDICT, "#code", "#field", "#reason", "#advice", RAW)
_BYTE_ORDER_MARK = "\ufeff"  # or spreadsheets take the file for another encoding


def csv_lines(seen: JournalReader) -> Iterator[str]:
    """The failed rows under a header.

    Raises:
        InvalidInputError: A row has what no cell can hold; says which, and what to do.
    """
    columns = _columns(seen)
    kind = _kind(seen.header)
    yield _BYTE_ORDER_MARK + csv_record((*columns, *NOTES))
    for result in seen.to_correct():
        try:
            cells = _cells(result, kind, seen.header)
            yield csv_record([*(cells.get(name, "") for name in columns), *_notes(result)])
        except InvalidInputError as error:
            raise InvalidInputError(
                f"row {result.id}: {error}. Write the failed rows with --jsonl FILE instead"
            ) from None


def json_lines(seen: JournalReader) -> Iterator[str]:
    """The failed rows, one object a line."""
    for result in seen.to_correct():
        reasons = [
            {"code": item.code, "field": item.field, "text": item.text, "advice": item.advice}
            for item in reasons_of(result)
        ]
        notes = {"#row": result.id, VERDICT: result.outcome.verdict.value, "#reasons": reasons}
        yield json.dumps(_identity(result, seen.header) | dict(result.params) | notes) + "\n"


def _columns(seen: JournalReader) -> tuple[str, ...]:
    """The input's own columns, and any further one that a failed row needs."""
    known = dict.fromkeys(seen.columns or ("id",))
    for result in seen.to_correct():
        known |= dict.fromkeys(name for name in result.params if name != RAW)
    return tuple(known)


def _cells(result: RowResult, kind: type[Any] | None, header: Header) -> dict[str, str]:
    if RAW in result.params:
        return {}  # it is not known which cell is which: it must not run again before it was corrected
    return _identity(result, header) | params_to_text(kind, result.params)


def _identity(result: RowResult, header: Header) -> dict[str, str]:
    """The row's id, unless it was called after its line or could not be read at all."""
    nameless = header.verb == Verb.CREATE and is_name_of_line(result.id)
    return {} if nameless or RAW in result.params else {"id": result.id}


def _notes(result: RowResult) -> Sequence[str]:
    reasons = reasons_of(result)
    return (
        safe(result.id),
        result.outcome.verdict.value,
        *(
            " | ".join(safe(getattr(reason, name)) for reason in reasons).strip(" |")
            for name in ("code", "field", "text", "advice")
        ),
        result.params.get(RAW, ""),
    )


def _kind(header: Header) -> type[Any] | None:
    """The class of the verb's parameters; None where only an open backend could tell.

    Raises:
        ConfigurationError: The provider is not installed here.
    """
    backend = load(header.provider).backend
    if not (isinstance(backend, type) and issubclass(backend, Backend)):
        return None
    rule = backend.rules.get(Verb(header.verb))
    return None if rule is None else rule.params
