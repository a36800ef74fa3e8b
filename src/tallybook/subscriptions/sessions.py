"""Django's sessions in a table that knows whose they are. The setting SESSION_ENGINE names this module."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from tallybook.subscriptions.models import ADDRESS_CHARACTERS, BROWSER_CHARACTERS, BrowserSession, User

# Each request says that a browser is still there; written down at most so often.
SEEN_EVERY = timedelta(minutes=1)


class SessionStore(DatabaseStore):
    """Sessions in the table `browser_session`."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: BrowserSession | None = None
        """What is stored, as far as it was read or written."""
        self._noted: dict[str, str] = {}

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def note(self, address: str, browser: str) -> None:
        """Where the session is used from; stored when it is saved."""
        self._noted = {"address": address[:ADDRESS_CHARACTERS], "browser": browser[:BROWSER_CHARACTERS]}

    def create(self) -> None:
        # Another key is another row, which must not share what is unique; but it is the same browser.
        if self.row is not None:
            self._noted = {"address": self.row.address, "browser": self.row.browser} | self._noted
        self.row = None
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        made = super().create_model_instance(data)
        if not isinstance(made, BrowserSession):
            raise TypeError(f"{made!r} is no session of this program.")
        if self.row is not None:
            for name in ("id", "made_at", "seen_at", "address", "browser"):
                setattr(made, name, getattr(self.row, name))
        for name, value in self._noted.items():
            setattr(made, name, value)
        made.user_id = UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        self.row = made
        return made

    def _get_session_from_db(self) -> BrowserSession | None:
        self.row = super()._get_session_from_db()  # type: ignore[misc] # the stubs do not know it
        return self.row


def mark_seen(store: SessionStore, address: str) -> None:
    """That the browser is still there, and where: one statement, once a minute, and none for a session that was ended."""
    now = timezone.now()
    if store.row is None or now - store.row.seen_at < SEEN_EVERY:
        return
    # Also of what is saved in this request.
    store.row.seen_at, store.row.address = now, address[:ADDRESS_CHARACTERS]
    BrowserSession.objects.filter(session_key=store.row.session_key).update(seen_at=now, address=store.row.address)


def forget_expired() -> None:
    """Sessions that have ended by themselves, and with them where they were used from."""
    BrowserSession.objects.filter(expire_date__lt=timezone.now()).delete()


def sessions_of(user: User) -> list[BrowserSession]:
    """Where the person is signed in, the last seen first."""
    return list(BrowserSession.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at", "id"))


def end_session(user: User, session_id: UUID) -> bool:
    """Sign one browser of the person out, from its next request on. Whether there was such a one."""
    ended, _ = BrowserSession.objects.filter(user=user, id=session_id).delete()
    return ended > 0


def end_sessions(user: User, but: str | None = None) -> int:
    """Sign all browsers of the person out, but for the one with this session key. Returns how many."""
    ended, _ = BrowserSession.objects.filter(user=user).exclude(session_key=but or "").delete()
    return ended
