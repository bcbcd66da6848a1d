"""JSON through Sinch's models, compared with what came."""

from __future__ import annotations

import json
from typing import Any

from campaign_reg.providers.sinch.ten_dlc.codec import make_converter
from campaign_reg.wire.codec import dumps, loads

CONVERTER = make_converter()


def again(body: Any, model: type[Any]) -> Any:
    """Through JSON text, as over the wire."""
    return loads(dumps(CONVERTER.unstructure(CONVERTER.structure(loads(json.dumps(body).encode()), model))))


def same(out: Any, body: Any) -> bool:
    """Equal as JSON, except that a list or object which did not come may go out empty; True is not 1."""
    if isinstance(out, dict) and isinstance(body, dict):
        made_up = [out[name] for name in out if name not in body]
        return all(value in ([], {}) for value in made_up) and all(
            name in out and same(out[name], value) for name, value in body.items()
        )
    if isinstance(out, list) and isinstance(body, list):
        return len(out) == len(body) and all(map(same, out, body))
    return bool(out == body) and isinstance(out, bool) == isinstance(body, bool)
