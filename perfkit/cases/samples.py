"""A new case file to fill in, one sample a kind; every sample passes ``perfkit check`` as it is."""

from __future__ import annotations

import io
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ..errors import PerfkitError
from ..files import output_folder, write_whole
from ..reading import parse_yaml, suggest
from ..words import KINDS
from .loading import read_document
from .workbook import written


def new_case(kind: str, name: str, folder: Path = Path("params/cases"), form: str = "yaml") -> list[Path]:
    """Write a sample case of `kind` as ``<folder>/<name>.yaml``, for a department also one sample unit; the files.

    The `form` may also be ``xlsx``, a workbook to fill in.

    Raises `PerfkitError` for an unknown kind, an unsafe name, or a file that is already there.
    """
    if kind not in KINDS:
        raise PerfkitError(f"没有“{kind}”这种类型；{suggest(kind, KINDS)}")
    folder_like = output_folder(folder, name.removesuffix(f".{form}"))
    path = folder_like.with_name(f"{folder_like.name}.{form}")
    unit = path.with_name(f"{path.stem}-unit.{form}")
    wanted = {path: kind, unit: "self_evaluation"} if kind == "department" else {path: kind}
    for target in wanted:
        if target.exists():
            raise PerfkitError(f"{target.as_posix()} 已经存在，没有覆盖；请换一个名称")
    for target, sample in wanted.items():
        text = files("perfkit").joinpath(f"data/samples/{sample}.yaml").read_text(encoding="utf-8")
        up = "../" * (len(target.relative_to(folder).parts))
        text = text.replace("@SCHEMA@", f"{up}schemas/case.json").replace("@UNIT@", unit.stem)
        write_whole(target, text if form == "yaml" else written(parse_yaml(text, target.name).data))
    return list(wanted)


def convert(source: Path, target: Path) -> None:
    """Write a case file in the other form: YAML as a workbook, a workbook as YAML, by the ending of `target`.

    Raises `InputError` for what cannot be read, `PerfkitError` for a file that is there, or an unknown ending.
    """
    if target.exists():
        raise PerfkitError(f"{target.as_posix()} 已经存在，没有覆盖；请换一个名称")
    data = read_document(source).data
    if target.suffix.lower() == ".xlsx":
        write_whole(target, written(data))
    elif target.suffix.lower() in (".yaml", ".yml"):
        write_whole(target, yaml_text(data))
    else:
        raise PerfkitError(f"{target.as_posix()}：写成哪一种，要看文件名的结尾；应是 .xlsx 或 .yaml")


def yaml_text(data: dict[str, Any]) -> str:
    """Plain data as YAML that reads back the same, numbers with the digits they were written with."""
    yaml = YAML(typ="rt")
    yaml.width = 120
    yaml.representer.add_representer(Decimal, _number)
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def _number(dumper: Any, value: Decimal) -> Any:
    kind = "float" if "." in str(value) else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", str(value))
