"""Example requests and shortcuts for the sender-ID API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from tests.support.vendors.sinch_client import Answer, Api

CREATE_BODY: dict[str, Any] = {
    "policyId": "7f0a3c52-1d1f-4f6e-9a53-0f2d7f6b2c10",
    "callbackUrl": "https://hooks.harborlane.example/sinch",
    "notificationContacts": ["jane.doe@harborlane.example"],
    "requestDetails": [
        {
            "additionalDetails": [{"companyName": "Harbor Lane Supply"}],
            "senderIdDetails": [{"senderId": "HARBORLANE"}],
        }
    ],
    "tags": ["#retail", "#emea"],
}


async def create(api: Api, **change: object) -> Answer:
    return await api.call("POST", "/registrations", json=CREATE_BODY | change)


async def created(api: Api, **change: object) -> str:
    answer = await create(api, **change)
    assert answer.status == 200, answer.body
    return str(answer.document["id"])


async def read(api: Api, registration_id: str) -> Any:
    return (await api.call("GET", f"/registrations/{registration_id}")).document


async def find(api: Api, query: str = "") -> Any:
    answer = await api.call("GET", f"/registrations?{query}")
    assert answer.status == 200, answer.body
    return answer.document


async def update(api: Api, registration_id: str, **body: object) -> Answer:
    return await api.call("PUT", f"/registrations/{registration_id}", json=body)


async def delete(api: Api, registration_id: str) -> Answer:
    return await api.call("DELETE", f"/registrations/{registration_id}")


async def upload(
    api: Api, registration_id: str, definition_id: str, content: Any, *, form: bool = True, **part: Any
) -> Answer:
    path = f"/registrations/{registration_id}/attachments/{definition_id}"
    if not form:
        return await api.call(
            "POST", path, data=content, headers={"Content-Type": "application/octet-stream"}
        )
    data = aiohttp.FormData()
    data.add_field("file", content, **{"filename": "form.pdf", "content_type": "application/pdf", **part})
    return await api.call("POST", path, data=data)
