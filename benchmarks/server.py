"""nginx with fixed bodies, so that the client is the limit; and who runs on which core."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CAMPAIGN = Path(__file__).parent / "data" / "campaign.json"
PROJECT = "6f0c2f0e-7d1e-4b53-9a58-d4a1a4d0c001"

# What Telnyx calls the members of its own campaigns; the others stay as unknown ones, which it keeps as well.
_TELNYX_NAMES = {
    "useCase": "usecase",
    "subUseCases": "subUsecases",
    "stopMessage": "optoutMessage",
    "createdBy": "cspId",
    "campaignRegistrationId": "tcrBrandId",
    "modifiedDate": "billedDate2",
}

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
    items = [campaign() | {"campaignRegistrationId": f"01k4cxccbt519xa3ejty{n:06d}"} for n in range(size)]
    return _compact({"campaignRegistrations": items, "nextPageToken": "", "totalSize": size})


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
        telnyx = {_TELNYX_NAMES.get(name, name): value for name, value in one.items()}
        files = {
            "campaign.json": _compact(one),
            "list100.json": listing_body(100),
            "list1000.json": listing_body(1000),
            "telnyx.json": _compact(telnyx),
            "telnyx1000.json": _compact({"records": [telnyx] * 1000, "page": 1, "totalRecords": 1}),
        }
        for name, body in files.items():
            (folder / name).write_bytes(body)
        user = "user root;" if sys.platform == "linux" and os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(_CONFIG.format(folder=folder, port=port, user=user), encoding="utf-8")


def new_folder() -> tempfile.TemporaryDirectory[str]:
    """For a server's files or a journal: on disk, since a memory file system would make commits free."""
    return tempfile.TemporaryDirectory(prefix="campaign-reg-bench-")


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
