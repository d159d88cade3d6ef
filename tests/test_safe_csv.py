"""CSV for Excel: no text runs as a formula, numbers stay numbers."""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd
import pytest

from perfkit.safe_csv import csv_text


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
