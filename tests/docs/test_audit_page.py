"""Every action that the program records stands in the documentation, and no other."""

import re

from tests.docs.pages import ROOT, read, rows, section

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
RECORDED = set(re.findall(r'\brecord\(\s*[\w.]+,\s*[\w.()]+,\s*"([a-z.-]+)"', SOURCE))
CALLS = len(re.findall(r"(?<!def )\brecord\((?=\s*\w)", SOURCE))


def test_the_table_has_all_actions_and_no_others() -> None:
    told = [cells[0] for cells in rows(section(read("audit.md"), "What is recorded"))]
    assert {f"`{action}`" for action in RECORDED} == set(told)
    assert len(told) == len(set(told)) > 0


def test_no_recorded_action_escapes_this_test() -> None:
    assert len(re.findall(r'\brecord\(\s*[\w.]+,\s*[\w.()]+,\s*"', SOURCE)) == CALLS
    assert len(RECORDED) <= CALLS
