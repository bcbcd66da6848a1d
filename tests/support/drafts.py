"""Drafts as people write them into files: made-up data."""

from __future__ import annotations

from typing import Any

SINCH: dict[str, Any] = {
    "brand_id": "BHL7Q2X",
    "use_case": "DELIVERY_NOTIFICATION",
    "campaign_name": "Harbor Lane order updates",
    "description": "Harbor Lane Supply texts customers who opted in at checkout with delivery progress.",
    "message_flow": "Shoppers tick an unticked consent box next to the phone field before placing an order.",
    "sample1": "Harbor Lane: order 48213 has shipped. Reply STOP to stop.",
    "sample2": "Harbor Lane: order 48213 is out for delivery today. Reply STOP to stop.",
    "sample3": "Harbor Lane: order 48213 was delivered at 14:02. Reply STOP to stop.",
    "stop_message": "Harbor Lane: you are unsubscribed and will get no further texts.",
    "opt_in_message": "Harbor Lane: you will get order updates. Msg freq varies. Msg & data rates may apply. "
    "Reply HELP for help, STOP to stop.",
    "help_message": "Harbor Lane: write to help@harborlane.example. Reply STOP to stop.",
    "optin_keywords": "START,YES",
    "optout_keywords": "STOP,QUIT,END",
    "help_keywords": "HELP,INFO",
    "affiliate_marketing": False,
    "terms_and_conditions_link": "https://harborlane.example/terms",
    "privacy_policy_link": "https://harborlane.example/privacy",
}

RESPONSYS: dict[str, Any] = {
    "name": "Harbor Lane spring",
    "folder_name": "Newsletters",
    "data_source": [
        {
            "path": "Lists/CONTACTS_LIST",
            "type": "PROFILE_LIST",
            "fields": [{"name": "EMAIL_ADDRESS_", "alias": "EMAIL_ADDRESS_"}],
        }
    ],
}

RCS: dict[str, Any] = {"sender": "acme_agent", "phones": ["12025550123"], "text": "Two for one until Sunday."}


def text_cells(draft: dict[str, Any]) -> dict[str, str]:
    """The cells of a draft in a CSV file."""
    return {name: str(value).lower() if value is False else value for name, value in draft.items()}
