"""The RCS platform's calls about the account: balance, tariffs, contact lists, and exports of statistics."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from campaign_reg.sandbox.bodies import RefusedError
from campaign_reg.sandbox.exchange import Reply, render
from campaign_reg.sandbox.rcs.bodies import (
    dice,
    read_integer,
    read_object,
    read_query,
)
from campaign_reg.sandbox.rcs.forms import job_row
from campaign_reg.sandbox.rcs.messages import shown
from campaign_reg.sandbox.rcs.rules import BODIES
from campaign_reg.sandbox.rcs.samples import CONTACT_LISTS, TARIFFS
from campaign_reg.sandbox.rcs.times import read

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from campaign_reg.sandbox.exchange import Call
    from campaign_reg.sandbox.ledger import Ledger
    from campaign_reg.sandbox.rcs.campaigns import CampaignRegister
    from campaign_reg.sandbox.rcs.messages import Message, MessageBook

USER_ID = "50529"
PARAMETERS_INVALID, FILE_MISSING, FILE_NOT_READY = 7, 90, 91
TOLD = {
    PARAMETERS_INVALID: "Parameters not valid",
    FILE_MISSING: "File not found",
    FILE_NOT_READY: "File not ready",
}


class AccountCalls:
    """The handlers that read balance, tariffs and contact lists.

    Attributes:
        page_limits: Items per page when a call names none; an older page says 30 where the newer one says 50.
    """

    def __init__(self, register: CampaignRegister) -> None:
        self._register = register
        self.page_limits = {"tariffs": 50, "groups": 30}

    def balance(self, call: Call) -> Reply:
        """Tell balance and credit."""
        funds = {"balance": self._register.balance, "currency": "USD", "credit": self._register.credit}
        return render(200, {"data": funds})

    def tariffs(self, call: Call) -> Reply:
        """List tariffs."""
        return _page(call, TARIFFS, self.page_limits["tariffs"])

    def groups(self, call: Call) -> Reply:
        """List contact lists."""
        return _page(call, CONTACT_LISTS, self.page_limits["groups"])


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """One export: what was asked, and the virtual instant from which its rows are there."""

    request: Mapping[str, Any]
    ready_at: float


class JobCalls:
    """Exports of message statistics, in the envelope of API 1.0: success and failure are both HTTP 200.

    Attributes:
        most_jobs: Exports that may be kept at once.
        ready_seconds: Virtual seconds until an export is done.
    """

    def __init__(self, messages: MessageBook, ledger: Ledger, rng: random.Random) -> None:
        self._messages = messages
        self._ledger = ledger
        self._rng = rng
        self._jobs: dict[str, Job] = {}
        self.most_jobs = 20
        self.ready_seconds = 2.0

    def create(self, call: Call) -> Reply:
        """Start an export; one too many is refused with the code of success.

        Source:
            https://github.com/bsgworld/go-sdk/blob/HEAD/api/openapi.yaml
        """
        try:
            body = read_object(call)
        except RefusedError:
            return _failed(call, PARAMETERS_INVALID)
        dates = [body[name] for name in ("time_in_from", "time_in_to") if name in body]
        if list(BODIES[call.operation](body, "")) or any(read(str(date)) is None for date in dates):
            return _failed(call, PARAMETERS_INVALID)
        if len(self._jobs) >= self.most_jobs:
            return render(200, {"error": 0, "errorDescription": "Maximum count of exports reached"})
        key = f"{self._rng.getrandbits(72):018x}"
        self._jobs[key] = Job(body, call.at + self.ready_seconds)
        self._ledger.write(call.at, "rcs", call.operation, key, body)
        return render(200, {"error": 0, "key": key})

    def list_all(self, call: Call) -> Reply:
        """List exports."""
        jobs = [_job_form(key, job, call.at) for key, job in self._jobs.items()]
        return render(200, {"error": 0, "result": jobs})

    def get(self, call: Call) -> Reply:
        """Return the rows of an export that is done."""
        job = self._jobs.get(call.segments[0])
        if job is None:
            return _failed(call, FILE_MISSING)
        if call.at < job.ready_at:
            return _failed(call, FILE_NOT_READY)
        return render(
            200, {"error": 0, "result": [job_row(message) for message in self._found(job, call.at)]}
        )

    def delete(self, call: Call) -> Reply:
        """Remove an export."""
        if self._jobs.pop(call.segments[0], None) is None:
            return _failed(call, FILE_MISSING)
        self._ledger.write(call.at, "rcs", call.operation, call.segments[0], {})
        return render(200, {"error": 0, "errorDescription": "No errors"})

    def _found(self, job: Job, at: float) -> Sequence[Message]:
        asked = job.request
        if asked["type"] == "message":
            spans = [
                span for message_id in asked["message_id"] for span in self._messages.by_id(int(message_id))
            ]
            return list(shown(spans, at))
        first, last = (read(asked[name]) or 0.0 for name in ("time_in_from", "time_in_to"))
        phones = {str(phone) for phone in asked.get("phones", [])}
        spans = [span for span in self._messages.everything() if first <= int(span[0].created_at) <= last]
        return [
            message
            for message in shown(spans, at)
            if (not phones or message.number in phones)
            and asked.get("status") in (None, job_row(message)["status"])
        ]


def _page(call: Call, items: Sequence[Mapping[str, Any]], default: int) -> Reply:
    query = read_query(call)
    offset = read_integer(call, query, "page[offset]", (0, None), 0)
    limit = read_integer(call, query, "page[limit]", (15, 500), default)
    return render(200, {"data": items[offset : offset + limit], "total": len(items)})


def _job_form(key: str, job: Job, at: float) -> dict[str, Any]:
    request = {name: value for name, value in job.request.items() if name != "message_id"}
    if "message_id" in job.request:
        request = {"message_ids": job.request["message_id"]}
    status = "Done" if at >= job.ready_at else "In progress"
    return {"key": key, "request": request | {"user_id": USER_ID}, "status": status}


def _failed(call: Call, code: int) -> Reply:
    """Say what went wrong, with HTTP 200 and a code that is a number or a string of digits."""
    return render(200, {"error": code if dice(call) % 2 else str(code), "errorDescription": TOLD[code]})
