"""A new case file to fill in, one sample a kind; every sample passes ``perfkit check`` as it is."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ..errors import PerfkitError
from ..files import output_folder, write_whole
from ..reading import suggest
from ..words import KINDS


def new_case(kind: str, name: str, folder: Path = Path("params/cases")) -> list[Path]:
    """Write a sample case of `kind` as ``<folder>/<name>.yaml``, for a department also one sample unit; the files.

    Raises `PerfkitError` for an unknown kind, an unsafe name, or a file that is already there.
    """
    if kind not in KINDS:
        raise PerfkitError(f"没有“{kind}”这种类型；{suggest(kind, KINDS)}")
    folder_like = output_folder(folder, name.removesuffix(".yaml"))
    path = folder_like.with_name(f"{folder_like.name}.yaml")
    unit = path.with_name(f"{path.stem}-unit.yaml")
    wanted = {path: kind, unit: "self_evaluation"} if kind == "department" else {path: kind}
    for target in wanted:
        if target.exists():
            raise PerfkitError(f"{target.as_posix()} 已经存在，没有覆盖；请换一个名称")
    for target, sample in wanted.items():
        text = files("perfkit").joinpath(f"data/samples/{sample}.yaml").read_text(encoding="utf-8")
        up = "../" * (len(target.relative_to(folder).parts))
        write_whole(target, text.replace("@SCHEMA@", f"{up}schemas/case.json").replace("@UNIT@", unit.stem))
    return list(wanted)
