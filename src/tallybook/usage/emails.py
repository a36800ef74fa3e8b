"""The e-mail address in an object's details: by it a person is known (DESIGN: Identity)."""

import re

from tallybook.database.folding import fold

# As addresses stand in texts and URLs: what surrounds one is no part of it, an apostrophe within is (o'brien@).
_APART = r"\s@<>()\[\]{},;:\"|/\\"
_EMAIL = re.compile(rf"[^{_APART}'][^{_APART}]*@[^{_APART}']*[^{_APART}'.]")


def email_in(details: str | None) -> str:
    """The one e-mail address in an object's details, folded; empty where there is none, or more than one."""
    if not details or "@" not in details:
        return ""
    found = _EMAIL.findall(fold(details))
    return found[0] if found and found.count(found[0]) == len(found) else ""
