"""Writes the workbooks of the tests beside this file with openpyxl 3.1 (https://pypi.org/project/openpyxl/)."""

import datetime
import pathlib

from openpyxl import Workbook

HERE = pathlib.Path(__file__).parent
HEADINGS = ["staff_number", "given_name", "family_name", "name_in_original_script", "birth_date", "nationality",
            "job_title", "grade", "duty_station", "contract_type", "start_date", "end_date", "remarks"]
DAY = datetime.date


def rows():
    yield [10023, "Amina", "Okafor", None, DAY(1985, 12, 31), "NGA", "Programme Analyst", "P-3", "Nairobi",
           "fixed-term", DAY(2024, 2, 1), DAY(2028, 1, 31), None]
    yield ["00042", "Fatima", "Haddad", "فاطمة حداد", "1990-02-28", "JOR", "Driver", "G-2", "Amman",
           "temporary", datetime.datetime(2025, 1, 1), None, True]
    yield []
    yield [10025, "=2+3", "Li", None, 31000.5, "CHN", "Adviser", "P-9", "Beijing", None, None, None, 12.5]


def staff(sheet):
    sheet.append(HEADINGS)
    for row in rows():
        sheet.append(row)


def save(name, book):
    book.save(HERE / name)


book = Workbook()
staff(book.active)
save("staff.xlsx", book)

book = Workbook()
book.active.title = "About"
book.active.sheet_state = "hidden"
book.active.append(["nothing to see"])
book.create_sheet("Empty")
staff(book.create_sheet("Staff 2026"))
book.create_sheet("Other").append(["one", "two"])
save("sheets.xlsx", book)

# Days are counted from 1904 in workbooks of old Macintoshes.
book = Workbook()
book.epoch = datetime.datetime(1904, 1, 1)
staff(book.active)
save("since-1904.xlsx", book)

book = Workbook()
book.active.append(HEADINGS)
book.active.cell(row=2, column=500, value="far out")
save("wide.xlsx", book)
