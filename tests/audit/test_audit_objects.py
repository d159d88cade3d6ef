"""What the audit gives back: findings, summary, JSON, HTML, the command line; and how printed figures are compared."""

from __future__ import annotations

import copy
import gc
import json
import re
import weakref
from pathlib import Path
from typing import Any

import pytest
from audited import case_of, library
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import perfkit
from perfkit.auditing import SEVERITIES, Findings, Summary, audit
from perfkit.auditing.compare import approximate, closes, compare, equal, like
from perfkit.cases.loading import build_case
from perfkit.cli import run_cli
from perfkit.errors import InputError, UnitError
from perfkit.figures.moments import parse_moment
from perfkit.figures.printed import Entry, read_points
from perfkit.figures.quantities import Figure, parse_quantity, signed
from perfkit.reading import Document

CASES = Path(__file__).parents[2] / "params" / "cases"
EVALUATION = CASES / "qingyunpu-union-2022.yaml"


@pytest.fixture(scope="module")
def findings() -> Findings:
    return audit(perfkit.load_case(EVALUATION))


def printed(text: str) -> Entry[Figure]:
    return Entry("", None, parse_quantity(text))


@pytest.mark.parametrize(
    ("printed", "value", "expected"),
    [
        ("27.46%", 0.274564898, "holds"),
        ("27.45%", 0.274564898, "truncated"),
        ("27.47%", 0.274564898, "last-place"),
        ("27.48%", 0.274564898, "off"),
        ("28%", 0.2754, "holds"),
        ("580.81万元", 5808142.0, "holds"),
        ("-77.23%", -0.772307, "holds"),
        ("0%", 0.0, "holds"),
    ],
)
def test_compares_a_rate(printed: str, value: float, expected: str) -> None:
    assert compare(parse_quantity(printed), value) == expected


@pytest.mark.parametrize(
    ("printed", "value", "expected"),
    [
        ("2.87", 2.8675, "holds"),
        ("2.88", 2.8675, "last-place"),
        ("3", 2.8675, "holds"),
        ("9", 8.0, "off"),
        ("10", 9.1667, "off"),
        ("8", 8.6, "truncated"),
    ],
)
def test_a_whole_point_is_no_rounding_slip(printed: str, value: float, expected: str) -> None:
    assert compare(read_points(printed), value) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (["556.67万元"], ["74.57万元", "482.1万元"], "holds"),
        (["549.69万元"], ["89.6875万元", "460万元"], "holds"),
        (["549.7万元"], ["89.6875万元", "460万元"], "holds"),
        (["100.0万元"], ["40.6万元", "59.5万元"], "last-place"),
        (["460万元"], ["459万元"], "off"),
        (["20次"], ["12次", "7次"], "off"),
    ],
)
def test_sums_close_as_far_as_their_places_say(left: list[str], right: list[str], expected: str) -> None:
    assert closes([printed(text) for text in left], [printed(text) for text in right]) == expected


def test_printings_of_one_figure() -> None:
    assert equal(read_points("2"), read_points("2.00"))
    assert not equal(read_points("3"), read_points("2.7"))
    assert equal(parse_quantity("549.6875万元"), parse_quantity("549.69万元"))
    assert not equal(parse_quantity("997人"), parse_quantity("1000人"))
    assert approximate(parse_quantity("4000余人"), 4999)
    assert not approximate(parse_quantity("1000余人"), 997)
    assert like(5566700.0, parse_quantity("74.57万元")) == "556.67万元"
    assert like(630.0, parse_quantity("282,817.00元")) == "630元"


@pytest.mark.parametrize(
    ("a", "b", "excludes"),
    [
        ("2022年内", "2022-12-31", False),
        ("2022年内", "2023年1月底", True),
        ("2023年1月初", "2023年1月底", True),
        ("2023年6月", "2023-06-15", False),
        ("2022年底", "2022年12月", False),
        ("2022年上半年", "2022年7月", True),
        ("2023年12月10日", "2023年12月上旬", False),
    ],
)
def test_moments(a: str, b: str, excludes: bool) -> None:
    assert parse_moment(a).excludes(parse_moment(b)) is excludes
    assert parse_moment(b).excludes(parse_moment(a)) is excludes


@pytest.mark.parametrize("text", ["开春", "2023年13月", "2023-02-30", "年底", ""])
def test_refuses_other_times(text: str) -> None:
    with pytest.raises(UnitError, match="读不出时间|不是有效日期|没有写年份"):
        parse_moment(text)


def test_gravest_first_and_filtered(findings: Findings) -> None:
    assert findings[0].code == "measure-mismatch"
    assert findings[0].grade_effect == "良→优"
    errors = findings.at_least("error")
    assert {item.severity for item in errors} == {"error"}
    assert [len(findings.at_least(severity)) for severity in SEVERITIES] == sorted(
        len(findings.at_least(severity)) for severity in SEVERITIES
    )
    assert errors.summary == findings.summary


def test_plain_data(findings: Findings) -> None:
    data = json.loads(json.dumps(findings.to_dict()))
    assert list(data) == ["case", "unit", "year", "findings", "by_verdict", "summary"]
    assert set(data["findings"][0]) == {
        "case", "code", "severity", "verdict", "indicator", "where", "printed", "expected", "message", "total_effect",
        "grade_effect",
    }  # fmt: skip
    assert data["summary"]["line"] == findings.summary.line
    assert sum(data["by_verdict"].values()) == len(findings)
    assert list(findings.table.columns)[:3] == ["case", "severity", "verdict"]
    assert len(findings.table) == len(findings)


