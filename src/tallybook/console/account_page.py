"""What the page Your account shows."""

from dataclasses import dataclass

from tallybook.console.browsers import browser_words
from tallybook.subscriptions.access import memberships_of
from tallybook.subscriptions.models import BrowserSession, Membership, User
from tallybook.subscriptions.sessions import sessions_of
from tallybook.subscriptions.totp import has_totp, recovery_codes

# Below it there may soon be none left.
_FEW_CODES = 3
DONE = {
    "password": "The password is changed. All your other browsers are signed out.",
    "totp-off": "TOTP is off. From now on your password alone signs you in.",
    "others-ended": "All your other browsers are signed out.",
    "ended": "That browser is signed out.",
    "ended-already": "That browser was signed out already; nothing was changed.",
}


@dataclass(frozen=True)
class SeenSession:
    """A browser that is signed in, in words."""

    stored: BrowserSession
    is_this: bool

    @property
    def browser(self) -> str:
        return browser_words(self.stored.browser)


@dataclass(frozen=True, kw_only=True)
class AccountPage:
    user: User
    has_totp: bool
    codes_left: int
    memberships: list[Membership]
    sessions: list[SeenSession]

    @property
    def has_few_codes(self) -> bool:
        return self.codes_left < _FEW_CODES

    @property
    def other_sessions(self) -> int:
        return sum(not session.is_this for session in self.sessions)


def read_account_page(user: User, session_key: str | None) -> AccountPage:
    """The sessions with this one first."""
    sessions = [SeenSession(stored, stored.session_key == session_key) for stored in sessions_of(user)]
    return AccountPage(
        user=user,
        has_totp=has_totp(user),
        codes_left=len(recovery_codes(user)),
        memberships=memberships_of(user),
        sessions=sorted(sessions, key=lambda session: not session.is_this),
    )
