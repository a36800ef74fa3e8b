"""Names that are close to one that was not found."""

from collections.abc import Iterable
from difflib import get_close_matches

from tallybook.database.folding import fold_name

_MOST = 3


def near_matches(name: str, names: Iterable[str]) -> list[str]:
    """Up to three of the names, the closest first: similar spellings, then names that contain what was typed."""
    by_folded = {fold_name(candidate): candidate for candidate in names}
    wanted = fold_name(name)
    close = get_close_matches(wanted, by_folded, n=_MOST, cutoff=0.6)
    containing = [folded for folded in by_folded if wanted and wanted in folded and folded not in close]
    return [by_folded[folded] for folded in (*close, *sorted(containing))[:_MOST]]


def did_you_mean(name: str, names: Iterable[str], *, otherwise: str) -> str:
    """A sentence with the near matches, or another one where there are none."""
    near = near_matches(name, names)
    if not near:
        return otherwise
    return f"Did you mean {' or '.join(repr(candidate) for candidate in near)}?"
