"""One report: its notebook executed by papermill, rendered, and written with its result."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat.v4
import papermill.engines  # noqa: F401 — before .shell, which papermill itself imports, as one of its engines

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # papermill's own
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

from ..errors import PerfkitError
from ..files import OutputError, remove, write_whole
from ..report.blocks import Heading, copied, from_output, group
from ..report.html import page, render
from ..rubrics.rubric import find_library
from .jobs import DONE, FAILED, MANY, OUTPUTS, STOPPED, Job, Outcome
from .jobs import sha256 as sha256_of
from .plan import find_notebooks
from .shell import Captured, PerfkitEngine, ReportShell, Say, new_output, shell_for_reports

logging.getLogger("papermill").setLevel(logging.CRITICAL)


def make(job: Job, descriptors: tuple[int, int] | None, say: Say) -> Outcome:
    """Make a report in this process. A failing notebook is kept, with the failing cell; then there is no page.

    Parameters
    ----------
    descriptors : of two files for what is printed; None makes them here.
    """
    try:
        _check_inputs(job)
        notebook = _parameterized(job)
        sys.path.append("")  # cells may import what lies in the working directory, but it takes no library's place
        PerfkitEngine.execute_notebook(notebook, "python3", progress_bar=False, captured=Captured(descriptors), say=say)
        _check_inputs(job)
        cell, error = _first_error(notebook)
        return _written(job, notebook, cell, error)
    except OutputError as problem:
        return Outcome(job.case, STOPPED, error=str(problem))
    except Exception as problem:
        text = str(problem) if isinstance(problem, PerfkitError) else f"{type(problem).__name__}: {problem}"
        return Outcome(job.case, FAILED, error=text)


def _parameterized(job: Job) -> Any:
    return parameterize_notebook(load_notebook_node(str(job.notebook)), {job.parameter: job.source.as_posix()})


def _check_inputs(job: Job) -> None:
    """Raise `PerfkitError` if a file has changed since the report was planned: page and result would not agree."""
    for path, digest in job.inputs.items():
        if not Path(path).is_file():
            raise PerfkitError(f"看不到 {path}，这份报告没有生成；它在运行期间被移走了")
        if sha256_of(Path(path)) != digest:
            raise PerfkitError(f"{path} 在运行期间有改动，这份报告没有生成；请再运行一次")


def _first_error(notebook: Any) -> tuple[int | None, str]:
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return number, f"{output.ename}: {output.evalue}"
    return None, ""


def _written(job: Job, notebook: Any, cell: int | None, error: str) -> Outcome:
    """Write what there is of a report: the notebook; page and result where it has not failed."""
    path, shown, result = (job.folder / name for name in OUTPUTS)
    _make_portable(notebook, job)
    # Indented, the notebook would take a tenth of the time of the whole report.
    text = json.dumps(notebook, ensure_ascii=False) + "\n"
    contents: dict[Path, str | bytes] = {path: text}
    notes = [_kept_copy(path, result)]
    if not error:
        client, many = job.wanted.copy == "client", job.kind == MANY
        contents[shown], said = render(notebook, job.title, client, sortable=many)
        notes += said
        contents |= {job.folder / name: _FURTHER[name](job, notebook) for name in job.wanted.further}
        seal = {"key": job.key, "notebook": sha256(text.encode()).hexdigest()}
        contents[result] = json.dumps(job.result | seal, ensure_ascii=False, indent=2) + "\n"
    further = {file for name in _FURTHER if (file := job.folder / name).is_file()}
    stale = {shown, result, *further} - contents.keys()
    remove(*job.folder.glob(".*.tmp"), *stale)  # of a writer that was killed; of before
    for target, content in contents.items():
        write_whole(target, content)
    return Outcome(job.case, FAILED if error else DONE, cell=cell, error=error, notes=tuple(filter(None, notes)))


def _word(job: Job, notebook: Any) -> bytes:
    from ..report.word import document, parts_of

    parts = [copied(part, internal=False) if job.wanted.copy == "client" else part for part in parts_of(notebook)]
    return document(parts, job.wanted.template, title=job.title, author=str(job.result["unit"]))


def _internal(job: Job, notebook: Any) -> str:
    """The page of what the client's copy is without."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    parts = [copied(block, internal=True) for output in outputs if (block := from_output(output)) is not None]
    return page(group(Heading(f"{job.title}　内部核验", 1), *parts), job.title)


def _workbook(job: Job, notebook: Any) -> bytes:
    from ..cases.loading import load_case
    from ..report.excel import workbook

    return workbook(load_case(job.source, id=job.case), for_client=job.wanted.copy == "client")


_FURTHER: dict[str, Callable[[Job, Any], str | bytes]] = {
    "report.docx": _word,
    "scores.xlsx": _workbook,
    "audit.html": _internal,
}
"""How each of the files is made that a report may have beside the usual ones."""


