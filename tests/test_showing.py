"""What a person sees of an object in JupyterLab: a short line, a table with Chinese heads, names and charts by Tab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter

from perfkit import audit, compare, load_case, load_portfolio, monitor, read_standard, score
from perfkit.report.blocks import Chart


@pytest.fixture(scope="module")
def objects(repo: Path) -> dict[str, Any]:
    cases = repo / "params" / "cases"
    card = score(cases / "qingyunpu-union-2022.yaml")
    return {
        "card": card,
        "case": card.case,
        "rubric": card.rubric,
        "findings": audit(card),
        "monitor": monitor(load_case(cases / "qingyunpu-union-2023-monitoring.yaml")),
        "units": load_portfolio(cases / "nanchang-union-2022"),
        "comparison": compare(card, card.what_if({"budget.final": "500万元"})),
    }


NAMES = ("card", "case", "rubric", "findings", "monitor", "units", "comparison")


@pytest.mark.parametrize("name", NAMES)
def test_a_short_line_and_a_table(objects: dict[str, Any], name: str) -> None:
    line, page = repr(objects[name]), objects[name]._repr_html_()
    assert "\n" not in line
    assert len(line) < 250
    assert "<table" in page
    heads = [part.partition("</th>")[0] for part in page.split("<th>")[1:]]
    assert heads
    assert not [head for head in heads if head.isascii() and not head.isdigit() and "-" not in head]
    assert ">nan<" not in page.lower()


def test_a_case_shows_a_dash_where_a_fact_says_nothing(objects: dict[str, Any]) -> None:
    page = objects["case"]._repr_html_()
    assert "<td>—</td>" in page
    assert "<td></td>" not in page


def test_numbers_are_marked_and_named_rows_keep_their_names(objects: dict[str, Any]) -> None:
    table = objects["card"].table
    assert '<td>支出预算执行率</td>\n      <td class="n">4</td>' in table[["id", "weight"]]._repr_html_()
    assert '<th>支出预算执行率</th>\n      <td class="n">4</td>' in table.set_index("id")[["weight"]]._repr_html_()
    mixed = table.assign(note=["90%", *["无"] * 43])[["note", "score"]]._repr_html_()
    assert '<td>90%</td>\n      <td class="n">2</td>' in mixed  # one of a column of texts
    assert '<td class="n">—</td>' in mixed
    assert "（没有内容）" in table.iloc[:0]._repr_html_()
    assert repr(table.iloc[:0]) == "（没有内容）"  # pandas' own words are English
    blocks = table.groupby("level1")[["weight"]].sum()._repr_html_()
    assert "<th>一级指标</th>" in blocks
    assert '<th>部门决策</th>\n      <td class="n">15</td>' in blocks
    assert "<th>7</th>" not in table.sort_values("share")._repr_html_()  # the number of a row is no name


def test_no_names_of_fields_where_a_sentence_is_wanted(objects: dict[str, Any]) -> None:
    card = objects["card"]
    assert repr(card["资金使用合规性"]) == "<资金使用合规性：未发现不符合要求的情况，不扣分；计6分（6分×100%）。>"
    changed = card.what_if({"支出预算执行率": {"weight": 10}})
    assert "<p>93.83分（满分106分），良　" in changed._repr_html_()  # 88.5% of the marks, though above 90
    assert repr(read_standard("完成得满分，否则不得分", weight=8)) == "<8分，读作：达到要求得满分，否则不得分>"
    assert repr(card.case.warnings[1]).endswith("管理制度健全性（预算管理）”：各要素占比之和为75%，不是100%>")


@pytest.mark.parametrize("name", NAMES)
def test_tab_offers_the_charts_and_each_can_be_drawn(objects: dict[str, Any], name: str) -> None:
    completer = IPCompleter(namespace=objects, use_jedi=False)
    text = f"{name}.plot."
    with provisionalcompleter():
        offered = {each.text.rpartition(".")[2] for each in completer.completions(text, len(text))}
    charts = {each for each in offered if not each.startswith("_")}
    assert charts == set(dir(objects[name].plot))
    assert all(f"{chart}()" in repr(objects[name].plot) for chart in charts)
    drawn = [getattr(objects[name].plot, chart)() for chart in charts]
    assert any(isinstance(each, Chart) for each in drawn)
