"""What every benchmark is given: how long to measure, and a server when it asks for one."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from typing import Any

import attrs

from benchmarks.server import Nginx, new_folder


class NotMeasurableError(Exception):
    """Something this benchmark needs is missing; the message says what."""


@attrs.define(kw_only=True)
class Bench:
    """One run of the benchmarks.

    Attributes:
        rounds: Rounds a comparison.
        batch_rows: Campaigns in the benchmark `batch`.
        stack: What must be closed at the end.
        rng: Shuffles.
        shared: What several benchmarks measure together, by the function that makes it.
    """

    rounds: int
    batch_rows: int
    stack: AsyncExitStack
    rng: random.Random = attrs.field(factory=random.Random)
    shared: dict[Any, Any] = attrs.field(factory=dict)
    _url: str = ""

    async def url(self) -> str:
        """Where nginx listens; it is started when it is first asked for.

        Raises:
            NotMeasurableError: It is not installed.
        """
        if not self._url:
            program = Nginx.find()
            if program is None:
                raise NotMeasurableError("needs nginx: apt-get install nginx-light")
            nginx = Nginx(program, self.stack.enter_context(new_folder()))
            self.stack.callback(nginx.stop)
            await nginx.start()
            self._url = nginx.url
        return self._url
