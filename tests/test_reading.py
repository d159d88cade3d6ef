"""Reading YAML: values and lines, every fault named with its place, nothing executed, no file too much."""

from __future__ import annotations

import pickle
from decimal import Decimal
from pathlib import Path

import pytest

from perfkit.errors import InputError, Problem
from perfkit.reading import dotted, read_yaml, suggest

SAMPLE = """\
# a comment
unit: {name: 甲}
year: 2022
facts:
  次数:
    target: "≥24次"
    items: [是, 否]
published:
  score: 2.00
"""


def write(folder: Path, content: str | bytes) -> Path:
    file = folder / "case.yaml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def fault(folder: Path, content: str | bytes) -> Problem:
    """The only problem of a file."""
    with pytest.raises(InputError) as caught:
        read_yaml(write(folder, content))
    (problem,) = caught.value.problems
    assert problem.severity == "error"
    assert problem.file.endswith("case.yaml")
    return problem


def test_reads_plain_data_and_keeps_digits(tmp_path: Path) -> None:
    document = read_yaml(write(tmp_path, SAMPLE))
    assert document.data == {
        "unit": {"name": "甲"},
        "year": Decimal("2022"),
        "facts": {"次数": {"target": "≥24次", "items": ["是", "否"]}},
        "published": {"score": Decimal("2")},
    }
    assert str(document.data["published"]["score"]) == "2.00"


def test_knows_the_line_of_every_key_and_of_the_nearest_ancestor(tmp_path: Path) -> None:
    document = read_yaml(write(tmp_path, SAMPLE))
    assert document.place(("facts", "次数", "target")) == 6
    assert document.place(("facts", "次数", "items", 1)) == 7
    assert document.place(("facts", "次数", "actual", "x")) == 5
    assert document.place(("nothing",)) == 2
    problem = document.problem(("facts", "次数", "items", 1), "错", warning=True)
    assert (problem.line, problem.field, problem.severity) == (7, "facts.次数.items[2]", "warning")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'00123'", "00123"),
        ("123", Decimal(123)),
        ("12:30", "12:30"),
        ("2022-12-31", "2022-12-31"),
        ("yes", "yes"),
        ("是", "是"),
        ("true", True),
        ("~", None),
        ("", None),
        ("0.50", Decimal("0.50")),
        ("556.67万元", "556.67万元"),
        ('"甲\\n乙\\t\\u2014"', "甲\n乙\t—"),
        (r"'a\0b'", r"a\0b"),
    ],
)
def test_scalars_follow_yaml_1_2(tmp_path: Path, text: str, value: object) -> None:
    found = read_yaml(write(tmp_path, f"a: {text}\n")).data["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["00123", "02018", "1e3", "1e99999999", "1e9999999999999999999", "-01"])
def test_a_number_that_looks_like_a_code_is_refused_at_once(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=f"“{text}”像是编码，不是数；编码请加引号"):
        read_yaml(write(tmp_path, f"a: {text}\n"))


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("kind: a\nyear：2022\nunit: b\n", 2, "year"),
        ("year：2022\n", 1, "year"),
        ("# 出处：甲\n# 乙\nyear：2022\n", 3, "year"),
        ("facts:\n  次数：\n    actual: 20次\n", 2, "次数"),
        ("a: b\nitems:\n  - name：甲\n    b: c\n", 3, "name"),
    ],
)
def test_a_chinese_colon_is_named_on_its_own_line(tmp_path: Path, text: str, line: int, key: str) -> None:
    with pytest.raises(InputError) as caught:
        read_yaml(write(tmp_path, text))
    (problem,) = caught.value.problems
    assert problem.line == line
    assert f"“{key}”后面用了中文冒号“：”；请改成英文冒号加一个空格" in problem.message


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, b"\xef\xbb\xbfa: b\n")).data == {"a": "b"}


