"""Word, PDF and web pages: what is read of them, what is not, and files that nobody should open."""

from __future__ import annotations

import csv
import itertools
import math
import re
import shutil
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Pt
from layouts import LAYOUTS, Layout, write_docx, write_xlsx
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Side

from perfkit import Case, Library, audit, find_library, load_case, monitor, score
from perfkit.cases.models import EvaluationFile, MonitoringFile
from perfkit.cli import run_cli
from perfkit.documents import load_document, sentences
from perfkit.documents.casefile import _level_key
from perfkit.documents.content import Content, Paragraph
from perfkit.documents.opening import open_ahead, read_content
from perfkit.documents.pages import joined
from perfkit.documents.prose import read_prose
from perfkit.documents.sentences import PATTERNS, flat
from perfkit.documents.words import Sentences, load_words, plain
from perfkit.errors import InputError
from perfkit.report import delivery

with Path(sentences.__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as rows:
    SENTENCES = [*csv.DictReader(rows)]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
REPORT = (
    "某县水务局",
    "2023年度农村饮水项目支出绩效评价报告",
    "某某咨询有限公司",
    "2024 年 5 月",
    "一、项目概况",
    "某县水务局核定编制 46 名，实际在职 44 人。",
    "年初批复预算收入为 500 万元，2023 年年初支出预算为 500 元，其中：基本支出 100 万元，项目支出 400 万元。",
    "调整后全年预算为 520 万元。2023 年实际支出为 494 万元，预算执行率为 95%。",
    "二、评价结论",
    "综合评价得分为 91.5 分，绩效等级为“良”。",
    "三、指标分析",
    "（一）项目产出情况",
    "1.产出数量（60 分）",
    "（1）新建水厂数量（30 分）",
    "全年计划新建水厂 4 座以上，实际新建 4 座。依据评分标准，该项指标得 100%权重分 30 分。",
    "（2）铺设管网长度（30 分）",
    "受汛期影响，管网没有全部铺完。依据评分标准，该项指标得 80%权重分 25.5 分。",
    "（二）项目效益情况",
    "1.社会效益（40 分）",
    "（1）受益群众满意度（40 分）",
    "问卷调查 300 份，目标≥95%，满意度为 92%，低于目标。依据评分标准，该项指标得 90%权重分 36 分。",
    "四、存在的问题",
    "铺设管网长度没有达到计划，主要是施工组织不力。",
    "五、建议",
    "早做准备。",
)


@pytest.fixture(scope="module")
def library(repo: Path) -> Library:
    return find_library(repo / "params" / "cases")


@pytest.fixture(scope="module")
def words(library: Library) -> Sentences:
    return load_words(library).sentences


def read(path: Path) -> Content:
    return read_content(path, path.name)


def report(tmp_path: Path, *texts: str) -> Path:
    tmp_path.mkdir(exist_ok=True)
    return write_docx(Layout([[""]]), tmp_path / "report.docx", before=texts)


def only(path: Path, library: Library) -> Case:
    handed = load_document(path, library)
    assert handed.problems == []
    (case,) = handed.cases
    return case


# ---- sentences -------------------------------------------------------------------------------------------------------

WRITTEN: dict[str, Callable[[str], str]] = {
    "no blanks": lambda text: text.replace(" ", ""),
    "full width": lambda text: text.translate(str.maketrans("0123456789.%", "０１２３４５６７８９．％")),
    "half-width stops": lambda text: text.translate(str.maketrans("，；：（）", ",;:()")),
    "人民币": lambda text: re.sub(r"为 (?=\d+ 万元)", "为人民币", text),
    "colons": lambda text: re.sub(r"为 (?=\d)", "为：", text),
}
"""How one text may be written otherwise."""


@pytest.mark.parametrize("way", WRITTEN)
def test_how_a_text_is_written_changes_no_figure(tmp_path: Path, library: Library, way: str) -> None:
    one = only(report(tmp_path / "1", *REPORT), library)
    other = only(report(tmp_path / "2", *map(WRITTEN[way], REPORT)), library)
    assert [(item.code, item.expected) for item in audit(one)] == [(item.code, item.expected) for item in audit(other)]
    assert indicator_scores(one) == indicator_scores(other)
    stages = ("initial", "initial.income", "initial.basic", "adjusted", "final")
    assert [one.value(f"budget.{each}") for each in stages] == [other.value(f"budget.{each}") for each in stages]


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence["name"])
def test_every_pattern_reads_its_example(sentence: dict[str, str]) -> None:
    found = PATTERNS[sentence["name"]].search(flat(sentence["example"]))
    assert found
    finds = dict(part.split("=", 1) for part in sentence["finds"].split("；") if part)
    assert {name: found[name] for name in finds} == finds


def test_a_report_is_read_from_its_text(tmp_path: Path, library: Library) -> None:
    case = only(report(tmp_path, *REPORT), library)
    assert (case.unit, case.year, case.kind) == ("某县水务局", 2023, "evaluation")
    assert (case.file.evaluator, case.file.date) == ("某某咨询有限公司", "2024年5月")
    assert [i.name for i in case.rubric.indicators] == ["新建水厂数量", "铺设管网长度", "受益群众满意度"]
    assert [i.weight for i in case.rubric.indicators] == [30, 30, 40]
    assert [i.blocks[1] for i in case.rubric.indicators][::2] == ["项目产出/产出数量", "项目效益/社会效益"]
    published = case.file.published
    assert [item.score.value.text for item in published.indicators.values()] == ["30", "25.5", "36"]
    assert published.total.first.where == "正文第10段"
    assert (case.value("staff.established"), case.value("staff.actual")) == (46, 44)
    assert (case.value("budget.adjusted"), case.value("budget.final")) == (5_200_000, 4_940_000)


def test_what_a_report_advises_is_kept_without_the_caption_below(tmp_path: Path, library: Library) -> None:
    case = only(report(tmp_path, *REPORT, "附件：绩效评价指标体系"), library)
    assert case.file.narrative == {"建议": "早做准备。"}
    assert not any("没有写改进措施" in text for text in delivery.lacking(case))


def test_what_does_not_hold_in_a_report_is_found(tmp_path: Path, library: Library) -> None:
    findings = audit(only(report(tmp_path, *REPORT), library))
    found = {(item.code, item.indicator) for item in findings if item.severity in ("error", "warning")}
    assert found == {
        ("unit-slip", None),  # 500 元 for 500 万元
        ("grade-band", None),  # 91.5 is 优
        ("score-rate", "铺设管网长度"),  # 80% of 30 is 24
    }
    assert audit(only(report(tmp_path, *REPORT), library)).summary.published == 91.5


def test_parts_of_the_three_public_expenses_are_not_the_units_money(tmp_path: Path, library: Library) -> None:
    told = (
        "“三公”经费支出 2.05 万元，年初预算为 2.95 万元。其中：因公出国（境）支出 0 万元，年初预算为 0 万元。",
        "一、因公出国（境）经费",
        "2023 年因公出国（境）决算支出 0 万元。",
        "电厂全年上网供电约 8500 万千瓦时，本年支出合计 412.8 万元，其中：基本支出 112.5 万元，项目支出 300.3 万元。",
    )
    case = only(report(tmp_path, "某县某局 2023 年度部门决算", *told), library)
    assert (case.value("three_public.budget"), case.value("three_public.actual")) == (29_500, 20_500)
    assert (case.value("budget.final"), case.value("budget.final.basic")) == (4_128_000, 1_125_000)
    assert case.value("budget.initial") != 0
    assert "8500" not in str(case.file.figures)


