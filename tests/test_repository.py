"""The repository itself: one list of dependencies, nothing of anyone's machine, floors, docstrings, schemas in step."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from _pytest.mark import ParameterSet
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from ruamel.yaml import YAML

import perfkit
from perfkit import load_case
from perfkit.generated import generated, schemas
from perfkit.reading import read_yaml

REPO = Path(__file__).parent.parent
PACKAGE = REPO / "perfkit"
PARAMS = sorted(path.relative_to(REPO).as_posix() for path in (REPO / "params").rglob("*.yaml"))
SAMPLES = sorted(path.relative_to(REPO).as_posix() for path in (PACKAGE / "data" / "samples").glob("*.yaml"))
MODULES = sorted(path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.rglob("*.py"))


def known(names: Iterable[str], faults: Mapping[str, str]) -> list[ParameterSet]:
    """The names as parameters; those with a known fault must fail, so that the mend takes them off their list."""
    assert set(faults) <= set(names := list(names))
    return [
        pytest.param(name, marks=[pytest.mark.xfail(strict=True, reason=faults[name])] if name in faults else [])
        for name in names
    ]


# ---- dependencies ----------------------------------------------------------------------------------------------------

PROJECT: dict[str, Any] = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
"""conda-forge's name → the name in pyproject.toml: the same library without its Qt window."""


def bounds(requirements: list[str]) -> dict[str, str]:
    """Canonical name → bounds."""
    parsed = map(Requirement, requirements)
    return {canonicalize_name(CONDA_NAMES.get(r.name, r.name)): str(r.specifier) for r in parsed}


def test_every_pinned_package_runs_on_the_oldest_python_promised() -> None:
    """As packages are installed here: pip refuses the lock where one of them needs a newer Python."""
    oldest = PROJECT["requires-python"].removeprefix(">=") + ".0"
    pinned = {line.partition("==")[0] for line in (REPO / "requirements.lock").read_text(encoding="utf-8").split()}
    names = {canonicalize_name(name) for name in pinned}
    found = [d.metadata for d in distributions() if canonicalize_name(d.metadata["Name"]) in names]
    needs = {meta["Name"]: meta.get("Requires-Python") or "" for meta in found}
    assert len(needs) > 50
    assert {name: spec for name, spec in needs.items() if not SpecifierSet(spec).contains(oldest)} == {}


def test_environment_yml_has_the_packages_of_pyproject() -> None:
    environment = YAML(typ="safe").load(REPO / "environment.yml")
    assert environment["name"] == "perfkit"
    assert environment["channels"] == ["conda-forge"]
    *conda, last = environment["dependencies"]
    assert list(last) == ["pip"]
    found = bounds([*conda, *last["pip"]])
    assert found.pop("python") == PROJECT["requires-python"]
    assert found.pop("pip") == ""  # only to install the packages that conda-forge lacks
    assert found == bounds(PROJECT["dependencies"])


def test_lock_pins_every_dependency_within_its_bounds() -> None:
    lines = (REPO / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+]*", line) for line in lines)
    names = [canonicalize_name(line.partition("==")[0]) for line in lines]
    assert len(set(names)) == len(names)
    pinned = dict(zip(names, (Version(line.partition("==")[2]) for line in lines), strict=True))
    wanted = [*PROJECT["dependencies"], *(r for extra in PROJECT["optional-dependencies"].values() for r in extra)]
    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"requirements.lock does not pin {requirement.name}"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} but {version} is pinned"


