"""Create a Responsys campaign, change it and ask for its approval: `python responsys_campaign.py NAME`."""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg.responsys import (
    ApprovalStatus,
    CampaignChanges,
    CampaignDraft,
    DataSource,
    DataSourceField,
)


async def main(name: str) -> None:
    members = DataSource(
        type="PROFILE_LIST", path="Lists/MEMBERS", fields=(DataSourceField(name="EMAIL_ADDRESS_"),)
    )
    draft = CampaignDraft(name=name, folder_name="Autumn", data_source=(members,), subject="Two for one")
    async with campaign_reg.connect("responsys") as responsys:
        for action in (
            await responsys.create(draft),
            await responsys.update(name, CampaignChanges(description="For members")),
            await responsys.approve(name, status=ApprovalStatus.NEEDS_APPROVAL),
        ):
            outcome = await action.wait(timeout=60)
            print(f"{outcome.verb}: {outcome.verdict} ({outcome.evidence}), {outcome.reason}")
        print((await responsys.approval(name)).approval_status)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
