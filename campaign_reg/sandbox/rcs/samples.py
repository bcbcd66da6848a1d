"""Example recipients, lists, tariffs and fates: the plain data the simulated RCS platform is filled with.

All of it is made up in the likeness of the contract's examples.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

STATUSES = ("creation", "moderation", "spam", "scheduled", "sending", "paused", "stopped", "done")
CHANNELS = ("sms", "rcs", "whatsapp")
# What becomes of a message once it went out: of twenty in a row, these.
ENDS = (
    *("delivered", "delivered", "read", "delivered", "not_service_user", "delivered", "delivered"),
    *("undelivered", "delivered", "read", "delivered", "delivered", "failed", "delivered", "delivered"),
    *("read", "not_service_user", "delivered", "expired", "read"),
)
ENDED_BADLY = {"undelivered": 5, "failed": 5, "expired": 7, "not_service_user": 4}
UNIT_PRICE = 0.0087848
AGENT = "acme_agent"
SEEDED_OPTIONS: dict[str, Any] = {
    "cards": [
        {
            "title": "Spring offer",
            "text": "Two for one until Sunday.",
            "media": {"url": "https://cdn.example.com/offer.jpg"},
            "suggestions": [
                {
                    "type": "link",
                    "text": "Open shop",
                    "url": "https://shop.example.com/",
                    "postback_data": "open_shop",
                },
                {"text": "Call us", "phone": "12025550199"},
            ],
        }
    ]
}
TARIFFS: list[dict[str, Any]] = [
    {"id": 50471, "name": "Standard route", "code": 9, "is_active": True, "is_default": False},
    {"id": 50472, "name": "RCS route", "code": 11, "is_active": True, "is_default": True},
    {"id": 50473, "name": "Old route", "code": 3, "is_active": False, "is_default": False},
]
# Numbers of a list come as numbers or strings, and "default" as a boolean, a number or null.
CONTACT_LISTS: list[dict[str, Any]] = [
    {
        "id": 1864275,
        "name": "Regulars",
        "description": None,
        "default": False,
        "created_at": "2026-02-27 11:48:13",
        "items": 4200,
        "stop_list_count": 3,
    },
    {
        "id": 1864280,
        "name": "Wholesale",
        "description": "Shops",
        "default": 0,
        "created_at": "2026-03-02 08:31:58",
        "items": "300",
        "stop_list_count": "0",
    },
    {
        "id": 1864291,
        "name": "REST API / 2026-01-14 10:31:55",
        "description": "",
        "default": None,
        "created_at": "2026-01-14 08:31:58",
        "items": 900,
        "stop_list_count": 12,
    },
]


@dataclasses.dataclass(slots=True)
class Fate:
    """What will become of a campaign, decided before anybody asks.

    Attributes:
        settle_seconds: Virtual seconds that review and sending each take.
        moderated: Whether it is reviewed before it goes out.
        spam: Whether the review refuses it.
        pauses: How often sending will still run out of funds.
        stopped: Whether it is stopped while it is sending.
    """

    settle_seconds: float
    moderated: bool = False
    spam: bool = False
    pauses: int = 0
    stopped: bool = False


def draw_fates(
    rng: random.Random,
    count: int,
    pause_again_share: float,
    stop_share: float,
    settle_seconds: tuple[float, float],
) -> list[Fate]:
    """Draw exactly the asked shares, in random order; those that pause again are not stopped."""
    pausing = round(count * pause_again_share)
    stopped = min(round(count * stop_share), count - pausing)
    order = list(range(count))
    rng.shuffle(order)
    return [
        Fate(
            settle_seconds=rng.uniform(*settle_seconds),
            pauses=int(place < pausing),
            stopped=pausing <= place < pausing + stopped,
        )
        for place in order
    ]
