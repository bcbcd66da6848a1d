"""Batches of every writing verb: from CSV, JSON Lines and a listing, with what is pointed out before."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.drafts import RESPONSYS, SINCH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from campaign_reg.sandbox import Sandbox
    from tests.cli.conftest import Main
    from tests.support.command import Ended

QUICK_VENDOR: dict[str, Any] = {"pause_again_share": 0, "stop_share": 0, "settle_seconds": (0.1, 0.2)}


def lines(folder: Path, *rows: object, name: str = "rows.jsonl") -> Path:
    """One object a line; text goes in as it is."""
    path = folder / name
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


def table(folder: Path, rows: Sequence[dict[str, str]]) -> Path:
    path, text = folder / "rows.csv", io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue())
    return path


def drafts(*names: str) -> list[dict[str, Any]]:
    return [RESPONSYS | {"name": name} for name in names]


def batch(here: Main, verb: str, provider: str, source: Path, journal: Path, *words: object) -> Ended:
    return here("batch", "run", provider, verb, "--input", source, "--journal", journal, *words, "--json")


def rows_of(here: Main, journal: Path) -> list[dict[str, Any]]:
    """Rows that have ended, in the order of the input."""
    out = here("batch", "status", journal, "--rows", "--json").out
    return sorted(map(json.loads, out.splitlines()[:-1]), key=lambda row: str(row["id"]))


class TestCreates:
    def test_from_json_lines_with_and_without_names(
        self, here: Main, vendors: Sandbox, tmp_path: Path, journal: Path
    ) -> None:
        first, second, third = drafts("Spring A", "Spring B", "Spring C")
        source = lines(
            tmp_path, {"id": "my a"} | first, "", second, {"id": "Spring C"} | third, name="rows.ndjson"
        )
        ended = batch(here, "create", "responsys", source, journal)
        assert (ended.code, ended.last["verdicts"]["succeeded"]) == (0, 3), ended.err
        made = {row["id"]: row["target"] for row in rows_of(here, journal)}
        assert made == {"my a": "Spring A", "line 3": "Spring B", "Spring C": "Spring C"}
        assert vendors.ledger.counts() == {"Spring A": 1, "Spring B": 1, "Spring C": 1}
        text = here("batch", "status", journal, "--rows").out
        assert [line.split() for line in text.splitlines() if line.startswith("row ")] == [
            ["row", "campaign", "verdict", "evidence", "reason"]
        ]
        assert "line 3     Spring B   succeeded" in text
        again = batch(here, "create", "responsys", source, journal)
        assert again.last == ended.last
        assert len(vendors.ledger.entries) == 3

    def test_from_a_table(self, here: Main, vendors: Sandbox, tmp_path: Path, journal: Path) -> None:
        vendors.rcs.register.settle_seconds = (0.1, 0.2)
        cells = {"sender": "acme_agent", "phones": "12025550123|12025550124", "check_stop_list": "no"}
        source = table(tmp_path, [cells | {"text": "One, two"}, cells | {"text": "Three"}])
        ended = batch(here, "create", "rcs", source, journal, "--max-items", "2")
        assert (ended.code, ended.last["verdicts"]["succeeded"]) == (0, 2), ended.err
        targets = {entry.target for entry in vendors.ledger.entries}
        rows = rows_of(here, journal)
        assert [row["id"] for row in rows] == ["line 2", "line 3"]
        assert {row["target"] for row in rows} == targets
        assert rows[0]["params"]["phones"] == [{"number": "12025550123"}, {"number": "12025550124"}]
        assert rows[0]["params"]["check_stop_list"] is False

    def test_one_that_is_there_already_is_named(
        self, here: Main, vendors: Sandbox, tmp_path: Path, journal: Path
    ) -> None:
        [name] = vendors.responsys.seed(1)
        source = lines(tmp_path, *drafts(name))
        plan = here("batch", "plan", "responsys", "create", "--input", source, "--json").last
        assert (plan["send"], plan["skip"][0]["id"]) == (0, "line 1")
        assert batch(here, "create", "responsys", source, journal).code == 0
        [row] = rows_of(here, journal)
        assert (row["verdict"], row["target"]) == ("skipped", name)

    def test_one_that_the_vendor_rejects_after_it_was_made_is_named(
        self, here: Main, vendors: Sandbox, tmp_path: Path, journal: Path
    ) -> None:
        vendors.sinch.register.reject_share = 1
        vendors.sinch.register.settle_seconds = (0.1, 0.2)
        assert batch(here, "create", "sinch", lines(tmp_path, SINCH), journal).code == 1
        [row] = rows_of(here, journal)
        assert (row["verdict"], row["target"]) == ("failed", *vendors.sinch.campaigns)
        assert row["feedback"]

    def test_bad_lines_are_reported_and_the_rest_run(
        self, here: Main, vendors: Sandbox, tmp_path: Path, journal: Path
    ) -> None:
        good, other = drafts("Spring A", "Spring B")
        source = lines(
            tmp_path,
            good,
            '{"name": "Spring B", ',
            "[1]",
            {"id": 7} | other,
            other | {"colour": "red"},
            '{"name": "x", "name": "y"}',
            '{"name": NaN}',
            "[" * 100_000,
            drafts("Spring A")[0],
            other | {"subject": 7},
            {"name": "Spring D", "folder_name": "F"},
        )
        with source.open("ab") as file:
            file.write(b'{"name": "caf\xe9"}\n')
        ended = batch(here, "create", "responsys", source, journal)
        assert ended.code == 1
        verdicts = ended.last["verdicts"]
        assert (verdicts["succeeded"], verdicts["failed"]) == (1, 11)
        for number, words in {
            2: "not JSON (Expecting property name",
            3: "no JSON object: one JSON object a line",
            4: "the id must be text: put it in quotes",
            5: "CampaignDraft has no colour",
            6: "not clear: it has 'name' twice",
            7: "not JSON (NaN is no number)",
            8: "not JSON that can be read",
            10: "subject must be text",
            11: "data_source is missing",
            12: "not UTF-8",
        }.items():
            assert f"rows.jsonl: line {number}: {words}" in ended.err
        assert vendors.ledger.counts() == {"Spring A": 1}
        row = next(row for row in rows_of(here, journal) if row["id"] == "line 9")
        assert "could not be told from row line 1" in row["reason"]
        assert row["target"] is None

    def test_advice_stops_a_run_unless_accepted(
        self, here: Main, vendors: Sandbox, tmp_path: Path, journal: Path
    ) -> None:
        names = ("Spring A", "Frühling 1", "Frühling 2", "Frühling 3", "Frühling 4", "x" * 151)
        source = lines(tmp_path, *drafts(*names))
        plan = here("batch", "plan", "responsys", "create", "--input", source)
        assert (
            "advice      4   name    responsys.name_alphabet   line 2, line 3, line 4, ...   keep to"
            in plan.out
        )
        told = here("batch", "plan", "responsys", "create", "--input", source, "--json").last
        assert [(item["severity"], item["rows"], item["sendable"]) for item in told["findings"]] == [
            ("error", 1, 0),
            ("advice", 4, 4),
        ]
        refused = batch(here, "create", "responsys", source, journal)
        assert refused.code == 2
        assert "advice for 4 rows (line 2, line 3, line 4, ...): name: a character" in refused.err
        assert "--accept-advice; nothing was sent" in refused.err
        assert not journal.exists()
        accepted = batch(here, "create", "responsys", source, journal, "--accept-advice")
        assert accepted.last["rows"] == 6
        assert vendors.ledger.counts()["Spring A"] == 1

    def test_advice_against_rows_that_are_never_sent_stops_nothing(
        self, here: Main, tmp_path: Path, journal: Path
    ) -> None:
        source = lines(tmp_path, *drafts("Spring A", "ü" * 151))
        ended = batch(here, "create", "responsys", source, journal)
        assert ended.code == 1
        assert ended.last["verdicts"]["succeeded"] == 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "a.csv",
            "id,name\nX,Y\n",
            "a.csv has no column 'folder_name'; line 1 must be the header: name, folder_name, ",
        ),
        ("a.csv", "name,folder_name,colour\n", "unknown column 'colour'"),
        ("a.csv", "name;folder_name\n", "unknown column 'name;folder_name'"),
        ("a.json", "[]", "a.json: a batch reads .csv, or .jsonl with one object a line"),
        ("a.jsonl", "", "the input has no rows"),
        ("a.jsonl", "\n\n", "the input has no rows"),
    ],
)
def test_an_input_that_does_not_fit(
    here: Main, vendors: Sandbox, tmp_path: Path, journal: Path, name: str, content: str, says: str
) -> None:
    (tmp_path / name).write_text(content)
    ended = batch(here, "create", "responsys", tmp_path / name, journal)
    assert ended.code == 2
    assert says in ended.err
    assert not vendors.stats.requests


class TestOtherVerbs:
    def test_updates_and_approvals(self, here: Main, vendors: Sandbox, tmp_path: Path) -> None:
        first, second = vendors.responsys.seed(2)
        changes = [{"id": name, "subject": "Two, for one", "use_utf8": "yes"} for name in (first, second)]
        ended = batch(here, "update", "responsys", table(tmp_path, changes), tmp_path / "u.db")
        assert (ended.code, ended.last["verdicts"]["succeeded"]) == (0, 2), ended.err
        assert here("get", "responsys", second, "--json").last["subject"] == "Two, for one"
        wanted = lines(
            tmp_path, {"id": first, "status": "APPROVED"}, {"id": second, "status": "MAYBE"}, {"status": "X"}
        )
        ended = batch(here, "approve", "responsys", wanted, tmp_path / "a.db")
        assert (ended.last["verdicts"]["succeeded"], ended.last["verdicts"]["failed"]) == (1, 2)
        assert "line 3: the id is empty" in ended.err
        assert {row["target"] for row in rows_of(here, tmp_path / "a.db")} == {first, second, "line 3"}

    def test_deletions(self, here: Main, vendors: Sandbox, tmp_path: Path, journal: Path) -> None:
        senders = vendors.vendor("sinch-senderid")
        pending, approved = *senders.seed(1), *senders.seed(1, status="APPROVED")
        source = table(tmp_path, [{"id": pending}, {"id": approved}])
        ended = batch(here, "delete", "sinch-senderid", source, journal)
        assert (ended.last["verdicts"]["succeeded"], ended.last["verdicts"]["skipped"]) == (1, 1), ended.err
        assert here("get", "sinch-senderid", pending).code == 1


class TestAllPaused:
    RUN = ("batch", "run", "rcs", "renew", "--all-paused", "--json")

    def test_a_listing_names_the_campaigns_and_a_resume_does_not_list(
        self, here: Main, vendors: Sandbox, journal: Path
    ) -> None:
        # Older ones than the platform shows by itself, too.
        paused = [
            *vendors.rcs.seed(2, **QUICK_VENDOR),
            *vendors.rcs.seed(1, **QUICK_VENDOR, age_days=(400, 500)),
        ]
        vendors.rcs.seed(2, status="done")
        plan = here("batch", "plan", "rcs", "renew", "--all-paused", "--json").last
        assert (plan["rows"], plan["send"]) == (3, 3)
        ended = here(*self.RUN, "--journal", journal)
        assert (ended.code, ended.last["verdicts"]["succeeded"]) == (0, 3), ended.err
        assert vendors.ledger.counts() == dict.fromkeys(paused, 1)
        vendors.rcs.seed(1, **QUICK_VENDOR)
        before = vendors.stats.requests["listCampaigns"]
        again = here(*self.RUN, "--journal", journal)
        assert again.last == ended.last
        assert vendors.stats.requests["listCampaigns"] == before > 0

    def test_caps_count_what_was_listed(self, here: Main, vendors: Sandbox, journal: Path) -> None:
        vendors.rcs.seed(3, **QUICK_VENDOR)
        refused = here(*self.RUN, "--journal", journal, "--max-items", "2")
        assert refused.code == 2
        assert "3 campaigns, but max_items is 2" in refused.err
        assert not journal.exists()
        assert here(*self.RUN, "--journal", journal, "--max-items", "3").code == 0
        # All have ended: there is nothing left that a tighter cap could hold.
        assert here(*self.RUN, "--journal", journal, "--max-items", "2").code == 0

    def test_nothing_is_paused(self, here: Main, vendors: Sandbox, journal: Path) -> None:
        vendors.rcs.seed(2, status="done")
        ended = here(*self.RUN, "--journal", journal)
        assert (ended.code, ended.last["rows"], ended.last["open"]) == (0, 0, 0)
        assert not journal.exists()
        text = here("batch", "run", "rcs", "renew", "--all-paused", "--journal", journal)
        assert text.out.startswith("no campaign at rcs waits for renew: nothing was sent")
        assert here("batch", "plan", "rcs", "renew", "--all-paused", "--json").last["rows"] == 0

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("sinch", "resubmit", "--all-paused"), "is not for paused campaigns only"),
            (("sinch-senderid", "delete", "--all-paused"), "a deletion cannot be undone: name the campaigns"),
            (("rcs", "create", "--all-paused"), "is not for paused campaigns only"),
            (("sinch", "renew", "--all-paused"), "sinch has no verb 'renew'"),
            (("rcs", "renew"), "give either --input FILE or --all-paused"),
            (
                ("rcs", "renew", "--all-paused", "--input", "x.csv"),
                "give either --input FILE or --all-paused",
            ),
        ],
    )
    def test_where_a_listing_cannot_say(
        self, here: Main, vendors: Sandbox, journal: Path, words: tuple[str, ...], says: str
    ) -> None:
        for command in (("batch", "run", *words, "--journal", journal), ("batch", "plan", *words)):
            ended = here(*command)
            assert ended.code == 2
            assert says in ended.err
        assert not journal.exists()
        assert not vendors.stats.requests


def test_texts_of_a_create_may_hold_commas_quotes_and_line_breaks(
    here: Main, vendors: Sandbox, tmp_path: Path, journal: Path
) -> None:
    cells = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in SINCH.items()
    }
    source = table(tmp_path, [cells, cells | {"campaign_name": 'Two\n"quoted" lines'}])
    vendors.sinch.register.reject_share = 0
    vendors.sinch.register.settle_seconds = (0.1, 0.2)
    ended = batch(here, "create", "sinch", source, journal)
    assert ended.last["verdicts"]["succeeded"] == 2, ended.err
    names = {entry.params["campaignName"] for entry in vendors.ledger.entries}
    assert names == {SINCH["campaign_name"], 'Two\n"quoted" lines'}
