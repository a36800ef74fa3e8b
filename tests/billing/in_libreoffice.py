"""LibreOffice follows the documented recipe on our reports, and comes to the numbers of the rules and of the SQL.

Not among the tests of `make test`, for which LibreOffice takes too long to install: `make spreadsheets` runs it.
"""

import json
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

from tests.billing.test_agreement import MONTHS, SAMPLES, by_rules, by_sql
from tests.bookkeeping import chosen, new_subscription, report, take
from tests.figures import Note

from tallybook.usage.months import month_text

HELPER = Path(__file__).with_name("recipe_in_calc.py")
# Debian's own Python has LibreOffice's module.
PYTHON = "/usr/bin/python3"
LONGEST_SECONDS = 180


def in_calc(folder: Path, paths: list[Path]) -> list[int]:
    """What Calc makes of each file."""
    pipe = f"recipe-{uuid4().hex}"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    office = ["soffice", profile, "--headless", "--norestore", "--nologo", f"--accept=pipe,name={pipe};urp;"]
    with subprocess.Popen(office, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            asked = [PYTHON, str(HELPER), pipe, *map(str, paths)]
            ran = subprocess.run(asked, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
            running.wait(LONGEST_SECONDS)
        finally:
            running.kill()
    assert ran.returncode == 0, ran.stderr
    numbers: list[int] = json.loads(ran.stdout)
    return numbers


def test_three_computations_agree(tmp_path: Path, figure: Note) -> None:
    subscription = new_subscription()
    take(subscription, SAMPLES / "itemised-a.csv", tmp_path, profile="auto")
    rules = {(month, name): recipe for month in MONTHS for name, recipe, _ in by_rules(subscription, month)}
    sql = {(month, name): recipe for month in MONTHS for name, recipe, _ in by_sql(subscription, month)}
    paths = [tmp_path / f"{number}.csv" for number in range(len(rules))]
    for path, (month, name) in zip(paths, rules, strict=True):
        path.write_bytes(report(chosen(subscription, month_text(month), month_text(month), customers=(name,))))
    # A copy, since LibreOffice puts a lock beside what it opens.
    whole = Path(shutil.copy(SAMPLES / "itemised-a.csv", tmp_path))
    *calc, of_file = in_calc(tmp_path, [*paths, whole])
    answers = json.loads((SAMPLES / "answers.json").read_text(encoding="utf-8"))
    figure(f"LibreOffice's users, of {len(calc)} customers and months", sum(calc))
    figure("LibreOffice's users, on the whole file", of_file)
    assert dict(zip(rules, calc, strict=True)) == rules == sql
    assert of_file == answers["recipe_as_written_on_the_whole_file"]