def test_version_is_one() -> None:
    assert PROJECT["version"] == perfkit.__version__
    headings = re.findall(r"^## .*$", (REPO / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert [heading for heading in headings if perfkit.__version__ in heading]


# ---- what is tracked -------------------------------------------------------------------------------------------------

MACHINE = {
    "a home directory": re.compile(r"[/](root|home|Users)[/][A-Za-z]|[A-Za-z]:\\Users\\"),
    "a checkout's path": re.compile(r"(?<![\w.}])[/](work|workspace|mnt|srv|builds)[/]"),
    "an index option": re.compile(r"--(extra-)?[i]ndex-url|--[f]ind-links|[i]ndex_url\s*=|PIP_[I]NDEX"),
    "a package index": re.compile(r"https?:[/]{2}\S*(pypi|pythonhosted|anaconda|artifactory|nexus|mirror|[/]simple\b)"),
    "a local address": re.compile(r"https?:[/]{2}(localhost|127\.|10\.|192\.168\.)"),
}


def tracked() -> list[Path]:
    """The files of the checkout; skips where there is no git or no checkout."""
    git = shutil.which("git")
    if not git or not (REPO / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are tracked")
    done = subprocess.run([git, "ls-files", "-z"], cwd=REPO, capture_output=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip("git does not read this checkout")
    return [REPO / name for name in done.stdout.decode().split("\0") if name and (REPO / name).is_file()]


def test_nothing_of_a_machine_or_an_index_is_tracked() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            found += [f"{path.relative_to(REPO)}:{number}: {what}" for what, p in MACHINE.items() if p.search(line)]
    assert found == []


def test_nothing_made_is_tracked() -> None:
    names = [path.relative_to(REPO).as_posix() for path in tracked()]
    made = re.compile(
        r"(^|/)(__pycache__|\.venv|\.ipynb_checkpoints|build|dist)/|\.pyc$|\.egg-info/|^outputs/(?!README)"
    )
    assert [name for name in names if made.search(name)] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_leads_with_the_two_commands(name: str) -> None:
    text = (REPO / name).read_text(encoding="utf-8")
    commands = [text.index("make reports"), text.index("make test")]
    assert max(commands) < text.index("conda env create -f environment.yml")
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    for target in ("reports", "test"):
        assert re.search(rf"^{target}:.*## .+", makefile, re.M)


def test_links_of_the_documentation_resolve() -> None:
    broken = []
    for path in [*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md"), *(REPO / "params").rglob("*.md")]:
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    assert broken == []


def test_makefile_names_files_that_are_there() -> None:
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w./-])((?:benchmarks|notebooks|params|perfkit)/[\w./-]+)", makefile)
    assert named
    assert [name for name in named if not (REPO / name).exists()] == []


def test_ci_runs_what_the_readme_says() -> None:
    script = REPO / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    assert re.search(r"^make test$", text, re.M)
    assert re.search(r"^make lint$", text, re.M)
    lint = (REPO / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    for tool in ("ruff check", "ruff format --check", "mypy --strict perfkit"):
        assert tool in lint


# ---- data ------------------------------------------------------------------------------------------------------------

SCHEMA_OF = {"cases": "case.json", "rubrics": "rubric.json", "profiles": "profile.json", "sources.yaml": "sources.json"}


def plain(value: Any) -> Any:
    """Data as JSON knows it: the numbers that `reading` keeps with all their digits become floats."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def test_generated_files_are_those_of_the_code() -> None:
    assert {path.name for path in (REPO / "params" / "schemas").iterdir()} == set(schemas())
    for name, content in generated().items():
        assert (REPO / name).read_text(encoding="utf-8") == content, f"{name}: run `make generated`"


@pytest.mark.parametrize("name", PARAMS)
def test_first_line_names_the_schema(name: str) -> None:
    path = REPO / name
    first = path.read_text(encoding="utf-8").splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match, first
    assert not match[1].startswith(("/", "http", "file:"))
    schema = (path.parent / match[1]).resolve()
    assert schema.is_file()
    assert schema.parent == REPO / "params" / "schemas"
    block = path.relative_to(REPO / "params").parts[0]
    assert schema.name == SCHEMA_OF.get(block, schema.name)


written_schemas = cache(schemas)


@cache
def validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(written_schemas()[schema])


@pytest.mark.parametrize("name", [*PARAMS, *SAMPLES])
def test_file_agrees_with_its_schema(name: str, tmp_path: Path) -> None:
    """What an editor accepts: the plain JSON Schema, without perfkit's own checks."""
    text = (REPO / name).read_text(encoding="utf-8")
    first = text.splitlines()[0]
    schema = "case.json" if "@SCHEMA@" in first else Path(first).name
    file = tmp_path / "file.yaml"
    file.write_text(text.replace("@UNIT@", "unit"), encoding="utf-8")
    assert [error.message for error in validator(schema).iter_errors(plain(read_yaml(file).data))] == []


def test_schemas_refuse_what_they_should() -> None:
    schema = validator("case.json")
    case = plain(read_yaml(REPO / "params" / "cases" / "jiangxi-union-2020.yaml").data)
    for change in ({"kind": "something"}, {"yeer": 2020}, {"year": "二〇二〇"}, {"facts": [1]}):
        assert list(schema.iter_errors(case | change)), change
    assert list(schema.iter_errors({key: value for key, value in case.items() if key != "unit"}))


@pytest.mark.parametrize("name", [name for name in PARAMS if name.startswith("params/cases/")])
def test_case_loads(name: str) -> None:
    case = load_case(REPO / name)
    assert case.id == name.removeprefix("params/cases/").removesuffix(".yaml")
    assert all(problem.severity == "warning" for problem in case.warnings)


# ---- floors ----------------------------------------------------------------------------------------------------------

FLOORS: list[set[str]] = [
    {"chinese", "errors", "fonts", "words"},
    {"files", "limited", "reading", "tables"},
    {"validating"},
    {"figures"},
    {"rubrics"},
    {"cases"},
    {"scoring"},
    {"monitoring"},
    {"auditing"},
    {"portfolio"},
    {"report"},
    {"run"},
    {"terminal", "documents", "exploring"},
    {"generated"},
    {"cli"},
    {"__main__"},
]
"""From the ground up; a package is one entry. A module imports from lower floors and from its own package only: two
entries of one floor do not know each other. `__init__` only says where the public names are."""
FLOOR_OF = {name: number for number, floor in enumerate(FLOORS) for name in floor}


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements below a node; to look into expressions too would take much longer."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        if not isinstance(child, ast.expr):
            yield from statements(child)


@cache
def statements_of_import(module: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    return tuple(node for node in statements(tree_of(module)) if isinstance(node, ast.Import | ast.ImportFrom))


def imports(module: str) -> Iterator[tuple[str, int]]:
    """What a module imports from perfkit, lazily and for types alike: (entry, line)."""
    package = module.split("/")[:-1]
    for node in statements_of_import(module):
        names: list[list[str]] = []
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names = [base + node.module.split(".")] if node.module else [[*base, alias.name] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "perfkit":
            inner = node.module.split(".")[1:]
            names = [inner] if inner else [[alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [
                alias.name.split(".")[1:] or ["__init__"] for alias in node.names if alias.name.startswith("perfkit")
            ]
        for name in names:
            if name[0] != "__version__":
                yield name[0], node.lineno


def test_every_module_has_its_floor() -> None:
    assert {module.partition("/")[0] for module in MODULES} - {"__init__"} == set(FLOOR_OF)
    assert sum(map(len, FLOORS)) == len(FLOOR_OF)


def test_no_import_runs_upward() -> None:
    entries = {module: module.partition("/")[0] for module in MODULES if module != "__init__"}
    upward = [
        f"{module}, line {line}: {name}"
        for module, entry in entries.items()
        for name, line in imports(module)
        if name != entry and FLOOR_OF.get(name, len(FLOORS)) >= FLOOR_OF[entry]
    ]
    assert upward == []


LIBRARIES = {
    "matplotlib": {"fonts", "report"},
    "papermill": {"run"},
    "nbconvert": {"report"},
    "bleach": {"report"},
    "nbformat": {"run"},
    "ruamel": {"reading", "documents", "cases"},
    "click": {"cli", "chinese"},
    "tqdm": {"run"},
    "openpyxl": {"figures", "cases", "report", "tables"},
    "docx": {"report", "documents"},
    "lxml": {"report", "documents"},
    "mistune": {"report"},
    "PIL": {"report"},
    "xlrd": {"documents"},
    "ipywidgets": {"exploring"},
    "uharfbuzz": {"fonts"},
}
"""Who may know a library; all others get what they need through these."""


def test_a_library_is_known_to_its_users_only() -> None:
    strange = set()
    for module in MODULES:
        nodes = statements_of_import(module)
        found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        found |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
        entry = module.partition("/")[0]
        strange |= {(module, name) for name in found if entry not in LIBRARIES.get(name.partition(".")[0], {entry})}
    assert strange == set()


# ---- code ------------------------------------------------------------------------------------------------------------


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in tree.body:
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        overload = named and any(ast.unparse(mark) == "overload" for mark in node.decorator_list)
        if named and not overload and not node.name.startswith("_"):
            yield node


def test_everything_public_has_a_docstring() -> None:
    bare = []
    for module in MODULES:
        tree = tree_of(module)
        bare += [f"{module}: {node.name}" for node in public(tree) if not ast.get_docstring(node)]
        bare += [] if ast.get_docstring(tree) or not tree.body else [module]  # it says first what it is for
    assert bare == []
