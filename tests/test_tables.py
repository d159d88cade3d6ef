"""CSV and workbooks for Excel: no text runs as a formula, numbers stay numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from perfkit import score
from perfkit.tables import csv_text, frame_of, shown, workbook


def test_what_a_case_says_is_no_markup_in_jupyterlab() -> None:
    assert shown("<b>甲</b>", frame_of([], ["id"])) == "<p>&lt;b&gt;甲&lt;/b&gt;</p>"
    assert "<b>" not in shown("", frame_of([("<b>甲</b>",)], ["id"]))


@pytest.mark.parametrize("cell", ["=1+1", "+甲", "-甲", "-", "@SUM(1)", "\t=1", "\r=1", "＝1+1", "-1+1", "-1|cmd", "+"])
def test_a_text_that_would_be_a_formula(cell: str) -> None:
    (row,) = csv.DictReader(io.StringIO(csv_text(pd.DataFrame({"a": [cell]})), newline=""))
    assert row["a"] == f"'{cell}".replace("\r", "\n")


def test_a_bare_carriage_return_begins_no_row() -> None:
    (row,) = csv.DictReader(io.StringIO(csv_text(pd.DataFrame({"a": ["甲\r=1\r\n乙"]})), newline=""))
    assert row["a"] == "甲\n=1\n乙"


@pytest.mark.parametrize("cell", [-5, -0.5, 1, "-5", "+1.5", "-1,234.50", "-77.23%", "−0.17", "甲=1", "", "'=1", "1-2"])
def test_numbers_and_other_texts_stay_as_they_are(cell: Any) -> None:
    frame = pd.DataFrame({"a": [cell, None], "b": [1, -2], "day": pd.to_datetime(["2023-10-31", "2023-11-01"])})
    assert csv_text(frame) == frame.to_csv(index=False)
    assert csv_text(frame.astype({"a": object})) == frame.astype({"a": object}).to_csv(index=False)


def test_a_column_of_texts_can_be_edited() -> None:
    """A consultant writes 12 where —  stood; pandas 3 refuses that in a column of type str."""
    frame = frame_of([("甲", 1.5), ("—", 2.0)], ["name", "points"])
    frame.loc[1, "name"] = 12
    assert frame.to_dict("list") == {"name": ["甲", 12], "points": [1.5, 2.0]}
    assert frame["points"].dtype == float
    assert list(frame_of([], ["name", "points"]).columns) == ["name", "points"]


@pytest.mark.parametrize("name", ["table", "levels", "readings"])
def test_the_tables_of_a_scorecard_can_be_edited(repo: Path, name: str) -> None:
    frame = getattr(score(repo / "params/cases/qingyunpu-union-2022.yaml"), name)
    for column in frame.columns:
        if frame[column].dtype == object:
            frame.loc[0, column] = 1.5
    assert (frame.iloc[0] == 1.5).any()


def test_a_table_is_read_by_the_heads_that_it_shows(repo: Path) -> None:
    """And its ratios stand in it as percentages, while programs have them as they are."""
    card = score(repo / "params/cases/qingyunpu-union-2022.yaml")
    assert card.table["得分"].equals(card.table["score"])
    assert list(card.table[["指标", "得分"]].columns) == ["id", "score"]
    with pytest.raises(KeyError):
        card.table["不在表里"]
    assert "80.67%" in card.levels._repr_html_()
    assert "80.67%" in repr(card.levels)
    assert card.levels.loc[0, "score_rate"] == pytest.approx(12.1 / 15)


def test_a_workbook_has_no_binary_noise() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook({"表": pd.DataFrame({"total": [0.1 + 0.2], "unit": ["甲"]})})))
    assert [cell.value for cell in book["表"][2]] == [0.3, "甲"]
