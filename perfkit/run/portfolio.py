"""The one report of many units: ``notebooks/portfolio.ipynb`` on a folder, and the tables as a workbook."""

from __future__ import annotations

from pathlib import Path

from ..errors import PerfkitError
from ..portfolio import Portfolio, kept, load_portfolio
from .jobs import DONE, MANY, Job, Wanted
from .report import make


def make_portfolio(source: Path, out: Path, notebooks: Path, wanted: Wanted) -> tuple[Path, Portfolio]:
    """Write page, notebook and workbook of the units in `source`, cases or reports, below `out`; gives their folder.

    Raises
    ------
    InputError : nothing but faulty cases. PerfkitError : nothing to show, or a cell of the template has failed.
    """
    notebook, folder = notebooks / f"{MANY}.ipynb", out.absolute() / MANY
    source, portfolio = source.absolute(), load_portfolio(source, lenient=True)
    portfolio.to_excel(folder / "portfolio.xlsx")
    result = {"case": source.name, "unit": source.name, "kind": MANY}
    title = f"{source.name}　多单位绩效评价情况"
    job = Job(MANY, MANY, title, source, notebook, folder, "", {}, result, wanted)  # no key: it is made whenever asked
    with kept(source, portfolio):
        outcome = make(job, None, lambda *_: None)
    if outcome.status != DONE:
        raise PerfkitError(f"{notebook.as_posix()} 没有运行完：{outcome.error}")
    return folder, portfolio
