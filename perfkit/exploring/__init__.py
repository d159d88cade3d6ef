"""`explore`: what was scored, to be moved by hand in JupyterLab (extra ``lab``)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..portfolio import Portfolio, load_portfolio
from ..scoring.scorecard import Scorecard, score

if TYPE_CHECKING:
    from .panels import CardPanel, UnitsPanel

INSTALL = "滑块和输入框要用 ipywidgets，这里没有装；请运行 pip install ipywidgets（或 make lab），再重开 JupyterLab。"


def explore(given: Any) -> CardPanel | UnitsPanel | None:
    """Sliders and fields for a scorecard, or a table of units of which one can be moved, with the score at once.

    Where ipywidgets is not installed there is only a sentence that says what to do.

    Parameters
    ----------
    given : a scorecard, a case or its path; or a portfolio, or a folder of cases.

    Raises
    ------
    PerfkitError : a case without scores. InputError : a faulty case.
    """
    if not find_spec("ipywidgets"):
        print(INSTALL)
        return None
    from .panels import CardPanel, UnitsPanel

    given = given if isinstance(given, Portfolio | Scorecard) else score(given)
    if isinstance(given, Scorecard):
        return CardPanel(given)
    return UnitsPanel(given if isinstance(given, Portfolio) else load_portfolio(given))
