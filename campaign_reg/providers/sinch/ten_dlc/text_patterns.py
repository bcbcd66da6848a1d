"""What the texts of a campaign say, as far as patterns can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Beyond what Sinch takes, a text is refused for its length; looking further would only cost time.
_MOST_CHARACTERS = 4096
_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s]", re.IGNORECASE)
_HOST = re.compile(r"(?<![\w@.-])(?:https?://)?((?:[A-Za-z0-9-]+\.)+(?:[a-z]{2,}|[A-Z]{2,}))\b(?![\w.-]*@)")
_MAIL = re.compile(r"[\w.+-]@[\w-]+\.\w", re.IGNORECASE)
_AREA, _EXCHANGE = r"\(?[2-9][0-9]{2}\)?", r"[2-9][0-9]{2}"
_US_PHONE = re.compile(
    rf"(?<![\w+-])(?:\+1[ .-]?{_AREA}[ .-]{{0,2}}{_EXCHANGE}[ .-]?[0-9]{{4}}"
    rf"|(?:1[ .-])?(?:\([2-9][0-9]{{2}}\) ?|[2-9][0-9]{{2}}[ .-]){_EXCHANGE}[ .-][0-9]{{4}})(?![\w-])"
)
_DIGITS_LIKE_A_PHONE = re.compile(
    r"(?<![\w+])(?:\+[1-9][0-9 .-]{6,16}[0-9]|1?[2-9][0-9]{2}[2-9][0-9]{6})(?!\w)"
)
_WORD = re.compile(r"\w[\w&]*")
_SHORTENERS = frozenset(
    {
        "bit.ly", "bitly.com", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly",
        "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "v.gd",
    }
)  # fmt: skip
# Words that open a sentence, or that every such text has, and that are not a name.
_ORDINARY = frozenset(
    """
    a after all also an and any are as at before brand business but by campaign campaigns client clients company
    consumers customer customers data each end every example for from get help here if in info information it its
    message messages messaging msg msgs mobile no not notifications of on once only opt or order orders our patients
    people phone please program recipients reply send sends service services shoppers sms stop subscriber subscribers
    subscribe text texts thank thanks that the their these they this those to unsubscribe update updates us use used
    user users we website when with yes you your
    """.split()  # noqa: SIM905
)


def start(text: object) -> str:
    """As much of it as may count; nothing of what is not text."""
    return text[:_MOST_CHARACTERS] if isinstance(text, str) else ""


def has_link(text: str) -> bool:
    """Whether it surely holds a link."""
    return _LINK.search(start(text)) is not None


def hosts(text: str) -> Iterator[str]:
    """Everything that looks like the name of a host, links without `https://` included; not those of mail."""
    for match in _HOST.finditer(start(text)):
        yield match[1].lower()


def shorteners(text: str) -> list[str]:
    """The public link shorteners in it."""
    return sorted({host for host in hosts(text) if host.removeprefix("www.") in _SHORTENERS})


def has_phone(text: str) -> bool:
    """Whether it surely holds a phone number of the US, Canada or the Caribbean."""
    return _US_PHONE.search(start(text)) is not None


def may_have_phone(text: str) -> bool:
    """Whether it holds digits that look like a phone number."""
    return has_phone(text) or _DIGITS_LIKE_A_PHONE.search(start(text)) is not None


def has_contact(text: str) -> bool:
    """Whether it says where to turn to: mail, phone or web."""
    return _MAIL.search(start(text)) is not None or may_have_phone(text) or any(hosts(text))


def words(text: str) -> frozenset[str]:
    """Its words in small letters."""
    return frozenset(word.lower() for word in _WORD.findall(start(text)))


def names(text: str) -> frozenset[str]:
    """Words with a capital letter that are no ordinary ones, in small letters: among them is the brand's name."""
    capitalised = {word for word in _WORD.findall(start(text)) if word != word.lower()}
    return frozenset(word.lower() for word in capitalised) - _ORDINARY