def _make_portable(notebook: Any, job: Job) -> None:
    """Name the case as a colleague finds it: by its path in the project, readable, and no path of this machine."""
    project = job.notebook.parent.parent
    case = job.source.relative_to(project) if job.source.is_relative_to(project) else job.source
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.source = f'# Parameters\n{job.parameter} = "{case.as_posix()}"'
    notebook.metadata.get("papermill", {})["parameters"] = {job.parameter: case.as_posix()}


def _kept_copy(path: Path, result: Path) -> str:
    """Keep a copy of a notebook that somebody has changed since it was written, and say so; "" where nobody has."""
    try:
        there = path.read_bytes()
        sealed = json.loads(result.read_bytes()).get("notebook")
    except (OSError, ValueError):
        return ""
    if sealed in (None, sha256(there).hexdigest()):
        return ""
    copy = path.with_name(f"{path.stem}.{datetime.now():%Y-%m-%dT%H%M%S}{path.suffix}")
    write_whole(copy, there)
    return f"{path.name} 生成之后有人改过，改过的留作 {copy.name}"


def keep_unfinished(job: Job, cells: Mapping[int, Any], printed: list[bytes], name: str, reason: str) -> Outcome:
    """Write the notebook of a report whose process was stopped, as far as it came.

    Parameters
    ----------
    cells : index of each cell that was begun → its outputs and number; None for the one that was running.
    printed : what that one had written to standard output and error.
    name, reason : why it was stopped.
    """
    try:
        notebook = _parameterized(job)
        running = None
        for index, ended in cells.items():
            if ended is None:
                running = index
            else:
                notebook.cells[index].outputs, notebook.cells[index].execution_count = ended
        if running is None:
            return Outcome(job.case, FAILED, error=f"{name}：{reason}")
        outputs = notebook.cells[running].outputs
        for stream, text in zip(("stdout", "stderr"), printed, strict=True):
            if text:
                outputs.append(new_output("stream", name=stream, text=text.decode("utf-8", "replace")))
        outputs.append(new_output("error", ename=name, evalue=reason, traceback=[]))
        return _written(job, notebook, running + 1, f"{name}: {reason}")
    except OutputError as problem:
        return Outcome(job.case, STOPPED, error=str(problem))


_SHOWN = (
    "title overview staff assets budget execution budget_stages process rubric conclusion levels grades score_rates "
    "key_points scores lost_points problems advice rectification appendix register surveys materials review worksheet "
    "robustness audit doubts provenance"
)
"""What the sample report shows: all that an evaluation does."""


def _draws() -> bool:
    """Whether a template around the working directory has figures of its own; else no report carries Matplotlib."""
    with contextlib.suppress(PerfkitError, OSError):
        return any(b"matplotlib" in path.read_bytes() for path in find_notebooks().glob("*.ipynb"))
    return False


def sample() -> None:
    """Make a whole report of the sample that perfkit ships, and write nothing; read templates and rubrics of here."""
    if _draws():
        with shell_for_reports(Captured()) as shell:
            shell.run("import matplotlib.pyplot", [])  # the next shell finds it there, and learns to show figures
    v4: Any = nbformat.v4
    path = Path(__file__).parents[1] / "data/samples/evaluation.yaml"
    cells = [
        "import pandas, pathlib\nfrom perfkit import audit, find_library, load_case, monitor, report, score\n"
        "from perfkit import read_standard\nread_standard('≥95%得满分，每降低1个百分点扣0.5分', weight=8)\n"
        f"case = load_case({str(path)!r}, library=find_library(pathlib.Path({__file__!r})))\n"
        "case.file.narrative['摘要'] = '一段'\ncard = score(case)",
        "report.chapter('摘要', report.text(card, '摘要'), report.told(card, '评价对象和范围', '评价方法'))",
        *(f"report.{name}(card)" for name in _SHOWN.split()),
        "print(1)\npandas.DataFrame({'a': [1.5], 'b': ['c']})",
    ]
    whole = [v4.new_markdown_cell("绩"), *map(v4.new_code_cell, cells)]
    notebook = v4.new_notebook(cells=whole, metadata={"papermill": {}})
    for cell in notebook.cells:
        cell.metadata.papermill = {}
    PerfkitEngine.execute_notebook(notebook, "python3", progress_bar=False)
    render(notebook, "样本")
    with contextlib.suppress(Exception):  # what is wrong with them is said of the report that needs them
        folder = find_notebooks()
        parameterize_notebook(load_notebook_node(str(folder / "evaluation.ipynb")), {"case": ""})
        library = find_library(folder)
        for name in library.names("rubrics"):
            with contextlib.suppress(PerfkitError):
                library.rubric(name)
    ReportShell.instance()  # for the next report, whose process is forked from this one
