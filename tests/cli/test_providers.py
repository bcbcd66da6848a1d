"""What is installed, told from the backends' classes: nothing is connected, nothing broken hides the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaign_reg import registry
from campaign_reg.enums import Verb
from campaign_reg.providers.registry import verbs_of
from tests.support.plug_ins import WORKING, install

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Main

__all__ = ["install"]

FACTORY = WORKING.replace(
    "backend=AcmeBackend", "backend=lambda *args, **shared: AcmeBackend(*args, **shared)"
)
OWN_WAY = WORKING.replace('    provider = "acme"', '    provider = "acme"\n    verbs = frozenset()')


def told(main: Main) -> dict[str, dict[str, object]]:
    ended = main("providers", "--json")
    assert (ended.code, ended.err) == (0, "")
    return {provider["name"]: provider for provider in ended.last["providers"]}


def test_every_built_in_and_its_verbs(offline: Main) -> None:
    providers = told(offline)
    assert {name: provider["verbs"] for name, provider in providers.items()} == {
        "sinch": ["create", "get", "list", "delete", "resubmit", "feedback"],
        "sinch-senderid": ["create", "get", "list", "update", "delete", "feedback"],
        "rcs": ["create", "get", "list", "renew"],
        "responsys": ["create", "get", "list", "update", "approve"],
    }
    assert providers["rcs"] == {
        "name": "rcs",
        "title": "RCS campaigns at BSG and WWT",
        "verbs": ["create", "get", "list", "renew"],
        "problem": None,
    }


def test_the_matrix_for_people_is_as_narrow_as_it_can_be(offline: Main, install: Callable[..., None]) -> None:
    shown = offline("providers").out.splitlines()
    assert "rcs              RCS campaigns at BSG and WWT" in shown
    assert "verb       sinch   sinch-senderid   rcs   responsys" in shown
    assert "renew      -       -                yes   -" in shown
    for number in range(3):
        name = f"a-third-party-vendor-{number}"
        install(name, name, WORKING.replace('name="acme"', f'name="{name}"'))
    wide = offline("providers").out.splitlines()
    assert any(line.split() == ["provider", *Verb] for line in wide)


@pytest.mark.parametrize("code", [FACTORY, OWN_WAY])
def test_a_backend_that_only_tells_when_it_is_open(
    offline: Main, install: Callable[..., None], code: str
) -> None:
    install("acme-campaigns", "acme", code)
    assert told(offline)["acme"] == {"name": "acme", "title": "Acme", "verbs": None, "problem": None}
    shown = offline("providers").out
    assert "renew      -       -                yes   -           ?\n" in shown
    assert "?: only an open connection can tell" in shown
    assert verbs_of(registry.load("acme")) is None


def test_a_class_of_a_third_party_tells(offline: Main, install: Callable[..., None]) -> None:
    install("acme-campaigns", "acme")
    verbs = verbs_of(registry.load("acme"))
    assert verbs is not None
    assert {Verb.GET, Verb.LIST, Verb.RESUBMIT} <= verbs
    assert "?" not in offline("providers").out


def test_a_broken_plug_in_is_shown_with_its_problem(offline: Main, install: Callable[..., None]) -> None:
    install("acme-campaigns", "acme", "raise RuntimeError('no \\x1b[31mlicence')")
    acme = told(offline)["acme"]
    assert (acme["title"], acme["verbs"]) == (None, None)
    assert "cannot be imported: RuntimeError" in str(acme["problem"])
    ended = offline("providers")
    assert ended.code == 0
    assert (
        "acme             broken: the provider 'acme' (acme_campaigns:PROVIDER) cannot be imported"
        in ended.out
    )
    assert "\x1b" not in ended.out
    assert "verb       sinch   sinch-senderid   rcs   responsys\n" in ended.out
