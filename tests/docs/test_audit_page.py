"""Every action that the program records stands in the documentation, and no other."""

import re

from tests.docs.pages import ROOT, read, rows, section

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
_CALL = r"(?<!def )\brecord(?:_everywhere)?\(\s*\w"
_TOLD = r"\brecord(?:_everywhere)?\(\s*[\w.]+,\s*[\w.()]+,\s*"
RECORDED = set(re.findall(_TOLD + r'"([a-z.-]+)"', SOURCE))


def test_the_table_has_all_actions_and_no_others() -> None:
    told = [cells[0] for cells in rows(section(read("audit.md"), "What is recorded"))]
    assert {f"`{action}`" for action in RECORDED} == set(told)
    assert len(told) == len(set(told)) > 0


def test_no_recorded_action_escapes_this_test() -> None:
    calls = len(re.findall(_CALL, SOURCE))
    # One hands on what it was told to record in each subscription.
    assert len(re.findall(_TOLD + '"', SOURCE)) + len(re.findall(_TOLD + "action,", SOURCE)) == calls
    assert len(re.findall(_TOLD + "action,", SOURCE)) == 1
    assert len(RECORDED) <= calls
