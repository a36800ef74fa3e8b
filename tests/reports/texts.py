"""Texts that are hard on files: what Hypothesis makes names of."""

from hypothesis import strategies as st

PRESSING = [
    '"',
    "'",
    ",",
    ";",
    "\r",
    "\n",
    "\r\n",
    "\t",
    " ",
    "\\",
    "\\.",
    "=",
    "+",
    "-",
    "@",
    "\u202e",
    "😀",
    "ß",
    "\u2028",
    "N/A",
]

# Characters that a usage file may have: no NUL and no other control characters, no halves of surrogate pairs.
_LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
_PIECES = st.one_of(st.sampled_from(PRESSING), _LETTERS)

texts = st.lists(_PIECES, min_size=1, max_size=8).map("".join).filter(lambda text: bool(text.strip()))
