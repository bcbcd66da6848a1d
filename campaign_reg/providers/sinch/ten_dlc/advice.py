"""Why reviewers reject campaigns, as far as it shows in a draft.

All of it is advice: words stand for what a person would judge, in English.

Source:
    https://github.com/sinch/skills
    https://community.sinch.com/t5/10DLC/10DLC-Campaign-Registration-Required-Fields-and-Explanations/ta-p/15456
    https://community.sinch.com/t5/10DLC/Why-was-my-10DLC-campaign-rejected/ta-p/15408
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from campaign_reg.models.finding import Finding, Severity
from campaign_reg.providers.sinch.ten_dlc import text_patterns
from campaign_reg.providers.sinch.ten_dlc.models import CampaignDraft, UseCase

_SAMPLES = ("sample1", "sample2", "sample3", "sample4")
_MESSAGES = ("opt_in_message", "help_message", "stop_message")
_TEXTS = ("description", "message_flow", *_SAMPLES, *_MESSAGES)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


_STOP = _words(r"stop\b|unsubscribe|opt[ -]?out")
_HELP = _words(r"help\b")
_FREQUENCY = _words(
    r"freq|recurring|one[- ]time|once\b|(?:msgs?|messages?|texts?) ?(?:/|per\b|a (?:day|week|month)|each)|"
    r"(?:daily|weekly|monthly)\b"
)
_RATES = _words(r"(?:data )?(?:rates|charges|fees)\b")
_GOODBYE = _words(
    r"unsubscri|opted[ -]?out|opt[ -]?out|removed|cancel|stopped|no (?:more|further|longer)|"
    r"(?:not|won.t) (?:get|receive)"
)
_CONSENT = _words(
    r"consent|agree|opt(?:s|ed|ing)?[ -]?in|tick(?:s|ed|ing)?\b|check(?:s|ed|ing)?\b|check ?box|box\b|subscrib|"
    r"sign(?:s|ed|ing)? up|text(?:s|ing)? (?-i:[A-Z]{2,})"
)
_WAY_IN = _words(
    r"web ?site|web\b|online|page|site\b|form\b|check ?out|app\b|box\b|text(?:s|ing)? (?-i:[A-Z]{2,})|keyword|"
    r"paper|store\b|counter|point of sale|verbal|phone call|by phone|in person|sign(?:s|ed|ing)? up|portal|account"
)
_ONLINE = _words(r"web ?site|web\b|online|page|site\b|form\b|check ?out|portal")
_PLACEHOLDER = re.compile(r"\{[^{}]{1,60}\}")
_AGE_GATED = _words(
    r"alcohol|beers?\b|wines?\b|liquor|spirits\b|whisk|brewery|tobacco|cigar|vap(?:e|es|ing)\b|nicotine|cannabis|"
    r"marijuana|cbd\b|casino|gambl|betting|firearms?\b|ammunition"
)
_LENDING = _words(r"loans?\b|lend|lender|mortgages?\b|payday|cash advance|refinanc|line of credit|borrow")
_AFFILIATE = _words(
    r"affiliates?\b|(?:our|other) partners|partner offers|third[- ]party (?:offers?|products?)"
)


_SAMPLE_ADVICE = (
    "begin it with the brand's name, show it as it is really sent, and end it with: Reply STOP to stop."
)
_OF_FIELD: Mapping[str, str] = {
    "description": "say who writes to whom, what and why, and make it fit the use case",
    "message_flow": "tell where and how people agree to get messages, with the address of the page",
    "opt_in_message": "name the brand, how often messages come, that rates may apply, and what HELP and STOP do",
    "help_message": "name the brand and a way to reach it: a mail address, a phone number or a page",
    "stop_message": "name the brand, and say that no more messages come",
    "opt_out_message": "name the brand, and say that no more messages come",
    "privacy_policy_link": "give a page that opens, and says that numbers are not shared or sold",
    "terms_and_conditions_link": "give a page that opens, and names the messages and how to stop them",
    **{f"sample{number}": _SAMPLE_ADVICE for number in range(1, 6)},
}


def advice_on(field: str) -> str:
    """What to do about a member that a reviewer objected to; empty where nothing better is known than his words.

    Args:
        field: In either of the vendor's spellings, `helpMessage` or `help_message`.
    """
    return _OF_FIELD.get(_HUMP.sub("_", field).lower(), "")


_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def advise(draft: CampaignDraft) -> Iterator[Finding]:
    """Known causes of rejection in a draft; never raises."""
    texts = {name: text_patterns.start(getattr(draft, name)) for name in _TEXTS}
    yield from _sender(texts)
    yield from _samples(draft, texts)
    yield from _messages(texts)
    yield from _opting_in(texts)
    yield from _links(draft, texts)
    yield from _phones(draft, texts)
    yield from _policies(draft)
    yield from _flags(draft, texts)
    yield from _keywords(draft)
    if draft.attachments is True:
        told = "is True, which holds the campaign back at Sinch until its files are there"
        yield _advice(
            "attachments", "attachments", told, "upload them, the last with submit=True, or say False"
        )


def _advice(code: str, field: str, text: str, advice: str) -> Finding:
    return Finding(code=code, field=field, text=text, advice=advice, severity=Severity.ADVICE)


def _sender(texts: Mapping[str, str]) -> Iterator[Finding]:
    """The description has to say who sends; samples and messages have to begin with that name."""
    names = text_patterns.names(texts["description"])
    if not names:
        told = "does not seem to name the sender"
        yield _advice("sender", "description", told, "say who writes to whom, what and why")
        return
    for name in (*_SAMPLES, *_MESSAGES):
        if texts[name] and not names & text_patterns.words(texts[name]):
            told = "does not seem to name the brand that the description names"
            yield _advice("brand-name", name, told, "begin it with the brand's name, as registered")


def _samples(draft: CampaignDraft, texts: Mapping[str, str]) -> Iterator[Finding]:
    given = {name: texts[name] for name in _SAMPLES if texts[name].strip()}
    own_words = _given_keywords(draft.optout_keywords)
    for name, text in given.items():
        if not _STOP.search(text) and not own_words & set(re.findall(r"\w+", text)):
            yield _advice("opt-out", name, "does not say how to opt out", "end it with: Reply STOP to stop.")
        if _PLACEHOLDER.search(text):
            yield _advice("placeholder", name, "holds a placeholder", "write a message as it is really sent")
    for name in ("sample2", "sample3"):
        if name not in given:
            yield _advice("sample-count", name, "is empty", "show a second and a third message")
    if len(set(given.values())) < len(given):
        told = "samples repeat one another"
        yield _advice("sample-count", "sample2", told, "show different messages")
    purposes: object = draft.sub_use_cases
    wanted = min(len(purposes), len(_SAMPLES)) if isinstance(purposes, list | tuple) else 0
    if draft.use_case == UseCase.MIXED and len(given) < wanted:
        told = f"is missing: {wanted} purposes, and {len(given)} samples"
        yield _advice("sample-count", "sample4", told, "show a message for each purpose")
    if wanted and draft.use_case not in (UseCase.MIXED, UseCase.LOW_VOLUME):
        told = "have a meaning only under MIXED and LOW_VOLUME"
        yield _advice("sub-use-cases", "sub_use_cases", told, "leave them out, or choose MIXED")


@attrs.frozen
class _Expected:
    """What a message has to say."""

    code: str
    field: str
    pattern: re.Pattern[str]
    lacks: str
    advice: str


_EXPECTED = (
    _Expected("frequency", "opt_in_message", _FREQUENCY, "how often messages come", "add: Msg freq varies."),
    _Expected("rates", "opt_in_message", _RATES, "what it costs", "add: Msg & data rates may apply."),
    _Expected("help", "opt_in_message", _HELP, "how to get help", "add: Reply HELP for help."),
    _Expected("opt-out", "opt_in_message", _STOP, "how to opt out", "add: Reply STOP to stop."),
    _Expected("opt-out", "help_message", _STOP, "how to opt out", "add: Reply STOP to stop."),
    _Expected(
        "goodbye", "stop_message", _GOODBYE, "that no more messages come", "add: You are unsubscribed."
    ),
    _Expected(
        "consent",
        "message_flow",
        _CONSENT,
        "how people consent",
        "tell what they tick, sign or text to agree",
    ),
    _Expected(
        "opt-in", "message_flow", _WAY_IN, "where people opt in", "name the page, form, store or keyword"
    ),
)


def _messages(texts: Mapping[str, str]) -> Iterator[Finding]:
    for expected in _EXPECTED:
        if not expected.pattern.search(texts[expected.field]):
            yield _advice(expected.code, expected.field, f"does not say {expected.lacks}", expected.advice)
    if not text_patterns.has_contact(texts["help_message"]):
        told = "does not say where to turn to"
        yield _advice("contact", "help_message", told, "add a mail address, a phone number or a page")


def _opting_in(texts: Mapping[str, str]) -> Iterator[Finding]:
    flow = texts["message_flow"]
    if _ONLINE.search(flow) and not any(text_patterns.hosts(flow)):
        told = "speaks of a page, and gives no address"
        yield _advice("opt-in-page", "message_flow", told, "give the address where people opt in")


def _links(draft: CampaignDraft, texts: Mapping[str, str]) -> Iterator[Finding]:
    linked = [name for name in _SAMPLES if any(text_patterns.hosts(texts[name]))]
    if draft.embedded_link is True and not linked:
        told = "is True, and no sample holds a link"
        yield _advice("embedded-link", "embedded_link", told, "show a link in a sample, or say False")
    for name in linked if draft.embedded_link is False else ():
        if not text_patterns.has_link(texts[name]):
            told = "seems to hold a link, and embedded_link is False"
            yield _advice("embedded-link", name, told, "say True if people can open it")
    for name in (*_SAMPLES, *_MESSAGES):
        for host in text_patterns.shorteners(texts[name]):
            told = f"holds a link of {host}, a public link shortener"
            yield _advice("link-shortener", name, told, "use the brand's own address")


def _phones(draft: CampaignDraft, texts: Mapping[str, str]) -> Iterator[Finding]:
    numbered = [name for name in _SAMPLES if text_patterns.may_have_phone(texts[name])]
    if draft.embedded_phone is True and not numbered:
        told = "is True, and no sample holds a phone number"
        yield _advice("embedded-phone", "embedded_phone", told, "show one in a sample, or say False")
    for name in numbered if draft.embedded_phone is False else ():
        if not text_patterns.has_phone(texts[name]):
            told = "seems to hold a phone number, and embedded_phone is False"
            yield _advice("embedded-phone", name, told, "say True if people can call it")


def _policies(draft: CampaignDraft) -> Iterator[Finding]:
    for name, what in (
        ("terms_and_conditions_link", "terms and conditions"),
        ("privacy_policy_link", "a privacy policy"),
    ):
        link: object = getattr(draft, name)
        if link is None or link == "":
            told, advice = "is missing", f"give the page with {what}; numbers must not be shared or sold"
            yield _advice("policy-link", name, told, advice)
        elif isinstance(link, str) and not link.lower().startswith(("https://", "http://")):
            yield _advice("policy-link", name, "is no link", "give an address that begins with https://")


def _flags(draft: CampaignDraft, texts: Mapping[str, str]) -> Iterator[Finding]:
    said = "\n".join(texts[name] for name in ("description", *_SAMPLES, *_MESSAGES))
    for flag, pattern, what in (
        ("age_gated", _AGE_GATED, "goods with an age limit"),
        ("direct_lending", _LENDING, "loans"),
        ("affiliate_marketing", _AFFILIATE, "other companies' offers"),
    ):
        found = pattern.search(said)
        if found and getattr(draft, flag) is False:
            told = f"is False, and the texts speak of {what} ({found[0].lower()!r})"
            yield _advice(flag.replace("_", "-"), flag, told, "say True if that is what messages are about")
    for flag in ("subscriber_opt_in", "subscriber_opt_out", "subscriber_help"):
        if getattr(draft, flag) is False:
            told = "is False, which only fits messages between machines"
            yield _advice("subscriber", flag, told, "say True wherever people get the messages")


def _keywords(draft: CampaignDraft) -> Iterator[Finding]:
    for name, word in (("optout_keywords", "STOP"), ("help_keywords", "HELP")):
        given = _given_keywords(getattr(draft, name))
        if given and word not in given:
            yield _advice("keywords", name, f"lacks {word}", f"add {word}, which people are told to send")


def _given_keywords(value: object) -> set[str]:
    words = value.upper().split(",") if isinstance(value, str) else []
    return {word.strip() for word in words if word.strip()}
