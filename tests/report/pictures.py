"""The pictures of docs/report.md and docs/workbook.md: ``python tests/report/pictures.py`` in the project's folder.

They show the evaluation of `evaluated` as LibreOffice (soffice) and pdftoppm print it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evaluated import NAME, UNIT, fill_in
from openpyxl import load_workbook
from PIL import Image, ImageChops

from perfkit.cases.samples import new_case
from perfkit.cli import run_cli

ROOT = Path(__file__).parents[2]
COLOURS = 48
REVISED = {"改造供水管网长度": {"实际完成值": "46公里", "偏差原因": "余下4公里占用林地"}}
"""What the second draft says otherwise."""
UNITS = [
    ("甲中心", 96, 100, "≥40场", "38场", "≥95%", "97%"),
    ("乙中心", 80, 80, "≥25场", "25场", "≥95%", "92%"),
    ("丙中心", 61.5, 75, "≥30场", "21场", "≥95%", "96%"),
]
"""Rows of the table of units, in the order of its first columns."""


def main() -> None:
    """Make everything in a folder of its own, and write the pictures to docs/."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("params/profiles", "params/rubrics", "params/templates", "params/forms", "notebooks"):
            shutil.copytree(ROOT / name, Path(folder) / name)
        shutil.copy(ROOT / "params" / "sources.yaml", Path(folder) / "params")
        os.chdir(folder)
        (case,) = new_case("绩效评价", NAME, unit=UNIT, year=2024, form="xlsx")
        fill_in(case)
        shutil.copy(case, "初稿.xlsx")
        shutil.copy("params/cases/答卷.csv", ".")
        _change(case)
        _perfkit("run", str(case), "--out", "out", "--format", "docx,xlsx", "--copy", "client")
        _report(_pages(f"out/{NAME}/report.docx", 60))
        _perfkit("diff", "初稿.xlsx", str(case), "-o", "对照.docx")
        _perfkit("new", "整改跟踪", "整改", "--from", str(case))
        _perfkit("run", "params/cases/整改.yaml", "--out", "out", "--format", "docx")
        _save("report-drafts", [_pages("对照.docx", 60)[0], _pages("out/整改/report.docx", 60)[-2]])
        _perfkit("convert", str(case), "case.yaml")  # and back: rows as high as their texts
        _perfkit("convert", "case.yaml", "case.xlsx")
        _save("workbook", [_sheet(Path("case.xlsx"), "指标", 17)])
        _perfkit("new", "table", "各单位", "--rubric", "project-self-2020")
        table = Path("params/cases/各单位.xlsx")
        _fill(table)
        _save("workbook-units", [_sheet(table, "单位数据", 5)])


def _perfkit(*arguments: str) -> None:
    code = run_cli(list(arguments))
    assert code == 0, arguments


def _change(case: Path) -> None:
    book = load_workbook(case)
    sheet = book["指标"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for row in sheet.iter_rows(min_row=3):
        for name, value in REVISED.get(str(row[0].value), {}).items():
            sheet.cell(row[0].row, columns[name]).value = value
    book.save(case)


def _pages(file: str | Path, resolution: int) -> list[Any]:
    """The pages of a file as pictures."""
    file = Path(file)
    command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(file.parent), str(file)]
    subprocess.run(command, check=True, capture_output=True)
    stem = file.with_suffix("")
    subprocess.run(["pdftoppm", "-r", str(resolution), "-png", str(file.with_suffix(".pdf")), str(stem)], check=True)
    return [Image.open(path).convert("RGB") for path in sorted(stem.parent.glob(f"{stem.name}-*.png"))]


def _report(pages: list[Any]) -> None:
    """Cover, contents, an analysis with footnotes, problems; the table of scores, a questionnaire, opinions."""
    wide = next(number for number, page in enumerate(pages) if page.width > page.height)
    upright = next(number for number in range(wide, len(pages)) if pages[number].width < pages[number].height)
    _save("report-word", [pages[0], pages[1], pages[wide - 10], pages[wide - 4], pages[wide]], 3)
    _save("report-annexes", [pages[upright], pages[upright + 4]])


def _fill(table: Path) -> None:
    book = load_workbook(table)
    for number, row in enumerate(UNITS, start=3):
        for column, value in enumerate(row, start=1):
            book["单位数据"].cell(number, column).value = value
    book.save(table)


def _sheet(file: Path, name: str, rows: int) -> Any:
    """The first rows of a sheet, without the columns that are empty."""
    book = load_workbook(file)
    for other in set(book.sheetnames) - {name}:
        del book[other]
    sheet = book[name]
    sheet.delete_rows(rows + 1, sheet.max_row)
    for column in sheet.iter_cols():
        column[0].comment = None
        if not any(cell.value for cell in column[2:]):
            sheet.column_dimensions[column[0].column_letter].hidden = True
    copy = file.with_name("图.xlsx")
    book.save(copy)
    return _trimmed(_pages(copy, 150)[0])


def _trimmed(page: Any) -> Any:
    box = ImageChops.difference(page, Image.new("RGB", page.size, "white")).getbbox()
    return page.crop((max(0, box[0] - 8), max(0, box[1] - 8), box[2] + 8, box[3] + 8))


def _save(name: str, pictures: Iterable[Any], columns: int = 2) -> None:
    """Pictures side by side as one of few colours."""
    pictures = list(pictures)
    lines = [pictures[at : at + columns] for at in range(0, len(pictures), columns)]
    height = max(picture.height for picture in pictures) + 6
    width = max(sum(picture.width + 6 for picture in line) for line in lines)
    whole = Image.new("RGB", (width, height * len(lines)), "#777777")
    for number, line in enumerate(lines):
        left = 3
        for picture in line:
            whole.paste(picture, (left, number * height + 3))
            left += picture.width + 6
    whole.quantize(COLOURS).save(ROOT / "docs" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
