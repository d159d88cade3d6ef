"""Questionnaires: counts and files of answers, the satisfied share with its interval, and what follows from it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from perfkit import Case, InputError, audit, find_library, report, score
from perfkit.cases.loading import build_case
from perfkit.cases.samples import convert, yaml_text
from perfkit.cases.surveys import Survey
from perfkit.cases.workbook import read_workbook
from perfkit.reading import Document, parse_yaml
from perfkit.report.blocks import Chart

REPO = Path(__file__).parent.parent
CASE = """
kind: evaluation
unit: {name: 某单位}
year: 2024
rubric:
  profile: national-project-2020
  indicators:
    - {level1: 效益, level2: 满意度, name: 职工满意度, weight: 100, rule: {kind: proportional}}
facts: {职工满意度: {target: "≥90%"}}
surveys:
  - {name: 职工问卷, issued: 60份, returned: 55份, satisfied: [很满意, 满意, 一般 60%], indicators: [职工满意度]}
"""
ANSWERS = [["序号", "身份", "对培训", "对服务", "参加过"]]
for i in range(50):
    training, service = "满意" if i < 40 else "不满意", "很满意" if i < 45 else "一般"
    ANSWERS.append([str(i), "在职" if i < 30 else "退休", training, service, "讲座┋体检"])


def case(folder: Path, **survey: Any) -> Case:
    data = parse_yaml(CASE, "x").data
    data["surveys"][0] |= survey
    return build_case(
        Document((folder / "某单位.yaml").as_posix(), data, {}), find_library(REPO / "params/cases"), "甲"
    )


def csv(folder: Path, rows: list[list[str]]) -> str:
    (folder / "答卷.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    return "答卷.csv"


def survey_of(found: Case) -> Survey:
    (survey,) = found.file.surveys
    return survey


def test_answers_of_a_file_give_the_actual_value(tmp_path: Path) -> None:
    """40 of 50 satisfied, and (45 + 5 × 60%) of 50: the mean of 80% and 96% is 88%."""
    found = case(tmp_path, file=csv(tmp_path, ANSWERS), group="身份")
    survey = survey_of(found)
    assert [question.text for question in survey.questions] == ["对培训", "对服务", "参加过"]
    assert survey.questions[2].options == {"讲座": 50, "体检": 50}
    share = survey.share()
    assert share
    assert share.value == pytest.approx(0.88)
    assert share.answers == 50
    assert share.low < 0.88 < share.high
    retired, working = survey.share("退休"), survey.share("在职")
    assert retired
    assert working
    assert retired.value == pytest.approx((10 / 20 + (15 + 5 * 0.6) / 20) / 2)
    assert working.value == 1
    card = score(found)
    assert card.total == pytest.approx(88 / 90 * 100)
    assert "序号" in found.warnings[0].message
    assert found.files[1].name == "答卷.csv"


def test_workbook_and_counts_say_the_same_as_rows(tmp_path: Path) -> None:
    rows = survey_of(case(tmp_path, file=csv(tmp_path, ANSWERS)))
    book = Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("答卷")
    for row in ANSWERS:
        sheet.append(row)
    book.save(tmp_path / "答卷.xlsx")
    assert survey_of(case(tmp_path, file="答卷.xlsx", sheet="答卷")).questions == rows.questions
    counted = [["题目", "选项", "份数"], *([q.text, o, str(n)] for q in rows.questions for o, n in q.options.items())]
    listed = survey_of(case(tmp_path, file=csv(tmp_path, counted)))
    assert listed.questions == rows.questions
    given = [{"text": question.text, "counts": question.options} for question in rows.questions]
    assert survey_of(case(tmp_path, questions=given)).share() == rows.share()


@pytest.mark.parametrize(
    ("survey", "said"),
    [
        ({"valid": "56份"}, "有效56份多于回收55份"),
        ({"valid": "40份"}, "50份回答，多于有效40份"),
        ({"group": "部门"}, "没有“部门”这一列"),
        ({"questions": [{"text": "对食堂"}]}, "没有“对食堂”这一题"),
        ({"satisfied": ["好"]}, "算不出满意度"),
        ({"satisfied": ["满意 120%"]}, "选项加比例"),
        ({"indicators": ["群众满意度"]}, "群众满意度"),
        ({"file": "别的.csv"}, "找不到"),
        ({"file": "别的.xlsx"}, "找不到"),
        ({"file": "", "questions": [{"text": "甲", "counts": {"满意": 1.5}}]}, "不是份数"),
    ],
)
def test_faults_are_named(tmp_path: Path, survey: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        case(tmp_path, **{"file": csv(tmp_path, ANSWERS)} | survey)


@pytest.mark.parametrize(("encoding", "sign"), [("gbk", ","), ("utf-8-sig", ","), ("utf-16", "\t")])
def test_answers_are_read_as_chinese_excel_saves_them(tmp_path: Path, encoding: str, sign: str) -> None:
    (tmp_path / "答卷.csv").write_text("\n".join(sign.join(row) for row in ANSWERS), encoding=encoding)
    found = survey_of(case(tmp_path, file="答卷.csv"))
    assert found.questions == survey_of(case(tmp_path, file=csv(tmp_path, ANSWERS))).questions


def test_a_satisfied_option_that_no_answer_has_is_told(tmp_path: Path) -> None:
    """One that is misspelled would lower the satisfied share unsaid."""
    file = csv(tmp_path, ANSWERS)
    for satisfied, said in ((["很满意", "满意", "一般 60%"], []), (["很满意", "较满意 60%"], ["较满意"])):
        warnings = [found.message for found in case(tmp_path, file=file, satisfied=satisfied).warnings]
        assert [
            name for name in ("很满意", "较满意") if any(f"没有一份答卷选“{name}”" in text for text in warnings)
        ] == said


def test_an_answer_that_is_a_faulty_formula_is_named_and_no_option(tmp_path: Path) -> None:
    book = Workbook()
    for row in ANSWERS:
        book.active.append(row)
    book.active["C3"] = "=1/0"
    book.save(tmp_path / "答卷.xlsx")
    with pytest.raises(InputError, match="Sheet!C3：公式没有保存计算结果"):
        case(tmp_path, file="答卷.xlsx")


def test_a_count_that_is_none_is_named_by_its_line(tmp_path: Path) -> None:
    rows = [["题目", "选项", "份数"], ["甲", "满意", "3"], ["甲", "不满意", "两"]]
    with pytest.raises(InputError, match="第3行"):
        case(tmp_path, file=csv(tmp_path, rows))


def test_two_questionnaires_do_not_give_one_indicator(tmp_path: Path) -> None:
    data = parse_yaml(CASE, "x").data
    data["surveys"][0]["questions"] = [{"text": "甲", "counts": {"满意": 3}}]
    data["surveys"].append(copy.deepcopy(data["surveys"][0]) | {"name": "企业问卷"})
    with pytest.raises(InputError, match="已由问卷“职工问卷”给出"):
        build_case(Document("a.yaml", data, {}), find_library(REPO / "params/cases"), "甲")


def test_a_typed_value_is_held_against_the_answers(tmp_path: Path) -> None:
    data = parse_yaml(CASE, "x").data
    data["surveys"][0]["questions"] = [{"text": "甲", "counts": {"满意": 45, "不满意": 5}}]
    for typed, codes in (("90%", []), ("95%", ["fact-differs"])):
        data["facts"]["职工满意度"]["actual"] = typed
        found = build_case(Document("a.yaml", data, {}), find_library(REPO / "params/cases"), "甲")
        assert [item.code for item in audit(found) if item.code == "fact-differs"] == codes


def test_the_sample_is_known_and_too_small(tmp_path: Path) -> None:
    codes = [item.code for item in audit(case(tmp_path, file=csv(tmp_path, ANSWERS)))]
    assert "scored-without-evidence" not in codes
    assert "sample-too-small" in codes


def test_the_annex_has_every_question_with_a_chart(tmp_path: Path) -> None:
    found = case(tmp_path, file=csv(tmp_path, ANSWERS), group="身份")
    shown = report.surveys(found)
    charts = [part for part in _all(shown) if isinstance(part, Chart)]
    assert len(charts) == 3
    assert "满意40份（80.0%）；不满意10份（20.0%）" in charts[0].alt
    text = shown._repr_html_()
    assert "发放60份，回收55份，有效50份，满意度88.00%（95%置信区间" in text
    assert "满意度＝（很满意＋满意＋一般×60%）÷作答份数，取2道满意度题的平均数" in text
    assert "退休" in text
    assert "发放60份" in report.scores(found)._repr_html_()


def _all(block: Any) -> list[Any]:
    return [block, *(inner for part in getattr(block, "parts", ()) for inner in _all(part))]


def test_a_questionnaire_goes_through_a_workbook(tmp_path: Path) -> None:
    data = parse_yaml(CASE, "x").data
    data["surveys"][0]["questions"] = [{"text": "甲", "counts": {"在职": {"满意": 3}, "退休": {"一般": 1}}}]
    (tmp_path / "a.yaml").write_text(yaml_text(data), encoding="utf-8")
    convert(tmp_path / "a.yaml", tmp_path / "a.xlsx")
    assert read_workbook(tmp_path / "a.xlsx").data["surveys"] == data["surveys"]


def test_questions_that_have_numbers_get_no_others(tmp_path: Path) -> None:
    rows = [[*ANSWERS[0][:2], "3.对培训", *ANSWERS[0][3:]], *ANSWERS[1:]]
    page = report.surveys(case(tmp_path, file=csv(tmp_path, rows), group="身份"))._repr_html_()
    assert [text in page for text in ("1. 3.对培训", "3.对培训", "2. 对服务")] == [False, True, True]