def test_an_indicator_is_told_in_one_paragraph_behind_its_weight_and_score(tmp_path: Path, library: Library) -> None:
    told = (
        "（一）项目产出情况（60 分，得 54.6 分）",
        "1.铺设管网长度（分值 30 分，得分 27.6 分）。计划铺设 85 公里，实际铺设 78 公里，完成率为 93.75%。",
        "2.验收合格率（权重 20 分，得 18 分）。抽检工程 60 处，合格 58 处，验收合格率 96.67%，其中 2 处扣 2 分。",
        "3.管理制度健全性（满分：10 分，得分：9 分）。水质台账未建立，根据评分标准扣 1 分，该指标得 9 分。",
        "（二）项目效益情况（40 分，得 40 分）",
        "4.水质提升（10 分，得 10 分）。",
        "5.受益人口（30 分，得 30 分）。受益 2.6 万人。每少 1 万人扣 5 分，扣完为止。",
    )
    front = ("某县2023年农村饮水项目支出绩效评价报告", "2024年5月", "为保障供水，某县水务局于2023年组织实施本项目。")
    case = only(report(tmp_path, *front, "综合评价得分为 94.6 分。", "一、指标分析", *told), library)
    assert case.unit == "某县水务局"
    published = case.file.published
    assert published is not None
    scores = {key: item.score and item.score.value.text for key, item in published.indicators.items()}
    assert scores == {
        "铺设管网长度": "27.6", "验收合格率": "18", "管理制度健全性": "9", "水质提升": "10", "受益人口": "30",
    }  # fmt: skip
    assert {key: level.score and level.score.value.text for key, level in published.levels.items()} == {
        "项目产出": "54.6", "项目效益": "40",
    }  # fmt: skip
    assert case.rubric is not None
    assert [indicator.weight for indicator in case.rubric.indicators] == [30, 20, 10, 10, 30]
    facts = case.facts
    length, passed = facts["铺设管网长度"], facts["验收合格率"]
    figures = (length.target, length.actual, passed.actual)
    assert [figure and figure.value.text for figure in figures] == ["85公里", "78公里", "96.67%"]
    assert [bool(fact.deviation or fact.reason) for fact in facts.values()] == [False, True, True, False, False]
    assert [(finding.code, finding.expected) for finding in audit(case) if finding.code == "equation"] == [
        ("equation", "91.76%")
    ]


def test_indicators_with_codes_and_the_rate_of_their_score_in_the_heading(tmp_path: Path, library: Library) -> None:
    told = (
        "某镇2023年度公路管护项目绩效评价报告", "某镇人民政府负责组织实施本项目。",
        "综合得分：92.45分，等级：良好。", "三、指标分析",
        "（一）过程（满分45分，得分42分，得分率93.33%）",
        "B1 资金到位率（满分25分，得分22分，得分率88%）", "到位率88%。",
        "B2 制度执行（满分20分，得分20分，得分率100%）", "制度健全。",
        "（二）产出（满分55分，得分50.45分，得分率91.73%）",
        "C1 管护里程（满分55分，得分50.45分，得分率91.73%）", "计划管护42公里，实际管护38.5公里，完成率91.67%。",
    )  # fmt: skip
    case = only(report(tmp_path, *told), library)
    published = case.file.published
    assert (case.unit, published.grade.value) == ("某镇人民政府", "良")
    indicators = case.rubric.indicators
    assert [(i.level1, i.name, i.weight) for i in indicators] == [
        ("过程", "资金到位率", 25), ("过程", "制度执行", 20), ("产出", "管护里程", 55),
    ]  # fmt: skip
    assert [published.indicators[i.key].score.value.text for i in indicators] == ["22", "20", "50.45"]
    assert {key: level.score.value.text for key, level in published.levels.items()} == {"过程": "42", "产出": "50.45"}


def test_a_report_in_other_words(tmp_path: Path, library: Library) -> None:
    told = (
        "某市2022年度养老服务补助资金绩效评价报告", "某市民政局", "委托单位：某市财政局", "一、基本情况",
        "编制 45 人，在职 48 人。", "二、评价结论", "经综合评价，项目得分 94.5 分，评价等级为“优”。",
        "三、评价指标分析", "（一）决策类指标", "决策类指标满分 40 分，得 37 分。",
        "绩效目标合理性：分值 40 分，得 37 分。目标与实际差距较大。",
        "（二）效益类指标", "效益类指标满分 60 分，得 57.5 分。",
        "群众满意度：分值 60 分，得 57.5 分。发放问卷200份，收回186份，回收率93%，满意165份，满意度88.71%。",
    )  # fmt: skip
    case = only(report(tmp_path, *told), library)
    published = case.file.published
    assert (case.unit, published.total.value.text, published.grade.value) == ("某市民政局", "94.5", "优")
    assert (case.value("staff.established"), case.value("staff.actual")) == (45, 48)
    assert {key: level.score.value.text for key, level in published.levels.items()} == {
        "决策类": "37",
        "效益类": "57.5",
    }
    assert [indicator.level1 for indicator in case.rubric.indicators] == ["决策类", "效益类"]
    goal, content = case.facts["绩效目标合理性"], case.facts["群众满意度"]
    assert (bool(goal.reason or goal.deviation), content.actual.value.text) == (True, "88.71%")


@pytest.mark.parametrize(
    "told",
    [
        ["A10{i} {name}（{weight} 分）", "{said}。根据评分标准，得 {score} 分。"],
        ["（{i}）{name}：该指标满分 {weight} 分，实际得分 {score} 分。{said}。"],
        ["{i}.{name}，分值 {weight} 分，得 {score} 分，得分率 75%。{said}。"],
        ["指标{i}：{name}（满分 {weight} 分，得分 {score} 分）", "{said}。"],
        ["{name}指标权重 {weight} 分，评价得分 {score} 分。{said}。"],
        ["{i}.{name}", "{said}。该指标分值 {weight} 分，得分 {score} 分。"],
        ["（{i}）{name}", "该项指标满分为 {weight} 分，评价得分为 {score} 分。{said}。"],
        ["{i}.{name}（得分 {score}/{weight}）", "{said}。"],
        ["（{i}）“{name}”指标分值 {weight} 分，本项得分 {score} 分，{said}。"],
        ["{i}、{name}（{weight} 分）。{said}，扣 1 分，得 {score} 分。"],
        ["第{i}，{name}指标。满分 {weight} 分，得 {score} 分。{said}。"],
    ],
)
def test_the_ways_in_which_an_indicator_is_told(tmp_path: Path, library: Library, told: list[str]) -> None:
    known = [("立项依据充分性", "4", "4", "依据充分"), ("立项程序规范性", "4", "3", "没有经过论证")]
    lines = [line.format(i=i, name=name, weight=weight, score=score, said=said)
             for i, (name, weight, score, said) in enumerate(known, start=1) for line in told]  # fmt: skip
    level = "决策类指标满分 8 分，得分 7 分，得分率 87.5%。"
    front = (
        *REPORT[:2],
        "综合评价满分 100 分，得分 7 分，评价得分为 7 分。",
        "一、指标分析",
        "（一）项目决策情况",
        level,
    )
    case = only(report(tmp_path, *front, *lines), library)
    published = case.file.published
    assert published is not None
    assert case.rubric is not None
    assert [(indicator.name, indicator.weight) for indicator in case.rubric.indicators] == [
        ("立项依据充分性", 4), ("立项程序规范性", 4),
    ]  # fmt: skip
    assert [item.score and item.score.value.text for item in published.indicators.values()] == ["4", "3"]
    assert [level.score and level.score.value.text for level in published.levels.values()] == ["7"]
    assert [bool(fact.deviation or fact.reason) for fact in case.facts.values()] == [False, True]


def test_parts_in_brackets_are_not_what_follows_and_the_ends_of_a_tier_are_no_rate(
    tmp_path: Path, library: Library
) -> None:
    texts = (
        "某县图书馆2024年度部门整体支出绩效评价报告",
        "年初预算数90万元（基本支出40万元、项目支出50万元）；全年预算数100万元（基本支出45万元、项目支出55万元）；"
        "全年执行数80万元（基本支出40万元、项目支出40万元）。预算执行率＝80万元÷100万元＝80%。",
        "预算执行率：100%与90%（含）至100%两档得分相同；预算执行率95%（含）-100%的得9分。",
        "经评价，绩效得分为88分，等级为“良”。",
    )
    case = only(report(tmp_path, *texts), library)
    paths = [f"budget.{stage}.project" for stage in ("initial", "adjusted", "final")]
    assert [case.value(path) for path in paths] == [500_000, 550_000, 400_000]
    assert [rate.printed.value.text for rate in case.file.published.rates.values()] in ([], ["80%"])


