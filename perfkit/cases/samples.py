"""A new case file to fill in, one sample a kind; every sample passes ``perfkit check`` as it is."""

from __future__ import annotations

import io
import json
import re
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from ruamel.yaml import YAML

from ..errors import PerfkitError
from ..files import output_folder, write_as, write_whole
from ..reading import parse_yaml, suggest
from ..rubrics.rubric import Rubric, find_library
from ..rubrics.rules.base import FIELDS
from ..words import KINDS
from .entries import spread
from .loading import read_document
from .models import ScoredKind
from .tables import TABLE, new_table, standard_of
from .workbook import written


def new_case(
    kind: str,
    name: str,
    folder: Path = Path("params/cases"),
    *,
    rubric: str = "",
    unit: str = "",
    year: int | None = None,
    form: str = "yaml",
) -> list[Path]:
    """Write a sample case of `kind` as ``<folder>/<name>.yaml``, for a department also one sample unit; the files.

    Parameters
    ----------
    kind : of case, also by its Chinese name (绩效评价).
    rubric : name of one in ``params/rubrics``: then the sample lists its indicators, each with what it asks for.
    unit, year : as the sample names them.
    form : ``yaml``, or ``xlsx``, a workbook to fill in.

    Raises `PerfkitError` for an unknown kind or rubric, an unsafe name, or a file that is already there.
    """
    if kind in ("table", TABLE):
        return [_new_table(name, folder, rubric, year)]
    kind = next((own for own, label in KINDS.items() if label == kind), kind)
    if kind not in KINDS:
        raise PerfkitError(f"没有“{kind}”这种类型；{suggest(kind, [*KINDS, *KINDS.values()])}")
    if rubric and kind not in get_args(ScoredKind):
        raise PerfkitError(f"{KINDS[kind]}没有指标体系；--rubric 只用于评价和自评")
    path = _new_file(folder, name, form)
    part = path.with_name(f"{path.stem}-unit.{form}")
    wanted = {path: kind} | ({_absent(part): "self_evaluation"} if kind == "department" else {})
    listed = _listed(find_library(folder / "x").rubric(rubric), form) if rubric else {}
    named = "某部门" if kind == "department" else "某单位"
    for target, sample in wanted.items():
        text = (files("perfkit") / "data" / ("listed.yaml" if rubric else f"samples/{sample}.yaml")).read_text("utf-8")
        schema = "../" * (len(target.relative_to(folder).parts)) + "schemas/case.json"
        said = {"@SCHEMA@": schema, "@UNIT@": part.stem, "@KIND@": kind, **listed, named: unit or named}
        text = _moved(text, year)
        for placeholder, meant in said.items():
            text = text.replace(placeholder, meant)
        write_whole(target, text if form == "yaml" else written(spread(parse_yaml(text, target.name)).data))
    return list(wanted)


def _moved(sample: str, year: int | None) -> str:
    """The text of a sample in another year, with the years before and after its own."""
    own = int(re.findall(r"^year: (\d+)", sample, re.M)[0])
    return re.sub("202[45]", lambda found: str(int(found[0]) - own + year), sample) if year else sample


def _new_file(folder: Path, name: str, form: str) -> Path:
    """The path of a new file. Raises `PerfkitError` for an unsafe name, or a file that is there."""
    path = output_folder(folder, name.removesuffix(f".{form}"))
    return _absent(path.with_name(f"{path.name}.{form}"))


def _absent(path: Path) -> Path:
    if path.exists():
        raise PerfkitError(f"{path.as_posix()} 已经存在，没有覆盖；请换一个名称")
    return path


def write_new(data: dict[str, Any], name: str, form: str, folder: Path = Path("params/cases")) -> Path:
    """Write plain data as a new case, ``yaml`` or ``xlsx``; its path. Raises as `new_case`."""
    path = _new_file(folder, name, form)
    write_case(data, path)
    return path


def _new_table(name: str, folder: Path, rubric: str, year: int | None) -> Path:
    if not rubric:
        raise PerfkitError(f"{TABLE}的列由指标体系而来；请写 --rubric 名称，如 --rubric project-2020")
    path = _new_file(folder, name, "xlsx")
    write_whole(path, new_table(find_library(folder / "x").rubric(rubric), year or 2024))
    return path


_ASKED = {
    "target": "target: 目标值",
    "actual": "actual: 实际完成值",
    "items": "items: [是, 否, …]",
    "count": "count: 0处",
    "met": "met: 是",
    "level": "level: 等次",
    "share": "share: 80%, reason: 理由",
    "declared": "declared: 得分",
}
"""Field of a fact → how it is written."""


def _listed(rubric: Rubric, form: str) -> dict[str, str]:
    """What stands in ``data/listed.yaml`` for its placeholders: the facts that a rubric reads, each still missing."""
    lines: list[str] = []
    for name, fields in rubric.reads.items():
        measure = rubric.measures.get(name)
        written = ", ".join(_ASKED[field] for field in FIELDS if field in fields)
        asked = "、".join(measure.arguments.values()) if measure else written
        key = yaml_text({name: None}).strip()  # quoted where YAML asks for it
        standard = "".join(standard_of(rubric, name).split())
        if form == "xlsx":  # which has no comments
            lines.append(f"  {key} {json.dumps({'missing': f'待填：{asked}；标准：{standard}'}, ensure_ascii=False)}")
        else:
            lines += [f"  # {standard}", f"  {key} {{missing: 待填}}  # 填 {asked}"]
    return {"@TITLE@": rubric.title, "@RUBRIC@": rubric.name, "@INDICATORS@": "\n".join(lines)}


def convert(source: Path, target: Path) -> None:
    """Write a case file in the other form: YAML as a workbook, a workbook as YAML, by the ending of `target`.

    Raises `InputError` for what cannot be read, `PerfkitError` for a file that is there, or an unknown ending.
    """
    write_case(read_document(source).data, target)


def write_case(data: dict[str, Any], target: Path) -> None:
    """Write plain data as a case file, YAML or a workbook by the ending of `target`.

    Raises `PerfkitError` for a file that is there, or an unknown ending.
    """
    write_as(_absent(target), {".xlsx": lambda: written(data), ".yaml": lambda: yaml_text(data)})


def yaml_text(data: dict[str, Any]) -> str:
    """Plain data as YAML that reads back the same, numbers with the digits they were written with."""
    stream = io.StringIO()
    case_yaml().dump(data, stream)
    return stream.getvalue()


def case_yaml() -> YAML:
    """YAML as case files are written: long lines, numbers with the digits that were printed."""
    yaml = YAML()
    yaml.width = 150
    yaml.representer.add_representer(Decimal, _number)
    return yaml


def _number(representer: Any, value: Decimal) -> Any:
    kind = "float" if "." in str(value) else "int"
    return representer.represent_scalar(f"tag:yaml.org,2002:{kind}", str(value))
