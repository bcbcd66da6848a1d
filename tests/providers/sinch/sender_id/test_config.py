"""The settings of the sender ID API."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_reg.errors import ConfigurationError
from campaign_reg.providers.sinch.config import SenderIdConfig

GOOD: dict[str, Any] = {"project_id": "p", "key_id": "k", "key_secret": "canary-secret"}


def test_settings() -> None:
    config = SenderIdConfig(**GOOD)
    assert config.base_url == "https://senderid.registrations.api.sinch.com"
    assert config.auth_url == "https://auth.sinch.com"
    assert (config.auth, config.upload_body) == ("oauth2", "multipart")
    assert "canary" not in f"{config!r} {config}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("project_id", ""),
        ("base_url", "http://senderid.registrations.api.sinch.com"),
        ("auth", "digest"),
        ("upload_body", "base64"),
        ("template_path", ""),
        ("template_path", "/policies/{policy_id}/{attachment_id}"),
        ("template_path", "policies/{policy_id}/../{attachment_id}"),
        ("template_path", "policies/{policy_id}/template"),
        ("template_path", "{policy_id}/{attachment_id}/{project_id}"),
        ("template_path", "{policy_id}/{policy_id}/{attachment_id}"),
        ("template_path", "{policy_id!r}/{attachment_id}"),
        ("template_path", "{policy_id:>9}/{attachment_id}"),
        ("template_path", "{policy_id.x}/{attachment_id}"),
        ("template_path", "{policy_id}/{attachment_id}?a=b"),
        ("template_path", "{policy_id}/{attachment_id"),
        ("template_path", "{policy_id}/{attachment_id}/a b"),
        ("template_path", None),
    ],
)
def test_wrong_settings(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=name):
        SenderIdConfig(**{**GOOD, name: value})