@pytest.mark.parametrize(
    ("content", "line", "field", "needle"),
    [
        ("", None, "", "空的"),
        ("# nothing\n", None, "", "空的"),
        ("- a\n", 1, "", "最外层"),
        ("just text\n", 1, "", "最外层"),
        ("a: 1\nb: 2\na: 3\n", 3, "a", "重复，第1行"),
        ("a: {b: 1, b: 2}\n", 1, "a.b", "重复"),
        ("? [a]\n: 1\n", 1, "", "字段名应是文字"),
        ("~: 1\n", 1, "", "字段名应是文字"),
        ("<<: {a: 1}\n", 1, "", "字段名应是文字"),
        ("a: &x {b: 1}\nc: *x\n", 2, "c", "锚点"),
        ("a: &x 1\nb:\n- 1\n- *x\n", 4, "b[2]", "锚点"),
        ("a: *x\n", 1, "a", "锚点"),
        ("a: .nan\n", 1, "a", "不是一个数"),
        ("a: [1, -.inf]\n", 1, "a[2]", "不是一个数"),
        ("a: !!set {b}\n", 1, "a", "不支持的标签"),
        ("a: !mine b\n", 1, "a", "不支持的标签"),
        ("a:\n\tb: 1\n", 2, "", "制表符"),
        ("a: b\nc: @d\n", 2, "", "加引号"),
        ("a: [1\n", 2, "", "YAML 语法不对：方括号里缺逗号或右括号"),
        ("a: {b: 目标值: 偏低}\n", 1, "", "或值里又有“: ”"),
        ("a: 'x\n", 2, "", "引号没有配对"),
        ("a: b\n---\na: c\n", 2, "", "两份内容"),
        ("a: b\nc: \x01\n", 2, "", "控制字符"),
        ("a: b\nc: 甲\u202e乙\n", 2, "", "控制字符"),
        ('a: b\nc: ["甲\\u202e乙"]\n', 2, "c[1]", "控制字符"),
        ('a: "b\\0"\n', 1, "a", "控制字符"),
        ('a: {"b\\a": 1}\n', 1, "a", "控制字符"),
        ("名称: 甲\n备注: 乙\n".encode("gbk"), 1, "", "UTF-8"),
        (b"a: b\nc: " + "中".encode("gbk"), 2, "", "UTF-8"),
        ("a: " + "[" * 41 + "]" * 41 + "\n", 1, "", "嵌套太深"),
        ("a: " + "[" * 1_000_000, 1, "", "嵌套太深"),
        ("a:\n" + "- " * 1_000_000, 2, "", "嵌套太深"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_names_the_fault(tmp_path: Path, content: str | bytes, line: int | None, field: str, needle: str) -> None:
    problem = fault(tmp_path, content)
    assert needle in problem.message
    assert (problem.line, problem.field) == (line, field)


def test_all_structural_faults_come_in_one_go(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_yaml(write(tmp_path, "a: .nan\nb: 1\nb: 2\nc: !x y\n"))
    assert [problem.line for problem in caught.value.problems] == [1, 3, 4]


@pytest.mark.parametrize(
    "value", ["!!python/object/apply:os.mkdir [{0}]", "!!python/name:os.system ''", "!!python/module:os ''"]
)
def test_executes_nothing(tmp_path: Path, value: str) -> None:
    made = tmp_path / "made"
    assert "不支持的标签" in fault(tmp_path, f"a: {value.format(made)}\n").message
    assert not made.exists()


def test_an_alias_bomb_stays_small(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    problem = fault(tmp_path, "\n".join(lines))
    assert "锚点" in problem.message
    assert (problem.line, problem.field) == (2, "a1[1]")


def test_a_file_over_5_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    problem = fault(tmp_path, b"a" * (5 * 1024 * 1024 + 1))
    assert "超过 5 MB" in problem.message


def test_a_file_of_5_mb_is_read(tmp_path: Path) -> None:
    text = "a: |\n  " + "x" * (5 * 1024 * 1024 - 7)
    assert len(read_yaml(write(tmp_path, text)).data["a"]) == 5 * 1024 * 1024 - 7


@pytest.mark.parametrize(("name", "needle"), [("missing.yaml", "找不到"), (".", "文件夹")])
def test_says_what_cannot_be_read(tmp_path: Path, name: str, needle: str) -> None:
    with pytest.raises(InputError, match=needle):
        read_yaml(tmp_path / name)


def test_paths_are_shown_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_yaml(write(tmp_path, SAMPLE)).path == "case.yaml"


def test_dotted_counts_list_items_from_1() -> None:
    assert dotted(("facts", "次数", "items", 0)) == "facts.次数.items[1]"
    assert dotted(()) == ""


def test_suggest() -> None:
    assert suggest("adjustd", ["initial", "adjusted"]) == "是否想写“adjusted”？"
    assert suggest("xyz", ["initial", "adjusted"]) == "可用的有：initial、adjusted"
    assert suggest("xyz", []) == "这里没有可用的名称"
    assert suggest("甲", [f"名称{i}" for i in range(20)]).endswith("名称11 等")


def test_input_errors_survive_a_process_boundary() -> None:
    error = InputError([Problem("甲", "a.yaml", 3, "b.c"), Problem("乙")])
    copy = pickle.loads(pickle.dumps(error))
    assert copy.problems == error.problems
    assert str(copy) == "a.yaml 第3行 b.c：甲\n乙"
