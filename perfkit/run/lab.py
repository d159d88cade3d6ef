"""JupyterLab at the notebook to explore with, in Chinese where its language pack is installed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec

from .plan import find_notebooks


def open_lab(options: Sequence[str]) -> None:
    """Run JupyterLab in this process until it is ended; its folder is the project's.

    What perfkit would rather have (its language, no news from outside) are defaults, which a person's own settings
    override.

    Raises `PerfkitError` outside of a project.
    """
    from jupyterlab.labapp import LabApp

    notebooks = find_notebooks()
    if find_spec("jupyterlab_language_pack_zh_CN"):
        folders = os.environ.get("JUPYTER_CONFIG_PATH"), str(files("perfkit").joinpath("data/jupyter"))
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, folders))
    LabApp.launch_instance([str(notebooks / "explore.ipynb"), f"--ServerApp.root_dir={notebooks.parent}", *options])
