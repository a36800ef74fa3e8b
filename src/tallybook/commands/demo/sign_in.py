"""The demo's owner, and the file that keeps the password, so that a second run can show it again."""

import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from tallybook.commands.acting import acting_operator
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.passwords import change_password
from tallybook.subscriptions.people import create_user, grant_role

EMAIL = "owner@demo.example"
FILE_NAME = "demo-sign-in.json"
_PASSWORD_BYTES = 15


class Owner(NamedTuple):
    """The demo's owner. `notes` say when the password is not the one of the last time."""

    email: str
    password: str
    notes: tuple[str, ...] = ()


def ensure_owner(subscription: Subscription, email: str) -> Owner:
    """Somebody who can sign in and owns the subscription, made where missing; a password that was lost is replaced."""
    path = settings.INSTALLATION.home / FILE_NAME
    user = User.objects.filter(email=email).first()
    password = _kept_password(path)
    notes: tuple[str, ...] = ()
    if user is None:
        password = _new_password(path, email)
        user = create_user(email, password)
    elif password is None or not user.check_password(password):
        password = _new_password(path, email)
        notes = (f"The demo's password was not to be found in {path}, so it has a new one.",)
        change_password(user, password)
    grant_role(subscription, user, Role.OWNER, actor=acting_operator())
    return Owner(email, password, notes)


def _new_password(path: Path, email: str) -> str:
    """A password that is kept before anybody has it: an interrupted run leaves no user whose password nobody knows."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"email": email, "password": password}, file)
    draft.replace(path)
    return password


def _kept_password(path: Path) -> str | None:
    try:
        password = json.loads(path.read_text(encoding="utf-8"))["password"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return password if isinstance(password, str) else None
