"""nginx with fixed bodies, so that the client is the limit; and who runs on which core."""

from __future__ import annotations

import asyncio
import copy
import functools
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CAMPAIGN = Path(__file__).parent / "data" / "campaign.json"
PROJECT = "6f0c2f0e-7d1e-4b53-9a58-d4a1a4d0c001"

# What Telnyx calls the members of its own campaigns; the others stay as unknown ones, which it keeps as well.
_TELNYX_NAMES = {
    "useCase": "usecase",
    "subUseCases": "subUsecases",
    "stopMessage": "optoutMessage",
    "optInMessage": "optinMessage",
    "campaignRegistrationId": "cspId",
}

_CLASSES = [
    {"msgClass": name, "tpm": tpm} for name, tpm in (("A", "4500"), ("C", "2400"), ("E", "240"), ("T", "75"))
]
_TIERS = [
    {"brandTier": tier, "brandDailyCap": cap}
    for tier, cap in (("LOW", "2000"), ("LOWER_MID", "10000"), ("UPPER_MID", "40000"), ("TOP", "200000"))
]
_OPERATOR_STATES = ("APPROVED", "REGISTERED", "REVIEW", "REJECTED")

_CONFIG = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr crit;
{user}
events {{ worker_connections 2048; }}
http {{
    access_log off;
    default_type application/json;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    open_file_cache max=16;
    open_file_cache_valid 1h;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $arg_pageSize $listing {{ 100 /list100.json; default /list1000.json; }}
    server {{
        listen 127.0.0.1:{port} reuseport;
        root {folder};
        location = /oauth2/token {{ return 200 '{{"access_token":"benchmark","expires_in":86400}}'; }}
        location ~ /resubmit$ {{ return 200 '{{}}'; }}
        location ~ /campaignRegistrations$ {{ rewrite ^ $listing break; }}
        location ~ /campaignRegistrations/ {{ rewrite ^ /campaign.json break; }}
        location = /10dlc/campaign {{ rewrite ^ /telnyx1000.json break; }}
        location /10dlc/campaign/ {{
            if ($request_method = PUT) {{ return 200 '{{}}'; }}
            rewrite ^ /telnyx.json break;
        }}
    }}
}}
"""


@functools.cache
def cores() -> tuple[set[int], set[int]]:
    """The client's core and the server's, as of the first call; the same where the machine has one only."""
    mine = sorted(os.sched_getaffinity(0))
    return {mine[0]}, {mine[-1]}


def on_core(core: set[int], *command: object) -> list[str]:
    """A command line that starts a program on one core."""
    words = [str(word) for word in command]
    if shutil.which("taskset") is None:
        return words
    return ["taskset", "-c", ",".join(map(str, core)), *words]


def campaign() -> dict[str, Any]:
    """The campaign that every body is made of."""
    document: dict[str, Any] = json.loads(CAMPAIGN.read_bytes())
    return document


def campaign_body() -> bytes:
    """The answer to a GET."""
    return _compact(campaign())


def listing_body(size: int) -> bytes:
    """A page of so many campaigns."""
    return _compact({"campaignRegistrations": _varied(size), "nextPageToken": "", "totalSize": size})


def _varied(size: int) -> list[dict[str, Any]]:
    """Campaigns that differ as an account's do: ids, names, dates and texts all, terms by class and tier."""
    rng, first = random.Random(7), datetime(2025, 1, 1, tzinfo=UTC)
    campaigns = []
    for n in range(size):
        one = copy.deepcopy(campaign())
        created = first + timedelta(seconds=rng.randrange(400 * 86400))
        changed, billed = created + timedelta(seconds=rng.randrange(30 * 86400)), created + timedelta(days=2)
        one["campaignRegistrationId"] = f"01k4cxccbt519xa3ejty{n:06d}"
        one["campaignId"] = f"C{rng.randrange(36**5):06X}"
        one["campaignName"] += f" {n}"
        one["description"] = f"{n}: {one['description']}"
        one["createDate"], one["modifiedDate"] = _stamp(created), _stamp(changed)
        one["billedDate"] = _stamp(billed)[:10] + "T00:00:00Z"
        one["nextRenewalOrExpirationDate"] = _stamp(billed + timedelta(days=92))[:10] + "T00:00:00Z"
        one["monthlyFee"] = rng.choice([1.5, 2.0, 10.0, 15.5, 30.0])
        one["mnoMetadata"]["10017"] |= rng.choice(_CLASSES)
        one["mnoMetadata"]["10035"] |= rng.choice(_TIERS)
        for terms in one["mnoMetadata"].values():
            terms["status"] = rng.choice(_OPERATOR_STATES)
        campaigns.append(one)
    return campaigns


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Nginx:
    """A server process of our own on a free port of loopback, with its own configuration in a folder."""

    def __init__(self, program: str, folder: str) -> None:
        self._folder, self._program = Path(folder), program
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    @classmethod
    def find(cls) -> str | None:
        """Where nginx is; None where it is not installed."""
        return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")

    async def start(self) -> None:
        """Start it on the server's core and wait until it answers."""
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._write_files(port)
        self._process = subprocess.Popen(  # noqa: ASYNC220  (it starts before anything is measured)
            on_core(cores()[1], self._program, "-p", self._folder, "-c", self._folder / "nginx.conf"),
            stdin=subprocess.DEVNULL,
        )
        for _ in range(200):
            await asyncio.sleep(0.02)
            if self._process.poll() is not None:
                raise RuntimeError(f"nginx ended with {self._process.returncode}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
        raise RuntimeError("nginx does not answer")

    def stop(self) -> None:
        """End the process that was started here, and no other."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def _write_files(self, port: int) -> None:
        folder = self._folder
        one = campaign()
        telnyx = [_as_telnyx(document) for document in [one, *_varied(1000)]]
        files = {
            "campaign.json": _compact(one),
            "list100.json": listing_body(100),
            "list1000.json": listing_body(1000),
            "telnyx.json": _compact(telnyx[0]),
            "telnyx1000.json": _compact({"records": telnyx[1:], "page": 1, "totalRecords": 1}),
        }
        for name, body in files.items():
            (folder / name).write_bytes(body)
        user = "user root;" if sys.platform == "linux" and os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            _CONFIG.format(folder=folder, port=port, user=user), encoding="utf-8"
        )


def new_folder() -> tempfile.TemporaryDirectory[str]:
    """For a server's files or a journal: on disk, since a memory file system would make commits free."""
    return tempfile.TemporaryDirectory(prefix="campaign-reg-bench-")


def _as_telnyx(document: dict[str, Any]) -> dict[str, Any]:
    return {_TELNYX_NAMES.get(name, name): value for name, value in document.items()}


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
