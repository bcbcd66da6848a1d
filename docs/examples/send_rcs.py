"""Create an RCS campaign for a few numbers: `python send_rcs.py AGENT NUMBER...`."""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg import OutcomeUnknownError
from campaign_reg.rcs import CampaignDraft, Card, Recipient, SmsFallback, Suggestion


async def main(agent: str, numbers: list[str]) -> None:
    shop = Suggestion(text="Open shop", url="https://harborlane.example/", postback_data="shop")
    draft = CampaignDraft(
        sender=agent,
        phones=tuple(Recipient(number=number) for number in numbers),
        cards=(Card(title="Spring offer", text="Two for one until Sunday.", suggestions=(shop,)),),
        sms_fallback=SmsFallback(text="Two for one until Sunday.", sender="HARBOR", validity_hours=24),
    )
    async with campaign_reg.connect("rcs") as rcs:
        for finding in rcs.lint("create", draft):
            print(f"{finding.severity}: {finding.field} {finding.text}")
        try:
            action = await rcs.create(draft)
        except OutcomeUnknownError as error:
            action = rcs.action(error.token or "")  # looks for the references, and never sends
        outcome = await action.wait(timeout=60)
        print(f"{outcome.target}: {outcome.verdict} ({outcome.evidence}), {outcome.reason}")
        campaign = await rcs.detail(outcome.target)
        sent = campaign.statistics.left if campaign.statistics else 0
        print(f"{campaign.vendor_status}, {sent} messages have left, charged so far: {campaign.price}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
