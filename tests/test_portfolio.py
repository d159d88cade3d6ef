"""Many units side by side: the same from cases, columns and finished reports; tables recomputed by hand."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from perfkit import PerfkitError, Portfolio, load_portfolio, score
from perfkit.cases.loading import sound_cases
from perfkit.cli import run_cli
from perfkit.report.blocks import Chart, Table
from perfkit.report.charts import WIDTH, text_width
from perfkit.report.many import listed, standing
from perfkit.run.batch import run
from perfkit.run.jobs import Options

if TYPE_CHECKING:
    from conftest import Params

RUBRIC = """
profile: small
indicators:
  - {level1: 产出, level2: 数量, name: 培训次数, weight: 60, rule: {kind: proportional}}
  - {level1: 产出, level2: 质量, name: 合格率, weight: 20, rule: {kind: proportional}}
  - {level1: 效益, level2: 满意度, name: 满意度, weight: 20, rule: {kind: judged}}
"""
UNITS = {"甲": (24, 90, 80, 45), "乙": (12, 90, 100, 50), "丙": (24, 45, 50, 30), "丁": (6, 90, 50, 50)}
"""Times of 24, qualified % of 90, judged %, spending of 50; by hand 96, 70, 80, 45 points."""
TOTALS = {"甲": 60 + 20 + 16, "乙": 30 + 20 + 20, "丙": 60 + 10 + 10, "丁": 15 + 20 + 10}


@pytest.fixture
def folder(params: Params) -> Path:
    """Four units of two departments."""
    params.rubric(RUBRIC)
    for name, (times, rate, judged, spent) in UNITS.items():
        parent = "东局" if name in "甲乙" else "西局"
        short = "" if times == 24 else ", deviation: 讲师不足"
        params.write(
            f"cases/{name}.yaml",
            f"""
kind: evaluation
unit: {{name: {name}单位, parent: {parent}}}
year: 2024
rubric: small
budget: {{adjusted: 50万元, final: {spent}万元}}
facts:
  培训次数: {{target: "≥24次", actual: {times}次{short}}}
  合格率: {{target: "≥90%", actual: {rate}%}}
  满意度: {{share: {judged}%, reason: 问卷}}
