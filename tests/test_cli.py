"""The command line: what it prints, where, and with which exit status; nothing it should not import."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfkit import load_case
from perfkit.cases.tables import standard_of
from perfkit.cli import cli, run_cli
from perfkit.run.batch import Summary
from perfkit.run.jobs import FAILED, Outcome
from perfkit.words import KINDS

CASES = "params/cases"
EVALUATION = f"{CASES}/qingyunpu-union-2022.yaml"
MONITORING = f"{CASES}/qingyunpu-union-2023-monitoring.yaml"
DEPARTMENT = f"{CASES}/nanchang-union-2022/department.yaml"
COMMANDS = sorted(cli.commands)
HEADINGS = re.compile(
    r"Usage|Options|Commands|Show this|default|INTEGER|RANGE|PATH|such|not one of|valid|range|requires"
)
SCORED = """\
kind: self_evaluation
unit: {name: <script>alert(1)</script>&amp;"甲"}
year: 2022
rubric:
  profile: national-self-2020
  indicators: [{level1: 预算执行, level2: 甲, name: <b>甲</b>, weight: 100, rule: {kind: self_declared}}]
facts: {<b>甲</b>: {declared: 90}}
"""
MIXED_UNITS = "budget: {initial: 500万元, adjusted: 500元}\n"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run perfkit in the repository (or in the folder a test changes to): exit status, stdout, stderr."""
    monkeypatch.chdir(repo)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        status = run_cli([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


@pytest.fixture
def folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(result: tuple[int, str, str], *parts: str) -> str:
    """Exit status 2, nothing on stdout, one Chinese line on stderr with these parts."""
    status, out, err = result
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("错误：")
    assert not [part for part in parts if part not in line], line
    return line


# ---- help and usage --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_in_chinese(run: Run, command: str) -> None:
    status, out, err = run(command, "--help")
    assert (status, err) == (0, "")
    assert re.search(r"[\u4e00-\u9fff]{4}", out.splitlines()[2])
    options = re.split(r"\n  (?=-)", out)[1:-1]  # the last is --help, which is click's
    assert all(re.search(r"[\u4e00-\u9fff]", option) for option in options), "an option without a Chinese explanation"


def test_help_lists_every_command_with_its_purpose(run: Run) -> None:
    status, out, _ = run("--help")
    assert status == 0
    assert {"check", "list", "monitor", "new", "run", "score"} <= set(COMMANDS)
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", out, re.M)


@pytest.mark.parametrize("verb", [("diff", "params/cases/jiangxi-union-2020.yaml"), ("cycle",)])
def test_a_file_that_is_not_there_is_said_once(run: Run, verb: tuple[str, ...]) -> None:
    refused(run(*verb, "nowhere.yaml"), "nowhere.yaml 不存在")


def test_what_is_doubtful_in_a_draft_is_said_before_it_is_compared(run: Run) -> None:
    case = "params/cases/qingyunpu-union-2022.yaml"
    status, _, err = run("diff", case, case)
    assert (status, "各要素占比之和为75%" in err) == (0, True)


def test_no_purpose_is_cut_off(run: Run) -> None:
    assert not re.search(r"^  [a-z]+ .*\.\.\.$", run("--help")[1], re.M)


@pytest.mark.parametrize("arguments", [["--help"], *([command, "--help"] for command in COMMANDS)], ids=" ".join)
def test_help_is_chinese_throughout(run: Run, arguments: list[str]) -> None:
    assert HEADINGS.findall(run(*arguments)[1]) == []


def test_without_a_command_there_is_help(run: Run) -> None:
    _, out, err = run()
    assert "score" in out + err
    assert not err.startswith("错误")


def test_short_help_option(run: Run) -> None:
    assert run("-h") == run("--help")


def test_version(run: Run) -> None:
    from perfkit import __version__

    assert run("--version") == (0, f"perfkit {__version__}\n", "")


def test_module_runs(repo: Path) -> None:
    command = [sys.executable, "-m", "perfkit", "bogus"]
    done = subprocess.run(command, cwd=repo, capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr.decode().startswith("错误：")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["score", "--bogus", CASES], "没有选项 --bogus"),
        (["run", CASES, "--jobs2"], "没有选项 --jobs2"),
        (["score"], "缺少参数 路径…"),
        (["check"], "缺少参数 路径…"),
        (["new"], "缺少参数 类型"),
        (["portfolio", "没有"], "参数 文件夹或文件 的值不对：没有 不存在；请核对路径"),
        (["rule", "酌情", "--weight", "x"], "“x”不是数"),
        (["new", "evaluation"], "缺少参数 名称"),
        (["score", CASES, "--format", "xml"], "参数 --format 的值不对"),
        (["run", CASES, "-j", "0"], "参数 -j 的值不对"),
        (["run", CASES, "-j", "two"], "参数 -j 的值不对"),
        (["run", CASES, "--limit", "0"], "参数 --limit 的值不对"),
        (["bogus"], "bogus"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_usage(run: Run, arguments: list[str], part: str) -> None:
    assert "perfkit --help" in refused(run(*arguments), part)


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["score", CASES, "--format", "xml"],
        ["score", CASES, "--format"],
        ["run", CASES, "-j", "0"],
        ["run", CASES, "-j", "two"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_in_chinese(run: Run, arguments: list[str]) -> None:
    assert HEADINGS.findall(run(*arguments)[2]) == []


# ---- which files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["list", "check", "score", "monitor", "audit", "run"])
def test_a_path_that_is_not_there(run: Run, command: str) -> None:
    refused(run(command, "nowhere/case.yaml"), "nowhere/case.yaml 不存在")


@pytest.mark.parametrize("command", ["list", "check", "score", "monitor", "audit", "run"])
def test_a_folder_without_cases(run: Run, folder: Path, command: str) -> None:
    (folder / "empty").mkdir()
    (folder / "empty" / "notes.txt").write_text("not a case", encoding="utf-8")
    refused(run(command, "empty"), "empty 中没有案例文件")


def test_two_files_of_one_id(run: Run, folder: Path) -> None:
    for name in ("a", "b"):
        file = folder / name / "cases" / "甲.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(SCORED, encoding="utf-8")
    refused(run("score", "a", "b"), "案例编号“甲”重复", "a/cases/甲.yaml", "b/cases/甲.yaml")
    assert run("score", "a", "a/cases/甲.yaml")[0] == 0  # the same file twice is one case


def test_score_of_what_has_no_score(run: Run) -> None:
    for case in (MONITORING, DEPARTMENT):
        refused(run("score", case), "没有可评分的案例；监控案例请用 perfkit monitor；部门汇总自己没有得分")


def test_monitor_of_what_is_scored(run: Run) -> None:
    refused(run("monitor", EVALUATION), "没有监控案例")


def test_all_faults_of_all_files_at_once(run: Run, folder: Path) -> None:
    (folder / "甲.yaml").write_text(SCORED, encoding="utf-8")
    (folder / "乙.yaml").write_text(SCORED.replace("90", "九十"), encoding="utf-8")
    (folder / "丙.yaml").write_text(SCORED.replace("year: 2022", "year: 2022\nyeer: 2022"), encoding="utf-8")
    for command in ("check", "score", "list", "run"):
        status, out, err = run(command, ".")
        assert (status, out) == (2, "")
        lines = err.splitlines()
        assert all(line.startswith("错误：") for line in lines)
        assert {line[3:].partition(" ")[0] for line in lines} == {"乙.yaml", "丙.yaml"}
    assert not list(folder.glob("outputs/[!.]*"))


# ---- list, check -----------------------------------------------------------------------------------------------------


def test_list_without_a_path_lists_the_cases_here(run: Run) -> None:
    status, out, err = run("list")
    assert (status, err) == (0, "")
    head, _, *rows = out.splitlines()
    assert head.split() == ["案例", "类型", "单位", "年度", "指标体系"]
    assert len(rows) == 10
    assert rows[8].split() == [
        "qingyunpu-union-2022", "绩效评价", "青云谱区总工会", "2022", "qingyunpu-2022-department",
    ]  # fmt: skip
    assert {row.split()[1] for row in rows} == {"绩效评价", "整体自评", "项目自评", "运行监控", "部门汇总"}
    assert run("list", CASES) == (status, out, err)


def test_columns_stand_below_each_other(run: Run) -> None:
    def width(text: str) -> int:
        return sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in text)

    head, rule, *rows = run("list")[1].splitlines()
    starts = {width(head[: head.index(name)]) for name in ("类型", "单位", "年度", "指标体系")}
    assert len(rule) >= max(width(row) for row in rows)
    for row in rows:
        found = {width(row[: match.start()]) for match in re.finditer(r"(?<=  )\S", row)}
        assert starts <= found


def test_check_puts_warnings_on_stderr(run: Run) -> None:
    status, out, err = run("check", CASES)
    assert (status, out) == (0, "10个案例，没有错误。\n")
    *lines, favoured = err.splitlines()
    assert favoured.startswith("警告：params/cases/qingyunpu-union-2022.yaml：缺数据的指标")
    assert len(lines) == 3
    assert all(line.startswith("警告：params/rubrics/qingyunpu-2022-department.yaml 第") for line in lines)
    assert "没有满分档" in err


def test_check_warns_also_of_a_case_that_cannot_be_scored(run: Run, folder: Path) -> None:
    path = folder / "case.yaml"
    path.write_text(SCORED.replace("facts: {<b>甲</b>: {declared: 90}}", "basis: [某文]"), encoding="utf-8")
    status, _, errors = run("check", path)
    assert status == 2
    assert "“某文”没有登记，照写照用" in errors
    assert "缺少 自报得分" in errors


def test_check_of_one_file(run: Run) -> None:
    assert run("check", MONITORING) == (0, "1个案例，没有错误。\n", "")


def test_check_warns_of_mixed_units(run: Run, folder: Path) -> None:
    (folder / "甲.yaml").write_text(SCORED + MIXED_UNITS, encoding="utf-8")
    status, out, err = run("check", "甲.yaml")
    assert (status, out) == (0, "1个案例，没有错误。\n")
    assert err.startswith("警告：甲.yaml 第8行 budget.adjusted：")
    assert "元与万元" in err


# ---- score -----------------------------------------------------------------------------------------------------------

CARD = ["case", "unit", "year", "kind", "rubric", "profile", "total", "max", "grade", "status", "levels", "indicators"]
LEVEL = ["level1", "level2", "weight", "score", "score_rate"]
INDICATOR = ["id", "level1", "level2", "name", "weight", "share", "score", "status", "rule", "trace"]


def test_score_as_json(run: Run) -> None:
    status, out, _ = run("score", CASES, "--format", "json")
    assert status == 0
    records = json.loads(out)
    assert len(records) == 8
    for record in records:
        assert list(record) == CARD
        assert all(list(level) == LEVEL for level in record["levels"])
        assert all(list(indicator) == [*INDICATOR, "reason"] for indicator in record["indicators"])
    assert "NaN" not in out
    assert "青云谱区总工会" in out  # not as \\u escapes


def test_score_as_csv(run: Run) -> None:
    status, out, _ = run("score", EVALUATION, "--format", "csv")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 44
    assert list(rows[0])[:3] == ["case", "unit", "year"]
    assert set(INDICATOR) <= set(rows[0])
    assert (rows[0]["case"], rows[0]["unit"], rows[0]["year"]) == ("qingyunpu-union-2022", "青云谱区总工会", "2022")
    (row,) = [row for row in rows if row["id"] == "开展维权普法活动次数"]
    assert float(row["score"]) == pytest.approx(20 / 24, abs=1e-12)
    (missing,) = [row for row in rows if row["status"] == "missing"]
    assert missing["score"] == ""


def test_score_as_table(run: Run) -> None:
    status, out, err = run("score", CASES)
    assert status == 0
    head, rule, *rows = out.splitlines()
    assert head.split() == ["案例", "单位", "年度", "得分", "最高可得", "等级", "状态"]
    assert set(rule) == {"─"}
    by_case = {row.split()[0]: row.split()[3:] for row in rows}
    assert by_case["nanchang-union-2022/cultural-palace"] == ["93.75", "100.00", "优", "已评分"]
    assert by_case["nanchang-union-2022/workers-university"] == ["—", "—", "—", "不适用"]
    assert by_case["qingyunpu-union-2022"] == ["89.54", "98.48", "良", "缺数据"]
    assert not re.search(r"\bnan\b", out)


def test_text_with_html_is_shown_as_text(run: Run, folder: Path) -> None:
    (folder / "甲.yaml").write_text(SCORED, encoding="utf-8")
    name = '<script>alert(1)</script>&amp;"甲"'
    assert name in run("score", "甲.yaml")[1]
    assert name in run("list", "甲.yaml")[1]
    (record,) = json.loads(run("score", "甲.yaml", "--format", "json")[1])
    assert (record["unit"], record["indicators"][0]["name"]) == (name, "<b>甲</b>")
    (row,) = csv.DictReader(io.StringIO(run("score", "甲.yaml", "--format", "csv")[1]))
    assert (row["unit"], row["name"]) == (name, "<b>甲</b>")


# ---- monitor ---------------------------------------------------------------------------------------------------------

MONITOR = [
    "case", "node", "funds_in_place_rate", "execution_rate", "time_progress", "gap", "feasible", "shortfall",
    "indicators",
]  # fmt: skip
GOAL = [
    "name", "annual_target", "stage_target", "actual", "rate_to_stage", "rate_to_annual", "light", "adjustment",
]  # fmt: skip


def test_monitor_as_json(run: Run) -> None:
    status, out, err = run("monitor", CASES, "--format", "json")
    assert (status, err) == (0, "")
    (record,) = json.loads(out)
    assert list(record) == MONITOR
    assert len(record["indicators"]) == 28
    assert all(list(goal) == GOAL for goal in record["indicators"])
    assert "NaN" not in out


def test_monitor_as_csv(run: Run) -> None:
    status, out, _ = run("monitor", MONITORING, "--format", "csv")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 28
    assert set(GOAL) <= set(rows[0])
    assert {row["case"] for row in rows} == {"qingyunpu-union-2023-monitoring"}
    assert {row["node"] for row in rows} == {"2023-10-31"}
    assert rows[0]["rate_to_stage"] == "0.336342"


def test_monitor_as_table(run: Run) -> None:
    status, out, _ = run("monitor", CASES)
    assert status == 0
    assert out.splitlines()[2].split() == [
        "qingyunpu-union-2023-monitoring", "2023-10-31", "100.00%", "27.46%", "83.33%", "-55.88个百分点",
        "缺口12.0368万元", "绿灯17、红灯2、蓝灯4",
    ]  # fmt: skip


# ---- audit -----------------------------------------------------------------------------------------------------------


def test_audit_puts_warnings_on_stderr(run: Run, folder: Path) -> None:
    (folder / "甲.yaml").write_text(SCORED + MIXED_UNITS, encoding="utf-8")
    warnings = run("check", "甲.yaml")[2]
    assert warnings.startswith("警告：甲.yaml 第8行 budget.adjusted：")
    for form in ("table", "json", "csv"):
        status, out, err = run("audit", ".", "--format", form)
        assert (status, err) == (0, warnings)
        assert "警告：" not in out
        if form == "json":
            assert [item["case"] for item in json.loads(out)] == ["甲"]


def test_audit_says_what_a_severity_hides(run: Run) -> None:
    path = f"{CASES}/jiangxi-union-2020.yaml"
    (record,) = json.loads(run("audit", path, "--format", "json")[1])
    severities = [item["severity"] for item in record["findings"]]
    assert "error" not in severities
    last = run("audit", path, "--severity", "error")[1].splitlines()[-1]
    assert last.startswith(f"没有“错误”及更重的发现；另有{len(severities)}项低于“错误”（severity: error），没有列出：")
    shown = {"警告": "warning", "疑问": "question", "提示": "info"}
    assert dict(re.findall(r"(警告|疑问|提示)(\d+)项", last)) == {
        text: str(severities.count(name)) for text, name in shown.items() if name in severities
    }
    assert "没有列出" not in run("audit", path)[1]
    assert "没有发现" not in last


# ---- tables for Excel ------------------------------------------------------------------------------------------------

FORMULA = '=HYPERLINK("http://example.org","甲")'


def test_csv_runs_no_formula_of_a_case(run: Run, folder: Path) -> None:
    unit = "=1+1"
    text = SCORED.replace('<script>alert(1)</script>&amp;"甲"', f"'{unit}'").replace("<b>甲</b>", f"'{FORMULA}'")
    (folder / "=甲.yaml").write_text(f"{text}published: {{total: 91}}\n", encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(run("score", "=甲.yaml", "--format", "csv")[1]))
    assert (row["case"], row["unit"], row["id"], row["score"]) == ("'=甲", f"'{unit}", f"'{FORMULA}", "90.0")
    rows = list(csv.DictReader(io.StringIO(run("audit", "=甲.yaml", "--format", "csv")[1])))
    assert rows
    assert all(row["case"] == "'=甲" for row in rows)
    (record,) = json.loads(run("score", "=甲.yaml", "--format", "json")[1])
    assert (record["case"], record["unit"]) == ("=甲", unit)  # JSON is not for Excel


# ---- run -------------------------------------------------------------------------------------------------------------


def test_dry_run_says_what_would_be_made_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    out_folder = tmp_path / "reports"
    status, out, err = run("run", CASES, "--out", out_folder, "--dry-run")
    assert (status, err) == (0, "")
    rows = [line.split() for line in out.splitlines()[2:]]
    assert len(rows) == 10
    assert rows[8] == [
        "qingyunpu-union-2022", "绩效评价", "evaluation.ipynb",
        (out_folder / "qingyunpu-union-2022" / "report.html").as_posix(),
    ]  # fmt: skip
    assert {row[2] for row in rows} == {
        "evaluation.ipynb", "self_evaluation.ipynb", "project_self_evaluation.ipynb", "monitoring.ipynb",
        "department.ipynb",
    }  # fmt: skip
    assert not out_folder.exists()


def test_limit_takes_the_first(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("run", CASES, "--out", tmp_path / "x", "--dry-run", "--limit", "2")
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["jiangxi-union-2020", "nanchang-netinfo-2018"]


def test_exit_status_of_a_run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """0 when every report is there, 1 when one is not; the summary names the cell and the error."""
    ended = Summary(tmp_path, done=1)
    monkeypatch.setattr("perfkit.run.batch.run", lambda *_: ended)
    status, out, _ = run("run", MONITORING, "--out", tmp_path)
    assert status == 0
    assert out.startswith("完成1份，失败0份。目录：")
    ended = Summary(tmp_path, done=1, failures=[Outcome("某案例", FAILED, 0.5, 3, "ValueError: 坏了")])
    status, out, _ = run("run", MONITORING, "--out", tmp_path)
    assert status == 1
    assert out.startswith("完成1份，失败1份。")
    assert "失败：某案例 第3格 ValueError: 坏了" in out
    ended = Summary(tmp_path, stopped="已中断")
    assert run("run", MONITORING, "--out", tmp_path)[0] == 1


def test_out_that_is_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    refused(run("run", MONITORING, "--out", tmp_path / "taken"), "taken")
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


def test_interrupted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("perfkit.scoring.scorecard.scorecards", interrupt)
    status, out, err = run("score", EVALUATION)
    assert (status, out, err.strip()) == (1, "", "已中断。")


def test_interrupted_while_a_class_is_made(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(
        "from perfkit.cli import cli, main\n"
        "@cli.command('some')\n"
        "def some():\n"
        "    exec('raise KeyboardInterrupt')\n"
        "main(['some'])\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "interrupted"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert (ended.returncode, ended.stderr.strip()) == (1, "已中断。")


# ---- new -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_sample_is_a_sound_case(run: Run, folder: Path, kind: str) -> None:
    status, out, err = run("new", kind, "某单位-2024")
    file = folder / "params" / "cases" / "某单位-2024.yaml"
    assert (status, err) == (0, "")
    written = sorted(path.as_posix() for path in Path("params/cases").rglob("*.yaml"))
    assert f"params/cases/{file.name}" in written
    assert sorted(out.removeprefix("已写出 ").partition("；")[0].split("、")) == written
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schemas/case.json\n")
    assert f"\nkind: {kind}\n" in text
    assert "@" not in text
    assert run("check", CASES)[::2] == (0, "")
    command = "monitor" if kind == "monitoring" else "score"
    status, out, err = run(command, CASES)
    if kind in ("declaration", "rectification"):  # which have no score
        assert status == 2
    else:
        assert (status, err) == (0, "")
        assert "—" not in out  # every sample gets its score, or its lights
    assert run("run", CASES, "--dry-run")[0] == 0


def test_the_year_of_a_new_case(run: Run, folder: Path, repo: Path) -> None:
    shutil.copytree(repo / "params", folder / "params", ignore=shutil.ignore_patterns("cases"))
    (folder / "params/rubrics/学校-2024.yaml").write_text("extends: project-2020\n", encoding="utf-8")
    assert run("new", "evaluation", "学校A", "--rubric", "学校-2024", "--year", "2025")[0] == 0
    assert run("new", "rectification", "整改", "--year", "2024")[0] == 0
    listed, sample = ((folder / f"params/cases/{name}.yaml").read_text(encoding="utf-8") for name in ("学校A", "整改"))
    assert "\nyear: 2025\ntitle: 2025年度" in listed
    assert "\nrubric: 学校-2024\n" in listed
    assert "\nyear: 2024\ntitle: 2024年度" in sample
    assert "[2023年度绩效评价得" in sample


def test_the_follow_up_of_a_case_lists_its_problems(run: Run, folder: Path) -> None:
    assert run("new", "evaluation", "某单位-2024")[0] == 0
    assert run("new", "整改跟踪", "某单位-2025", "--from", "params/cases/某单位-2024.yaml", "--format", "xlsx")[
        ::2
    ] == (0, "")
    case = load_case("params/cases/某单位-2025.xlsx")
    problems = [problem.text for problem in case.file.problems]
    assert case.year == 2025
    assert problems[0] == "培训人数未达目标。"
    assert any("预算执行率" in text for text in problems)
    assert all(problem.improvement and problem.rectification for problem in case.file.problems)
    assert "没有写是否完成" in run("check", "params/cases/某单位-2025.xlsx", "--delivery")[1]
    refused(run("new", "evaluation", "b", "--from", "params/cases/某单位-2024.yaml"), "--from 只用于整改跟踪")


def test_a_sample_names_what_it_is_given(run: Run, folder: Path) -> None:
    assert run("new", "department", "甲", "--unit", "青山区民政局")[0] == 0
    assert "name: 青山区民政局}" in (folder / "params" / "cases" / "甲.yaml").read_text(encoding="utf-8")
    assert run("new", "绩效评价", "乙", "--unit", "青山区民政局", "--year", "2031")[0] == 0
    text = (folder / "params" / "cases" / "乙.yaml").read_text(encoding="utf-8")
    assert "unit: {name: 青山区民政局}\nyear: 2031\n" in text
    assert "某单位" not in text
    assert "2024" not in text
    said = run("check", "params/cases/乙.yaml")[1]
    assert "为上限的按1−（实际值−目标值）÷目标值" in said, "the reverse formula of the profile, by which it is scored"


@pytest.mark.parametrize("rubric", ["project-2020", "department-2013", "project-2013", "project-self-2020"])
def test_a_case_of_a_rubric_lists_what_each_indicator_asks_for(run: Run, folder: Path, rubric: str) -> None:
    assert run("new", "evaluation", "丙", "--rubric", rubric, "--unit", "青山区民政局", "--year", "2025")[0] == 0
    status, out, err = run("check", CASES)
    assert status == 0, err
    assert "读作：" in out
    case = load_case(folder / "params" / "cases" / "丙.yaml")
    assert case.rubric
    assert set(case.facts) == set(case.rubric.reads)
    assert {fact.missing for fact in case.facts.values()} == {"待填"}
    assert run("new", "evaluation", "戊", "--rubric", rubric, "--format", "xlsx")[0] == 0
    workbook = load_case(folder / "params" / "cases" / "戊.xlsx")
    assert set(workbook.facts) == set(case.facts)
    for name, fact in workbook.facts.items():  # a workbook says it in its cells
        assert fact.missing is not None
        assert fact.missing.startswith("待填：")
        assert standard_of(case.rubric, name).split()[0] in fact.missing


def test_a_rubric_that_is_not_there_is_refused(run: Run) -> None:
    refused(run("new", "evaluation", "丁", "--rubric", "没有"), "没有“没有”这个指标体系")
    refused(run("new", "monitoring", "丁", "--rubric", "project-2020"), "没有指标体系")


def test_a_department_comes_with_a_unit(run: Run, folder: Path) -> None:
    run("new", "department", "某部门/2024")
    made = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.yaml"))
    assert made == ["params/cases/某部门/2024-unit.yaml", "params/cases/某部门/2024.yaml"]
    first_lines = {file.read_text(encoding="utf-8").splitlines()[0] for file in folder.rglob("*.yaml")}
    assert first_lines == {"# yaml-language-server: $schema=../../schemas/case.json"}
    refused(run("new", "self_evaluation", "某部门/2024-unit"), "已经存在")


@pytest.mark.parametrize("taken", ["甲.yaml", "甲-unit.yaml"])
def test_new_overwrites_nothing(run: Run, folder: Path, taken: str) -> None:
    file = folder / "params" / "cases" / taken
    file.parent.mkdir(parents=True)
    file.write_text("mine", encoding="utf-8")
    refused(run("new", "department", "甲"), f"params/cases/{taken} 已经存在，没有覆盖")
    assert [path.name for path in file.parent.iterdir()] == [taken]
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "name",
    [
        "../甲",
        "/tmp/甲",
        "甲/../../乙",
        ".",
        "",
        "甲//乙",
        "C:\\甲",
        "甲:乙",
        "con",
        "nul.txt",
        "甲.",
        "甲 ",
        "a\nb",
        "a*b",
    ],
)
def test_new_refuses_unsafe_names(run: Run, folder: Path, name: str) -> None:
    status, out, err = run("new", "evaluation", name)
    assert (status, out) == (2, "")
    assert err.startswith("错误：")
    assert list(folder.iterdir()) == []


def test_new_does_not_follow_links_out_of_the_folder(run: Run, folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    cases = folder / "params" / "cases"
    cases.mkdir(parents=True)
    (cases / "link").symlink_to(folder / "elsewhere")
    refused(run("new", "evaluation", "link/甲"), "链接")
    assert list((folder / "elsewhere").iterdir()) == []


def test_new_takes_a_name_with_its_ending(run: Run, folder: Path) -> None:
    assert run("new", "evaluation", "甲.yaml")[0] == 0
    assert (folder / "params" / "cases" / "甲.yaml").is_file()


def test_new_keeps_dots_in_a_name(run: Run, folder: Path) -> None:
    assert run("new", "evaluation", "某单位2024.1")[0] == 0
    assert [file.name for file in (folder / "params" / "cases").iterdir()] == ["某单位2024.1.yaml"]


def test_new_of_an_unknown_kind(run: Run, folder: Path) -> None:
    refused(run("new", "monitor", "甲"), "没有“monitor”这种类型", "monitoring")
    assert list(folder.iterdir()) == []


# ---- what is imported ------------------------------------------------------------------------------------------------

HEAVY = ["matplotlib", "papermill", "jupyter_client", "jupyter_core", "nbclient", "nbconvert", "nbformat", "IPython"]
SLOW = [*HEAVY, "pandas", "numpy", "pydantic"]
PLOTS = f"from perfkit import load_portfolio\n[draw() for draw in vars(load_portfolio({CASES!r}).plot).values()]"
VERBS = "; ".join(f"run_cli([{verb!r}, {CASES!r}])" for verb in ("check", "score", "monitor", "list"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import perfkit", SLOW),
        ("from perfkit.cli import run_cli; run_cli(['--help'])", SLOW),
        ("from perfkit import *", [name for name in HEAVY if name != "matplotlib"]),
        (f"from perfkit.cli import run_cli; {VERBS}", HEAVY),
        (PLOTS, ["matplotlib"]),
    ],
    ids=["import", "help", "all names", "verbs", "charts"],
)
def test_nothing_heavy_is_imported(repo: Path, code: str, unwanted: list[str]) -> None:
    probe = f"{code}\nimport sys\nprint('IMPORTED', *(name for name in {unwanted} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], cwd=repo, capture_output=True, check=True, timeout=60)
    assert done.stdout.decode().splitlines()[-1].strip() == "IMPORTED"
