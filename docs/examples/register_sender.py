"""Register a sender in a market: `python register_sender.py MARKET SENDER`, such as AU HARBOR."""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg import PollTimeoutError
from campaign_reg.sender_id import RegistrationDraft, RequestDetails


async def main(market: str, sender: str) -> None:
    async with campaign_reg.connect("sinch-senderid") as sender_id:
        policies: dict[tuple[str, ...], str] = {}
        async for version in sender_id.market_versions(market_code=market, active_policies=True):
            policies |= dict(version.policy_ids())  # from answers to the market's questions
        policy = await sender_id.policy(policies["Yes",])  # yes: the brand owner registers
        price = policy.price.subscription if policy.price else None
        if price:
            print(f"{price.setup_fee} {price.currency} at once, {price.recurrent_fee} a period")
        company = {"companyName": "Harbor Lane Supply", "website": "https://harborlane.example"}
        details = RequestDetails(additional_details=(company,), sender_id_details=({"senderId": sender},))
        draft = RegistrationDraft(policy_id=policy.id or "", request_details=(details,))
        for finding in sender_id.lint("create", draft):
            print(f"{finding.severity}: {finding.field} {finding.text}")
        action = await sender_id.create(draft)
        print(f"token: {action.token}")
        try:
            outcome = await action.wait(timeout=60)
        except PollTimeoutError:
            return  # reviews take days: store the token
        print(f"{outcome.target}: {outcome.verdict}, {outcome.reason}")
        for reason in outcome.feedback:
            print(f"  {reason.code}: {reason.text}: {reason.advice}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
