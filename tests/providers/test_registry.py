"""Names to providers: built-ins, and third parties through really installed packages."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from campaign_reg import connect, registry
from campaign_reg.errors import ConfigurationError
from campaign_reg.providers.registry import load_for
from campaign_reg.providers.sinch.config import SinchConfig
from tests.support.plug_ins import WORKING, install

if TYPE_CHECKING:
    from collections.abc import Callable

    Install = Callable[..., None]

__all__ = ["install"]

BUILT_IN = ("sinch", "sinch-senderid", "rcs", "responsys")


def test_built_ins_come_first_and_listing_imports_none(install: Install) -> None:
    install("zz-campaigns", "zz", "raise RuntimeError('imported')")
    install("aa-campaigns", "aa", "raise RuntimeError('imported')")
    assert registry.names() == (*BUILT_IN, "aa", "zz")


def test_a_built_in_is_imported_when_asked_for() -> None:
    code = (
        "import sys; from campaign_reg import registry; registry.names()\n"
        "print('campaign_reg.providers.sinch' in sys.modules); registry.load('sinch')\n"
        "print('campaign_reg.providers.sinch' in sys.modules, 'aiohttp' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False"]


def test_an_unknown_name_is_told_what_there_is(install: Install) -> None:
    install("acme-campaigns", "acme")
    with pytest.raises(ConfigurationError, match=r"called 'snich'; there are: sinch, .*responsys, acme\."):
        registry.load("snich")
    with pytest.raises(ConfigurationError, match="no provider is called ''"):
        connect("")


@pytest.mark.anyio
async def test_a_plug_in_works_through_connect(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("acme-campaigns", "acme")
    monkeypatch.setenv("CAMPAIGN_REG_ACME_API_KEY", "canary-secret")
    monkeypatch.setenv("CAMPAIGN_REG_ACME_PATIENCE", "2.5")
    open_connection: Any = connect
    async with open_connection("acme", tenant="t1") as acme:
        assert (acme.provider, acme.account, acme.config.patience) == ("acme", "t1", 2.5)
        acme.vendor.put()
        action = await acme.perform("resubmit", "c1")
        assert (action.verb, acme.vendor.writes) == ("resubmit", [("resubmit", "c1")])
    with pytest.raises(ConfigurationError, match="acme needs tenant"):
        connect("acme")


@pytest.mark.anyio
async def test_a_plug_ins_config_object(install: Install) -> None:
    install("acme-campaigns", "acme")
    config = registry.load("acme").config(tenant="t2", api_key="k")
    connection: Any = connect(config)
    async with connection as acme:
        assert acme.account == "t2"


def test_a_plug_in_cannot_replace_a_built_in(install: Install) -> None:
    install("evil-campaigns", "sinch", WORKING.replace('name="acme"', 'name="sinch"'))
    assert registry.load("sinch").config is SinchConfig
    assert registry.names() == BUILT_IN


def test_two_packages_with_one_name_are_refused(install: Install) -> None:
    install("acme-one", "acme")
    install("acme-two", "acme")
    assert registry.names() == (*BUILT_IN, "acme")
    with pytest.raises(ConfigurationError, match=r"2 packages provide 'acme' .*uninstall all but one"):
        registry.load("acme")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "import acme_sdk_that_is_not_installed",
            "No module named 'acme_sdk_that_is_not_installed'. Install what it",
        ),
        ("", "no attribute 'PROVIDER'"),
        ("1 / 0", "ZeroDivisionError"),
        ("def broken(:", "SyntaxError"),
        ("PROVIDER = 'acme'", "is no campaign_reg.registry.Provider"),
        (WORKING.replace('name="acme"', 'name="acne"'), "calls itself 'acne', but is registered as 'acme'"),
    ],
)
def test_a_broken_plug_in_says_what_is_wrong(install: Install, code: str, words: str) -> None:
    install("acme-campaigns", "acme", code)
    with pytest.raises(ConfigurationError, match=words) as caught:
        registry.load("acme")
    assert "acme" in str(caught.value)


def test_a_broken_entry_point(install: Install) -> None:
    install("acme-campaigns", "acme", target="acme campaigns!")
    with pytest.raises(ConfigurationError, match="acme"):
        registry.load("acme")


def test_settings_find_their_provider_past_a_broken_plug_in(install: Install) -> None:
    install("aa-campaigns", "aa", "1 / 0")
    install("acme-campaigns", "acme")
    config = registry.load("acme").config(tenant="t", api_key="k")
    assert load_for(config).name == "acme"
    with pytest.raises(
        ConfigurationError, match=r"str is no settings class of a registered provider; .*'aa'"
    ):
        load_for("sinch")


def test_settings_of_a_subclass_are_nobodys() -> None:
    class Mine(SinchConfig):
        pass

    with pytest.raises(ConfigurationError, match="Mine is no settings class"):
        load_for(Mine(project_id="p", key_id="k", key_secret="s"))
