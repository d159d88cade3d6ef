"""The walks of CONTRIBUTING: whatever stands in two places is the same there, and who forgets one is told which."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from pydantic import BaseModel

import perfkit
from perfkit import report, words
from perfkit.auditing import findings, monitoring
from perfkit.cases import models
from perfkit.cases.models import Budget, Change, EvaluationFile, Goal, Overview, Spending, Stage
from perfkit.cli import cli
from perfkit.documents import casefile, indicators
from perfkit.documents.loading import DEFAULT_PROFILE
from perfkit.documents.opening import SUFFIXES
from perfkit.generated import schemas
from perfkit.report import delivery, html, monitored
from perfkit.report.blocks import Block
from perfkit.report.markup import Picture
from perfkit.report.word import _Writer

REPO = Path(__file__).parent.parent
PACKAGE = REPO / "perfkit"
SCHEMAS = schemas()
FILES = {name: SCHEMAS[name] for name in ("case.json", "rubric.json", "profile.json", "sources.json")}
"""The schemas of what a consultant writes; the words of forms are written by who reads docs/documents.md."""


def text_of(name: str) -> str:
    return (REPO / name).read_text(encoding="utf-8")


def differing(found: set[Any], wanted: set[Any]) -> list[Any]:
    """What stands in one of two places only."""
    return sorted(found ^ wanted)


# ---- the two pages ---------------------------------------------------------------------------------------------------

PAGES = ("CONTRIBUTING.md", "CONTRIBUTING.zh-CN.md")


def test_both_languages_name_the_same_files_and_all_are_there() -> None:
    named = [set(re.findall(r"`([\w./]+(?:/|\.\w+))`", text_of(name))) for name in PAGES]
    assert differing(*named) == [], "named in one of CONTRIBUTING.md and CONTRIBUTING.zh-CN.md only"
    places = (
        "",
        "perfkit",
        "perfkit/report",
        "perfkit/figures",
        "tests/audit",
        ".ci",
    )  # some are named beside their neighbour
    assert {name for name in named[0] if not any((REPO / place / name).exists() for place in places)} == set()
    headings = [len(re.findall(r"^(?:##|\d\.|-) ", text_of(name), re.M)) for name in PAGES]
    assert headings[0] == headings[1], "the walks have as many steps in both languages"


# ---- a field of a case -----------------------------------------------------------------------------------------------


def fields_of(schema: Any, block: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every field of a schema: the block that it belongs to, its name, and what the schema says of it."""
    if isinstance(schema, list):
        for item in schema:
            yield from fields_of(item, block)
    elif isinstance(schema, dict):
        for name, field in schema.get("properties", {}).items():
            yield block, name, field
            yield from fields_of(field, block)
        for name, definition in schema.get("$defs", {}).items():
            yield from fields_of(definition, name)
        yield from fields_of([own for key, own in schema.items() if key not in ("properties", "$defs")], block)


@pytest.mark.parametrize("name", FILES)
def test_an_editor_has_a_chinese_name_for_every_field(name: str) -> None:
    bare = {f"{block}.{field}" for block, field, said in fields_of(FILES[name]) if "title" not in said}
    assert bare == set(), "a row of perfkit/words.csv (column workbook or editor), then `make generated`"


def test_no_row_of_words_is_left_over() -> None:
    known = {field for schema in SCHEMAS.values() for _, field, _ in fields_of(schema)} | set(words.NARRATIVES)
    rows = [row["name"] for row in words._NAMES if row["figure"] or row["workbook"] or row["editor"]]
    assert {name for name in rows if name.rpartition(".")[2] not in known} == set(), "perfkit/words.csv: of no field"
    assert len({row["name"] for row in words._NAMES}) == len(words._NAMES)


def test_the_documentation_has_every_part_of_a_case() -> None:
    parts = {field for block, field, _ in fields_of(SCHEMAS["case.json"]) if block.endswith("File")}
    parts -= {field for block, field, _ in fields_of(SCHEMAS["rubric.json"])}
    bare = {part for part in parts if not re.search(rf"\b{part}\b", text_of("docs/case-files.md"))}
    assert bare == set(), "docs/case-files.md: what it is and how it is written"


# ---- names that two files write out, because pydantic, mypy or a form wants them so ----------------------------------


def own(model: type[BaseModel], *others: str) -> set[str]:
    """The fields of a model but those that are not meant."""
    return set(model.model_fields) - set(others)


def literals(annotation: Any) -> set[str]:
    """The values of a Literal, which may be optional."""
    return {said for part in (annotation, *get_args(annotation)) for said in get_args(part) if isinstance(said, str)}


