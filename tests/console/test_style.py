"""The one stylesheet: its colours can be read, and nothing passes its tokens by."""

import re
from pathlib import Path

import pytest

import tallybook.console

STATIC = Path(tallybook.console.__file__).parent / "static" / "console"
STYLE = (STATIC / "console.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([\w-]+): light-dark\(([^()]*)\)", STYLE))
READABLE = 4.5


def colour(token: str, *, dark: bool) -> tuple[float, float, float]:
    digits = TOKENS[token].split(",")[dark].strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
    return red, green, blue


def luminance(token: str, *, dark: bool) -> float:
    """WCAG 2.2, relative luminance."""
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour(token, dark=dark))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        ("text", ("ground", "surface", "raised")),
        ("muted", ("ground", "surface", "raised")),
        ("accent", ("ground", "surface", "raised", "accent-ground")),
        ("accent-hover", ("surface", "raised")),
        ("danger", ("ground", "surface")),
        ("warning", ("warning-ground",)),
        ("on-accent", ("accent", "accent-hover")),
    ],
)
def test_text_can_be_read_on_its_grounds(text: str, grounds: tuple[str, ...], dark: bool) -> None:  # noqa: FBT001 - a parameter of the test
    for ground in grounds:
        light = sorted((luminance(text, dark=dark), luminance(ground, dark=dark)))
        assert (light[1] + 0.05) / (light[0] + 0.05) >= READABLE, (text, ground)


def test_colours_are_named_once() -> None:
    rules = STYLE.partition("\n}\n")[2].replace("light-dark(rgb(20 30 40 / 40%), rgb(0 0 0 / 60%))", "")
    assert not re.findall(r"#[0-9a-f]{3,6}\b|rgba?\(", rules)


def test_nothing_is_loaded_from_elsewhere() -> None:
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text, path.name
        assert "innerHTML" not in text, path.name
