"""Folded text: how two spellings are held to be the same. Computed here and stored, never in SQL.

PostgreSQL's lower() is not Unicode case folding ("STRASSE" and "straße" differ under it), so every comparison that ignores
letter case works on text that one of these two functions made.
"""

import unicodedata


def fold(text: str) -> str:
    """Case-folded text, otherwise exact: for the names and details of objects, which are never trimmed."""
    return text.casefold()


def fold_name(name: str) -> str:
    """Folded name of something people type (customers, organisations, products): also composed and with single blanks."""
    if name.isascii():
        return " ".join(name.lower().split())
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