KINDS = {
    kind
    for block, name, said in fields_of(SCHEMAS["case.json"])
    if name == "kind" and block.endswith("File")
    for kind in said.get("enum", [said.get("const")])
}
SPENDING = {name for name, field in EvaluationFile.model_fields.items() if Spending in get_args(field.annotation)}
CATEGORIES, LIKELIHOODS = literals(models._Category), set(indicators._LIKELIHOODS.values())
SAME: dict[str, tuple[set[str], set[str]]] = {
    "words.py STAGES: Budget in cases/models.py": (set(words.STAGES), own(Budget, "changes", "source", "note")),
    "words.py PARTS: Stage in cases/models.py": (set(words.PARTS), own(Stage, "parts", "source", "note")),
    "words.py OVERVIEW: Overview in cases/models.py": (set(words.OVERVIEW), own(Overview)),
    "words.py CHANGES: Change in cases/models.py": (
        set(words.CHANGES),
        literals(Change.model_fields["kind"].annotation),
    ),
    "words.py SPENDING: EvaluationFile in cases/models.py": (set(words.SPENDING), SPENDING),
    "words.py KINDS: the files of cases/models.py": (set(words.KINDS), KINDS),
    "words.py SEVERITIES: Severity in auditing/findings.py": (set(words.SEVERITIES), set(findings.SEVERITIES)),
    "words.py VERDICTS: Verdict in auditing/findings.py": (set(words.VERDICTS), set(findings.VERDICTS)),
    "Reason in cases/models.py: _CATEGORIES in report/monitored.py": (CATEGORIES, set(monitored._CATEGORIES)),
    "Reason in cases/models.py: _REASONS in documents/casefile.py": (CATEGORIES, set(casefile._REASONS.values())),
    "Goal in cases/models.py: _LIKELIHOODS in documents/indicators.py": (
        literals(Goal.model_fields["likelihood"].annotation),
        LIKELIHOODS,
    ),
}
AMONG: dict[str, tuple[set[str], set[str]]] = {
    "words.py COMPOSED: PARTS": ({*words.COMPOSED, *chain(*words.COMPOSED.values())}, set(words.PARTS)),
    "report/delivery.py _TOLD, _WRITTEN: words.NARRATIVES": (
        {*delivery._TOLD, *delivery._WRITTEN},
        set(words.NARRATIVES),
    ),
    "auditing/monitoring.py _CONTRADICTED: Goal in cases/models.py": (set(monitoring._CONTRADICTED), LIKELIHOODS),
}


@pytest.mark.parametrize("name", SAME)
def test_two_files_have_the_same_names(name: str) -> None:
    assert differing(*SAME[name]) == [], name


@pytest.mark.parametrize("name", AMONG)
def test_names_are_among_those_that_there_are(name: str) -> None:
    some, known = AMONG[name]
    assert some - known == set(), name


# ---- a kind of case --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", words.KINDS)
def test_a_kind_of_case_has_its_template_its_sample_and_its_name_in_the_documentation(kind: str) -> None:
    for name in (f"notebooks/{kind}.ipynb", f"perfkit/data/samples/{kind}.yaml"):
        assert (REPO / name).is_file(), f"{name} is missing"
    assert f"{kind} {words.KINDS[kind]}" in text_of("docs/case-files.md"), "docs/case-files.md: the row of `kind`"


# ---- a format of documents -------------------------------------------------------------------------------------------


def test_the_documentation_has_every_format_that_is_read() -> None:
    rows = " ".join(re.findall(r"^\| (\..*?) \|", text_of("docs/documents.md"), re.M)).split()
    assert differing(set(rows), set(SUFFIXES)) == [], "docs/documents.md, 读哪些格式; SUFFIXES in documents/opening.py"


def test_the_profile_of_documents_is_one() -> None:
    options = [option for verb in cli.commands.values() for option in verb.params if option.name == "profile"]
    assert {option.default for option in options if isinstance(option, click.Option)} == {DEFAULT_PROFILE}


# ---- a block, a function for chapters, a public name -----------------------------------------------------------------


def test_every_block_has_its_writers() -> None:
    own = [kind for kind in Block.__subclasses__() if kind is not Picture]  # which Markdown brings, for Word only
    assert [kind.__name__ for kind in own if kind not in html._WRITERS] == [], "perfkit/report/html.py: _WRITERS"
    bare = [kind.__name__ for kind in own if not hasattr(_Writer, kind.__name__.lower())]
    assert bare == [], "perfkit/report/word.py: a method of _Writer that is named like the block"


def test_the_documentation_has_every_function_for_chapters() -> None:
    listed = text_of("docs/report.md").partition("| 要显示 | 函数 |")[2].partition("\n## ")[0]
    assert [name for name in dir(report) if not re.search(rf"`{name}\b", listed)] == [], (
        "docs/report.md: the table of functions"
    )


def test_editors_know_the_public_names() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    told = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    imports = [node for node in told.body if isinstance(node, ast.ImportFrom)]
    names = {(node.module, alias.name) for node in imports if node.module for alias in node.names}
    own = {(module, name) for module, found in perfkit._NAMES.items() for name in found}
    assert differing(names, own) == [], "perfkit/__init__.py: once under TYPE_CHECKING and once in _NAMES"


# ---- what is taken away ----------------------------------------------------------------------------------------------


def test_every_private_name_of_a_module_is_used() -> None:
    """ruff looks for imports and variables of functions that nothing uses, not for these; a decorator may keep one."""
    unused = []
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in [] if "globals()" in text else ast.parse(text).body:
            named = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
            names = {str(getattr(each, "id", getattr(each, "name", ""))) for each in named}
            for name in names if not getattr(node, "decorator_list", ()) else ():
                if name.startswith("_") and not name.endswith("__") and len(re.findall(rf"\b{name}\b", text)) < 2:
                    unused.append(f"{path.relative_to(REPO).as_posix()}: {name}")
    assert unused == []
