"""Filled forms as units hand them in: three heading variants, three formats, and hostile workbooks."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
import xlwt
from filled import NATIONAL, ROWS, SHANGHAI, SICHUAN, Filled, Row, cells, write
from openpyxl import Workbook, load_workbook

from perfkit import Case, InputError, Library, audit, find_library, load_case, score
from perfkit.cli import run_cli
from perfkit.documents import Form, load_document, read_file
from perfkit.documents.opening import open_content
from perfkit.documents.reader import read_tables
from perfkit.documents.words import load_words
from perfkit.figures.formats import shown_number

HERE = Path(__file__).parent
VARIANTS = {"national": NATIONAL, "sichuan": SICHUAN, "shanghai": SHANGHAI}
RAISED = tuple(replace(row, score=10) if row.name == "建设站点" else row for row in ROWS)
FULL = Filled(adjusted=108, execution_score=10, rate="100%", total=97.5)


@pytest.fixture(scope="module")
def library() -> Library:
    return find_library(HERE)


def form_cases(path: Path, library: Library, profile: str = "national-self-2020") -> list[Case]:
    """The forms of a workbook that has none with a fault."""
    handed = load_document(path, library, profile)
    if handed.problems:
        raise InputError(handed.problems)
    return handed.cases


def read_forms(path: Path, *, library: Library) -> list[Form]:
    """The tables of a file that are recognised, with what is said of the file."""
    content = open_content(path)
    forms = read_tables(content, load_words(library))
    forms[0].problems[:0] = content.notes
    return forms


def read(form: Filled, path: Path, library: Library) -> Form:
    """The one form of a written workbook."""
    (found,) = read_forms(write(form, path), library=library)
    return found


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".csv"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_in_every_format(tmp_path: Path, library: Library, variant: str, ending: str) -> None:
    form = read(Filled(headings=VARIANTS[variant]), tmp_path / f"form{ending}", library)
    assert form.problems == []
    assert (form.project, form.department, form.unit, form.year) == (
        "职工服务项目",
        "某市总工会",
        "某市职工服务中心",
        2023,
    )
    assert (form.labels["goal"], form.labels["result"]) == ("服务职工群众", "基本完成")
    assert form.funds[0].values["adjusted"] == "120万元"
    assert form.funds[0].values["rate"] == "90%"
    assert [row.target for row in form.rows] == ["≥735人次", "≥4个", "=100%", "≥95%", "≥2000人", "≥90%"]
    assert [row.actual for row in form.rows] == ["735人次", "3个", "100%", "95%", "2100人", "92%"]
    assert [row.level2 for row in form.rows][:2] == ["数量指标", "数量指标"]
    assert (form.totals[0][0], form.grades[0][0]) == ("96.5", "优")
    assert form.rows[1].deviation == "选址推迟，次年补建"
    assert form.rows[0].deviation == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"money": "元", "initial": 1_000_000, "adjusted": 1_200_000, "final": 1_080_000},
        {"blank_rows": 3},
        {"index_column": True},
        {"text_numbers": True},
        {"full_width": True},
        {"text_numbers": True, "full_width": True, "index_column": True, "blank_rows": 1},
    ],
    ids=["yuan", "blank rows", "index column", "numbers as text", "full width", "all of it"],
)
@pytest.mark.parametrize("variant", VARIANTS)
def test_untidy_forms_score_as_tidy_ones(tmp_path: Path, library: Library, variant: str, changes: dict) -> None:
    path = write(Filled(headings=VARIANTS[variant]).but(**changes), tmp_path / "form.xlsx")
    (case,) = form_cases(path, library)
    assert score(case).total == pytest.approx(96.5)  # 9 + 20 + 7.5 + 10 + 10 + 30 + 10
    assert case.value("budget.final") == 1_080_000


def test_the_case_file_checks_scores_and_keeps_what_was_printed(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "case.yaml"
    assert run_cli(["import", str(write(Filled(), tmp_path / "form.xlsx")), "-o", str(path)]) == 0
    case = load_case(path, library=library)
    card = score(case)
    assert (card.total, card.grade) == (pytest.approx(96.5), "优")
    assert card.rows[2].trace == "实际完成3个，目标值≥4个，完成率75%，按完成比率计分；计7.5分（10分×75%）。"
    assert case.file.published.total is not None
    entry = case.file.published.total.entries[0]
    assert (entry.where, entry.value.text) == ("自评表第16行", "96.5")
    assert case.file.published.rates["预算执行率"].printed.value.text == "90%"


def test_a_consistent_form_has_nothing_to_find(tmp_path: Path, library: Library) -> None:
    (case,) = form_cases(write(FULL, tmp_path / "form.xlsx"), library)
    assert [item.code for item in audit(case) if item.severity in ("error", "warning", "question")] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total": 98.5}, "score-sum"),
        ({"grade": "良"}, "grade-band"),
        ({"rate": "95%"}, "rate"),
        ({"execution_score": 9, "total": 96.5}, "execution-score"),
        ({"rows": RAISED, "total": 100}, "full-marks-unmet"),
    ],
    ids=["total", "grade", "rate", "execution score", "full marks"],
)
def test_a_planted_error_is_found(tmp_path: Path, library: Library, changes: dict, code: str) -> None:
    (case,) = form_cases(write(FULL.but(**changes), tmp_path / "form.xlsx"), library)
    assert code in {item.code for item in audit(case) if item.severity in ("error", "warning")}


def test_weights_that_miss_100_are_a_finding_not_a_refusal(tmp_path: Path, library: Library) -> None:
    (case,) = form_cases(write(FULL.but(rows=ROWS[:-1], total=87.5, grade=""), tmp_path / "form.xlsx"), library)
    assert "weight-sum" in {item.code for item in audit(case)}


@pytest.mark.parametrize(
    ("place", "value", "needle"),
    [
        ((10, 4), "735", ""),  # the unit is that of the actual value
        ((10, 6), "满分", "自评表!F10：“满分”应是分数"),
        ((5, 4), "一百二十", "自评表!D5：“一百二十”不是金额"),
        ((5, 7), 0.9, "自评表!G5：执行率没有百分号，读作90%"),
        ((10, 5), "=1/0", "自评表!E10：公式没有保存计算结果"),
        ((10, 4), "700、800人次", "自评表!D10：“700、800人次”读不出数量"),
        ((10, 6), "", "自评表!F10：指标“培训人次”没有分值"),
        ((12, 5), 1, "自评表!E12：实际完成值“1”是1%，还是比率写成了小数"),
        ((5, 4), "1,20", "自评表!D5：“1,20万元”读不出数量"),
        ((5, 6), "十", "自评表!F5：“十”应是分数"),
        ((5, 7), "约九成", "自评表!G5：执行率“约九成”不是百分数，没有读；请写成百分数，如 95.5%"),
        ((5, 3), -100, "自评表!C5：金额“-100万元”是负数"),
        (
            (9, 4),
            "计划数",
            "自评表!D9：不认识栏目“计划数”，而表上没有认出“年度指标值”一栏；叫法不同的请加进 params/forms",
        ),
        ((9, 7), "自评结果", "自评表!G9：不认识栏目“自评结果”，而表上没有认出“得分”一栏"),
        ((4, 3), "年初盘子", "自评表!C4：不认识栏目“年初盘子”，而表上没有认出“年初预算数”一栏"),
        ((5, 2), "年度总盘子", "自评表!B5：不认识资金的这一行“年度总盘子”，而表上没有认出“年度资金总额”一行"),
        (
            (16, 1),
            "总得分情况",
            "自评表!A16：不认识这一行“总得分情况”：有分值或得分，没有指标名称，而表上没有认出“总分”一行",
        ),
    ],
)
def test_what_cannot_be_read_is_named_with_its_cell(
    tmp_path: Path, library: Library, place: tuple[int, int], value: object, needle: str
) -> None:
    form = read(Filled(extra={place: value}), tmp_path / "form.xlsx", library)
    if value == "=1/0":
        form = _with_formula(tmp_path, library)
    assert needle in "\n".join(map(str, form.problems))
    assert {problem.severity for problem in form.problems} <= {"warning"}
    (case,) = form_cases(tmp_path / "form.xlsx", library)  # one odd cell never costs the file
    assert len(case.rubric.indicators) >= len(ROWS)


def test_fund_rows_that_do_not_add_up_are_found(tmp_path: Path, library: Library) -> None:
    extra = {(6, 2): "其中：本年一般公共预算拨款", (6, 5): 70, (7, 1): "", (7, 2): "区县配套资金", (7, 5): 48}
    (case,) = form_cases(write(FULL.but(extra=extra), tmp_path / "form.xlsx"), library)
    (found,) = (item for item in audit(case) if item.code == "budget-identity" and item.severity == "error")
    assert "70万元＋48万元＝118万元，印作108万元" in found.message


def test_a_printed_total_of_weights_is_held_against_them(tmp_path: Path, library: Library) -> None:
    handed = load_document(write(FULL.but(extra={(16, 6): 120}), tmp_path / "form.xlsx"), library)
    assert [warning.message for warning in handed.warnings] == ["分值合计印作120，以上各项分值合计100；请核对"]


def test_a_fund_heading_of_which_little_is_known_is_still_one(tmp_path: Path, library: Library) -> None:
    unknown = {(4, 3): "年初盘子", (4, 4): "全年盘子", (4, 5): "花掉数"}
    form = read(Filled(extra=unknown), tmp_path / "form.xlsx", library)
    assert [problem.field for problem in form.problems] == ["自评表!C4", "自评表!D4", "自评表!E4"]
    unknown |= {(4, column): f"栏{column}" for column in (6, 7, 8)}
    form = read(Filled(extra=unknown), tmp_path / "form.xlsx", library)
    assert [(p.field, "有数，没有读" in p.message) for p in form.problems] == [
        ("自评表!B5", True),
        ("自评表!B6", True),
    ]


def test_the_total_stands_where_it_likes(tmp_path: Path, library: Library) -> None:
    swapped = {(5, 2): "当年财政拨款", (6, 2): "合计", (6, 6): 10, (6, 7): "90%", (6, 8): 9}
    parts = {(5, column): "" for column in (6, 7, 8)}
    (case,) = form_cases(write(Filled(extra=swapped | parts), tmp_path / "form.xlsx"), library)
    assert score(case).total == pytest.approx(96.5)
    form = read(Filled(extra={(5, 2): "财政资金"}), tmp_path / "form.xlsx", library)
    assert [
        "自评表!B5：“财政资金”印有分值或得分，而表上没有认出“年度资金总额”一行" in str(p) for p in form.problems
    ] == [True]


@pytest.mark.parametrize("head", [("自评得分", 98), ("自评总分", "98分"), ("自评得分：98", None)])
def test_a_total_in_the_head_is_held_against_the_one_below(
    tmp_path: Path, library: Library, head: tuple[str, object]
) -> None:
    form = Filled(extra={(2, 4): head[0], (2, 5): head[1]})
    (case,) = form_cases(write(form, tmp_path / "form.xlsx"), library)
    found = {item.code: item.printed for item in audit(case) if item.severity == "error"}
    assert found == {"score-sum": "98", "places-differ": "98、96.5"}


def test_an_execution_among_the_indicators_is_held_against_the_money(tmp_path: Path, library: Library) -> None:
    row = dict(zip(range(3, 7), ("预算执行率", "—", "95%", 20), strict=True))
    extra = {(5, column): "" for column in (6, 7, 8)} | {(10, column): value for column, value in row.items()}
    (case,) = form_cases(write(Filled(extra=extra), tmp_path / "form.xlsx"), library)
    (found,) = (item for item in audit(case) if item.code == "rate")
    assert (found.printed, found.expected, found.where) == ("95%", "90%", ("自评表第10行",))


STRANGE = {(6, 2): "省里给的", (6, 3): 40, (6, 4): 40, (6, 5): 40}
"""A fund row of no known name, which is no part by which the total would be made up."""


def test_a_label_merged_over_the_fund_rows_names_none_of_them(tmp_path: Path, library: Library) -> None:
    path = write(Filled(extra=STRANGE), tmp_path / "form.xlsx")
    book = load_workbook(path)
    book["自评表"].merge_cells("A4:A6")
    book.save(path)
    (form,) = read_forms(path, library=library)
    assert [row.name for row in form.funds] == [""]
    assert [problem.field for problem in form.problems] == ["自评表!B6"]


def test_headings_and_fund_rows_of_two_merged_rows_are_read_once(tmp_path: Path, library: Library) -> None:
    columns = range(1, 9)
    extra = {(6, column): "" for column in columns} | {(10, column): "" for column in columns}
    heads = ("一级指标", "二级指标", "三级指标", *NATIONAL)
    extra |= {(9, column): head for column, head in zip(columns, heads, strict=True)}
    path = write(Filled(blank_rows=1, extra=extra), tmp_path / "form.xlsx")
    book = load_workbook(path)
    for column in "BCDEFGH":
        book["自评表"].merge_cells(f"{column}5:{column}6")
        book["自评表"].merge_cells(f"{column}9:{column}10")
    book.save(path)
    (form,) = read_forms(path, library=library)
    assert form.problems == []
    assert [row.row for row in form.funds] == [5]
    assert [row.name for row in form.rows] == [row.name for row in ROWS]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({(9, 9): "处室意见"}, ["自评表!I9：不认识栏目“处室意见”，没有读"]),
        ({(9, 9): "完成值"}, ["自评表!I9：栏目“完成值”与另一栏同类，没有读"]),
        ({(4, 9): "申报数"}, ["自评表!I4：不认识栏目“申报数”，没有读"]),
        (STRANGE, ["自评表!B6：不认识资金的这一行“省里给的”，没有读"]),
        ({(16, 1): "产出部分", (17, 1): "总分", (17, 7): 96.5}, ["自评表!A16：不认识这一行“产出部分”"]),
        ({(9, 9): "评分标准", (9, 10): "备注", (16, 1): "小计", (17, 1): "总分", (17, 7): 96.5}, []),
        ({(6, 2): "资金合计", (6, 3): 110}, ["自评表!B6：这一行与第5行都是“年度资金总额”，没有读"]),
        ({(7, 8): "联系电话", (7, 3): 87654321}, []),
    ],
    ids=["heading", "repeated", "fund heading", "fund row", "row", "usual ones", "second total", "not money"],
)
def test_what_is_passed_over_is_named(
    tmp_path: Path, library: Library, extra: dict[tuple[int, int], object], said: list[str]
) -> None:
    form = read(Filled(grade="", extra=extra), tmp_path / "form.xlsx", library)
    assert len(form.problems) == len(said)
    assert all(text in str(problem) for text, problem in zip(said, form.problems, strict=True))


def test_a_form_without_a_column_of_weights_is_read(tmp_path: Path, library: Library) -> None:
    path = write(Filled(extra={(9, 6): "", (4, 3): ""}), tmp_path / "form.xlsx")
    (form,) = read_forms(path, library=library)
    assert form.problems == []
    (case,) = form_cases(path, library)
    codes = {item.code for item in audit(case)}
    assert not codes & {"weight-sum", "score-exceeds-weight"}  # nothing is said of weights that nobody printed
    assert [row.score for row in form.rows] == ["20", "7.5", "10", "10", "30", "10"]


def test_words_of_a_file_of_ones_own_are_used_beside_the_others(tmp_path: Path, library: Library) -> None:
    shutil.copytree(library.folder, tmp_path / "params")
    words = tmp_path / "params" / "forms" / "a-local.yaml"
    words.write_text("title: 本地的表\nindicators: {columns: {score: [自评结果]}}\n", encoding="utf-8")
    form = read(Filled(extra={(9, 7): "自评结果"}), tmp_path / "form.xlsx", find_library(words))
    assert (form.problems, form.rows[0].score) == ([], "20")
    form = read(Filled(extra={(9, 7): "处室意见"}), tmp_path / "form.xlsx", find_library(words))
    assert "没有认出“得分”一栏" in form.problems[0].message, "the words of the national form are named"


def _with_nature(nature: str, value: str) -> Filled:
    actual = "2023-11-20" if value.startswith("2023") else "735"
    return Filled(headings=SICHUAN, extra={(10, 4): nature, (10, 5): value, (10, 7): actual})


NATURES = [
    ("反向", "735", "≤735人次"),
    ("越小越好", "735", "≤735人次"),
    ("正向指标", "735", "≥735人次"),
    ("正向", "=735", "=735人次"),
    ("≤", "2023年12月31日前", "2023年12月31日前"),
    ("＝", "2023年12月31日", "2023年12月31日"),
    ("定量", "735", "735人次"),
    ("不低于", "≥735", "≥735人次"),
]


@pytest.mark.parametrize(("nature", "value", "target"), NATURES)
def test_the_nature_says_what_is_better(tmp_path: Path, library: Library, nature: str, value: str, target: str) -> None:
    form = read(_with_nature(nature, value), tmp_path / "form.xlsx", library)
    assert (form.problems, form.rows[0].target) == ([], target)


@pytest.mark.parametrize(
    ("nature", "value", "said"),
    [
        ("看情况", "735", "自评表!D10：不认识指标性质“看情况”，不知道是越大越好还是越小越好"),
        ("预期性", "≥735", "自评表!D10：不认识指标性质“预期性”，没有读"),
        ("≤", "≥735", "自评表!D10：指标性质“≤”与 E10 的指标值“≥735”不一致"),
        ("正向", "2023-12-31", "自评表!D10：指标性质“正向”与 E10 的指标值“2023-12-31”不一致"),
        ("反向", "不少于735", "自评表!D10：指标性质“反向”与 E10 的指标值“不少于735”不一致"),
    ],
)
def test_a_nature_that_is_unknown_or_contradicts_is_named(
    tmp_path: Path, library: Library, nature: str, value: str, said: str
) -> None:
    form = read(_with_nature(nature, value), tmp_path / "form.xlsx", library)
    (problem,) = form.problems
    assert said in str(problem)
    assert problem.severity == "warning"


@pytest.mark.parametrize("target", ["2023年12月31日", "2023-12-31", dt.date(2023, 12, 31), "2023年12月31日前"])
@pytest.mark.parametrize(
    ("actual", "late"), [(dt.date(2023, 11, 20), False), ("2023年12月31日", False), ("2024年1月15日", True)]
)
def test_a_date_is_a_last_day(tmp_path: Path, library: Library, target: object, actual: object, late: bool) -> None:
    form = FULL.but(extra={(10, 4): target, (10, 5): actual})
    (case,) = form_cases(write(form, tmp_path / "form.xlsx"), library)
    found = {item.code: item.expected for item in audit(case) if item.severity != "info"}
    assert found.get("full-marks-unmet") == ("0" if late else None)
    assert set(found) == ({"full-marks-unmet", "unmet-without-reason"} if late else set())


def test_part_of_the_points_for_what_came_late_is_no_error(tmp_path: Path, library: Library) -> None:
    """No form prints what a delay costs, so that nothing is asserted of 4 points out of 5."""
    late = {(10, 4): "2023年12月31日前", (10, 5): "2024年1月15日", (10, 7): 8}
    (case,) = form_cases(write(FULL.but(extra=late), tmp_path / "form.xlsx"), library)
    found = {item.code for item in audit(case) if item.severity != "info"}
    assert found == {"score-sum", "unmet-without-reason"}


@pytest.mark.parametrize(
    ("actual", "score", "says"),
    [
        ("达成年度指标", 30, None),
        ("部分达成年度指标并具有一定效果", 30, "完成情况为“部分达成”，得分应占分值的60%（含）至80%，印作30分，占100%"),
        ("未达成", 20, "完成情况为“未达成”，得分应占分值的0%（含）至60%"),
        ("达成", 15, "完成情况为“达成”，得分应占分值的80%（含）至100%（含）"),
        ("部分达成", 20, None),
        ("显著", 15, None),
    ],
)
def test_a_qualitative_score_is_held_against_its_band(
    tmp_path: Path, library: Library, actual: str, score: float, says: str | None
) -> None:
    rows = tuple(replace(row, score=score) if row.level1 == "效益指标" else row for row in ROWS)
    form = FULL.but(rows=rows, extra={(14, 4): "显著", (14, 5): actual, (14, 8): "说明"})
    (case,) = form_cases(write(form, tmp_path / "form.xlsx"), library)
    found = [item.message for item in audit(case) if item.code == "qualitative-band"]
    assert len(found) == (says is not None)
    assert all((says or "") in message for message in found)


def test_a_row_that_says_nothing_is_no_indicator(tmp_path: Path, library: Library) -> None:
    rows = (*ROWS, Row("满意度指标", "其他", "无", "", "", "", "", 0, 0))
    (case,) = form_cases(write(FULL.but(rows=rows), tmp_path / "form.xlsx"), library)
    assert [row.name for row in score(case).rows][1:] == [row.name for row in ROWS]
    assert score(case).total == pytest.approx(97.5)


def test_what_stands_in_for_a_blank_name_is_said(tmp_path: Path, library: Library) -> None:
    form = read(Filled(extra={(2, 2): "", (3, 5): ""}), tmp_path / "form.xlsx", library)
    assert [str(problem).partition("自评表!")[2] for problem in form.problems] == [
        "A2：“项目名称”没有填写，用工作表名“自评表”代替",
        "D3：“实施单位”没有填写，用主管部门“某市总工会”代替",
    ]


@pytest.mark.parametrize(
    ("target", "actual", "read_as"),
    [
        ("不超过780元/㎡", "799.5元/㎡", ("≤780元/㎡", "799.5元/㎡")),
        ("8月31日前", "9月8日", ("2023年8月31日前", "2023年9月8日")),
        ("2023年12月完成", "2023年11月完成", ("2023年12月", "2023年11月")),
        ("2023年9月30日前", "2023年9月30日之前", ("2023年9月30日前", "2023年9月30日")),
        ("2023年9月30日前", "2023年9月底前已完成", ("2023年9月30日前", "2023年9月底")),
        ("20个工作日", "15工作日", ("20个工作日", "15工作日")),
        ("60元/平方米", "58元/㎡", ("60元/平方米", "58元/㎡")),
        ("≤3%", "1", ("≤3%", "1%")),
        ("≥12场", "举办11场", ("≥12场", "11场")),
        ("≥95%", "满意率93.6%", ("≥95%", "93.6%")),
        ("≥350人次", "362人次（超额12人次）", ("≥350人次", "362人次")),
    ],
)
def test_a_value_is_read_as_a_person_reads_it(
    tmp_path: Path, library: Library, target: str, actual: str, read_as: tuple[str, str]
) -> None:
    form = read(FULL.but(extra={(10, 4): target, (10, 5): actual}), tmp_path / "form.xlsx", library)
    assert (form.rows[0].target, form.rows[0].actual, form.rows[0].unusable) == (*read_as, "")


def _with_formula(tmp_path: Path, library: Library):  # noqa: ANN202
    path = write(Filled(), tmp_path / "formula.xlsx")
    book = load_workbook(path)
    book["自评表"]["E10"].value = "=1/0"
    book.save(path)
    (form,) = read_forms(path, library=library)
    return form


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("≥735人次", "印作“≥735人次”，是指标值的写法"),
        ("735场", "印作“735场”，与指标值的单位不同"),
        ("按时完成", "印作“按时完成”，是文字，没有准数"),
    ],
)
def test_a_result_that_cannot_be_compared_keeps_its_score(
    tmp_path: Path, library: Library, value: str, says: str
) -> None:
    (case,) = form_cases(write(FULL.but(extra={(10, 5): value}), tmp_path / "form.xlsx"), library)
    assert score(case).total == pytest.approx(97.5)
    (found,) = (item for item in audit(case) if item.severity in ("error", "warning"))
    assert (found.code, found.where) == ("missing-actual", ("自评表第10行",))
    assert says in found.message


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ("已按期完工", "info"),
        ("全部完成", "info"),
        ("未完成", "warning"),
        ("已", "warning"),
        ("2023年11月30日前已完成", "warning"),
    ],
)
def test_a_deadline_that_is_said_to_be_kept_lacks_only_the_day(
    tmp_path: Path, library: Library, value: str, severity: str
) -> None:
    form = FULL.but(extra={(10, 4): "2023年9月30日前", (10, 5): value})
    (case,) = form_cases(write(form, tmp_path / "form.xlsx"), library)
    (found,) = (item for item in audit(case) if item.code == "missing-actual")
    assert (found.severity, f"印作“{value}”" in found.message) == (severity, True)


@pytest.mark.parametrize(
    ("place", "value", "year"),
    [
        ((1, 1), "2022年项目支出绩效自评表", 2022),
        ((1, 1), "项目支出绩效自评表（2024年度）", 2024),
        ((1, 1), "表号 360000202100001　2023年度自评", 2023),
        ((2, 5), "填报日期：2024年1月10日", 2023),
    ],
)
def test_the_year_is_that_of_the_title(
    tmp_path: Path, library: Library, place: tuple[int, int], value: str, year: int
) -> None:
    assert read(Filled(extra={place: value}), tmp_path / "form.xlsx", library).year == year


def test_findings_name_the_rows_of_the_form(tmp_path: Path, library: Library) -> None:
    rows = tuple(replace(row, reason="") for row in ROWS)
    form = Filled(rows=rows, extra={(6, 4): 130, (6, 5): 100})
    (case,) = form_cases(write(form, tmp_path / "form.xlsx"), library)
    found = {item.code: item for item in audit(case) if item.severity != "info"}
    assert found["unmet-without-reason"].where == ("自评表第11行",)
    assert found["budget-identity"].where == ("自评表第5行", "自评表第6行")
    assert set(found) == {"unmet-without-reason", "budget-identity"}


def test_weights_that_depart_from_the_profile_are_a_finding(tmp_path: Path, library: Library) -> None:
    path = write(Filled(), tmp_path / "form.xlsx")
    (case,) = form_cases(path, library, "hubei-20-80")
    found = [item for item in audit(case) if item.code == "block-weight"]
    assert [(item.printed, item.expected, item.where) for item in found] == [
        ("10", "20", ("自评表第5行",)),
        ("50", "40", ("自评表第10行",)),
    ]


@pytest.mark.parametrize(
    ("denominator", "said"),
    [("budget.adjusted", "÷120万元×100%＝90.00%"), ("budget.initial", "÷100万元×100%＝108.00%")],
)
def test_execution_is_by_the_figure_that_the_profile_names(tmp_path: Path, denominator: str, said: str) -> None:
    shutil.copytree(HERE.parents[1] / "params", tmp_path / "params", ignore=shutil.ignore_patterns("cases"))
    profile = tmp_path / "params" / "profiles" / "national-self-2020.yaml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("denominator: budget.adjusted", f"denominator: {denominator}"), encoding="utf-8")
    form = Filled(initial=100, adjusted=120, final=108)
    (case,) = form_cases(write(form, tmp_path / "form.xlsx"), find_library(profile))
    assert said in score(case)["预算执行率"].trace


@pytest.mark.parametrize(("final", "rate", "found"), [(108, "90%", []), (96, "80%", ["执行率80%，低于90%，没有说明"])])
def test_a_low_execution_asks_for_a_reason(
    tmp_path: Path, library: Library, final: int, rate: str, found: list[str]
) -> None:
    form = Filled(final=final, rate=rate, execution_score=final / 12, total=87.5 + final / 12)
    (case,) = form_cases(write(form, tmp_path / "form.xlsx"), library)
    asked = [item.message for item in audit(case) if item.code == "deduction-unexplained"]
    assert len(asked) == len(found)
    assert all(said in message for said, message in zip(found, asked, strict=True))


def test_a_grade_that_is_none_is_named(tmp_path: Path, library: Library) -> None:
    handed = load_document(write(Filled(grade="甲"), tmp_path / "form.xlsx"), library)
    assert [item.message for item in handed.warnings] == ["第17行的等级“甲”不是优、良、中、差，没有读"]


def test_a_grade_behind_a_colon_is_kept_with_its_row(tmp_path: Path, library: Library) -> None:
    written = [Filled(extra={(17, 1): f"自评等级：{grade}", (17, 2): ""}) for grade in ("优", "甲")]
    kept, named = (load_document(write(form, tmp_path / "form.xlsx"), library) for form in written)
    grade = kept.cases[0].file.published.grade
    assert grade
    assert (grade.value, grade.first.where) == ("优", "自评表第17行")
    assert [item.message for item in named.warnings] == ["第17行的等级“甲”不是优、良、中、差，没有读"]


def test_money_without_a_unit_is_not_guessed(tmp_path: Path, library: Library) -> None:
    form = read(Filled(extra={(4, 1): "项目资金"}), tmp_path / "form.xlsx", library)
    assert any("没有单位：表头没有写（元）或（万元）" in problem.message for problem in form.problems)


def test_a_missing_target_keeps_the_printed_score(tmp_path: Path, library: Library) -> None:
    (case,) = form_cases(write(Filled(extra={(10, 4): "—"}), tmp_path / "form.xlsx"), library)
    row = score(case).rows[1]
    assert (row.status, row.score) == ("declared", 20)
    assert "missing-target" in {item.code for item in audit(case)}


@pytest.mark.parametrize("name", ["national", "split-columns"])
def test_the_empty_official_forms_say_that_they_are_empty(library: Library, name: str) -> None:
    (form,) = read_forms(HERE / f"self-evaluation-{name}.xlsx", library=library)
    assert any("是空白表" in problem.message for problem in form.problems)
    (case,) = form_cases(HERE / f"self-evaluation-{name}.xlsx", library)
    assert [fact.missing for fact in case.facts.values()] == ["没有填写"] * 9
    assert [item.code for item in audit(case)] == ["unfilled"]
    assert score(case).status == "incomplete"


def test_several_sheets_are_several_forms_and_hidden_ones_are_named(tmp_path: Path, library: Library) -> None:
    path = write(Filled(), tmp_path / "book.xlsx")
    book = load_workbook(path)
    book.copy_worksheet(book["自评表"]).title = "第二个"
    book.copy_worksheet(book["自评表"]).title = "藏起来"
    book["藏起来"].sheet_state = "hidden"
    book.save(path)
    forms = read_forms(path, library=library)
    assert [form.sheet for form in forms] == ["自评表", "第二个"]
    assert [(p.field, p.severity) for p in forms[0].problems] == [("藏起来", "warning")]


# ---- hostile workbooks ----


def refused(path: Path, library: Library) -> str:
    """The message with which a file is refused."""
    with pytest.raises(InputError) as caught:
        read_file(path, library)
    return str(caught.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, library: Library) -> None:
    path = write(Filled(), tmp_path / "bomb.xlsx")
    packing = zipfile.ZIP_DEFLATED, True, 1  # the quickest level
    with zipfile.ZipFile(path, "a", *packing) as archive, archive.open("xl/media/bomb.bin", "w") as bomb:
        for _ in range(210):
            bomb.write(b"\0" * 1024 * 1024)
    assert path.stat().st_size < 1024 * 1024
    assert re.search(r"解压|压缩", refused(path, library))


def test_a_large_file_is_refused(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"x" * (21 * 1024 * 1024))
    assert "MB" in refused(path, library)


def test_a_million_rows_are_refused(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "rows.xlsx"
    book = Workbook(write_only=True)
    sheet = book.create_sheet("表")
    for _ in range(25_000):
        sheet.append([1])
    book.save(path)
    assert "上限是 20000 行" in refused(path, library)


@pytest.mark.parametrize("content", [b"", b"no book\0\1", b"PK\3\4broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1junk"])
@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, library: Library, content: bytes, ending: str) -> None:
    path = tmp_path / f"file{ending}"
    path.write_bytes(content)
    assert path.name in refused(path, library)


def test_an_encrypted_or_truncated_xls_says_what_to_do(tmp_path: Path, library: Library) -> None:
    path = write(Filled(), tmp_path / "form.xls")
    whole = path.read_bytes()
    start = whole.index(b"\x09\x08\x10\x00")  # the first record; the next one becomes FILEPASS
    path.write_bytes(whole[: start + 20] + b"\x2f" + b"\x00" + whole[start + 22 :])
    assert "加了密码；请先去掉密码再读" in refused(path, library)
    path.write_bytes(whole[: len(whole) // 2])
    assert "请重新下载" in refused(path, library)


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_a_failed_formula_is_named(tmp_path: Path, library: Library, ending: str) -> None:
    path = write(Filled(extra={(10, 7): "#DIV/0!"}), tmp_path / f"form{ending}")
    if ending == ".xlsx":
        book = load_workbook(path)
        book["自评表"]["G10"].data_type = "e"
        book.save(path)
    assert any("G10" in str(p) and "公式出错" in p.message for p in read_forms(path, library=library)[0].problems)


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """A copy of a workbook with the first `old` in one part replaced."""
    copy = path.with_name(f"changed-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith(part):
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode(), 1)
            target.writestr(name, data)
    return copy


def test_a_forged_sheet_name_leaves_no_folder(tmp_path: Path, library: Library) -> None:
    path = write(Filled(), tmp_path / "form.xlsx")
    forged = changed(path, "workbook.xml", 'name="自评表"', 'name="../../evil"')
    assert "不是可读的文件" in refused(forged, library)
    path = write(Filled(), tmp_path / "form.xls")
    path.write_bytes(path.read_bytes().replace("自评表".encode("utf-16-le"), "../".encode("utf-16-le")))
    assert [form.sheet for form in read_forms(path, library=library)] == [".._"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        ("sheet1.xml", 'r="D10"', 'r="xfd1048576"', "至少有 1048576 行、16384 列"),
        ("sheet1.xml", 'r="D10"', 'r="zz60000"', "至少有 60000 行、702 列"),
        ("sheet1.xml", 'ref="A1:H1"', 'ref="A1:XFD1048576"', "没有读：处理"),
        ("workbook.xml", "<sheet ", '<sheet xmlns:x="urn:x" x:id="rId9" ', None),
        ("workbook.xml", 'r:id="rId1"', 'r:id="rId9"', "不是可读的文件"),
        ("sheet1.xml", "<worksheet", '<!DOCTYPE x [<!ENTITY a "a">]><worksheet', "不是可读的文件"),
        ("sheet1.xml", 'r="D10"', 'r="D1e9"', "不是可读的文件"),
    ],
    ids=["last cell", "far cell", "merged billions", "second id", "no such part", "entity", "no address"],
)
def test_a_small_file_that_asks_for_much_costs_one_sentence(
    tmp_path: Path, library: Library, part: str, old: str, new: str, said: str | None
) -> None:
    path = changed(write(Filled(), tmp_path / "form.xlsx"), part, old, new)
    if said is None:
        assert read_forms(path, library=library)[0].problems == []
    else:
        message = refused(path, library)
        assert said in message
        assert len(message.splitlines()) == 1
    assert read_forms(write(Filled(), tmp_path / "next.xlsx"), library=library)[0].problems == []


@pytest.mark.slow
def test_no_changed_record_of_an_xls_ends_the_process(tmp_path: Path, library: Library) -> None:
    whole = write(Filled(), tmp_path / "form.xls").read_bytes()
    random, path, read_ones = Random(20), tmp_path / "changed.xls", 0
    said: list[str] = []
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(random.choice((1, 2, 8))):
            data[random.randrange(len(data))] = random.randrange(256)
        path.write_bytes(data)
        try:
            read_ones += bool(read_file(path, library).data)
        except InputError as error:
            said.append(str(error))
    assert 0 < read_ones < 150
    assert all("changed.xls" in message for message in said)


# ---- number formats ----


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (12345678, "General", "12345678"),
        (12345678, "#,##0.00_ ", "12345678"),
        (1234.5, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "1234.5"),
        (12345678, "0!.0000", "1234.5678"),
        (12345678, r"0\.0000", "1234.5678"),
        (12345678, '0"."0000', "1234.5678"),
        (12345678, "#,##0!.0000", "1234.5678"),
        (12345678, "0!.0,", "1234.5678"),
        (12345678, '0!.0,"万元"', "1234.5678万元"),
        (12345678, "#,##0.00,", "12345.678"),
        (12345678, "#,##0,.00", "12345.678"),
        (1234567890, '0!.00,,"亿"', "12.3456789亿"),
        (12345678, '[>=100000000]0!.00,,"亿元";[>=10000]0!.0,"万元";0"元"', "1234.5678万元"),
        (5678, '[>=100000000]0!.00,,"亿元";[>=10000]0!.0,"万元";0"元"', "5678元"),
        (-12345678, "0!.0000;-0!.0000", "-1234.5678"),
        (-5, "0;[Red](0)", "-5"),
        (0.905, "0.0%", "90.5%"),
        (0.9, '"≥"0%', "≥90%"),
        (735, '"≥"0"人次"', "≥735人次"),
        (735, "0人", "735人"),
        (735, "G/通用格式人", "735人"),
        (0.5, "# ?/?", "0.5"),
        (1234.5, "0.00E+00", "1234.5"),
        (0, '"加3"', "加3"),
        (12345678, '0"万"0000', None),
        (12345678, "0!.0.0", None),
        (12345678, "0!.0!.0", None),
    ],
)
def test_the_number_that_a_format_shows(value: float, code: str, shown: str | None) -> None:
    assert shown_number(Decimal(str(value)), code.replace("\\\\", "\\")) == shown


@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
@pytest.mark.parametrize(
    ("code", "money"), [("0!.0000", "万元"), ("0!.0,", "万元"), ("#,##0.00,", "千元"), ("General", "元")]
)
def test_amounts_are_read_as_the_sheet_shows_them(
    tmp_path: Path, library: Library, ending: str, code: str, money: str
) -> None:
    form = FULL.but(money=money, initial=1_000_000, adjusted=1_080_000, final=1_080_000)
    path = formatted(form, tmp_path / f"form{ending}", code)
    (case,) = form_cases(path, library)
    assert case.value("budget.final") == pytest.approx(1_080_000)
    assert score(case).total == pytest.approx(97.5)


@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
def test_a_format_that_is_not_understood_is_named(tmp_path: Path, library: Library, ending: str) -> None:
    path = formatted(FULL.but(final=1_080_000), tmp_path / f"form{ending}", '0"万"0000')
    (form,) = read_forms(path, library=library)
    assert any('E5：数字格式“0"万"0000”改变了显示的数' in str(problem) for problem in form.problems)


def formatted(form: Filled, path: Path, code: str) -> Path:
    """The form with a number format on its amounts."""
    if path.suffix == ".xlsx":
        book = load_workbook(write(form, path))
        for row in book["自评表"]["C5:E6"]:
            for cell in row:
                cell.number_format = code
        book.save(path)
        return path
    put, merged = cells(form)
    book, style = xlwt.Workbook(encoding="utf-8"), xlwt.easyxf(num_format_str=code)
    sheet = book.add_sheet("自评表")
    for top, left, bottom, right in merged:
        sheet.merge(top - 1, bottom - 1, left - 1, right - 1)
    for (row, column), value in put.items():
        sheet.write(row - 1, column - 1, value, *([style] if row in (5, 6) and column in (3, 4, 5) else []))
    book.save(str(path))
    return path


@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
def test_saved_results_of_formulas_are_read_and_dates_are_dates(tmp_path: Path, library: Library, ending: str) -> None:
    path = tmp_path / f"form{ending}"
    day = {(10, 4): dt.date(2023, 12, 31), (10, 5): dt.date(2023, 11, 20)}
    if ending == ".xls":
        put, _ = cells(FULL.but(extra=day))
        book, style = xlwt.Workbook(encoding="utf-8"), xlwt.easyxf(num_format_str="yyyy-m-d")
        sheet = book.add_sheet("自评表")
        for (row, column), value in put.items():
            sheet.write(row - 1, column - 1, value, *([style] if isinstance(value, dt.date) else []))
        book.save(str(path))
    else:
        path = changed(
            write(FULL.but(extra=day), path), "sheet1.xml", 'r="G10" t="n"><v>', 'r="G10" t="n"><f>10+10</f><v>'
        )
    (form,) = read_forms(path, library=library)
    assert form.problems == []
    row = next(row for row in form.rows if row.name == "培训人次")
    assert (row.target, row.actual, row.score) == ("2023-12-31", "2023-11-20", "20")


# ---- several forms on a sheet, merged scores ----


def test_a_second_form_below_the_first_is_read(tmp_path: Path, library: Library) -> None:
    first, merged = cells(FULL)
    second, _ = cells(FULL.but(rows=RAISED, total=100))
    down = max(row for row, _ in first) + 2
    put = first | {(row + down, column): value for (row, column), value in second.items()}
    put[2 + down, 2] = "文化活动项目"
    path = tmp_path / "book.xlsx"
    book = Workbook()
    sheet = book.active
    sheet.title = "自评表"
    for (row, column), value in put.items():
        cell = sheet.cell(row, column, value)
        if isinstance(value, str):
            cell.data_type = "s"
    for top, left, bottom, right in merged:
        for by in (0, down):
            sheet.merge_cells(start_row=top + by, start_column=left, end_row=bottom + by, end_column=right)
    book.save(path)
    cases_ = form_cases(path, library)
    assert [case.id for case in cases_] == ["book.xlsx/自评表", "book.xlsx/自评表-2"]
    assert [case.unit for case in cases_] == ["某市职工服务中心"] * 2
    assert ["文化活动项目" in case.file.title for case in cases_] == [False, True]
    assert [score(case).total for case in cases_] == pytest.approx([97.5, 97.5])
    assert [len(case.rubric.indicators) for case in cases_ if case.rubric] == [7, 7]
    wrong = [item for item in audit(cases_[1]) if item.code == "full-marks-unmet"]
    assert [item.where for item in wrong] == [(f"自评表第{11 + down}行",)]


def _with_merged(tmp_path: Path, library: Library, *ranges: str):  # noqa: ANN202
    path = write(FULL, tmp_path / "form.xlsx")
    book = load_workbook(path)
    for area in ranges:
        book["自评表"].merge_cells(area)
    book.save(path)
    (form,) = read_forms(path, library=library)
    return form


def test_weight_and_score_merged_over_two_indicators_count_once(tmp_path: Path, library: Library) -> None:
    form = _with_merged(tmp_path, library, "F10:F11", "G10:G11")
    assert [(row.name, row.weight, row.score) for row in form.rows[:2]] == [
        ("培训人次、建设站点", "20", "20"),
        ("验收合格率", "10", "10"),
    ]
    assert [str(problem).partition("自评表!")[2] for problem in form.problems] == [
        "F10：分值和得分合并在几行上，作为一个指标“培训人次、建设站点”，沿用表上得分"
    ]


def test_a_weight_merged_alone_is_named(tmp_path: Path, library: Library) -> None:
    form = _with_merged(tmp_path, library, "F10:F11")
    assert ["F10：与第10行合用这一格" in str(problem) for problem in form.problems] == [True]


def test_macros_are_named_and_not_run(tmp_path: Path, library: Library) -> None:
    path = write(Filled(), tmp_path / "form.xlsx").rename(tmp_path / "form.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    handed = load_document(path, library)
    assert [item.message for item in handed.warnings] == ["文件含有宏；宏没有运行，只读已有的内容"]


def test_a_workbook_without_a_form_says_so(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "other.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert "没有认得的表" in refused(path, library)


# ---- command line ----


def test_twelve_forms_are_audited_in_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    for number in range(4):
        for variant, headings in VARIANTS.items():
            ending = (".xlsx", ".xls", ".csv", ".xlsx")[number]
            write(FULL.but(headings=headings), folder / f"{variant}-{number}{ending}")
    assert run_cli(["audit", str(folder), "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 12


def test_what_cannot_be_read_does_not_stop_the_audit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], library: Library
) -> None:
    folder = tmp_path / "交来的表"
    folder.mkdir()
    write(FULL, folder / "好.xlsx")
    for copy in ("~$好.xlsx", "._好.xlsx", ".ipynb_checkpoints/好-checkpoint.xlsx"):
        (folder / copy).parent.mkdir(exist_ok=True)
        (folder / copy).write_bytes(b"left behind by a program")
    (folder / "坏.xls").write_bytes(b"no book\0")
    (folder / "坏案例.yaml").write_text("kind: department\nyeer: 2022\n", encoding="utf-8")
    book = load_workbook(write(FULL, folder / "两份.xlsx"))
    sheet = book.copy_worksheet(book["自评表"])
    sheet.title = "坏表"
    sheet["G10"] = "二十"
    book.save(folder / "两份.xlsx")

    assert run_cli(["audit", str(folder), str(tmp_path / "没有.xlsx"), "--format", "json"]) == 2
    shown = capsys.readouterr()
    assert {record["case"] for record in json.loads(shown.out)} == {"好.xlsx", "两份.xlsx/自评表", "两份.xlsx/坏表"}
    assert all(line.startswith(("错误：", "警告：", "读取：")) for line in shown.err.splitlines())
    for name in ("坏.xls", "坏案例.yaml", "坏表!G10", "没有.xlsx 不存在"):
        assert name in shown.err
    assert not any(copy in shown.err for copy in ("~$", "._", "checkpoint"))

    (tmp_path / "只有坏的").mkdir()
    (folder / "坏.xls").rename(tmp_path / "只有坏的" / "坏.xls")
    for form in ("table", "json", "csv"):
        assert run_cli(["audit", str(tmp_path / "只有坏的"), "--format", form]) == 2
        assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("name", "said"), [("自评表.png", "既不是案例文件（.yaml），也不是表格或报告（.xlsx、"),
                                            ("自评表.docx", "不是可读的文件，或已损坏")])  # fmt: skip
def test_a_file_that_is_neither_case_nor_document_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    assert run_cli(["audit", str(tmp_path / name)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name in line
    assert said in line


def test_the_audit_prints_the_warnings_of_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(FULL.but(grade="甲"), tmp_path / "form.xlsx").rename(tmp_path / "form.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    for form in ("table", "json", "csv"):
        run_cli(["audit", str(path), "--format", form])
        shown = capsys.readouterr()
        assert [line.partition("：")[0] for line in shown.err.splitlines()] == ["警告", "警告", "读取"]
        assert "宏没有运行" in shown.err
        assert "宏" not in shown.out


def test_import_updates_what_it_wrote_and_keeps_what_was_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = write(Filled(), tmp_path / "form.xls"), tmp_path / "case.yaml"
    assert run_cli(["import", str(source), "-o", str(target)]) == 0
    assert run_cli(["check", str(target)]) == 0
    written = target.read_text(encoding="utf-8")
    assert run_cli(["import", str(source), "-o", str(target)]) == 0
    assert "没有变化" in capsys.readouterr().out
    assert target.read_text(encoding="utf-8") == written
    target.write_text(written.replace("kind: all_or", "kind: all_or") + "note: 手工添加的话\n", encoding="utf-8")
    write(Filled(total=95.5), source)
    assert run_cli(["import", str(source), "-o", str(target)]) == 0
    assert "由 96.5 改为 95.5" in capsys.readouterr().out
    assert "手工添加的话" in target.read_text(encoding="utf-8")
    assert load_case(target).file.published.total.value.text == "95.5"
    assert run_cli(["import", str(source), "-o", str(target), "--force"]) == 0
    assert "手工添加的话" not in target.read_text(encoding="utf-8")


def test_a_case_is_no_document_to_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, book = (tmp_path / name for name in ("case.yaml", "case.xlsx"))
    assert run_cli(["import", str(write(Filled(), tmp_path / "form.xlsx")), "-o", str(case)]) == 0
    assert run_cli(["convert", str(case), str(book)]) == 0
    assert run_cli(["import", str(book), "-o", str(tmp_path / "again.yaml")]) == 2
    assert "perfkit convert" in capsys.readouterr().err
    assert run_cli(["convert", str(book), str(tmp_path / "again.yaml")]) == 0


def test_an_unknown_profile_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(Filled(), tmp_path / "form.xlsx")
    assert run_cli(["import", str(source), "-o", str(tmp_path / "case.yaml"), "--profile", "hubei-20-8"]) == 2
    assert "是否想写“hubei-20-80”" in capsys.readouterr().err


def _listed(rows: list[list[str]], path: Path, library: Library) -> Case:
    """The case of a plain form with these rows under its heading."""
    book = Workbook()
    heads = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    for row in (["项目支出绩效自评表（2024年度）"], heads, *rows):
        book.active.append(row)
    book.save(path)
    (case,) = form_cases(path, library)
    return case


@pytest.mark.parametrize(("bonus", "penalty"), [("5", "6"), ("加5", "扣6")])
def test_points_beyond_the_full_marks_are_read(tmp_path: Path, library: Library, bonus: str, penalty: str) -> None:
    rows = [
        ["产出指标", "数量指标", "活动场次", "≥20次", "15次", "60", "45"],
        ["效益指标", "满意度指标", "群众满意度", "≥90%", "95%", "40", "40"],
        ["加分项", "加分项", "省级表彰", "", "2项", bonus, "4"],
        ["扣分项", "扣分项", "违规", "", "3处", penalty, "-3"],
        ["总分", "", "", "", "", "100", "86"],
    ]
    case = _listed(rows, tmp_path / "form.xlsx", library)
    card = score(case)
    assert [row.worth for row in card.rows] == ["60", "40", "加5", "扣6"]
    assert [row.score for row in card.rows] == [45, 40, 4, -3]
    assert card.total == pytest.approx(86)
    assert "score-sum" not in {finding.code for finding in audit(case)}


def test_a_penalty_printed_as_points_earned_is_found(tmp_path: Path, library: Library) -> None:
    rows = [
        ["产出指标", "数量指标", "活动场次", "≥20次", "20次", "100", "100"],
        ["扣分项", "扣分项", "违规", "", "3处", "扣6", "3"],
        ["总分", "", "", "", "", "100", "97"],
    ]
    case = _listed(rows, tmp_path / "form.xlsx", library)
    assert {"score-sum", "score-exceeds-weight"} <= {finding.code for finding in audit(case)}
