"""What goes with a registration: markets and policies, files, and the secret of callbacks.

None of it is a verb. What writes here is sent once; when its answer is lost, `OutcomeUnknownError` says so.
"""

from __future__ import annotations

import mimetypes
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs

from campaign_reg.errors import InvalidInputError
from campaign_reg.files import FileSource, FolderSink
from campaign_reg.protocol.pager import Page, Pager, checked_page_size
from campaign_reg.providers.sinch.project import ProjectBackend, page_of
from campaign_reg.providers.sinch.sender_id import filters
from campaign_reg.providers.sinch.sender_id import operations as ops
from campaign_reg.providers.sinch.sender_id.codec import make_converter
from campaign_reg.providers.sinch.sender_id.models import RegistrationType, SenderIdRegistration
from campaign_reg.wire.codec import dumps
from campaign_reg.wire.multipart import MultipartSource
from campaign_reg.wire.operation import Operation
from campaign_reg.wire.request import QueryValue
from campaign_reg.wire.response import check_id

if TYPE_CHECKING:
    from campaign_reg.providers.sinch.config import SenderIdConfig
    from campaign_reg.providers.sinch.sender_id.callbacks import CallbackConfiguration
    from campaign_reg.providers.sinch.sender_id.policies import (
        Market,
        MarketVersion,
        Policy,
    )
    from campaign_reg.wire.message import BodySource
    from campaign_reg.wire.ports import Transport

_SECRET = re.compile(r"[!-~]+")
_ANY_TYPE = "application/octet-stream"
_ALPHANUMERIC = RegistrationType.ALPHANUMERIC_SENDER_ID