""",
        )
    return params.folder / "cases"


@pytest.fixture
def portfolio(folder: Path) -> Portfolio:
    return load_portfolio(folder)


def test_totals_ranks_and_grades(portfolio: Portfolio) -> None:
    assert portfolio.ranks.set_index("unit")["total"].to_dict() == {f"{k}单位": v for k, v in TOTALS.items()}
    assert list(portfolio.ranks["unit"]) == ["甲单位", "丙单位", "乙单位", "丁单位"]
    assert list(portfolio.ranks["rank"]) == [1, 2, 3, 4]
    assert list(portfolio.ranks["grade"]) == ["优", "良", "中", "差"]
    assert repr(portfolio) == "<4个单位：4个有得分（优1个、良1个、中1个、差1个）>"


def test_equal_totals_share_a_rank(portfolio: Portfolio) -> None:
    units = portfolio.units.assign(total=[90.0, 80.0, 90.0, 70.0])
    ranks = Portfolio(units, portfolio.indicators).ranks
    assert list(ranks["rank"]) == [1, 1, 3, 4]


def test_levels_are_score_rates(portfolio: Portfolio) -> None:
    row = portfolio.levels.set_index("unit").loc["丙单位"]
    assert row.to_dict() == {"产出": 70 / 80, "效益": 0.5, "score_rate": 0.8}


def test_strengths_and_weaknesses_are_against_the_median(portfolio: Portfolio) -> None:
    table = portfolio.summary.set_index("unit")
    # 培训次数: 1, 0.5, 1, 0.25, median 0.75; 满意度: 0.8, 1, 0.5, 0.5, median 0.65; 合格率: 1, 1, 0.5, 1
    assert table.loc["丁单位", "weaknesses"] == "培训次数（25%，75%）；满意度（50%，65%）"
    assert table.loc["乙单位", "strengths"] == "满意度（100%，65%）"
    assert table.loc["丙单位", "weaknesses"] == "合格率（50%，100%）；满意度（50%，65%）"


def test_common_problems_have_the_reasons_that_cases_give(portfolio: Portfolio) -> None:
    table = portfolio.common_problems.set_index("id")
    assert list(table.index) == ["培训次数", "满意度", "合格率"]  # 18.75, 6 and 2.5 points lost on average
    assert table.loc["培训次数", ["units", "losing", "lost", "reasons"]].to_list() == [4, 2, 18.75, "讲师不足（2）"]
    assert table.loc["满意度", "reasons"] == "问卷（3）"


def test_what_all_units_have_full_marks_in(portfolio: Portfolio) -> None:
    assert portfolio.easy.empty
    best = portfolio.filter(lambda unit: unit.total >= 80)  # 甲 and 丙: 24 of 24 times both
    assert best.easy[["id", "weight", "units"]].to_numpy().tolist() == [["培训次数", 60, 2]]
    assert portfolio.filter(grade="优").easy.empty  # one unit is no comparison


def test_money_against_performance(portfolio: Portfolio) -> None:
    # execution 0.9, 1, 0.6, 1, median 0.95; score rates 0.96, 0.7, 0.8, 0.45, median 0.75
    assert portfolio.quadrants.set_index("unit")["quadrant"].to_dict() == {
        "甲单位": "执行较低、得分不低", "乙单位": "执行不低、得分较低", "丙单位": "执行较低、得分不低",
        "丁单位": "执行不低、得分较低",
    }  # fmt: skip


def test_parts(portfolio: Portfolio) -> None:
    groups = portfolio.group("主管部门")
    assert {name: list(part.units["unit"]) for name, part in groups.items()} == {
        "西局": ["丁单位", "丙单位"],
        "东局": ["乙单位", "甲单位"],
    }
    portfolio.units.loc[portfolio.units["unit"] == "丁单位", "parent"] = None
    assert set(portfolio.group("parent")) == {"—", "西局", "东局"}
    assert list(portfolio.filter(grade="优").units["unit"]) == ["甲单位"]
    assert list(portfolio.filter(等级="优").units["unit"]) == ["甲单位"]
    low = portfolio.filter(lambda unit: unit.total < 75)
    assert sorted(low.indicators["case"].unique()) == ["丁", "乙"]
    assert low["丁单位"].total == 45
    with pytest.raises(PerfkitError, match="没有“区县”这一列"):
        portfolio.group("区县")
    with pytest.raises(PerfkitError, match="没有“戊单位”的计分"):
        portfolio["戊单位"]


def test_one_change_to_all(portfolio: Portfolio) -> None:
    changed = portfolio.what_if({"培训次数": {"weight": 20}})  # 20 instead of 60 points: out of 60 in all
    totals = changed.ranks.set_index("unit")["total"].to_dict()
    assert totals == {"甲单位": 20 + 20 + 16, "乙单位": 10 + 20 + 20, "丙单位": 20 + 10 + 10, "丁单位": 5 + 20 + 10}
    assert list(changed.ranks["unit"]) == ["甲单位", "乙单位", "丙单位", "丁单位"]  # 乙 and 丙 change places
    with pytest.raises(PerfkitError, match="没有“出勤率”这个指标"):
        portfolio.what_if({"出勤率": {"weight": 20}})


def test_reports_give_the_same_as_their_cases(folder: Path, portfolio: Portfolio, repo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run([folder], out, Options(project=repo)).ok
    again = load_portfolio(out)
    for name in ("ranks", "levels", "summary", "scores", "quadrants", "findings"):
        ours, theirs = (getattr(each, name).sort_values("unit").reset_index(drop=True) for each in (portfolio, again))
        pd.testing.assert_frame_equal(ours.drop(columns="parent", errors="ignore"),
                                      theirs.drop(columns="parent", errors="ignore"), check_dtype=False)  # fmt: skip
    pd.testing.assert_frame_equal(portfolio.common_problems, again.common_problems, check_dtype=False)


def test_a_case_that_was_reported_twice_counts_once(folder: Path, repo: Path, tmp_path: Path) -> None:
    out, case = tmp_path / "out", folder / "甲.yaml"
    assert run([folder], out / "client", Options(project=repo)).ok
    case.write_text(case.read_text(encoding="utf-8").replace("actual: 24次", "actual: 12次"), encoding="utf-8")
    assert run([folder], out, Options(project=repo)).ok
    again = load_portfolio(out)
    assert len(again.summary) > 0
    assert again.ranks.set_index("unit")["total"].to_dict() == {f"{k}单位": v for k, v in TOTALS.items()} | {
        "甲单位": 66
    }


def test_cases_of_one_name_stay_apart(folder: Path, repo: Path, tmp_path: Path) -> None:
    (tmp_path / "2023").mkdir()
    case = tmp_path / "2023" / "甲.yaml"
    case.write_text((folder / "甲.yaml").read_text(encoding="utf-8").replace("2024", "2023"), encoding="utf-8")
    both = load_portfolio([folder / "甲.yaml", case])
    assert (both["甲"].case.year, both["甲（2）"].case.year) == (2024, 2023)
    assert both.over_years()["step"].to_list() == [0]
    assert run([folder / "甲.yaml"], tmp_path / "out" / "2024", Options(project=repo)).ok
    assert run([case], tmp_path / "out" / "2023", Options(project=repo)).ok
    assert load_portfolio(tmp_path / "out").over_years()["step"].to_list() == [0]
    changed = both["甲"].what_if({"培训次数": {"actual": "12次"}})
    assert load_portfolio([both["甲"], changed]).ranks["total"].to_list() == [96, 66]


def test_columns_give_the_same_as_cases(folder: Path, portfolio: Portfolio) -> None:
    rubric = score(folder / "甲.yaml").rubric
    wide = pd.DataFrame(
        {
            "培训次数": [float(unit[0]) for unit in UNITS.values()],
            "培训次数.target": [24.0] * 4,
            "培训次数.operator": ["≥"] * 4,
            "合格率": [unit[1] / 100 for unit in UNITS.values()],
            "合格率.target": [0.9] * 4,
            "合格率.operator": ["≥"] * 4,
            "满意度.share": [unit[2] / 100 for unit in UNITS.values()],
        },
        index=[f"{name}单位" for name in UNITS],
    )
    ranks = load_portfolio(wide, rubric).ranks
    assert ranks.set_index("unit")["total"].to_dict() == portfolio.ranks.set_index("unit")["total"].to_dict()
    assert list(ranks["grade"]) == list(portfolio.ranks["grade"])
    with pytest.raises(PerfkitError, match="没有可核验的文件"):
        _ = load_portfolio(wide, rubric).findings
    with pytest.raises(PerfkitError, match="哪个指标体系"):
        load_portfolio(wide)


def test_tables_show_chinese_heads_and_keep_their_names(portfolio: Portfolio) -> None:
    for name in ("units", "ranks", "summary", "common_problems", "distribution", "quadrants", "findings"):
        table = getattr(portfolio, name)
        assert all(head.isascii() for head in table.columns)
        shown = table.sort_values(table.columns[0])._repr_html_()
        assert f"<th>{table.columns[0]}</th>" not in shown
        assert "nan" not in shown.lower()


def test_many_rows_are_shown_by_their_ends(portfolio: Portfolio) -> None:
    long = portfolio.units.iloc[[0] * 400]
    assert "共400行，只列出首尾各30行" in repr(long)
    shown = long._repr_html_()
    assert "共400行，只列出首尾各150行" in shown
    assert shown.count("<tr>") == 300


def test_excel(portfolio: Portfolio, tmp_path: Path) -> None:
    portfolio.to_excel(tmp_path / "many.xlsx")
    book = openpyxl.load_workbook(tmp_path / "many.xlsx")
    sheets = ["排名", "强项弱项", "分级得分率", "指标得分", "共性问题", "等级分布", "执行与绩效", "数据核验"]
    assert book.sheetnames == sheets
    head, first, *_ = book["排名"].values
    assert head[:4] == ("指标体系", "名次", "单位", "年度")
    assert first[1:4] == (1, "甲单位", 2024)
    shown = {name: [cell.number_format for cell in book[name][2]] for name in ("排名", "分级得分率", "指标得分")}
    assert [n for n, form in zip(head, shown["排名"], strict=True) if form == "0.00%"] == ["得分率", "预算执行率"]
    assert shown["分级得分率"] == ["General", "0.00%", "0.00%", "0.00%"]  # the unit, two blocks, the whole
    assert "0.00%" not in shown["指标得分"]


def test_points_and_numbers_of_lights_are_no_rates(params: Params, folder: Path, repo: Path) -> None:
    """Also where none is above 1: an indicator of 1 point, one light or none of a colour."""
    params.rubric(RUBRIC.replace("weight: 60", "weight: 79").replace("合格率, weight: 20", "合格率, weight: 1"))
    monitored = load_portfolio(repo / "params" / "cases" / "qingyunpu-union-2023-monitoring.yaml")

    def shown(frame: pd.DataFrame) -> list[dict[str, Any]]:
        (table,) = (part for part in listed(frame).parts if isinstance(part, Table))
        heads = [head.name for head in table.heads]
        return [dict(zip(heads, row, strict=True)) for row in table.rows]

    # 45% of the 90% that are asked for give half of one point
    assert [row["合格率"] for row in shown(load_portfolio(folder).scores)] == ["1", "0.5", "1", "1"]
    assert [row["蓝灯"] for row in shown(monitored.lights.assign(蓝灯=1))] == ["1"]


def test_a_text_that_looks_like_a_formula_is_a_text(portfolio: Portfolio, tmp_path: Path) -> None:
    units = portfolio.units.assign(unit=["=1+1", "乙", "丙", "丁"])
    Portfolio(units, portfolio.indicators).to_excel(tmp_path / "many.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "many.xlsx")["排名"] for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]


def test_charts(portfolio: Portfolio) -> None:
    for name in set(dir(portfolio.plot)) - {"years"}:  # one year has no steps
        chart = getattr(portfolio.plot, name)()
        assert isinstance(chart, Chart)
        assert chart.alt
    assert "甲单位最高96.00分，丁单位最低45.00分" in portfolio.plot.ranking().alt
    nothing = portfolio.filter(grade="无")
    assert all(not isinstance(getattr(nothing.plot, name)(), Chart) for name in dir(nothing.plot))


def test_monitored_units_have_lights(repo: Path) -> None:
    table = load_portfolio(repo / "params" / "cases" / "qingyunpu-union-2023-monitoring.yaml").lights
    row: dict[str, Any] = table.iloc[0].to_dict()
    assert (row["红灯"], row["feasible"], row["shortfall"]) == (2, False, 120368.0)
    assert math.isclose(row["execution_rate"], 1345368 / 4900000)
    assert "不可行" in table._repr_html_()


def test_one_report_of_many_units(folder: Path, repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert run_cli(["portfolio", str(folder), "--out", str(out), "--project", str(repo), "--format", "docx,xlsx"]) == 0
    assert sorted(path.name for path in (out / "portfolio").iterdir()) == [
        "portfolio.xlsx", "report.docx", "report.html", "report.ipynb", "result.json",
    ]  # fmt: skip
    page = (out / "portfolio" / "report.html").read_text(encoding="utf-8")
    for part in (
        "共4个单位，4个有得分",
        "一、总体情况",
        "甲单位（96.00分）",
        "讲师不足（2）",
        "执行不低、得分较低",
        "localeCompare",
    ):
        assert part in page
    assert page.count("<figure>") == 5
    with pytest.raises(PerfkitError, match="没有报告的结果"):
        load_portfolio(out)


def test_the_cases_of_a_page_are_read_once(
    folder: Path, repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", "--portfolio", str(folder), "--out", str(tmp_path), "--project", str(repo)]
    with pytest.MonkeyPatch.context() as patch:
        read = []
        patch.setattr("perfkit.portfolio.sound_cases", lambda given: read.append(given) or sound_cases(given))
        assert run_cli(arguments) == 0
    assert len(read) == 1
    assert (tmp_path / "portfolio" / "report.html").is_file()
    assert run_cli(["run", "--portfolio", str(folder), str(folder)]) == 2
    assert run_cli(["run", "--portfolio", str(folder), "--copy", "client", "--limit", "2"]) == 2
    assert "不用 --copy、--limit" in capsys.readouterr().err


def test_names_beside_dots_neither_overlap_nor_leave_the_drawing(portfolio: Portfolio) -> None:
    """Forty units of which several stand at one point, and others at the edge."""
    many = pd.concat([portfolio.units] * 10, ignore_index=True)
    names = [f"第{number}某某市某某区单位" for number in range(len(many))]
    many = many.assign(case=names, unit=names, score_rate=many["score_rate"] + many.index // 8 / 100)
    chart = Portfolio(many, portfolio.indicators).plot.quadrants()
    found = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>(第\d+某.*?)</text>', chart.svg)
    assert len(found) == len(many)
    boxes = [(float(x), float(y), float(x) + text_width(name, 6.5)) for x, y, name in found]
    assert all(x >= 0 and end <= WIDTH and 6 < y < 300 for x, y, end in boxes)
    for i, (x, y, end) in enumerate(boxes):
        assert not [b for b in boxes[:i] if abs(b[1] - y) < 7.5 and b[0] < end and x < b[2]]


def test_faulty_cases_are_named_and_left_out(
    folder: Path, repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "丁.yaml"
    path.write_text(path.read_text("utf-8").replace("actual: 6次", "actual: 6"), "utf-8")
    command = ["portfolio", str(folder), "--out", str(tmp_path), "--project", str(repo)]
    assert run_cli(command) == 2
    assert "丁.yaml" in (told := capsys.readouterr().err)
    assert "“6”没有单位" in told
    page = (tmp_path / "portfolio" / "report.html").read_text("utf-8")
    assert "共3个单位" in page
    assert "有错、没有列入的：丁.yaml。" in page
    for name in "甲乙丙":
        (folder / f"{name}.yaml").unlink()
    assert run_cli(command) == 2
    assert "“6”没有单位" in capsys.readouterr().err


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PerfkitError, match="没有"):
        load_portfolio(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "result.json").write_text(json.dumps({"kind": "department", "case": "a"}), encoding="utf-8")
    with pytest.raises(PerfkitError, match="没有报告的结果"):
        load_portfolio(tmp_path)


def test_units_over_years(folder: Path, params: Params) -> None:
    # 甲 has 96 in 2024; the year before 培训次数 was called 培训场次, of 50 points: 25 + 20 + 24 of 100
    before = RUBRIC.replace("培训次数, weight: 60", "培训场次, weight: 50")
    before = before.replace("满意度, weight: 20", "满意度, weight: 30")
    params.rubric(before, "before")
    text = (folder / "甲.yaml").read_text(encoding="utf-8")
    changes = {"2024": "2023", "small": "before", "培训次数": "培训场次", "actual: 24次": "actual: 12次"}
    for old, new in changes.items():
        text = text.replace(old, new)
    params.write("cases/甲2023.yaml", text)
    many = load_portfolio(folder)
    (row,) = many.over_years({"培训场次": "培训次数"}).to_dict("records")
    assert (row["unit"], row["before"], row["after"], row["matched"]) == ("甲单位", "中", "优", 3)
    assert (row["2023"], row["2024"]) == (pytest.approx(0.69), pytest.approx(0.96))
    assert row["step"] == pytest.approx(0.27)
    assert row["common_step"] == pytest.approx(0.5 * 60 / 100)  # only 培训次数 moved, from half to all of 60 of 100
    assert many.over_years()["matched"].to_list() == [2]
    assert isinstance(many.plot.years(), Chart)
    with_twin = Portfolio(pd.concat([many.units, many.units.assign(case="x")]), many.indicators)
    assert with_twin.over_years().empty


def test_a_unit_of_several_years_counts_once_and_a_weight_that_changed_is_not_named(folder: Path) -> None:
    text = (folder / "甲.yaml").read_text(encoding="utf-8")
    (folder / "甲2023.yaml").write_text(text.replace("2024", "2023"), encoding="utf-8")
    many = load_portfolio(folder)
    lead, ends, *_ = (part.text for part in standing(many).parts)  # type: ignore[attr-defined]
    assert lead.startswith("共4个单位2个年度5份，5份有得分：“优”2份")
    assert lead.endswith("得分率的中位数为96.00%（2023）、75.00%（2024）。")  # of 96, 80, 70 and 45
    assert "得分率最高的是甲单位（2023）（96.00分）、甲单位（2024）（96.00分）" in ends
    once, twice = load_portfolio(folder / "甲.yaml").common_problems, many.common_problems
    assert set(twice["units"]) == {4}
    assert (twice["losing"] <= 4).all()
    assert once["weight"].notna().all()
    many.indicators.loc[many.indicators["case"] == "甲2023", "weight"] += 1
    assert Portfolio(many.units, many.indicators).common_problems["weight"].isna().all()


def test_projects_of_one_unit_are_told_apart(folder: Path, tmp_path: Path) -> None:
    text = (folder / "甲.yaml").read_text(encoding="utf-8")
    for name in ("校舍维修", "设备购置"):
        titled = text.replace("year: 2024", f"year: 2024\ntitle: 甲单位2024年度{name}项目支出绩效评价报告")
        (folder / f"甲-{name}.yaml").write_text(titled, encoding="utf-8")
    (folder / "甲.yaml").unlink()
    many = load_portfolio(folder)
    own = many.ranks[many.ranks["unit"] == "甲单位"]
    assert sorted(own["project"]) == ["校舍维修", "设备购置"]
    assert list(many.summary.columns[:2]) == ["unit", "project"]
    assert repr(many).startswith("<4个单位5份：5份有得分")
    assert "甲单位　校舍维修" in many.plot.ranking().svg  # type: ignore[attr-defined]
    with pytest.raises(PerfkitError, match="“甲单位”有2份：甲-校舍维修、甲-设备购置；请写其中一份的编号"):
        many["甲单位"]
    assert many["甲-校舍维修"].case.project == "校舍维修"
    assert {"甲-校舍维修", "乙单位"} <= set(many._ipython_key_completions_())


def test_one_year_has_no_change(portfolio: Portfolio) -> None:
    assert portfolio.over_years().empty
    assert not isinstance(portfolio.plot.years(), Chart)


def test_a_block_of_points_beyond_the_full_marks_has_no_rate(folder: Path, params: Params) -> None:
    params.rubric(f"{RUBRIC}  - {{level1: 加分, level2: 加分, name: 表彰, bonus: 5, rule: {{kind: judged}}}}\n")
    for path in folder.glob("**/*.yaml"):
        path.write_text(f"{path.read_text(encoding='utf-8')}  表彰: {{share: 40%, reason: 一次}}\n", encoding="utf-8")
    levels = load_portfolio(folder).levels
    assert levels["加分"].isna().all()
    assert levels["产出"].notna().all()


def test_units_are_ranked_among_those_of_their_year_however_the_rank_is_asked_for(folder: Path, params: Params) -> None:
    """Without 培训次数 2024 is 乙 100%, 甲 90%, 丁 75%, 丙 50%, and 2023 stays as it is, by hand."""
    for name, met in (("甲", "90%"), ("乙", "45%")):
        case = (folder / f"{name}.yaml").read_text(encoding="utf-8")
        case = re.sub(r"actual: \d+%", f"actual: {met}", case.replace("year: 2024", "year: 2023"))
        params.write(f"cases/{name}2023.yaml", case)
    both = load_portfolio(folder)
    out = both.left_out.set_index("id")
    assert out.loc["培训次数"].tolist() == [4, 2]
    assert out["moved"].tolist() == [4, 0, 0]
    firm = both.sensitivity(draws=20)
    keys = ["rubric", "year", "rank", "unit"]
    assert firm[keys].to_numpy().tolist() == both.ranks[keys].to_numpy().tolist()
    assert firm["leads"].groupby(firm["year"]).sum().tolist() == [1.0, 1.0]


def test_every_year_has_a_ranking_of_its_own(folder: Path) -> None:
    for name in "甲乙":
        earlier = (folder / f"{name}.yaml").read_text("utf-8").replace("year: 2024", "year: 2023")
        (folder / f"{name}-2023.yaml").write_text(earlier, "utf-8")
    portfolio = load_portfolio(folder)
    drawn = portfolio.plot.ranking()
    assert [chart.title for chart in drawn.parts] == ["得分排名（2023，共2份）", "得分排名（2024，共4份）"]
    assert "甲单位最高96.00分，丁单位最低45.00分" in drawn.parts[1].alt
    assert "甲单位（2023）" in portfolio.plot.quadrants().svg


def test_a_reason_that_stands_twice_in_one_unit_counts_once(params: Params) -> None:
    params.rubric(
        "profile: small\nindicators:\n"
        "  - {level1: 管理, level2: 制度, name: 制度, weight: 60, standard: ①有办法；②有专人。每项占50%权重分}\n"
        "  - {level1: 管理, level2: 制度, name: 台账, weight: 40, standard: 有台账得满分，否则不得分}"
    )
    answers = {"甲": "[否：未见, 否：未见]", "乙": "[是, 否：未见]"}
    for name, items in answers.items():
        items = items.replace("否：未见", "{met: 否, reason: 未见}")
        head = f"kind: evaluation\nunit: {{name: {name}}}\nyear: 2024\nrubric: small\n"
        params.write(f"cases/{name}.yaml", f"{head}facts: {{制度: {{items: {items}}}, 台账: {{met: 是}}}}\n")
    (found,) = load_portfolio(params.folder / "cases").common_problems["reasons"]
    assert found == "未见（2）"


def test_a_total_alone_is_no_part_of_anything(params: Params) -> None:
    """Units of which only a total is known have a rank, and no levels, strengths or common problems."""
    total = "{level1: 自评, level2: 自评, name: 总分, weight: 100, rule: {kind: self_declared}}"
    params.rubric(f"profile: small\nindicators:\n  - {total}")
    for name, points in {"甲": 90, "乙": 70}.items():
        head = f"kind: evaluation\nunit: {{name: {name}}}\nyear: 2024\nrubric: small\n"
        params.write(f"cases/{name}.yaml", f"{head}facts: {{总分: {{declared: '{points}', reason: 只印总分}}}}\n")
    many = load_portfolio(params.folder / "cases")
    assert many.ranks["total"].tolist() == [90, 70]
    assert not len(many.levels) + len(many.summary) + len(many.common_problems)
    assert not isinstance(many.plot.heat_map(), Chart)


def test_medians_are_those_of_the_year(folder: Path) -> None:
    """Last year everybody judged 满意度 at 50%, and spent 10 of 50: by hand the medians are 50%, and 20%."""
    now = {name: (folder / f"{name}.yaml").read_text("utf-8") for name in UNITS}
    for name, text in now.items():
        judged, spent = UNITS[name][2:]
        text = text.replace("year: 2024", "year: 2023").replace(f"share: {judged}%", "share: 50%")
        (folder / f"{name}-2023.yaml").write_text(text.replace(f"final: {spent}万元", "final: 10万元"), "utf-8")
    both, alone = load_portfolio(folder), load_portfolio(folder).filter(year=2024)
    later = both.quadrants[both.quadrants["year"] == 2024]
    assert later["quadrant"].tolist() == alone.quadrants["quadrant"].tolist()
    # of 45, 50, 30 and 50 of 50 the median is 95%; of 96, 80, 70 and 45 points 75
    assert dict(zip(later["unit"], later["quadrant"], strict=True)) == {
        "甲单位": "执行较低、得分不低", "丙单位": "执行较低、得分不低",
        "乙单位": "执行不低、得分较低", "丁单位": "执行不低、得分较低",
    }  # fmt: skip
    assert not both.quadrants[both.quadrants["year"] == 2023]["quadrant"].str.contains("执行较低").any()
    strong = both.summary[both.summary["year"] == 2024].set_index("unit")["strengths"]
    assert "满意度（100%，65%）" in strong["乙单位"]  # of 80, 100, 50 and 50


def test_totals_that_differ_by_binary_noise_share_a_rank(portfolio: Portfolio) -> None:
    units = portfolio.units.assign(total=[0.1 + 0.2, 0.3, 0.2, 0.1])
    assert list(Portfolio(units, portfolio.indicators).ranks["rank"]) == [1, 1, 3, 4]
