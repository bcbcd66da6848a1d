"""Access tokens that a vendor has issued, with their expiry by the virtual clock."""

from __future__ import annotations


class IssuedTokens:
    """The tokens of one account.

    Attributes:
        lifetime_seconds: Virtual seconds that a new token lives.
    """

    def __init__(self, lifetime_seconds: float) -> None:
        self.lifetime_seconds = lifetime_seconds
        self._expiries: dict[str, float] = {}

    def keep(self, token: str, at: float) -> None:
        """Count a token as issued at that virtual second."""
        self._expiries[token] = at + self.lifetime_seconds

    def lives(self, token: str, at: float) -> bool | None:
        """Return whether a token is valid (True) or expired (False); None if it was never issued."""
        expiry = self._expiries.get(token)
        return None if expiry is None else at < expiry

    def drop(self, token: str) -> None:
        """Make one token unknown."""
        self._expiries.pop(token, None)

    def expire(self) -> None:
        """Let every token that was issued so far be expired from now on."""
        self._expiries = dict.fromkeys(self._expiries, 0.0)

    def forget(self) -> None:
        """Let every token that was issued so far be unknown from now on."""
        self._expiries.clear()
