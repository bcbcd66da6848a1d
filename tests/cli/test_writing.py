"""One create, update, deletion, renewal or approval, at the vendors that have it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import Typed
from tests.support.drafts import RCS, RESPONSYS, SINCH

if TYPE_CHECKING:
    from pathlib import Path

    from campaign_reg.sandbox import Sandbox
    from tests.cli.conftest import Main
    from tests.support.command import Ended


def file(folder: Path, draft: object, name: str = "draft.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(draft), encoding="utf-8-sig")
    return path


def write_as_one(draft: dict[str, Any]) -> bytes:
    return json.dumps(draft).encode()


class TestCreate:
    def test_from_a_file(self, here: Main, vendors: Sandbox, tmp_path: Path) -> None:
        vendors.sinch.register.reject_share = 0
        vendors.sinch.register.settle_seconds = (0.1, 0.2)
        ended = here("create", "sinch", "--input", file(tmp_path, SINCH), "--json")
        assert (ended.code, ended.err) == (0, "")
        [target] = vendors.sinch.campaigns
        assert (ended.last["verdict"], ended.last["target"]) == ("succeeded", target)
        assert vendors.ledger.counts() == {target: 1}

    def test_from_standard_input_with_changes(self, here: Main, vendors: Sandbox) -> None:
        words = ("--input", "-", "--set", "name=Harbor Lane fall", "--set", "use-utf8=yes")
        ended = here("create", "responsys", *words, stdin=write_as_one(RESPONSYS))
        assert ended.code == 0, ended.err
        assert ended.out.startswith("succeeded   Harbor Lane fall: ")
        assert "Harbor Lane fall" in here("get", "responsys", "Harbor Lane fall").out

    def test_from_pairs_alone(self, here: Main, vendors: Sandbox) -> None:
        pairs = [
            f"--set={name}={value}" for name, value in (RCS | {"phones": "12025550123|12025550124"}).items()
        ]
        ended = here("create", "rcs", *pairs, "--no-wait", "--json")
        assert ended.code == 0, ended.err
        [entry] = vendors.ledger.entries
        assert ended.last["target"] == entry.target
        assert ended.last["token"].startswith("cr1.")
        assert (
            here("wait", "rcs", ended.last["token"], "--timeout", "0", "--json").last["target"]
            == entry.target
        )

    def test_a_second_one_like_it_is_not_sent(self, here: Main, vendors: Sandbox, tmp_path: Path) -> None:
        draft = file(tmp_path, RESPONSYS)
        assert here("create", "responsys", "--input", draft).code == 0
        again = here("create", "responsys", "--input", draft, "--json")
        assert (again.code, again.last["verdict"]) == (0, "skipped")
        assert len(vendors.ledger.entries) == 1

    def test_a_lost_answer_comes_with_a_token_that_finds_the_campaign(
        self, here: Main, vendors: Sandbox, tmp_path: Path
    ) -> None:
        vendors.faults.add("drop_after", "createCampaignV15", times=1)
        lost = here("create", "responsys", "--input", file(tmp_path, RESPONSYS))
        assert lost.code == 3
        assert "do not send it again" in lost.err
        found = here("wait", "responsys", lost.out.strip(), "--json")
        assert (found.last["verdict"], found.last["target"]) == ("succeeded", RESPONSYS["name"])
        assert len(vendors.ledger.entries) == 1


class TestFindings:
    def test_errors_are_told_and_nothing_is_sent(self, here: Main, vendors: Sandbox, tmp_path: Path) -> None:
        draft = file(tmp_path, SINCH | {"description": "short"})
        for words in ((), ("--accept-advice",)):
            ended = here("create", "sinch", "--input", draft, *words, "--json")
            assert ended.code == 2
            assert "error: description: has 5 characters, 40 at least are needed - say more\n" in ended.err
            assert "correct the errors; nothing was sent" in ended.err
            assert ended.last["findings"][0]["field"] == "description"
        assert not vendors.ledger.entries

    def test_advice_must_be_accepted(self, here: Main, vendors: Sandbox, tmp_path: Path) -> None:
        draft = file(tmp_path, RESPONSYS | {"track_conversions": True, "enable_link_tracking": False})
        refused = here("create", "responsys", "--input", draft)
        assert refused.code == 2
        assert (
            "advice: track_conversions: conversions are counted by links, which are not tracked - set"
            in refused.err
        )
        assert "--accept-advice; nothing was sent" in refused.err
        assert not vendors.ledger.entries
        accepted = here("create", "responsys", "--input", draft, "--accept-advice")
        assert "advice: track_conversions: " in accepted.err
        assert "nothing was sent" not in accepted.err
        assert (accepted.code, vendors.ledger.counts()) == (0, {RESPONSYS["name"]: 1})

    @pytest.mark.parametrize(
        ("change", "code", "says"),
        [
            ({}, 0, "nothing to point out"),
            (
                {"campaign_name": "x" * 129},
                1,
                "error: campaign_name: has 129 characters, at most 128 are taken",
            ),
            ({"privacy_policy_link": None}, 0, "advice: privacy_policy_link: is missing - give the page"),
        ],
    )
    def test_lint_asks_nobody(
        self, here: Main, vendors: Sandbox, tmp_path: Path, change: dict[str, Any], code: int, says: str
    ) -> None:
        draft = file(tmp_path, SINCH | change)
        ended = here("lint", "sinch", "--input", draft)
        assert (ended.code, ended.err) == (code, "")
        assert ended.out.startswith(says)
        told = here("lint", "sinch", "--input", draft, "--json")
        assert (told.code, told.last["exit_code"], bool(told.last["findings"])) == (code, code, bool(change))
        assert not vendors.stats.requests

    def test_lint_tells_what_is_refused_without_being_a_rule(self, here: Main, tmp_path: Path) -> None:
        ended = here("lint", "responsys", "--set", "name=Spring", "--set", "folder_name=Newsletters")
        assert ended.code == 1
        assert ended.out == "error: data_source is missing: v1.5 needs it, with the profile list\n"

    def test_lint_of_another_verb(self, here: Main) -> None:
        draft = {"callback_url": None, "notification_contacts": [], "request_details": None, "tags": ["#a"]}
        ended = here("lint", "sinch-senderid", "--verb", "update", "--input", "-", stdin=write_as_one(draft))
        assert ended.code == 0
        assert [line.split(": ")[1] for line in ended.out.splitlines()] == ["callback_url", "request_details"]


class TestOthers:
    def test_update(self, here: Main, vendors: Sandbox, tmp_path: Path) -> None:
        [name] = vendors.responsys.seed(1)
        draft = file(tmp_path, {"subject": "Two for one", "description": "from the file"})
        words = (
            "update",
            "responsys",
            name,
            "--input",
            draft,
            "--set",
            "description=from the option",
            "--json",
        )
        ended = here(*words)
        assert (ended.code, ended.last["verdict"]) == (0, "succeeded"), ended.err
        shown = here("get", "responsys", name, "--json").last
        assert (shown["subject"], shown["description"]) == ("Two for one", "from the option")
        assert here(*words).last["verdict"] == "skipped"

    def test_advice_stops_no_update(self, here: Main, vendors: Sandbox) -> None:
        [target] = vendors.vendor("sinch-senderid").seed(1)
        update = {
            "callback_url": None,
            "notification_contacts": None,
            "request_details": None,
            "tags": ["#spring"],
        }
        ended = here("update", "sinch-senderid", target, "--input", "-", stdin=write_as_one(update))
        assert ended.code == 0, ended.err
        assert "advice: callback_url: is left out" in ended.err
        assert here("get", "sinch-senderid", target, "--json").last["tags"] == ["#spring"]

    @pytest.mark.parametrize(
        "words", [("delete", "sinch-senderid"), ("perform", "sinch-senderid", "delete")], ids=" ".join
    )
    def test_a_deletion_asks_first(self, here: Main, vendors: Sandbox, words: tuple[str, ...]) -> None:
        [target] = vendors.vendor("sinch-senderid").seed(1)
        alone = here(*words, target)
        assert alone.code == 2
        assert "cannot be undone: give --yes" in alone.err
        assert not vendors.stats.requests
        deleted = here(*words, target, "--yes", "--json")
        assert (deleted.code, deleted.last["verdict"]) == (0, "succeeded")
        assert here("get", "sinch-senderid", target).code == 1

    @pytest.mark.parametrize(("answer", "code"), [("no\n", 2), ("", 2), ("y\n", 2), ("Yes\n", 0)])
    def test_a_person_at_a_terminal_is_asked(
        self,
        here: Main,
        vendors: Sandbox,
        monkeypatch: pytest.MonkeyPatch,
        answer: str,
        code: int,
    ) -> None:
        [target] = vendors.vendor("sinch-senderid").seed(1)
        asked = at_a_terminal(monkeypatch, here, answer, "delete", "sinch-senderid", target)
        assert asked.code == code
        assert asked.err.startswith(
            f"Delete {target} at sinch-senderid? It cannot be undone. Type yes to go on: "
        )
        assert bool(vendors.ledger.entries) == (code == 0)

    def test_renew(self, here: Main, vendors: Sandbox) -> None:
        [paused] = vendors.rcs.seed(1, pause_again_share=0, stop_share=0, settle_seconds=(0.1, 0.2))
        [done] = vendors.rcs.seed(1, status="done")
        ended = here("renew", "rcs", paused, "--json")
        assert (ended.code, ended.last["verdict"]) == (0, "succeeded"), ended.err
        refused = here("renew", "rcs", done)
        assert refused.out.startswith("skipped")
        assert vendors.ledger.counts() == {paused: 1}

    def test_approve(self, here: Main, vendors: Sandbox) -> None:
        first, second = vendors.responsys.seed(2)
        granted = here("approve", "responsys", first, "--json")
        assert (granted.code, granted.last["verdict"]) == (0, "succeeded"), granted.err
        assert here("approve", "responsys", second, "--status", "rejected").code == 0
        assert here("approve", "responsys", first, "--status", "APPROVED").out.startswith("skipped")
        assert len(vendors.ledger.entries) == 2


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, here: Main, answer: str, *words: object) -> Ended:
    """A command whose standard input and error say that a person is there."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(Typed, "isatty", lambda _: True)
    return here(*words, stdin=answer.encode())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("create", "sinch"), "CampaignDraft needs brand_id, use_case"),
        (("create", "sinch", "--input", "missing.json"), "missing.json cannot be read: No such file"),
        (("create", "sinch", "--input", "list.json"), "list.json is no JSON object: it must hold one"),
        (
            ("create", "sinch", "--input", "half.json"),
            "half.json is not JSON (Expecting value at line 2, column 1)",
        ),
        (("create", "sinch", "--input", "twice.json"), "twice.json is not clear: it has 'a' twice"),
        (("create", "sinch", "--input", "latin.json"), "latin.json is not UTF-8"),
        (("create", "sinch", "--set", "colour=red"), "CampaignDraft has no colour"),
        (("create", "sinch", "--set", "sub_use_cases=[1"), "sub_use_cases must be JSON"),
        (("update", "sinch", "X", "--set", "name=Y"), "sinch has no verb 'update'"),
        (("renew", "sinch", "X"), "sinch has no verb 'renew'"),
        (
            ("approve", "responsys", "X", "--status", "MAYBE"),
            "status must be one of NEEDS_APPROVAL, APPROVED",
        ),
        (("update", "responsys", "X"), "an update needs at least one member"),
        (("delete", "rcs", "1", "--yes"), "rcs has no verb 'delete'"),
        (("lint", "rcs", "--verb", "update"), "rcs has no verb 'update'"),
        (("perform", "rcs", "appeal", "1"), "rcs has no verb 'appeal'; it has create, renew"),
        (("perform", "rcs", "renew"), "renew needs the campaign's id"),
        (("perform", "rcs", "create", "--set", "text=x"), "CampaignDraft needs sender"),
    ],
)
def test_what_is_refused_before_anything_is_asked(
    here: Main, vendors: Sandbox, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    contents = {
        "list": b"[1]",
        "half": b'{"a":\n',
        "twice": b'{"a": 1, "a": 2}',
        "latin": b'{"a": "caf\xe9"}',
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.json").write_bytes(content)
    ended = here(*words)
    assert ended.code == 2
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not vendors.stats.requests