class AttachmentCalls(ProjectBackend[SenderIdRegistration]):
    """The calls of the sender ID backend that are not verbs."""

    provider = "sinch-senderid"

    def __init__(self, config: SenderIdConfig, transport: Transport, **shared: Any) -> None:
        super().__init__(config, transport, converter=make_converter(), **shared)
        self._config = config

    async def upload_attachment(
        self,
        registration_id: str,
        attachment_id: str,
        source: str | os.PathLike[str] | BodySource,
        *,
        file_name: str | None = None,
        media_type: str | None = None,
    ) -> None:
        """Upload a file that the policy asks for, piece by piece. It is sent once, and never again by itself.

        Sinch works on it afterwards: `get` shows its `upload_status`. Files cannot be deleted.

        Args:
            registration_id: The registration.
            attachment_id: Of the definition in the policy, not of a stored file.
            source: A file, or a body made piece by piece.
            file_name: What Sinch is told it is called; by default the file's own name.
            media_type: Of the file; by default as its name says.

        Raises:
            InvalidInputError: The file cannot be read, or its name cannot be sent.
            InvalidRequestError: The registration takes no files now, or this one is too large.
            OutcomeUnknownError: It may have been stored. Whether a second upload replaces or adds is not published:
                read `attachments` first.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/uploadregistrationattachment.md
        """
        body, content_type = _file_to_send(source, self._config.upload_body, file_name, media_type)
        path = {"id": registration_id, "attachment_id": attachment_id}
        await self._exchange(self._request(ops.UPLOAD_ATTACHMENT, path, body=body, content_type=content_type))

    async def download_attachment(
        self,
        registration_id: str,
        attachment_id: str,
        folder: str | os.PathLike[str],
        *,
        name: str | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Download a registration's file into a folder, piece by piece; it is there whole or not at all.

        Args:
            registration_id: The registration.
            attachment_id: Of the definition in the policy, not of a stored file.
            folder: Must be there.
            name: What to call it, without folders; by default after the two ids. What Sinch calls it decides nothing.
            overwrite: Whether a file of that name is replaced.

        Returns:
            The file.

        Raises:
            NotFoundError: No such registration or file.
            InvalidInputError: The name is taken, or is none for a file.
            TransportError: It broke off; nothing is left of it.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/registrations/downloadregistrationattachment.md
        """
        path = {"id": registration_id, "attachment_id": attachment_id}
        sink = FolderSink(folder, name or f"{registration_id}-{attachment_id}", overwrite=overwrite)
        return await self._download(ops.DOWNLOAD_ATTACHMENT, path, sink)

    async def download_template(
        self,
        policy_id: str,
        attachment_id: str,
        folder: str | os.PathLike[str],
        *,
        name: str | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Download the form of an attachment definition whose `template` is true.

        Sinch's public text gives only the end of the path: if this answers 404, see the setting `template_path`.

        Args:
            policy_id: The policy.
            attachment_id: Of the definition in the policy.
            folder: Must be there.
            name: What to call it, without folders; by default after the two ids.
            overwrite: Whether a file of that name is replaced.

        Returns:
            The file.

        Raises:
            NotFoundError: No such policy or template.
            InvalidInputError: The name is taken, or is none for a file.
            TransportError: It broke off; nothing is left of it.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registration-api/tag/policies
        """
        path = {"policy_id": policy_id, "attachment_id": attachment_id}
        sink = FolderSink(folder, name or f"{policy_id}-{attachment_id}", overwrite=overwrite)
        template = attrs.evolve(ops.DOWNLOAD_TEMPLATE, path=ops.PROJECT + self._config.template_path)
        return await self._download(template, path, sink)

    async def _download(self, operation: Operation, path: Mapping[str, str], sink: FolderSink) -> Path:
        request = self._request(operation, path, sink=sink)
        async with sink:
            await self._exchange(request)
            return await sink.commit()

    async def policy(self, policy_id: str) -> Policy:
        """Read what a registration has to say, which files it needs and what it costs.

        Raises:
            NotFoundError: No such policy; ids come from `market_versions`.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/policies/getpolicy.md
        """
        policy = cast("Policy", await self._call(ops.GET_POLICY, {"id": policy_id}))
        check_id(ops.GET_POLICY, policy_id, policy.id, "policy")
        return policy

    async def markets(
        self,
        *,
        market_code: str | None = None,
        language: str | None = None,
        registration_type: str = _ALPHANUMERIC,
    ) -> tuple[Market, ...]:
        """The markets in which a kind of sender can be registered.

        Args:
            market_code: Only this one; the answer is empty where it is not available.
            language: Of the names; Sinch's default is `en`.
            registration_type: Kind of sender.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/markets/listavailablemarkets.md
        """
        query = {
            "marketCode": filters.market(market_code),
            "language": language,
            "registrationType": str(registration_type),
        }
        markets: tuple[Market, ...] = (await self._call(ops.LIST_MARKETS, query=query)).markets
        return markets

    def market_versions(
        self,
        *,
        market_code: str | None = None,
        active_policies: bool | None = None,
        registration_type: str = _ALPHANUMERIC,
        page_size: int | None = None,
    ) -> Pager[MarketVersion]:
        """List the rules of the markets lazily; `policy_ids()` of each leads through its questions to policies.

        Args:
            market_code: Only this market.
            active_policies: True leaves out disabled policies.
            registration_type: Kind of sender.
            page_size: Versions a page.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/markets/listmarketversions.md
        """
        query: dict[str, QueryValue] = {
            "marketCode": filters.market(market_code),
            "activePolicies": active_policies,
            "registrationType": str(registration_type),
            "pageSize": checked_page_size(page_size),
        }

        async def fetch(cursor: str | None) -> Page[MarketVersion]:
            request = self._request(ops.LIST_MARKET_VERSIONS, query={**query, "pageToken": cursor})
            return await self._page(request, page_of(lambda page: page.market_versions))

        return Pager(fetch)

    async def callback_configuration(self) -> CallbackConfiguration:
        """Read the project's secret for callbacks, for `parse_callback`. It is in clear: never log it.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/callback-configuration.md
        """
        return cast("CallbackConfiguration", await self._call(ops.GET_CALLBACK_CONFIGURATION))

    async def update_callback_configuration(self, hmac_secret: str) -> CallbackConfiguration:
        """Change the project's secret for callbacks; the old one ends at once, Sinch describes no overlap.

        Args:
            hmac_secret: The new secret.

        Raises:
            InvalidInputError: It is empty, or holds blanks or control characters.
            OutcomeUnknownError: It may have been changed: read it (`callback_configuration`) before trying again.

        Source:
            https://developers.sinch.com/docs/registration-api/api-reference/registrations/callback-configuration/updatecallbackconfiguration.md
        """
        if not _SECRET.fullmatch(hmac_secret):
            raise InvalidInputError("hmac_secret must be printable ASCII without blanks")
        operation = ops.UPDATE_CALLBACK_CONFIGURATION
        response = await self._transport.send(
            self._request(operation, body=self._json({"hmacSecret": hmac_secret}))
        )
        if response.status not in operation.success:
            # What is said of a refusal is shown and logged, and may repeat what was sent.
            response.body = _without(response.body, hmac_secret)
        return cast("CallbackConfiguration", self._decoded(operation, response))


def _file_to_send(
    source: str | os.PathLike[str] | BodySource, how: str, name: str | None, media_type: str | None
) -> tuple[BodySource, str]:
    """A file as a body, and the body's media type."""
    if isinstance(source, str | os.PathLike):
        name = name or Path(source).name
        source = FileSource(source)
    if how == "raw":
        return source, _ANY_TYPE
    if not name:
        raise InvalidInputError("file_name is needed where the source is no file")
    form = MultipartSource(
        source,
        file_name=name,
        boundary=secrets.token_hex(16),
        media_type=media_type or mimetypes.guess_type(name)[0] or _ANY_TYPE,
    )
    return form, form.content_type


def _without(body: bytes, secret: str) -> bytes:
    """A refusal's body without a secret, plain or as JSON spells it."""
    for text in (secret.encode(), dumps(secret)[1:-1]):
        body = body.replace(text, b"[redacted]")
    return body