def test_html_escapes(findings: Findings, tmp_path: Path) -> None:
    assert findings.summary.line in findings._repr_html_()
    assert "<table" in findings._repr_html_()
    hostile = case_of(
        {
            "rubric": {"indicators": [{"name": "<b>甲</b>", "weight": 5, "rule": {"kind": "self_declared"}}]},
            "published": {"total": 6, "indicators": {"<b>甲</b>": {"score": 6}}},
        },
        library(tmp_path),
    )
    assert "<b>甲</b>" not in audit(hostile)._repr_html_()


def test_summary_lines() -> None:
    assert Summary().line == ""
    assert Summary(by_rule=89.5, grade_by_rule="良").line == "按评分标准复算 89.50 分（良），没有公布总分"
    assert Summary(published=92.0, published_grade="优").line == "按评分标准复算 不能得出总分，公布 92 分（优）"
    unread = Summary(published=92.0, rules_printed=False).line
    assert unread == "没有评分标准可复算，照所列得分 不能得出总分，公布 92 分（—）"
    stated = Summary(published=94.0, published_grade="优", by_rule=94.0, grade_by_rule="优", rules_printed=False)
    assert stated.line == "没有评分标准可复算，照所列得分为 94.00 分（优），公布 94 分（优）"
    assert [signed(value) for value in (1.5, -0.1667, 0.0, None)] == ["+1.5", "−0.17", "0", "—"]


def test_package_can_be_called(findings: Findings) -> None:
    assert len(perfkit.audit(perfkit.load_case(EVALUATION))) == len(findings)
    assert isinstance(findings, perfkit.Findings)
    assert "影响等级1项，影响得分8项，只涉及数字16项，待核实19项；" in repr(findings)
    worst = findings.at_least("error")
    assert worst.hidden == tuple(item for item in findings if item.severity != "error")
    assert worst.at_least("info").hidden == worst.hidden
    assert f"另有{len(worst.hidden)}项低于“错误”（severity: error），没有列出：警告" in repr(worst)


def run(*arguments: str) -> tuple[int, str]:
    """Exit status and output of the command."""
    runner = CliRunner()
    with runner.isolation() as streams:
        status = run_cli(arguments)
        return status, streams[0].getvalue().decode()


def test_command_as_text() -> None:
    status, text = run("audit", str(EVALUATION), "--severity", "error")
    assert status == 1
    assert "（measure-mismatch）  政府采购节支率  良→优，总分+1.5" in text
    assert "争议区间" in text.rstrip().splitlines()[-1]
    assert not re.search("^疑问", text, re.M)


def test_command_without_errors() -> None:
    status, text = run("audit", str(CASES / "jiangxi-union-2020.yaml"))
    assert status == 0
    assert "截位" in text


def test_command_as_json_and_csv() -> None:
    status, text = run("audit", str(CASES), "--format", "json")
    assert status == 1
    data = json.loads(text)
    assert len(data) == 10
    assert all(re.fullmatch("[a-z-]+", item["code"]) for case in data for item in case["findings"])
    status, table = run("audit", str(CASES), "--format", "csv")
    assert table.splitlines()[0].startswith("case,severity,verdict,code,")
    assert len(table.splitlines()) == 1 + sum(len(case["findings"]) for case in data)


def test_the_audit_takes_what_people_have(tmp_path: Path) -> None:
    case = perfkit.load_case(EVALUATION)
    wanted = audit(case).to_dict()
    for thing in (EVALUATION, str(EVALUATION), perfkit.score(case)):
        assert audit(thing).to_dict() == wanted
    for wrong, said in ((3, "这里要一个案例"), (tmp_path, "是文件夹"), (tmp_path / "no.yaml", "no.yaml")):
        with pytest.raises(perfkit.PerfkitError, match=said):
            audit(wrong)


def test_findings_do_not_keep_the_case() -> None:
    case = perfkit.load_case(EVALUATION)
    document = weakref.ref(case.document)
    found = audit(case)
    assert found
    assert found.unit == case.unit
    del case
    gc.collect()
    assert document() is None


def _paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every position in plain data."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [position for key, value in items for position in ((*path, key), *_paths(value, (*path, key)))]


DOCUMENTS = {
    case.id: (case, _paths(case.document.data)) for case in perfkit.load_cases(CASES) if case.kind != "department"
}


@pytest.mark.slow
@settings(max_examples=300)
@given(st.data())
def test_missing_data_never_stops_the_audit(data: Any) -> None:
    case, positions = DOCUMENTS[data.draw(st.sampled_from(sorted(DOCUMENTS)))]
    changed = copy.deepcopy(case.document.data)
    for position in data.draw(st.lists(st.sampled_from(positions), min_size=1, max_size=6)):
        here = changed
        try:
            for key in position[:-1]:
                here = here[key]
            del here[position[-1]]
        except (KeyError, IndexError, TypeError):
            continue
    assert case.library
    try:
        less = build_case(Document("x.yaml", changed, {}), case.library, case.id)
    except InputError:
        return
    assert audit(less).summary is not None
