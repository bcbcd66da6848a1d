"""The control API at /_sandbox/: the sandbox's own controls, for another process."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, Protocol

from campaign_reg.sandbox.exchange import Reply, render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp import web

    from campaign_reg.sandbox.clock import VirtualClock
    from campaign_reg.sandbox.faults import Faults
    from campaign_reg.sandbox.ledger import Ledger, Stats
    from campaign_reg.sandbox.vendor import Vendor

CONTROL_PREFIX = "/_sandbox/"


class Server(Protocol):
    """The parts of a running sandbox that the control API reads and changes."""

    clock: VirtualClock
    faults: Faults
    ledger: Ledger
    stats: Stats
    vendors: Mapping[str, Vendor]

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        ...

    def settings(self, provider: str) -> dict[str, Any]:
        """Return what `campaign_reg.connect(provider, **settings)` takes."""
        ...

    def vendor(self, provider: str) -> Vendor:
        """Return the simulated provider of that name."""
        ...


class Control:
    """One method per knob; each takes the JSON body and returns JSON-ready values."""

    def __init__(self, sandbox: Server) -> None:
        self._sandbox = sandbox
        self._knobs: dict[str, dict[str, Callable[[dict[str, Any]], object]]] = {
            "health": {"GET": self._health},
            "settings": {"GET": self._settings},
            "seed": {"POST": self._seed},
            "faults": {"GET": self._list_faults, "POST": self._add_fault, "DELETE": self._clear_faults},
            "ledger": {"GET": self._ledger},
            "stats": {"GET": self._stats},
            "clock": {"GET": self._clock},
            "clock/advance": {"POST": self._advance},
        }

    async def answer(self, request: web.BaseRequest, path: str, query: str) -> Reply:
        """Turn one knob."""
        methods = self._knobs.get(path.removeprefix(CONTROL_PREFIX))
        if methods is None:
            return render(404, {"error": f"there are {', '.join(self._knobs)}"})
        knob = methods.get(request.method)
        if knob is None:
            return render(405, {"error": f"allowed: {', '.join(methods)}"}, Allow=", ".join(methods))
        try:
            raw = await request.read()
            body = json.loads(raw) if raw else {}
            return render(200, knob(body))
        except (TypeError, ValueError, LookupError) as error:
            return render(400, {"error": str(error)})

    def _health(self, body: dict[str, Any]) -> object:
        return {"status": "ok", "url": self._sandbox.url}

    def _settings(self, body: dict[str, Any]) -> object:
        return {name: self._sandbox.settings(name) for name in self._sandbox.vendors}

    def _seed(self, body: dict[str, Any]) -> object:
        """Seed campaigns; without `provider` it is Sinch."""
        vendor = self._sandbox.vendor(body.pop("provider", "sinch"))
        return {"ids": vendor.seed(**body)}

    def _list_faults(self, body: dict[str, Any]) -> object:
        return {"rules": [dataclasses.asdict(rule) for rule in self._sandbox.faults.rules]}

    def _add_fault(self, body: dict[str, Any]) -> object:
        """Add one rule, or a profile; options stand next to the rest or under `options`."""
        arguments = {**body, **body.get("options", {})}
        arguments.pop("options", None)
        if "profile" in arguments:
            rules = self._sandbox.faults.profile(arguments.pop("profile"), **arguments)
        else:
            rules = [self._sandbox.faults.add(**arguments)]
        return {"rules": [dataclasses.asdict(rule) for rule in rules]}

    def _clear_faults(self, body: dict[str, Any]) -> object:
        self._sandbox.faults.clear()
        return {"rules": []}

    def _ledger(self, body: dict[str, Any]) -> object:
        ledger = self._sandbox.ledger
        entries = [dataclasses.asdict(entry) for entry in ledger.entries]
        operations = sorted({entry["operation"] for entry in entries})
        counts = {operation: dict(ledger.counts(operation)) for operation in operations}
        return {"entries": entries, "counts": counts, "summary": ledger.summary()}

    def _stats(self, body: dict[str, Any]) -> object:
        return self._sandbox.stats.as_dict()

    def _clock(self, body: dict[str, Any]) -> object:
        return {"now": self._sandbox.clock.now().isoformat(), "speed": self._sandbox.clock.speed}

    def _advance(self, body: dict[str, Any]) -> object:
        self._sandbox.clock.advance(body["seconds"])
        return self._clock(body)