def test_a_report_in_prose_only_is_held_against_itself(tmp_path: Path, library: Library) -> None:
    """Every rate but that of 三公经费 is wrong, and the levels add up to one point more than the total."""
    texts = (
        "某县水务局2024年度部门整体支出绩效评价报告",
        "某县水务局核定编制50人，年末实有在职人员56人，在职人员控制率为110%。",
        "2024年年初部门预算2320万元，其中基本支出820万元、项目支出1500万元。年中追加预算80万元，调整后全年预算2400万元。"
        "全年实际支出2183.5万元，其中基本支出855万元，项目支出1328.5万元，预算执行率为94.11%。",
        "“三公”经费预算15万元，实际支出12.6万元，完成预算的84%，比上年13.5万元减少0.9万元，下降5.67%。",
        "年末固定资产总额1200万元，在用固定资产1150万元，固定资产利用率为98.53%。",
        "二、评价结论",
        "经评价，部门整体支出绩效得分为88.6分，等级为“良”。投入15分，得14分；过程30分，得26.6分；产出30分，得27分；"
        "效益25分，得22分。",
        "三、主要成绩",
        "完成河道整治36公里，是年度目标30公里的110%。开展执法检查45次，比上年增加5次，增长15%。",
    )
    case = only(report(tmp_path, *texts), library)
    assert case.rubric is not None
    assert [(i.name, i.weight) for i in case.rubric.indicators] == [
        ("投入", 15), ("过程", 30), ("产出", 30), ("效益", 25),
    ]  # fmt: skip
    paths = ("budget.initial", "budget.initial.basic", "budget.adjusted", "budget.final.basic")
    assert [case.value(path) for path in paths] == [23_200_000, 8_200_000, 24_000_000, 8_550_000]
    findings = audit(case)
    errors, asked = (
        {(item.code, item.expected) for item in findings if item.severity == severity}
        for severity in ("error", "question")
    )
    assert errors == {("equation", "12.5%"), ("rate", "112%"), ("rate", "90.98%"), ("score-sum", "89.6")}
    assert asked == {("equation", "6.67%"), ("equation", "95.83%"), ("equation", "120%")}


def test_a_level_without_a_score_is_no_indicator(tmp_path: Path, library: Library) -> None:
    told = (
        "一、绩效指标分析（100分）",
        "（一）投入（20分）",
        "本部分得18分。",
        "（二）过程（80分）",
        "本部分得70.6分。",
    )
    case = only(report(tmp_path, *REPORT[:8], *told), library)
    assert case.unit == "某县水务局"


def test_a_level_is_no_part_of_another_whose_name_ends_like_it() -> None:
    """Below a chapter that names no level: 效益（30分） is 效益指标 of the table, and not its 社会效益指标."""
    known = [("产出指标", "数量指标"), ("效益指标", "社会效益指标"), ("满意度指标", "服务对象满意度指标")]
    for level in ("产出", "效益", "效益指标", "满意度"):
        assert _level_key("绩效目标完成情况", level, known) == f"{level.removesuffix('指标')}指标"
    assert _level_key("效益", "社会效益", known) == "效益指标/社会效益指标"


def test_a_level_with_points_and_nothing_under_it_is_an_indicator(tmp_path: Path, library: Library) -> None:
    told = ("一、评分情况", "（一）决策（40分，得38分）", "1.立项规范性（40分，得38分）", "（二）产出（50分，得45分）",
            "1.培训人数（50分，得45分）", "（三）预算执行（10分，得9.3分）")  # fmt: skip
    case = only(report(tmp_path, *REPORT[:8], "综合评价得分为 92.3 分。", *told), library)
    assert indicator_scores(case) == {"立项规范性": 38, "培训人数": 45, "预算执行": 9.3}
    assert not [finding for finding in audit(case) if finding.code in ("score-sum", "level-sum", "weight-sum")]


@pytest.mark.parametrize(
    ("text", "score", "target", "actual"),
    [
        ("要素一得 10 分，要素二得 20 分，要素三不得分。", "30", None, None),
        ("计划培训 100 人，邀请专家 5 人，实际培训 95 人。", "30", None, None),
        ("计划改造 85 座，实际改造 78 座。", "30", "85座", "78座"),
        ("上年完工率 90%，本年完工率为 95%。", "30", None, "95%"),
        ("年度目标为完工率 100%，实际完工率 95%。", "30", "100%", "95%"),
        ("目标为 90%，实际完工率为 95%。", "30", "90%", "95%"),
        ("完工目标为 90 座，实际完成 85 座。", "30", "90座", "85座"),
    ],
)
def test_what_is_said_of_an_indicator_behind_its_score(
    tmp_path: Path, library: Library, text: str, score: str, target: str | None, actual: str | None
) -> None:
    rest = ("2.其他（60 分，得 60 分）。按时完成。", "二、存在的问题", "上年度评价满分 80 分，得分 70 分，没有整改。")
    told = ("一、指标分析", "（一）产出", f"1.完工率（40 分，得 30 分）。{text}", *rest)
    case = only(report(tmp_path, *REPORT[:8], "综合评价得分为 90 分，其中项目管理绩效得分 27 分。", *told), library)
    assert case.rubric is not None
    assert [(i.name, i.weight) for i in case.rubric.indicators] == [("完工率", 40), ("其他", 60)]
    fact, published = case.facts["完工率"], case.file.published
    assert published.indicators["完工率"].score.value.text == score
    assert [entry.value.text for entry in published.total.entries] == ["90"]
    assert [figure and figure.value.text for figure in (fact.target, fact.actual)] == [target, actual]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("为保障供水，某县水务局于2023年组织实施本项目。", "某县水务局"),
        ("该项目委托某某检测公司具体实施，由某县水务局组织实施。", "某县水务局"),
        ("某县水务局2023年实施本项目，覆盖6个乡镇。", "某县水务局"),
        ("根据县财政局负责组织实施的安排开展。", "未写明单位"),
    ],
)
def test_whose_a_project_is(tmp_path: Path, library: Library, text: str, unit: str) -> None:
    front = ("某县2023年农村饮水项目支出绩效评价报告", "2024年5月", text)
    case = only(report(tmp_path, *front, "综合评价得分为 94.6 分。"), library)
    assert case.unit == unit


def test_the_total_of_another_year_is_not_this_ones(tmp_path: Path, library: Library) -> None:
    texts = ("上年度综合评价得分为 88 分，2021年评价得分为 85 分。", *REPORT[9:])
    case = only(report(tmp_path, *REPORT[:9], *texts), library)
    assert [entry.value.text for entry in case.file.published.total.entries] == ["91.5"]


def test_counts_outside_of_indicators_are_kept(tmp_path: Path, library: Library) -> None:
    case = only(report(tmp_path, *REPORT[:8], "全年供水覆盖行政村 36 个，受益农户 1200 户。", *REPORT[8:]), library)
    assert {name: value.value.text for name, value in case.file.figures.items() if "户" in value.value.text} == {
        "受益农户": "1200户"
    }


def test_a_figure_under_few_words_is_named_by_those_before(tmp_path: Path, library: Library) -> None:
    text = "有 11 位农户享受贷款，累计 350 万元整，补助金额约 20 余万元，经营收入：7.5万元，供水率=36÷40×100%=90%。"
    case = only(report(tmp_path, *REPORT[:8], text, *REPORT[8:]), library)
    figures = {name: value.value.text for name, value in case.file.figures.items() if value.first.where == "正文第9段"}
    assert figures == {"有农户享受贷款，累计": "350万元", "补助金额": "20余万元", "经营收入": "7.5万元"}
    assert list(case.file.published.equations.values()) == ["36÷40×100%＝90%"]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (
            "“三公”经费决算 62.5 万元，完成全年预算 84 万元的 74.4%。",
            {"three_public.actual": 62.5, "three_public.budget": 84},
        ),
        ("“三公”经费预算为 9.6 万元，支出决算为 7.2 万元。", {"three_public.actual": 7.2, "three_public.budget": 9.6}),
        (
            '安排的“三公"经费支出 2.5 万元，年初预算为 2.9 万元。',
            {"three_public.actual": 2.5, "three_public.budget": 2.9},
        ),
        ("“三公”经费财政拨款预算执行数为 8.1 万元。", {"three_public.actual": 8.1}),
        ("年初结转和结余 77.5 万元，本年收入总额为 761 万元。", {}),
        ("全年决算收入 980 万元，加上级补助收入 428 万元。", {"budget.final.income": 980}),
        ("年初项目支出预算 90 万元，年初上级补助收入 30 万元。", {}),
        ("水费 43 万元，占年初预算 100 万元的 43%；资源收入 26 万元。", {"budget.initial.total": 100}),
        ("核定人员编制 71 人，现有在职教师 62 人。", {"staff.established": 71, "staff.actual": 62}),
        ("行政编制 39 名，事业编制 5 名。", {}),
        ("机关本级 187 人（在职在编 139 人、退休 48 人）。", {}),
    ],
)
def test_an_amount_is_of_what_its_sentence_speaks_of(
    tmp_path: Path, library: Library, text: str, paths: dict[str, float]
) -> None:
    case = only(report(tmp_path, *REPORT[:5], text, *REPORT[8:]), library)
    known = "staff.established", "staff.actual", "three_public.budget", "three_public.actual", "budget.final.income"
    read = {
        path: found
        for path in (*known, "budget.initial.total", "budget.initial.income")
        if (found := case.printed(path))
    }
    assert {
        path: round(found.value.value / (1 if "staff" in path else 1e4), 4) for path, found in read.items()
    } == paths


