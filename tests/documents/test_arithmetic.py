"""What a table's own numbers say of each other: the relations that are seen, and the rows that break them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from layouts import Layout, Rows, write_docx

from perfkit import audit
from perfkit.documents.arithmetic import broken_equations
from perfkit.documents.loading import load_document
from perfkit.documents.workbooks import make_grid
from perfkit.figures.cells import Cell
from perfkit.figures.equations import INFERRED, find_equations
from perfkit.rubrics.rubric import find_library

PROJECTS: Rows = [
    ["序号", "项目名称", "预算金额（万元）", "支出金额（万元）", "执行率"],
    ["1", "饮水安全", "1,500", "1328.5", "88.57%"],
    ["2", "河道整治", "300", "285", "95%"],
    ["3", "水库加固", "450", "400", "88.88%"],  # cut off
    ["合计", "", "2,250", "2013.5", "89.49%"],
]
SPENDING: Rows = [
    ["项目", "2024年预算数", "2024年决算数", "完成率"],
    ["因公出国（境）费", "0", "0", "—"],
    ["公务用车购置及运行维护费", "12", "10.5", "87.5%"],
    ["其中：公务用车购置费", "0", "0", "—"],
    ["公务用车运行维护费", "12", "10.5", "87.5%"],
    ["公务接待费", "3", "2.1", "70%"],
    ["合计", "15", "12.6", "84%"],
]
NUMBERED: Rows = [
    ["项目", "年初预算数", "调整数", "调整后预算数"],
    ["一、基本支出", "820", "30", "850"],
    ["（一）人员经费", "700", "20", "720"],
    ["（二）日常公用经费", "120", "10", "130"],
    ["二、项目支出", "1500", "-50", "1450"],
    ["合计", "2320", "-20", "2300"],
]
SUBTOTALS: Rows = [
    ["年份", "上半年", "下半年", "全年"],
    ["甲站", "3", "4", "7"], ["乙站", "5", "6", "11"], ["小计", "8", "10", "18"],
    ["丙站", "1", "2", "3"], ["丁站", "2", "2", "4"], ["小计", "3", "4", "7"], ["总计", "11", "14", "25"],
]  # fmt: skip
ANSWERS: Rows = [
    ["内容", "非常满意", "满意", "一般", "不满意", "满意率"],
    ["水质", "80", "70", "30", "6", "80.65%"],
    ["水压", "60", "80", "40", "6", "75.27%"],
    ["维修", "90", "70", "20", "6", "86.02%"],
]
PRESENT: Rows = [
    ["乡镇", "计划人数", "实到人数", "补助"],
    ["甲乡", "100人", "90人", "3万元"],
    ["乙乡", "80人", "80人", "5000元"],
    ["丙乡", "60人", "55人", "2万元"],
    ["合计", "240人", "225人", "5.5万元"],
]
ANSWERED: Rows = [
    ["内容", "非常满意", "满意", "一般", "不满意", "合计", "满意率"],
    ["水质", "80", "70", "30", "6", "186", "80.65%"],
    ["水压", "60", "80", "40", "6", "186", "75.27%"],
    ["维修", "90", "70", "20", "6", "186", "86.02%"],
]
GROWTH: Rows = [
    ["项目", "上年", "本年", "增减额", "增减率"],
    ["车辆", "11", "10.5", "-0.5", "-4.55%"],
    ["接待", "2.5", "2.1", "-0.4", "-16%"],
    ["合计", "13.5", "12.6", "-0.9", "-6.67%"],
]
GOALS: Rows = [
    ["目标", "计划", "完成", "完成率"],
    ["水厂", "12", "15", "100%"],  # more than was planned
    ["管网", "85", "78", "91.76%"],
    ["水质", "60", "58", "96.67%"],
    ["泵站", "4", "3", "75%"],
]
SHARES: Rows = [
    ["资金来源", "金额（万元）", "比重（%）"],
    ["中央", "200", "16.67"], ["省级", "400", "33.33"], ["市级", "600", "50"], ["合计", "1200", "100"],
]  # fmt: skip
BIDS: Rows = [
    ["标段", "控制价", "中标价", "下浮率"],
    ["一标", "100", "95", "5.0%"], ["二标", "200", "188", "6.0%"], ["三标", "300", "279", "7.0%"],
]  # fmt: skip
MIXED: Rows = [  # the last total is of the first and of the row below it
    ["单位", "项目数", "资金（万元）"],
    ["甲", "3", "120"], ["乙", "2", "80"], ["小计", "5", "200"], ["丙", "1", "50"], ["合计", "6", "250"],
]  # fmt: skip
PEOPLE: Rows = [  # every cell has its unit
    ["单位", "培训人数", "经费", "人均"],
    ["甲局", "100人", "3.5万元", "350元"], ["乙局", "200人", "45,000元", "225元"], ["合计", "300人", "8万元", "267元"],
]  # fmt: skip
KINDS: Rows = [["内容", "数量"], ["办班", "12次"], ["参加", "600人"], ["合计", "700"]]  # of no one kind
CHOICES: Rows = [["从哪些渠道了解政策（可多选）", "人数"], ["电视", "120"], ["网络", "100"], ["合计", "150"]]
ASKED: Rows = [  # the shares are of those who were asked
    ["渠道", "人数", "占比"],
    ["电视", "120", "60%"], ["网络", "90", "45%"], ["社区", "70", "35%"], ["合计", "200", "100%"],
]  # fmt: skip
UNITS: Rows = [  # every row has a unit of its own
    ["指标", "年初目标", "完成情况", "完成率"],
    ["帮扶户数", "2400户", "2460户", "102.50%"], ["资金发放及时率", "100%", "95.12%", "95.12%"],
    ["政策宣传", "12场", "9场", "75.00%"], ["帮扶金额", "500万元", "48,000元", "96.00%"],
]  # fmt: skip
TABLES = {
    "projects": PROJECTS, "spending": SPENDING, "numbered": NUMBERED, "subtotals": SUBTOTALS, "answers": ANSWERS,
    "growth": GROWTH, "goals": GOALS, "shares": SHARES, "bids": BIDS, "mixed": MIXED,
    "present": PRESENT, "answered": ANSWERED,
    "units": UNITS, "people": PEOPLE, "kinds": KINDS, "choices": CHOICES, "asked": ASKED,
}  # fmt: skip


def broken(rows: Rows) -> list[tuple[int, str]]:
    cells = (Cell(r, c, text) for r, row in enumerate(rows, 1) for c, text in enumerate(row, 1) if text)
    return list(broken_equations(make_grid("f.docx", "表1", cells, [])))


def changed(rows: Rows, old: str, new: str) -> Rows:
    assert sum(row.count(old) for row in rows) == 1
    return [[new if text == old else text for text in row] for row in rows]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_holds_says_nothing(name: str) -> None:
    assert broken(TABLES[name]) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("projects", "88.88%", "90.88%", [(4, "400÷450×100%＝90.88%")]),
        ("projects", "2013.5", "2023.5", [(5, "2023.5÷2,250×100%＝89.49%"), (5, "1328.5＋285＋400＝2023.5")]),
        ("spending", "12.6", "12.8", [(7, "0＋10.5＋2.1＝12.8")]),
        ("spending", "70%", "75%", [(6, "2.1÷3×100%＝75%")]),
        ("numbered", "-20", "-30", [(6, "2320＋（-30）＝2300"), (6, "30＋（-50）＝-30")]),
        ("subtotals", "25", "26", [(8, "11＋14＝26"), (8, "18＋7＝26")]),
        ("answers", "75.27%", "77.27%", [(3, "（60＋80）÷（60＋80＋40＋6）×100%＝77.27%")]),
        ("growth", "-6.67%", "-5.67%", [(4, "（-0.9）÷13.5×100%＝-5.67%")]),
        ("goals", "91.76%", "93.75%", [(3, "78÷85×100%＝93.75%")]),
        ("shares", "33.33", "34.33", [(3, "400÷1200×100%＝34.33")]),
        ("bids", "7.0%", "9.0%", [(4, "（300－279）÷300×100%＝9.0%")]),
        ("answered", "75.27%", "77.27%", [(3, "（60＋80）÷186×100%＝77.27%")]),
        ("answered", "20", "25", [(4, "90＋70＋25＋6＝186")]),
        ("units", "75.00%", "85.00%", [(4, "9场÷12场×100%＝85.00%")]),
        ("units", "102.50%", "106.50%", [(2, "2460户÷2400户×100%＝106.50%")]),
        ("mixed", "250", "260", [(6, "200＋50＝260")]),
        ("present", "225人", "235人", [(5, "90人＋80人＋55人＝235人")]),
        ("people", "300人", "310人", [(4, "100人＋200人＝310人")]),
    ],
)
def test_the_row_that_breaks_what_the_others_bear_out(
    name: str, old: str, new: str, found: list[tuple[int, str]]
) -> None:
    assert broken(changed(TABLES[name], old, new)) == found
    told = [read for _, text in found for read in find_equations(INFERRED + text)]
    assert [bool(read.computed) for read in told] == [True] * len(found)


@pytest.mark.parametrize(
    "rows",
    [
        [["栏次", "1", "2", "3"], ["甲", "10", "7", "1"], ["乙", "20", "9", "5"], ["丙", "30", "2", "8"]],
        [["单位", "人数", "平均得分"], ["甲", "10", "90"], ["乙", "20", "80"], ["合计", "30", "85"]],
        [["年度", "2022", "2023"], ["收入", "10", "12"], ["支出", "9", "13"], ["结余", "1", "-1"]],
        [
            ["材料", "数量", "单价", "金额"],
            ["管", "2", "30", "60"],
            ["阀", "3", "50", "150"],
            ["合计", "5", "80", "210"],
        ],
        [["合计", "100"], ["甲", "30"], ["乙", "20"]],
        [
            ["部门", "正职", "副职", "科员"],
            ["甲科", "2", "3", "0"],
            ["乙科", "1", "1", "0"],
            ["丙科", "4", "5", "3"],
            ["丁科", "2", "2", "1"],
        ],
        [
            ["项目", "计划", "实际", "合格率"],
            ["甲", "10", "10", "100%"],
            ["乙", "20", "20", "100%"],
            ["丙", "9", "8", "100%"],
        ],
        [
            ["月份", "当月", "累计"],
            ["1月", "20", "20"],
            ["2月", "30", "50"],
            ["3月", "50", "100"],
            ["合计", "100", "100"],
        ],
        [["甲", "10", "20%"], ["乙", "20", "30%"], ["丙", "30", "50%"]],
        [],
    ],
)
def test_what_only_looks_like_it_is_left_alone(rows: Rows) -> None:
    assert broken(rows) == []


AMOUNTS = st.integers(100, 10**6).filter(lambda number: number not in range(1990, 2100))  # a column of these is years


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=4, max_size=9), st.data())
def test_a_rate_that_is_moved_is_found_and_no_other(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    rates = [int(Fraction(done, plan) * 10_000 + Fraction(1, 2)) for plan, done in pairs]
    rows: Rows = [[f"{plan}", f"{done}", f"{rate / 100:.2f}%"] for (plan, done), rate in zip(pairs, rates, strict=True)]
    assert broken([["计划", "完成", "完成率"], *rows]) == []
    at = data.draw(st.integers(0, len(rows) - 1))
    rows[at][2] = f"{(rates[at] + max(500, rates[at] // 2)) / 100:.2f}%"
    assert [row for row, _ in broken([["计划", "完成", "完成率"], *rows])] == [at + 2]


def test_a_report_with_such_a_table_is_asked_about_it(tmp_path: Path, repo: Path) -> None:
    texts = ("某县水务局", "2023年度部门整体支出绩效评价报告", "综合评价得分为 87.8 分。")
    path = write_docx(Layout(changed(SPENDING, "12.6", "12.8")), tmp_path / "report.docx", before=texts)
    (case,) = load_document(path, find_library(repo / "params" / "cases")).cases
    assert [
        (item.code, item.severity, item.where, item.expected) for item in audit(case) if item.severity != "info"
    ] == [
        ("equation", "question", ("表1第7行",), "12.6"),
    ]
