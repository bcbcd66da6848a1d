"""Give a registration the file it waits for, and fetch it back: `python attachments.py ID FILE FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import campaign_reg
from campaign_reg import OutcomeUnknownError
from campaign_reg.sender_id import SenderIdBackend, SenderIdRegistration, UploadStatus


async def upload(
    sender_id: SenderIdBackend, registration: SenderIdRegistration, file: Path, folder: Path
) -> str:
    """Upload the file that the policy asks for; returns the id of its definition."""
    policy = await sender_id.policy(registration.policy_id or "")
    asked = next(definition for definition in policy.attachments if definition.mandatory)
    print(f"{asked.title}: {', '.join(asked.allowed_mime_types) or 'any kind of file'}")
    definition_id = asked.id or ""
    if asked.template:  # a form to be filled in
        form = await sender_id.download_template(policy.id or "", definition_id, folder, name="form.pdf")
        print(f"{form.name}: {form.stat().st_size} bytes")
    try:
        await sender_id.upload_attachment(registration.id, definition_id, file)
    except OutcomeUnknownError:
        print("no answer; it may be there: what the registration shows decides")
    return definition_id


async def main(registration_id: str, file: Path, folder: Path, look_every_seconds: float = 30) -> None:
    async with campaign_reg.connect("sinch-senderid") as sender_id:
        definition_id = await upload(sender_id, await sender_id.get(registration_id), file, folder)
        while True:
            attachments = (await sender_id.get(registration_id)).attachments
            if not any(stored.upload_status == UploadStatus.WAITING for stored in attachments):
                break
            await asyncio.sleep(look_every_seconds)
        for stored in attachments:
            print(f"{stored.file_name}: {stored.upload_status}")
        copy = await sender_id.download_attachment(registration_id, definition_id, folder, name="copy.pdf")
        print(f"{copy.name}: {copy.stat().st_size} bytes")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
