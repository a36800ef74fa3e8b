"""The documented recipe, done by LibreOffice Calc itself: its filter for the four types, then the names without duplications.

Run by the system's Python, which has LibreOffice's module `uno`: `recipe_in_calc.py PIPE FILE...` prints the numbers as JSON.
"""

# ruff: noqa: T201 - what it prints is its answer
# mypy: ignore-errors
# Nothing of LibreOffice's module has types.

import json
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sheet import TableFilterField
from com.sun.star.sheet.FilterConnection import OR
from com.sun.star.sheet.FilterOperator import EQUAL
from com.sun.star.table import CellAddress

TYPES = ("Mailbox", "N/A", "OneDrive", "User Teams Chats")
TRIES, PAUSE = 240, 0.25
# What these three stand for is nowhere to be named in LibreOffice's calls.
EXPAND, EMPTY, VETO = False, True, True
# Comma, quotation mark, UTF-8, from the first line; every column is text, so that no name becomes a number or a date.
AS_CSV = "44,34,76,1,,0,true,false"


def desktop(pipe: str) -> object:
    """The running program."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(TRIES):
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
        except NoConnectException:
            time.sleep(PAUSE)
    raise SystemExit("LibreOffice does not answer.")


def opened(office: object, path: str) -> object:
    values = {"Hidden": True, "FilterName": "Text - txt - csv (StarCalc)", "FilterOptions": AS_CSV}
    asked = tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())
    for _ in range(TRIES):
        # Nothing, while the program is still starting.
        if document := office.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, asked):
            return document
        time.sleep(PAUSE)
    raise SystemExit(f"LibreOffice does not open {path}.")


def last_row(sheet: object) -> int:
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(EXPAND)
    return cursor.RangeAddress.EndRow


def filtered(area: object, fields: tuple, target: int, *, without_duplications: bool) -> None:
    """Calc's filter over an area, with its result in another sheet."""
    how = area.createFilterDescriptor(EMPTY)
    how.setFilterFields(fields)
    how.ContainsHeader = True
    how.IsCaseSensitive = False
    how.SkipDuplicates = without_duplications
    how.CopyOutputData = True
    how.OutputPosition = CellAddress(Sheet=target, Column=0, Row=0)
    area.filter(how)


def billed_users(office: object, path: str) -> int:
    document = opened(office, path)
    try:
        sheets = document.Sheets
        for place, name in enumerate(("users", "names", "once"), start=1):
            sheets.insertNewByName(name, place)
        report, users, names, once = (sheets[place] for place in range(4))
        cursor = report.createCursor()
        cursor.gotoEndOfUsedArea(EXPAND)
        width = cursor.RangeAddress.EndColumn + 1
        titles = [report.getCellByPosition(column, 0).String for column in range(width)]
        kind, name = titles.index("Object Type Backed Up"), titles.index("Object Name")
        fields = tuple(
            TableFilterField(Connection=OR, Field=kind, Operator=EQUAL, IsNumeric=False, StringValue=one) for one in TYPES
        )
        everything = report.getCellRangeByPosition(0, 0, width - 1, last_row(report))
        filtered(everything, fields, 1, without_duplications=False)
        # Calc heeds letter case when it looks for duplications, whatever it is told; so it is asked for small letters before.
        last = last_row(users)
        column = users.getCellRangeByPosition(name, 0, name, last).AbsoluteName
        small = names.getCellRangeByPosition(0, 0, 0, last)
        small.setArrayFormula(f"=LOWER({column})")
        small.setDataArray(small.getDataArray())
        filtered(small, (), 3, without_duplications=True)
        return last_row(once)
    finally:
        document.close(VETO)


if __name__ == "__main__":
    pipe_name, *paths = sys.argv[1:]
    program = desktop(pipe_name)
    try:
        print(json.dumps([billed_users(program, path) for path in paths]))
    finally:
        program.terminate()