def test_what_is_said_of_an_amount_has_its_name(tmp_path: Path, library: Library) -> None:
    text = "1、收入：792 万元。办案费 12 万元，比 2022 年减少 3 万元，下降 20%。因公出国（境）费 0 万元，"
    text += "退休 5 人，占 10%。"
    case = only(report(tmp_path, *REPORT[:8], text, *REPORT[8:]), library)
    figures = {name: value.value.text for name, value in case.file.figures.items() if value.first.where == "正文第9段"}
    assert figures == {
        "收入": "792万元", "办案费": "12万元", "办案费，比2022年减少": "3万元", "办案费，下降": "20%",
        "因公出国(境)费": "0万元", "退休": "5人", "退休，占": "10%",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("某县石桥乡中心小学2023年度部门整体支出绩效自评报告", "某县石桥乡中心小学"),
        ("某县委员会办公室部门整体支出绩效评价报告", "某县委员会办公室"),
        ("2023年某县水务局管网改造中心项目绩效评价报告", "某县水务局"),
        ("某县第二幼儿园2023年度部门决算公开", "某县第二幼儿园"),
    ],
)
def test_the_unit_of_a_title_is_all_of_its_name(tmp_path: Path, library: Library, title: str, unit: str) -> None:
    assert only(report(tmp_path, title, *REPORT[8:]), library).file.unit.name == unit


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("收回问卷 250 份，其中满意 205 份，居民满意度＝205÷250×100%＝82%。", "82%"),
        ("回收率=250÷260×100%=96.15%，满意率=205÷250×100%=82%，为目标的91.11%。", "82%"),
        ("实际完成 82%，目标值≥90%，完成率 91.11%。", "82%"),
        ("目标任务完成率 91.11%，居民满意度为 82%。", "82%"),
        ("目标≥90%，非常满意的占 50%，满意的占 32%，满意度为 82%。", "82%"),
    ],
)
def test_the_result_of_a_satisfaction_is_no_factor_and_no_completion(
    tmp_path: Path, library: Library, text: str, result: str
) -> None:
    at = next(i for i, line in enumerate(REPORT) if line.startswith("问卷调查"))
    case = only(report(tmp_path, *REPORT[:at], text, *REPORT[at + 1 :]), library)
    fact = case.facts["受益群众满意度"]
    assert fact.actual is not None
    assert fact.actual.value.text == result
    assert ("份" in fact.evidence) == ("份" in text)


