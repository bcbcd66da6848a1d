"""Decoding alone: bytes of one campaign to a snake_case model, unknown enum values and members kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from benchmarks.bench import Bench
from benchmarks.get import cpu_figure
from benchmarks.measure import Burst, Contender, interleave, micro, ratio
from benchmarks.naive import plain_converter
from benchmarks.report import Figure, Result
from benchmarks.server import campaign_body
from benchmarks.typed import pydantic_loads
from campaign_reg.providers.sinch.ten_dlc.codec import make_converter
from campaign_reg.providers.sinch.ten_dlc.models import SinchCampaign
from campaign_reg.wire.codec import loads

TITLE = "decode alone, to snake_case models, unknown enum values and members kept"
_TIMES = 3000


def _decoding(load: Callable[[bytes], Any], times: int = _TIMES) -> Burst:
    body = campaign_body()
    assert load(body).id == "01k4cxccbt519xa3ejty1r5jb4"

    async def burst() -> int:
        for _ in range(times):
            load(body)
        return times

    return burst


def _ours() -> Callable[[bytes], Any]:
    structure = make_converter().structure
    return lambda body: structure(loads(body), SinchCampaign)


def _cattrs(*, detailed_validation: bool) -> Callable[[bytes], Any]:
    structure = plain_converter(detailed_validation=detailed_validation).structure
    return lambda body: structure(orjson.loads(body), SinchCampaign)


async def run(bench: Bench) -> Result:
    """Measure."""
    mine, again = Contender("ours", _decoding(_ours())), Contender("again", _decoding(_ours()))
    plain = Contender("cattrs", _decoding(_cattrs(detailed_validation=True), 1000))
    quick = Contender("cattrs, no detailed validation", _decoding(_cattrs(detailed_validation=False), 1000))
    load = pydantic_loads("SinchCampaign")
    model = None if load is None else Contender("pydantic", _decoding(load))
    everyone = [mine, again, plain, quick, *([] if model is None else [model])]
    await interleave(everyone, bench.rounds, bench.rng)
    return Result(
        name="decode",
        title=TITLE,
        pair=ratio(again.cpu, mine.cpu),
        figures=[
            Figure("CPU over cattrs.preconf.orjson as it comes", ratio(mine.cpu, plain.cpu)),
            cpu_figure("CPU over pydantic (extra allowed)", mine, model),
            cpu_figure("CPU over cattrs without detailed validation", mine, quick),
        ],
        medians={c.name: micro(c.cpu) for c in everyone},
    )
