"""Resubmit one campaign and wait for the outcome: `python resubmit_one.py ID`."""

from __future__ import annotations

import asyncio
import sys

import campaign_reg
from campaign_reg import OutcomeUnknownError, PollTimeoutError


async def main(campaign_id: str) -> int:
    async with campaign_reg.connect("sinch") as sinch:  # settings: CAMPAIGN_REG_SINCH_*
        try:
            action = await sinch.resubmit(campaign_id, mnos=["TMO"])
        except OutcomeUnknownError as error:
            if error.token is None:
                raise
            print(f"{error}")  # no answer: never send it again, go on with the token
            action = sinch.action(error.token)
        print(f"token: {action.token}")  # store it: any process can go on waiting
        try:
            outcome = await action.wait(timeout=60)
        except PollTimeoutError as error:
            print(f"{error}")
            return 4
    print(f"{outcome.target}: {outcome.verdict} ({outcome.evidence}): {outcome.reason}")
    for reason in outcome.feedback:
        print(f"  reason: {reason.code} {reason.field} {reason.text}")
    for change in outcome.downgrades:
        print(f"  worse: {change.operator} {change.field} {change.before} to {change.after}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
