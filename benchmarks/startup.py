"""What starting costs: `import campaign_reg` and `campaign-reg --help`, against `import` of aiohttp and telnyx."""

from __future__ import annotations

import os
import sys

from benchmarks.bench import Bench
from benchmarks.clients import installed
from benchmarks.measure import ratio
from benchmarks.report import Figure, Result

TITLE = "import campaign_reg; campaign-reg --help"
_PROGRAMS = {
    "nothing": "pass",
    "again": "import aiohttp",
    "import aiohttp": "import aiohttp",
    "import campaign_reg": "import campaign_reg",
    "from campaign_reg import connect": "from campaign_reg import connect",
    "campaign-reg --help": "from campaign_reg.cli import main; main(['--help'])",
    "import telnyx": "import telnyx",
}


def _one_process(code: str) -> float:
    """CPU of a fresh process that runs this, in seconds."""
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    arguments = [sys.executable, "-c", code]
    process = os.posix_spawn(sys.executable, arguments, os.environ, file_actions=silent)
    _, status, used = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"{code!r} ended with {status}")
    return used.ru_utime + used.ru_stime


async def run(bench: Bench) -> Result:
    """Measure CPU beyond that of an interpreter that does nothing."""
    programs = {
        name: code for name, code in _PROGRAMS.items() if name != "import telnyx" or installed("telnyx")
    }
    for code in programs.values():
        _one_process(code)  # writes byte code
    cpu: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(bench.rounds):
        names = list(programs)
        bench.rng.shuffle(names)
        for name in names:
            cpu[name].append(_one_process(programs[name]))
    net = {
        name: [max(cost - bare, 1e-5) for cost, bare in zip(costs, cpu["nothing"], strict=True)]
        for name, costs in cpu.items()
    }
    aiohttp, telnyx = net["import aiohttp"], net.get("import telnyx")
    note = "" if telnyx else "not installed"
    return Result(
        name="startup",
        title=TITLE,
        pair=ratio(net["again"], aiohttp),
        figures=[
            Figure("import campaign_reg over import aiohttp", ratio(net["import campaign_reg"], aiohttp)),
            Figure(
                "import campaign_reg over import telnyx",
                ratio(net["import campaign_reg"], telnyx) if telnyx else None,
                note=note,
            ),
            Figure("campaign-reg --help over import aiohttp", ratio(net["campaign-reg --help"], aiohttp)),
            Figure(
                "everything connect() needs, over import aiohttp",
                ratio(net["from campaign_reg import connect"], aiohttp),
            ),
        ],
        medians={f"{name}, ms": 1e3 * sorted(costs)[len(costs) // 2] for name, costs in cpu.items()},
    )