def test_a_completion_in_a_heading_is_held_against_the_table(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["monitored"]()
    row = next(row for row in layout.rows if "按期完工率" in row)
    row[4] = "20%"
    texts = (
        "某县教育局",
        "2023年度校舍维修项目绩效运行监控报告",
        "截至 2023 年 9 月 30 日，支出 96 万元，年初预算数 100 万元。",
    )
    layout.rows[:4] = []
    path = write_docx(layout, tmp_path / "report.docx", before=(*texts, "（4）按期完工率 100%", "工程正在收尾。"))
    found = [item for item in audit(only(path, library)) if item.code == "places-differ"]
    assert [(item.severity, item.indicator) for item in found] == [("question", "按期完工率")]


@pytest.mark.parametrize(
    ("text", "spent"),
    [
        ("全年预算2000万元，支出1186.4万元，执行率59.32%。", 11_864_000),
        ("全年预算数为2000万元，到位1800万元，支出共计1186.4万元。", 11_864_000),
        ("截至2023年9月30日，支出1186.4万元，全年预算2000万元。", 11_864_000),
        ("道路维修50万元，支出40万元，全年预算2000万元。", math.nan),
        ("三公经费预算12万元，支出10万元。全年预算2000万元。", math.nan),
    ],
)
def test_what_is_just_spent_behind_the_budget_is_read(
    tmp_path: Path, library: Library, text: str, spent: float
) -> None:
    layout = LAYOUTS["monitored"]()
    layout.rows[:6] = []
    said = ("某县教育局", "2023年度校舍维修项目绩效运行监控报告", "监控节点为截至2023年9月30日。", text)
    state = monitor(only(write_docx(layout, tmp_path / "report.docx", before=said), library))
    assert (state.budget, state.spent) == (20_000_000, pytest.approx(spent, nan_ok=True))


def test_of_years_that_are_equally_common_the_first_is_read(tmp_path: Path, library: Library) -> None:
    years = "、".join(f"{year}年" for year in range(2017, 2024))
    path = report(tmp_path, "某县水务局", "综合评价得分为 91.5 分。", f"{years}均按计划完成。")
    assert only(path, library).year == 2017


def test_units_with_sections_of_their_own_are_cases_of_their_own(tmp_path: Path, library: Library) -> None:
    texts = [
        "某市文化局",
        "2023年度部门整体支出绩效自评报告",
        "甲馆自评得分 90 分；乙馆自评得分 80 分。",
        "一、完成情况",
    ]
    for level in ("1.数量", "2.质量", "3.满意度"):
        texts.append(level)
        for number, unit in enumerate(("甲馆", "乙馆"), start=1):
            texts += [
                f"（{number}）{unit}",
                f"{unit}{level[2:]}指标（{30} 分）：设置指标为 3 场，实际 3 场，自评得分 {30 - number} 分。",
            ]
    handed = load_document(report(tmp_path, *texts), library)
    assert [(case.unit, case.file.published.total.value.value) for case in handed.cases] == [("甲馆", 90), ("乙馆", 80)]
    assert [len(case.rubric.indicators) for case in handed.cases] == [3, 3]


@pytest.mark.parametrize(
    ("said", "rates"),
    [
        ("调整后预算480.5万元", ["预算执行率"]),
        ("调整后480.5万元", ["预算执行率"]),
        ("调整后预算数为480.5万元", ["预算执行率"]),
        ("调整后的预算480.5万元", ["预算执行率"]),
        ("调整预算数480.5万元", ["预算执行率"]),
        ("年中调减39.5万元，实际预算480.5万元", ["预算执行率"]),
        ("年中调整预算39.5万元", []),  # what it came to is not said: of the initial budget nothing is asserted
        ("最终下达480.5万元", []),
        ("资金全部到位", ["预算执行率（以年初预算数为分母）"]),
    ],
)
def test_a_rate_is_held_against_the_budget_as_it_was_changed(
    tmp_path: Path, library: Library, said: str, rates: list[str]
) -> None:
    text = f"项目年初预算520万元，{said}，实际支出431.27万元，预算执行率89.75%。"
    case = only(report(tmp_path, *REPORT[:5], text, *REPORT[9:]), library)
    assert list(case.file.published.rates) == rates
    errors = [item.message for item in audit(case) if item.code == "rate"]
    assert len(errors) == sum("年初" in rate for rate in rates)


def test_a_sentence_behind_the_parts_of_an_amount_speaks_of_the_whole(tmp_path: Path, library: Library) -> None:
    text = (
        "年初预算520万元，其中基本支出120万元，项目支出400万元。全年支出494万元，其中基本支出118万元，"
        "项目支出376万元，预算执行率96%。"
    )
    case = only(report(tmp_path, *REPORT[:5], text, *REPORT[9:]), library)
    paid = ("budget.final.total", "budget.final.basic", "budget.final.project")
    assert [case.value(path) for path in paid] == [4_940_000, 1_180_000, 3_760_000]
    (wrong,) = (item for item in audit(case) if item.code == "rate")
    assert wrong.expected == "95%"


@pytest.mark.parametrize(
    ("said", "totals"),
    [("综合得分91.5分，评价等级为“良”。", [91.5]), ("水厂自评得分30分，等级为优。", []), ("另有91.5分的单位。", [])],
)
def test_a_grade_with_more_points_than_the_indicator_above_is_of_the_whole(
    words: Sentences, said: str, totals: list[float]
) -> None:
    lines = ("2023年度农村饮水项目支出绩效评价报告", "三、指标分析", "（一）产出（60分，得55.5分）",
             "（二）效益（40分，得36分）", said)  # fmt: skip
    (prose,) = read_prose("x", [Paragraph(line, f"正文 {n}段") for n, line in enumerate(lines)], words)
    assert [float(total) for total, _ in prose.totals] == totals
    assert [row.score for row in prose.rows] == ["55.5", "36"]


def test_a_text_that_is_kept_keeps_its_own_signs_and_its_points(tmp_path: Path, library: Library) -> None:
    said = (
        "经综合评价，该项目得分为91.5分（良）。其中：项目产出60分得55.5分，项目效益40分得36分；编制2024年预算5人参加。"
    )
    texts = (
        *REPORT[:5],
        "在职教师44人，编制46名。",
        *REPORT[6:9],
        said,
        *REPORT[10:-3],
        "进度偏慢，铺设管网长度未达到计划；",
        "五、建议",
    )
    case = only(report(tmp_path, *texts), library)
    assert case.file.overview.conclusion == (said,)
    assert case.file.problems[0].text == "进度偏慢，铺设管网长度未达到计划；"
    assert case.value("staff.established") == 46
    levels = case.file.published.levels
    assert {name: level.score.value.value for name, level in levels.items() if level.score} == {
        "项目产出": 55.5,
        "项目效益": 36,
    }
    evidence = case.document.data["facts"]["铺设管网长度"]["evidence"]
    assert evidence.startswith("受汛期影响，管网没有全部铺完。")


def test_an_amount_of_something_else_is_no_budget(words: Sentences) -> None:
    text = "一、概况\n为购买服务支出 20 万元，其中人员经费 3 万元转至乙单位。“三公”经费预算 5 万元，实际支出 4 万元。"
    (prose,) = read_prose("x", [Paragraph(line, f"正文 {n}段") for n, line in enumerate(text.split("\n"))], words)
    assert {path for path, *_ in prose.figures if not path.startswith("figures.")} == {
        "three_public.budget",
        "three_public.actual",
    }


# ---- Word ------------------------------------------------------------------------------------------------------------


def test_changes_are_read_as_accepted_and_said(tmp_path: Path) -> None:
    path = report(tmp_path, "总得分为")
    document = Document(str(path))
    paragraph = document.paragraphs[0]._p
    paragraph.append(parse_xml(f"<w:del {W}><w:r><w:delText>80</w:delText></w:r></w:del>"))
    paragraph.append(parse_xml(f"<w:ins {W}><w:r><w:t>90分</w:t></w:r></w:ins>"))
    document.save(str(path))
    content = read(path)
    assert content.paragraphs[0].text == "总得分为90分"
    assert any("修订" in note.message for note in content.notes)


def test_tables_in_tables_and_text_boxes_are_read_behind_what_holds_them(tmp_path: Path) -> None:
    document = Document()
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "外"
    outer.cell(0, 1).add_table(1, 1).cell(0, 0).text = "内"
    box = f"<w:r {W}><w:pict><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    document.add_paragraph("段")._p.append(parse_xml(box))
    document.save(str(tmp_path / "nested.docx"))
    content = read(tmp_path / "nested.docx")
    assert [[cell.text for cell in grid.cells.values()] for grid in content.grids] == [["外"], ["内"]]
    assert [paragraph.text for paragraph in content.paragraphs] == ["段", "框"]


def add_table(document: Any, rows: list[list[object]]) -> None:
    table = document.add_table(len(rows), len(rows[0]))
    for cell, value in zip((cell for row in table.rows for cell in row.cells), sum(rows, []), strict=True):
        cell.text = str(value)


_LISTED = ["一级指标", "二级指标", "三级指标", "分值", "评分标准", "得分"]


@pytest.mark.parametrize("again", [True, False])
def test_a_table_in_parts_is_one(tmp_path: Path, library: Library, *, again: bool) -> None:
    """A part a level, its heading repeated or not, the second beginning within a block; levels and totals in a third,
    and each indicator in a numbered paragraph. What does not add up is found, and nothing is missed or invented."""
    document = Document()
    texts = ["某区教育局2023年校园改造项目支出绩效评价报告", "三、评价结论", "经综合评价，该项目得分90.5分。"]
    for text in texts:
        document.add_paragraph(text)
    add_table(document, [["一级指标", "分值", "得分", "得分率"], ["决策", 40, 38, "95%"], ["产出", 60, 52.5, "88.5％"],
                         ["合计", 100, 90.5, "90.5%"]])  # fmt: skip
    document.add_paragraph("四、指标分析")
    document.add_paragraph("1.师生满意度。分值20分。满意度86%，目标值≥90%，得18分。")
    document.add_paragraph("附表")
    first = [["决策", "立项", "立项依据充分性", 20, "酌情", 20], ["", "", "立项程序规范性", 20, "酌情", 18]]
    first += [["小计", "", "", 40, "", 38], ["产出", "数量", "改造面积", 30, "酌情", 30]]
    add_table(document, [_LISTED, *first])
    document.add_paragraph("续表")
    second = [["", "质量", "验收合格率", 10, "酌情", 7.5]]
    second += [
        ["", "满意度", "师生满意度", 20, "≥90%得满分，每低1个百分点扣0.5分", 18],
        ["合计", "", "", 100, "", 93.5],
    ]
    add_table(document, [_LISTED, *second] if again else second)
    document.save(str(tmp_path / "报告.docx"))
    handed = load_document(tmp_path / "报告.docx", library)
    (case,) = handed.cases
    assert (handed.known, handed.unknown) == (["表1", "表2", "表3"], [])
    assert case.rubric is not None
    assert [(i.level1, i.level2, i.name) for i in case.rubric.indicators][-2:] == [
        ("产出", "质量", "验收合格率"), ("产出", "满意度", "师生满意度")]  # fmt: skip
    found = {item.code for item in audit(case) if item.severity in ("error", "question")}
    assert found == {"level-sum", "places-differ", "score-rate", "score-sum"}
    (row,) = [row for row in score(case).rows if row.name == "师生满意度"]
    assert "没有按印出的评分标准复算，取所列得分18分" in row.trace, "a standard is printed"
    stated = case.rubric.by_key[row.id].stated(case.rubric.context(case.rubric.by_key[row.id]))
    assert stated == "≥90%得满分，每低1个百分点扣0.5分（计分按：所列得分，没有复算）"


def test_what_stands_above_a_table_and_what_its_sentences_tell(tmp_path: Path, library: Library) -> None:
    """The unit and the unit of money in the line above; of a sentence its one number in the target's unit."""
    document = Document()
    document.add_paragraph("2024年度部门整体支出绩效自评表")
    document.add_paragraph("填报单位（盖章）：某县文化馆    填报日期：2025年3月12日    单位：万元")
    add_table(
        document, [["预算资金", "年初预算", "调整预算", "决算数", "权重", "得分"], ["合计", 598, 600, 570, 10, 9.5]]
    )
    document.add_paragraph("")
    rows = [
        ["一级指标", "三级指标", "绩效目标", "完成情况", "标准分", "自评分", "未完成原因及拟采取措施"],
        ["产出", "免费开放天数", "≥300天", "全年免费开放312天", 20, 20, ""],
        ["产出", "培训文艺骨干", "≥600人次", "培训文艺骨干548人次，完成率91.3%", 30, 27.4, "场馆维修"],
        ["产出", "演出场次", "≥40场", "比计划少演2场", 10, 10, ""],
        ["产出", "演出投入", "≤60万", "全年投入58.5万元", 0, 0, ""],
        ["产出", "完工时间", "2024年12月31日前", "2024年12月20日前全部完成", 10, 10, ""],
        ["效益", "惠及群众", "≥5万人次", "较上年增加1.2万人次", 20, 20, ""],
        ["总分", "", "", "", 100, 96.9, ""],
    ]
    add_table(document, rows)
    document.save(str(tmp_path / "2024.docx"))
    handed = load_document(tmp_path / "2024.docx", library)
    (case,) = handed.cases
    assert (case.unit, case.value("budget.adjusted")) == ("某县文化馆", 6_000_000)
    facts = {name: fact.actual.value.text for name, fact in case.facts.items() if fact.actual}
    assert facts == {"免费开放天数": "312天", "培训文艺骨干": "548人次", "完工时间": "2024年12月20日"}
    assert case.facts["培训文艺骨干"].deviation == "场馆维修"
    assert "“全年免费开放312天”读作312天；只与指标值比较" in " ".join(map(str, handed.warnings))
    found = {(item.code, item.indicator) for item in audit(case) if item.severity in ("error", "warning")}
    assert found == {("missing-actual", "演出场次"), ("missing-actual", "惠及群众"), ("block-weight", None)}
    assert case.facts["演出投入"].actual is None or case.facts["演出投入"].actual.value.text != "58.5万"


def with_footnote(document: Any, paragraph: Any, text: str) -> None:
    paragraph._p.append(parse_xml(f'<w:r {W}><w:footnoteReference w:id="1"/></w:r>'))
    body = f'<w:footnotes {W}><w:footnote w:id="1"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, body.encode(), document.part.package)
    document.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes")


def test_a_footnote_is_read_behind_its_paragraph(tmp_path: Path, library: Library) -> None:
    path = report(tmp_path, *REPORT[:2], "结论见注。", "以上。")
    document = Document(str(path))
    with_footnote(document, document.paragraphs[2], "综合评价得分为 91.5 分。")
    document.save(str(path))
    assert [p.text for p in read(path).paragraphs][2:] == ["结论见注。", "综合评价得分为 91.5 分。", "以上。"]
    assert only(path, library).file.published.total.first.where == "脚注1第1段"


def test_figures_in_parts_that_are_not_read_are_said(tmp_path: Path) -> None:
    """Headers, footers and comments; without figures they are not worth a word."""
    path = report(tmp_path, *REPORT)
    document = Document(str(path))
    document.sections[0].footer.paragraphs[0].text = "第 3 页"
    document.save(str(path))
    assert read(path).notes == []
    document.sections[0].header.paragraphs[0].text = "决算支出 494 万元"
    document.add_comment(document.paragraphs[0].runs[0], "应为 92%")
    document.save(str(path))
    said = [note.message for note in read(path).notes]
    assert [message.partition("，")[0] for message in said] == ["页眉和页脚没有读", "批注没有读"]
    assert "494万元" in said[0]


def test_a_comment_with_a_figure_in_a_workbook_is_said(tmp_path: Path) -> None:
    path = write_xlsx(LAYOUTS["national"](), tmp_path / "form.xlsx")
    book = load_workbook(path)
    book.active["A1"].comment = Comment("实际只花了 90 万元", "审核")  # type: ignore[index,union-attr]
    book.save(path)
    (note,) = read(path).notes
    assert "批注没有读，里面有数，如“90万元”" in note.message


def test_a_form_in_the_annex_of_a_report_is_a_case_beside_it(tmp_path: Path, library: Library) -> None:
    path = write_docx(LAYOUTS["national"](), tmp_path / "both.docx", before=REPORT)
    assert [case.kind for case in load_document(path, library).cases] == ["evaluation", "project_self_evaluation"]


# ---- bad input -------------------------------------------------------------------------------------------------------


def said(path: Path, library: Library) -> str:
    handed = load_document(path, library)
    assert handed.cases == []
    (problem,) = handed.problems
    assert "\n" not in str(problem)
    return str(problem)


@pytest.mark.parametrize(
    ("name", "data", "needle"),
    [
        ("a.docx", b"PK\3\4broken", "已损坏"),
        ("a.pdf", b"%PDF-1.7\nnothing", "已损坏"),
        ("a.pdf", b"%PDF-1.7\n/Encrypt 1 0 R", "加了密码"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "旧版 Word"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "加了密码"),
        ("a.docx", b"{\\rtf1 x}", "RTF"),
        ("a.doc", b"MIME-Version: 1.0\r\n\r\n<html><body>x</body></html>", "MHT"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas"/>', "另存为 .xlsx"),
        ("a.html", b"<html><body></body></html>", "没有可读"),
        ("a.txt", b"\0\1\2", "不是可读的文本"),
        ("a.docx", b"", "0 字节"),
        ("a.pdf", b"GIF89a", "不是可读的文件"),
    ],
)
def test_a_bad_file_costs_one_sentence(tmp_path: Path, library: Library, name: str, data: bytes, needle: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert needle in said(tmp_path / name, library)


def packed(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return path


def test_a_bomb_is_not_opened(tmp_path: Path, library: Library) -> None:
    path = packed(tmp_path / "bomb.docx", word__document_xml=b" " * 250_000_000)
    assert "超过 200 MB 上限" in said(path, library)


def test_an_entity_is_not_expanded(tmp_path: Path, library: Library) -> None:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x"}">' for n in range(12))
    body = f"<!DOCTYPE d [{lines}]><w:document {W}><w:body><w:p><w:r><w:t>&e11;</w:t></w:r></w:p></w:body></w:document>"
    path = packed(tmp_path / "laughs.docx", word__document_xml=body.encode())
    assert len(said(path, library)) < 400


def test_other_files_are_audited_beside_a_bad_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "交来的"
    folder.mkdir()
    write_xlsx(LAYOUTS["national"](), folder / "表.xlsx")
    write_docx(LAYOUTS["sichuan"](), folder / "表.docx")
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7")
    (folder / "旧.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"))
    shutil.copy(folder / "表.xlsx", folder / "错名.pdf")  # read for what it is
    table = tmp_path / "汇总.xlsx"
    assert run_cli(["audit", str(folder), "--summary", str(table)]) == 2
    shown = capsys.readouterr().err
    assert shown.count("读取：") == 3
    assert "坏.pdf" in shown
    assert "旧版 Word 文档" in shown
    rows = list(load_workbook(table).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[0][:2] == ("文件", "读出")
    assert sorted((Path(row[0]).name, row[1]) for row in rows[1:]) == [
        ("坏.pdf", "否"), ("旧.doc", "否"), ("表.docx", "是"), ("表.xlsx", "是"), ("错名.pdf", "是"),
    ]  # fmt: skip


def test_a_target_that_changed_between_documents_is_asked_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = LAYOUTS["declared"]()
    row, column = declared.cell("≥600套")
    declared.rows[row][column] = "≥800套"
    write_xlsx(declared, tmp_path / "申报.xlsx")
    write_xlsx(LAYOUTS["national"](), tmp_path / "自评.xlsx")
    run_cli(["audit", str(tmp_path)])
    assert "申报时目标≥800套（申报.xlsx），自评时目标≥600套" in capsys.readouterr().out


def test_the_forms_that_are_known_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["forms"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("湖北20+80", "云南公开14表", "江西目标对比表", "得分一览表"))


@pytest.mark.parametrize("broken", ["3.1875 个百分点，每降1个百分点扣5%权重分", "15.938%权重分（1.5938分）", "0.54分"])
def test_a_line_that_begins_with_a_decimal_is_no_heading(tmp_path: Path, library: Library, broken: str) -> None:
    at = next(i for i, line in enumerate(REPORT) if line.startswith("问卷调查"))
    lines = ("满意度低于目标95%" + "，" * 40, f"{broken}。依据评分标准，该项指标得90%权重分36分。")
    (tmp_path / "报告.txt").write_text("\n".join([*REPORT[:at], *lines, *REPORT[at + 1 :]]), encoding="utf-8")
    (case,) = load_document(tmp_path / "报告.txt", library).cases
    assert {i.name: i.weight for i in case.rubric.indicators}.popitem() == ("受益群众满意度", 40)


# ---- PDF -------------------------------------------------------------------------------------------------------------


PRINTED: dict[str, tuple[str, ...]] = {"national": (), "third-party": REPORT}
"""Layout → the text in front of it."""


@pytest.fixture(scope="module")
def printed(office: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders with Word files and what LibreOffice prints of them."""
    folder = tmp_path_factory.mktemp("printed")
    for name, before in PRINTED.items():
        path = write_docx(LAYOUTS[name](), folder / f"{name}.docx", before=before)
        document = Document(str(path))
        for table in document.tables:
            table.style = "Table Grid"
        wide = document.add_section()  # its margins are not those of the pages before
        wide.page_width, wide.page_height = wide.page_height, wide.page_width
        wide.left_margin = wide.right_margin = 360_000
        document.add_paragraph("附件：各乡镇水厂一览")
        document.save(str(path))
    return folder, office("pdf", *folder.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("name", PRINTED)
def test_a_pdf_gives_what_its_word_file_gives(printed: tuple[Path, Path], library: Library, name: str) -> None:
    written, made = printed
    word, pdf = only(written / f"{name}.docx", library), only(made / f"{name}.pdf", library)
    assert isinstance(word.file, EvaluationFile)
    assert isinstance(pdf.file, EvaluationFile)
    assert [i.name for i in pdf.rubric.indicators] == [i.name for i in word.rubric.indicators]
    scores = [[item.score.value.value for item in case.file.published.indicators.values()] for case in (word, pdf)]
    assert scores[0] == scores[1]
    assert pdf.value("budget.final") == word.value("budget.final")
    texts = [read(path).paragraphs for path in (written / f"{name}.docx", made / f"{name}.pdf")]
    one, other = ([flat(paragraph.text) for paragraph in paragraphs if paragraph.text] for paragraphs in texts)
    assert one == other


@pytest.mark.slow
def test_a_table_of_a_pdf_stands_where_it_is_printed(
    tmp_path: Path, library: Library, office: Callable[..., Path]
) -> None:
    """The line above a table says its unit; what is below begins a paragraph, and so do letters of another size."""
    document = Document()
    document.add_heading(REPORT[1], 0)
    document.add_paragraph("委托单位：某县财政局")
    document.add_paragraph(f"{'资' * 30}金情况如下（单位：万元）")
    rows = (("资金来源", "全年预算数", "全年执行数", "执行率"), ("年度资金总额", "520", "494", "95%"))
    table = document.add_table(2, 4)
    table.style = "Table Grid"
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.add_paragraph("综合评价得分为 91.5 分，绩效等级为“良”。")
    path = tmp_path / "report.docx"
    document.save(str(path))
    made = office("pdf", path) / "report.pdf"
    assert [type(block).__name__ for block in read(made).blocks] == [*["Paragraph"] * 3, "Grid", "Paragraph"]
    case = only(made, library)
    assert [case.value(f"budget.{stage}") for stage in ("adjusted", "final")] == [5_200_000, 4_940_000]
    assert [entry.value.value for entry in case.file.published.total.entries] == [91.5]


@pytest.mark.slow
def test_what_a_pdf_has_beside_a_table_is_read(tmp_path: Path, office: Callable[..., Path]) -> None:
    book = Workbook()
    sheet, line = book.active, Side("thin")
    assert sheet is not None
    for row in (("资金来源", "全年预算数", "全年执行数"), ("年度资金总额", "520", "494"), ("其中：财政", "500", "480")):
        sheet.append(row)
    for cell in itertools.chain.from_iterable(sheet.iter_rows()):
        cell.border = Border(line, line, line, line)
    sheet["E2"], sheet.column_dimensions["A"].width = "单位：万元", 16
    book.save(tmp_path / "表.xlsx")
    content = read(office("pdf", tmp_path / "表.xlsx") / "表.pdf")
    assert [paragraph.text for paragraph in content.paragraphs] == ["单位：万元"]
    assert [cell.text for cell in content.grids[0].across(2)] == ["年度资金总额", "520", "494"]


@pytest.mark.slow
def test_a_page_that_shows_fewer_columns_of_a_table_goes_on_with_it(
    tmp_path: Path, office: Callable[..., Path]
) -> None:
    document = Document()
    table = document.add_table(80, 3)
    table.style = "Table Grid"
    for number, row in enumerate(table.rows, start=1):
        first, second, third = row.cells
        third.text = str(number)
        if number > 10:
            first.merge(second)
    document.save(str(tmp_path / "长表.docx"))
    (grid,) = read(next(office("pdf", tmp_path / "长表.docx").iterdir())).grids
    assert [(cell.column, cell.text) for cell in grid.across(80) if cell.text] == [(3, "80")]


@pytest.mark.slow
def test_a_title_of_two_lines_is_one_and_its_neighbours_are_others(tmp_path: Path, office: Callable[..., Path]) -> None:
    title = "某市某区水务局2023年度农村饮水安全巩固提升工程项目支出绩效评价报告"
    texts = ("某市某区水务局", title, "某某咨询有限公司")
    document = Document()
    for text in texts:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(text).font.size = Pt(22)
    body = [f"第{i}段：{'按计划完成了年度任务，' * 8}支出{i}万元。" for i in range(1, 5)]
    for text in body:
        document.add_paragraph(text)
    document.save(str(tmp_path / "报告.docx"))
    (pdf,) = office("pdf", tmp_path / "报告.docx").iterdir()
    assert [flat(paragraph.text) for paragraph in read(pdf).paragraphs] == [*map(flat, (*texts, *body))]


@pytest.mark.parametrize(
    ("text", "spent"),
    [
        ("全年预算数600万元，支出590万元。", 5_900_000),
        ("全年预算数600万元。截至2023年9月30日，支出96万元。", 960_000),
        ("全年预算数600万元，全年开展培训3场，支出3万元。", None),
        ("全年预算数600万元。一是开展培训，支出3万元；二是采购设备，支出5万元。", None),
        ("全年预算数600万元。截至2023年9月30日开展培训3场，支出3万元。", None),
        ("年初预算收入500万元，支出480万元。", None),
    ],
)
def test_spending_right_behind_the_budget_is_that_of_the_whole(
    tmp_path: Path, library: Library, text: str, spent: float | None
) -> None:
    case = only(report(tmp_path, "某县水务局2023年度部门整体支出绩效评价报告", text, REPORT[-1]), library)
    assert case.file.budget is not None
    assert (case.value("budget.final") if case.file.budget.final else None) == spent


def test_a_sum_that_the_budget_does_not_keep_is_said_once(tmp_path: Path, library: Library) -> None:
    budget = "年初预算支出合计556.67万元，其中：基本支出74.57万元，项目支出480万元。"
    case = only(report(tmp_path, "某县水务局2023年度部门整体支出绩效评价报告", budget, REPORT[-1]), library)
    assert isinstance(case.file, EvaluationFile)
    assert list(case.file.published.equations.values()) == ["推算：74.57万元＋480万元＝556.67万元"]
    assert [item.code for item in audit(case) if item.severity == "question"] == ["budget-identity"]


def test_a_number_in_open_brackets_begins_no_paragraph() -> None:
    texts = ("任务没有按计划完成（见工作总结第3页、第", "12）。下一年补做。", "3）完善制度。")
    lines = [(text, f"第1页 {n}", False, True) for n, text in enumerate(texts, start=1)]
    assert [paragraph.text for paragraph in joined(lines)] == ["".join(texts[:2]), texts[2]]


def told(path: Path, library: Library) -> tuple[Any, ...]:
    """What is read of a form: levels, targets and results, scores, total, money."""
    case = only(path, library)
    assert case.rubric
    figures = [[figure and str(figure.value) for figure in (f.target, f.actual)] for f in case.facts.values()]
    scores = [item.score and item.score.value.value for item in case.file.published.indicators.values()]
    levels = [(i.level1, i.level2, i.name, i.weight) for i in case.rubric.indicators]
    assert case.file.published.total
    money = [case.value(f"budget.{stage}") for stage in ("initial", "final")]
    return levels, figures, scores, case.file.published.total.value.value, money


@pytest.mark.slow
def test_a_page_may_end_anywhere_in_a_form(tmp_path: Path, library: Library, office: Callable[..., Path]) -> None:
    """Between title and rows, money and indicators, in a row, or in the name of a level; under a head of the pages."""
    for number in (18, 20, 22, 24, 26, 36):
        path = write_docx(LAYOUTS["national"](), tmp_path / f"{number}.docx", before=("一段说明。",) * number)
        document = Document(str(path))
        document.tables[0].style = "Table Grid"
        document.sections[0].header.paragraphs[0].text = "某县财政局"
        document.sections[0].footer.paragraphs[0].text = "某路1号"
        document.save(str(path))

    for pdf in office("pdf", *tmp_path.iterdir()).iterdir():
        assert told(pdf, library) == told(tmp_path / f"{pdf.stem}.docx", library), pdf.stem


@pytest.mark.slow
@pytest.mark.parametrize("name", ["national", "yunnan-names-below", "department-by-nature"])
def test_a_form_printed_from_a_workbook_has_levels_that_pages_cut(
    tmp_path: Path, library: Library, office: Callable[..., Path], name: str
) -> None:
    """Where a page ends within a merged cell no line closes it, and its name stands in the middle: in the margin."""
    path = write_xlsx(replace(LAYOUTS[name](), others={}), tmp_path / "表.xlsx")
    book = load_workbook(path)
    sheet, line = book.active, Side("thin")
    assert sheet is not None
    for row in sheet.iter_rows():
        sheet.row_dimensions[row[0].row].height = 44
        for cell in row:
            cell.border = Border(line, line, line, line)
            cell.alignment = Alignment("center", "center", wrap_text=True)
    for column in "ABCDEFGHIJ":
        sheet.column_dimensions[column].width = 14
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.save(path)
    assert told(office("pdf", path) / "表.pdf", library) == told(path, library)


@pytest.mark.slow
def test_the_total_of_a_table_may_stand_alone_below_its_repeated_head(
    tmp_path: Path, office: Callable[..., Path]
) -> None:
    for number in range(44, 50):
        document = Document()
        table = document.add_table(number + 2, 8)
        table.style = "Table Grid"
        table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))
        rows = [
            ("名称", "目标", "实际", "分值", "得分", "说明", "方式", "佐证"),
            *((f"第{n}项", "≥3次", "3次", "2", "2", "按时完成", "按标准", "有") for n in range(number)),
            ("合计", "", "", "100", "96", "", "", ""),
        ]
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        document.save(str(tmp_path / f"{number}.docx"))
    for pdf in office("pdf", *tmp_path.iterdir()).iterdir():
        (grid,) = read(pdf).grids
        last = [cell.text for cell in grid.across(grid.rows)]
        assert (grid.rows, last) == (int(pdf.stem) + 2, ["合计", "100", "96"])


def test_files_are_opened_ahead_in_their_order_and_none_when_the_reader_stops(tmp_path: Path) -> None:
    paths = [report(tmp_path / str(number), f"第{number}份绩效评价报告") for number in range(5)]
    paths[2].write_bytes(b"")
    before = threading.active_count()
    found = []
    for content_of in open_ahead(paths):
        try:
            found.append(content_of().paragraphs[0].text)
        except InputError as error:
            found.append(error.problems[0].message[:5])
    assert found == ["第0份绩效评价报告", "第1份绩效评价报告", "文件是空的", "第3份绩效评价报告", "第4份绩效评价报告"]
    some = open_ahead(paths)
    next(some)
    some.close()
    assert threading.active_count() == before


# ---- the real reports ------------------------------------------------------------------------------------------------

REAL = {"jiangxi-union-2020": 1, "nanchang-netinfo-2018": 18, "nanchang-union-2022": 39, "qingyunpu-union-2022": 44}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*REAL, "qingyunpu-union-2023-monitoring"])
def test_the_real_reports_are_read_audited_and_imported(
    repo: Path, tmp_path: Path, library: Library, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = repo.parent / "shared" / "documents" / f"{name}.docx"
    if not path.exists():
        pytest.skip("the real reports are not beside this copy")
    cases = load_document(path, library).cases
    indicators = [
        i for case in cases if case.rubric for i in case.rubric.indicators if i.name != "自评总得分" or name in REAL
    ]
    if name in REAL:
        assert len([i for i in indicators if len(cases) == 1 or i.name != "自评总得分"]) == REAL[name]
    assert run_cli(["import", str(path), "-o", str(tmp_path / "case.yaml")]) == 0
    assert run_cli(["check", str(tmp_path)]) == 0
    assert "错误" not in capsys.readouterr().err


OWN = [
    *(name for name in REAL if name != "nanchang-union-2022"),
    *(f"nanchang-union-2022/{unit}" for unit in ("cultural-palace", "headquarters", "publicity-centre")),
    *(f"nanchang-union-2022/{unit}" for unit in ("service-centre", "workers-university", "department")),
    "qingyunpu-union-2023-monitoring",
]


@pytest.fixture(scope="module")
def own(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that is written of the five documents: reports, workbooks, lists of units."""
    out = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repo)
        assert run_cli(["run", "params/cases", "--out", str(out), "--format", "html,docx,xlsx", "-j", "2"]) == 0
        assert run_cli(["portfolio", "params/cases", "--out", str(out)]) == 0
    return out


def indicator_scores(case: Case) -> dict[str, float]:
    assert isinstance(case.file, EvaluationFile)
    printed = case.file.published.indicators
    return {plain(name): item.score.value.value for name, item in printed.items() if item.score}


@pytest.mark.slow
@pytest.mark.parametrize("file", ["report.docx", "report.html", "scores.xlsx"])
@pytest.mark.parametrize("name", OWN)
def test_what_we_write_is_read_back_with_equal_scores_and_no_new_finding(
    repo: Path, own: Path, library: Library, name: str, file: str
) -> None:
    source = load_case(repo / "params" / "cases" / f"{name}.yaml")
    handed = load_document(own / name / file, library)
    assert handed.problems == []
    read = {case.unit: case for case in handed.cases}
    assert {case.year for case in handed.cases} == {source.year}
    if source.kind == "monitoring":
        again = read[source.unit].file
        assert isinstance(again, MonitoringFile)
        assert isinstance(source.file, MonitoringFile)
        assert again.node == source.file.node
        stages, printed = ({g.name: str(g.compared.stage) for g in case.goals if g.compared}
                           for case in (source.file, again))  # fmt: skip
        assert printed == stages
        first, found = ([i for i in audit(case) if i.severity == "error"] for case in (source, *handed.cases))
        errors = {(i.code, i.indicator) for i in first}
        if file != "scores.xlsx":  # which has no table of adjustments
            assert {(i.code, i.indicator) for i in found} == errors
    for unit in (case for case in (source.units or (source,)) if case.rubric and not case.not_applicable):
        card, case = score(unit), read[unit.unit]
        total = case.file.published.total
        assert total is not None
        assert total.value.value == pytest.approx(card.total, abs=0.0051)
        if not source.units:
            known = {plain(row.id): row.score for row in card.rows if not math.isnan(row.score)}
            assert indicator_scores(case) == pytest.approx(known, abs=0.0051)
            assert case.kind == unit.kind
    known = {(item.code, plain(item.indicator or "")) for case in (source, *source.units) for item in audit(case)}
    found = [item for case in handed.cases for item in audit(case)]
    strange = [item for item in found if (item.code, plain(item.indicator or "")) not in known]
    assert [item for item in strange if item.severity != "info"] == []


@pytest.mark.slow
@pytest.mark.parametrize("file", ["scores.xlsx", "portfolio/portfolio.xlsx", "portfolio/report.html"])
def test_lists_of_units_that_we_write_are_read_back(repo: Path, own: Path, library: Library, file: str) -> None:
    handed = load_document(own / file, library)
    totals = {case.unit: case.file.published.total for case in handed.cases}
    cards = [score(load_case(repo / "params" / "cases" / f"{name}.yaml")) for name in OWN[:-2]]
    for card in (card for card in cards if not math.isnan(card.total)):
        total = totals[card.case.unit]
        assert total is not None
        assert total.value.value == pytest.approx(card.total, abs=0.0051)
    assert [item for case in handed.cases for item in audit(case) if item.severity != "info"] == []


_ODD = [
    "约90%",
    "≥90%",
    "—",
    "90%（含）",
    "1 0",
    "10分",
    "10.0.1",
    "N/A",
    "待定",
    "90％",
    "20/20",
    "=SUM(A1)",
    "Ⅲ",
    "½",
    "²",
    "2023年",
]


@pytest.mark.parametrize(
    "heads",
    [
        "一级指标 二级指标 三级指标 分值 指标值 实际完成值 得分 得分率 偏差原因",
        "一级指标 二级指标 三级指标 分值 年度指标值 完成值 自评得分 复核得分 完成率",
        "一级指标 二级指标 三级指标 年初目标值 1-8月目标值 1-8月完成情况 全年预计完成情况 完成目标可能性 备注",
        "预算资金 年初预算 调整预算 执行数 预算执行率 分值 得分 资金结余 说明",
    ],
)
def test_an_odd_cell_is_no_refusal(tmp_path: Path, library: Library, heads: str) -> None:
    """Whatever stands in one cell of a table, the document is read, and the row above as well."""
    usual = ["产出", "数量", "培训人数", "100", "≥500人", "520人", "95", "95%", ""]
    if heads.startswith("一级") and "1-8月" in heads:
        usual = ["产出", "数量", "培训人数", "≥500人", "≥300人", "320人", "510人", "确定能", ""]
    if heads.startswith("预算资金"):
        usual = ["年度资金总额", "100万元", "100万元", "95万元", "95%", "10", "9.5", "5万元", ""]
    for column in range(len(usual)):
        for odd in _ODD[column % 3 :: 3]:
            document = Document()
            document.add_paragraph("某县2023年职业培训项目支出绩效自评报告")
            second = [*usual[:2], usual[2].replace("人数", "场次"), *usual[3:]]
            second[column] = odd
            add_table(document, [heads.split(), usual, second])
            document.save(str(tmp_path / "报告.docx"))
            (case,) = load_document(tmp_path / "报告.docx", library).cases
            assert usual[2].removesuffix("万元") in str(case.file.model_dump()), (heads, column, odd)
