"""Files up and down."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import stat
from typing import TYPE_CHECKING

import anyio
import pytest

from campaign_reg.clock import SystemClock
from campaign_reg.errors import InvalidInputError, OutcomeUnknownError
from campaign_reg.files import FileSource, FolderSink
from campaign_reg.rate import Limits
from campaign_reg.transport.aiohttp import AiohttpTransport
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import build_request
from tests.support.wire_server import WireServer, reply, then_close

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

BLOCK = bytes(range(256)) * 256
UP = Operation(name="t.up", method="POST", path="/f", safe=False, source="tests")
DOWN = Operation(name="t.down", method="GET", path="/f", safe=True, source="tests")


@pytest.fixture
async def transport(anyio_backend: str) -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport(clock=SystemClock(), limits=Limits())
    yield transport
    await transport.aclose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "attachments"
    folder.mkdir()
    return folder


def file_of(path: Path, content: bytes) -> FileSource:
    path.write_bytes(content)
    return FileSource(path)


async def whole(source: FileSource) -> bytes:
    return b"".join([chunk async for chunk in source.chunks()])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def open_files() -> set[str]:
    """Descriptors of this process; Linux tells."""
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208


# sources


@pytest.mark.parametrize("size", [0, 1, len(BLOCK) - 1, len(BLOCK), len(BLOCK) + 1, 5 * len(BLOCK)])
async def test_a_file_is_read_whole_and_again(tmp_path: Path, size: int) -> None:
    content = (BLOCK * 5)[:size]
    source = file_of(tmp_path / "a", content)
    assert source.size == size
    assert [await whole(source), await whole(source)] == [content, content]
    assert all([len(chunk) <= len(BLOCK) async for chunk in source.chunks()])


async def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    file_of(tmp_path / "a", b"content")
    (tmp_path / "link").symlink_to("a")
    assert await whole(FileSource(str(tmp_path / "link"))) == b"content"


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "missing", "dangling", "loop", "nul"])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = path.joinpath("/dev/null")
    elif kind in {"dangling", "loop"}:
        path.symlink_to("a" if kind == "loop" else "nowhere")
    elif kind == "nul":
        path = tmp_path / "a\0b"
    with pytest.raises(InvalidInputError):
        FileSource(path)


@pytest.mark.parametrize("change", ["grown", "shrunk", "gone", "a pipe"])
async def test_a_file_that_changed_before_it_is_sent_is_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "a"
    source = file_of(path, BLOCK * 3)
    if change in {"gone", "a pipe"}:
        path.unlink()
    if change == "a pipe":
        os.mkfifo(path)  # opening it would wait for ever
    elif change != "gone":
        path.write_bytes(BLOCK * (4 if change == "grown" else 2))
    with pytest.raises((InvalidInputError, FileNotFoundError)):
        await whole(source)


@pytest.mark.parametrize("change", ["grown", "shrunk", "rewritten"])
async def test_a_file_that_changes_while_it_is_read_is_not_read_to_its_end(
    tmp_path: Path, change: str
) -> None:
    path = tmp_path / "a"
    source = file_of(path, BLOCK * 3)
    os.utime(path, ns=(0, 0))
    chunks = source.chunks()
    read = await anext(chunks)
    if change == "grown":
        with path.open("ab") as file:
            file.write(b"more")
    elif change == "shrunk":
        os.truncate(path, len(BLOCK) + 10)
    else:
        path.open("r+b").close()
        os.utime(path)
    with pytest.raises(InvalidInputError, match="changed while it was sent"):
        async for chunk in chunks:
            read += chunk
    assert len(read) < 3 * len(BLOCK)


async def test_a_changing_file_never_arrives_whole(tmp_path: Path, transport: AiohttpTransport) -> None:
    path = tmp_path / "a"
    source = file_of(path, b"x" * 10)
    async with WireServer() as server:
        request = build_request(UP, server.origin, body=source)
        path.write_bytes(b"x" * 11)
        with pytest.raises(InvalidInputError, match="changed before"):
            await transport.send(request)
        path.write_bytes(BLOCK * 100)
        source = FileSource(path)
        original = source.chunks

        async def meddled() -> AsyncIterator[bytes]:
            async for chunk in original():
                os.utime(path, ns=(0, 0))
                yield chunk

        source.chunks = meddled  # type: ignore[method-assign]
        with pytest.raises(OutcomeUnknownError, match="changed while it was sent"):
            await transport.send(build_request(UP, server.origin, body=source))
        assert server.requests == []


async def test_a_file_given_up_is_closed(tmp_path: Path) -> None:
    source = file_of(tmp_path / "a", BLOCK * 3)
    before = open_files()
    chunks = source.chunks()
    await anext(chunks)
    assert open_files() != before
    await chunks.aclose()  # type: ignore[attr-defined]
    assert open_files() == before


# sinks


async def kept(folder: Path, name: str, *chunks: bytes, overwrite: bool = False) -> Path:
    async with FolderSink(folder, name, overwrite=overwrite) as sink:
        await sink.begin()
        for chunk in chunks:
            await sink.write(chunk)
        return await sink.commit()


async def test_a_file_is_kept_whole(folder: Path) -> None:
    path = await kept(folder, "contract.pdf", BLOCK, b"end")
    assert path == folder / "contract.pdf"
    assert path.read_bytes() == BLOCK + b"end"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(folder) == ["contract.pdf"]


@pytest.mark.parametrize(
    "name",
    [
        "Vertrag Müller.pdf",
        "договор.pdf",
        ".hidden",
        "a..b",
        "com10",
        "console.txt",
        "x" * 255,
        "ä" * 127,
        "-rf",
    ],
)
async def test_plain_names_are_taken(folder: Path, name: str) -> None:
    await kept(folder, name, b"x")
    assert names(folder) == [name]


BAD_NAMES = [
    "", " ", ".", "..", "../x", "..\\x", "a/b", "/etc/passwd", "/",
    "a\\b", "C:", "C:x", "C:\\x", "x:stream", "\\\\host\\x",
    "a\0b", "a\nb", "a\x7fb", "\x1b[2J", "\ud800", "x.", "x ", "...", "CON", "con.txt", "Nul", "nul .tar.gz",
    "COM1", "lpt9.x",
    "com¹", "conin$", "a*", "a?", 'a"', "a<b", "a>b", "a|b", "x" * 256, "ä" * 128,
]  # fmt: skip


@pytest.mark.fault(77)
@pytest.mark.parametrize("name", BAD_NAMES)
async def test_a_name_that_leads_elsewhere_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(InvalidInputError):
        FolderSink(folder, name)


@pytest.mark.fault(77)
@pytest.mark.parametrize("target", ["there", "nowhere", "folder", "loop"])
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_a_link_that_waits_is_not_followed(
    tmp_path: Path, folder: Path, target: str, overwrite: bool, when: str
) -> None:
    outside = tmp_path / target
    link = folder / "a.pdf"
    if target == "there":
        outside.write_bytes(b"precious")
    elif target == "folder":
        outside.mkdir()
    elif target == "loop":
        outside = link

    async def keep() -> None:
        async with FolderSink(folder, "a.pdf", overwrite=overwrite) as sink:
            assert overwrite or when == "meanwhile", "what can be known before is refused before"
            await sink.begin()
            await sink.write(b"new")
            if when == "meanwhile":
                link.symlink_to(outside)
            await sink.commit()

    if when == "before":
        link.symlink_to(outside)
    if overwrite:
        await keep()
        assert not link.is_symlink()
        assert link.read_bytes() == b"new"
    else:
        with pytest.raises(InvalidInputError, match="is there already"):
            await keep()
        assert link.is_symlink()
    assert names(folder) == ["a.pdf"]
    assert target != "there" or outside.read_bytes() == b"precious"
    assert target != "nowhere" or not outside.exists()
    assert target != "folder" or names(outside) == []


async def test_what_is_there_stays_unless_told_otherwise(folder: Path) -> None:
    (folder / "a").write_bytes(b"old")
    with pytest.raises(InvalidInputError, match="overwrite"):
        async with FolderSink(folder, "a"):
            pytest.fail("nothing was to be asked of a vendor")
    assert (folder / "a").read_bytes() == b"old"
    await kept(folder, "a", b"new", overwrite=True)
    assert (folder / "a").read_bytes() == b"new"
    (folder / "b").mkdir()
    with pytest.raises(OSError, match="director"):
        await kept(folder, "b", b"new", overwrite=True)
    assert names(folder) == ["a", "b"]


async def test_without_hard_links_nothing_is_replaced_either(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "no hard links")

    monkeypatch.setattr(os, "link", link)
    assert (await kept(folder, "a", b"first")).read_bytes() == b"first"
    async with FolderSink(folder, "b") as sink:
        await sink.begin()
        (folder / "b").symlink_to("nowhere")
        with pytest.raises(InvalidInputError, match="is there already"):
            await sink.commit()
    assert names(folder) == ["a", "b"]


async def test_a_folder_that_is_none_is_refused(folder: Path) -> None:
    (folder / "file").write_bytes(b"")
    for place in (folder / "none", folder / "file"):
        with pytest.raises(InvalidInputError, match="no such folder"):
            async with FolderSink(place, "a"):
                pytest.fail("nothing was to be asked of a vendor")


async def test_starting_over_forgets_the_first_part(folder: Path) -> None:
    async with FolderSink(folder, "a") as sink:
        await sink.begin()
        await sink.write(BLOCK * 2)
        await sink.begin()
        await sink.write(b"short")
        await sink.commit()
    assert (folder / "a").read_bytes() == b"short"


async def test_without_commit_nothing_stays(folder: Path) -> None:
    async with FolderSink(folder, "a") as sink:
        await sink.begin()
        await sink.write(BLOCK)
        assert len(names(folder)) == 1
        assert not (folder / "a").exists()
    assert names(folder) == []
    for step in (sink.begin(), sink.write(b"x"), sink.commit()):
        with pytest.raises(InvalidInputError):
            await step
    async with FolderSink(folder, "a") as sink:
        with pytest.raises(InvalidInputError, match="nothing came"):
            await sink.commit()
    assert names(folder) == []


@pytest.mark.fault(69)
@pytest.mark.parametrize("how", ["asyncio", "anyio"])
async def test_cancelled_it_leaves_nothing(folder: Path, how: str) -> None:
    writing = asyncio.Event()

    async def keep() -> None:
        async with FolderSink(folder, "a") as sink:
            await sink.begin()
            while True:
                await sink.write(BLOCK)
                writing.set()

    if how == "asyncio":
        task = asyncio.create_task(keep())
        await writing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    else:
        async with anyio.create_task_group() as group:
            group.start_soon(keep)
            await writing.wait()
            group.cancel_scope.cancel()
    assert names(folder) == []


@pytest.mark.fault(69)
@pytest.mark.parametrize("count", range(6))
async def test_cancelled_at_any_step_it_leaves_nothing(folder: Path, count: int) -> None:
    """A thread that is left behind at work must not make a file afterwards."""
    before = open_files()

    async def keep() -> None:
        async with FolderSink(folder, "a") as sink:
            await sink.begin()
            await sink.write(BLOCK)
            await asyncio.sleep(60)

    task = asyncio.create_task(keep())
    for _ in range(count):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await anyio.to_thread.run_sync(lambda: None)
    assert names(folder) == []
    assert open_files() <= before


@pytest.mark.parametrize("chunks", [[BLOCK] * 3, [BLOCK, b"held in a buffer till the end"]])
async def test_a_full_disk_leaves_nothing(folder: Path, chunks: list[bytes]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(BLOCK) + 9, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            await kept(folder, "a", *chunks)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(folder) == []


async def test_up_and_down_through_the_transport(
    tmp_path: Path, folder: Path, transport: AiohttpTransport
) -> None:
    source = file_of(tmp_path / "a", BLOCK * 9 + b"end")
    async with WireServer(reply(), reply(200, BLOCK * 9 + b"end"), reply(404)) as server:
        await transport.send(build_request(UP, server.origin, body=source, content_type="text/plain"))
        assert server.requests[0].body == BLOCK * 9 + b"end"
        async with FolderSink(folder, "a") as sink:
            await transport.send(build_request(DOWN, server.origin, sink=sink))
            path = await sink.commit()
        assert path.read_bytes() == BLOCK * 9 + b"end"
        async with FolderSink(folder, "b") as sink:
            await transport.send(build_request(DOWN, server.origin, sink=sink))
            with pytest.raises(InvalidInputError, match="nothing came"):
                await sink.commit()
    assert names(folder) == ["a"]


async def test_a_download_cut_short_leaves_nothing(folder: Path, transport: AiohttpTransport) -> None:
    async with WireServer(then_close(reply(200, BLOCK, Content_Length=str(2 * len(BLOCK))))) as server:
        with pytest.raises(Exception, match="cut short"):
            async with FolderSink(folder, "a") as sink:
                await transport.send(build_request(DOWN, server.origin, sink=sink))
                await sink.commit()
    assert names(folder) == []
