"""Tab in IPython and JupyterLab: after ``card.explain("``, ``card.reading("`` and ``card.what_if({"`` indicator names.

``card["`` needs nothing of this: IPython asks the card itself.
"""

from __future__ import annotations

import re
import sys
from typing import Any

_CHANGES = r"\{(?:(?:[^{}]|\{[^{}]*\})*,)?"  # of `what_if`, up to where another name begins
_CALL = re.compile(rf"""([A-Za-z_][\w.]*)\.(?:explain|reading|what_if)\((?:{_CHANGES})?\s*["']([^"']*)$""")


def matches(context: Any) -> dict[str, Any]:
    """IPython's matcher: the names that the object before the call offers as keys, and then nothing else.

    Parameters
    ----------
    context : IPython's ``CompletionContext``; its line up to the cursor is read, and attributes are looked up.
    """
    from IPython.core.completer import SimpleCompletion

    found = _CALL.search(context.line_with_cursor[: context.cursor_position])
    if not found:
        return {"completions": []}
    name, begun = found.groups()
    first, *rest = name.split(".")
    here = sys.modules["IPython"].get_ipython().user_ns.get(first)
    for part in rest:
        here = getattr(here, part, None)
    here = next(iter(getattr(here, "cards", {}).values()), here)  # a portfolio changes the indicators of its units
    keys = getattr(type(here), "_ipython_key_completions_", None)
    names = [key for key in keys(here) if key.startswith(begun)] if keys else []
    return {
        "completions": [SimpleCompletion(text=key, type="项") for key in names],
        "matched_fragment": begun,
        "suppress": bool(names),
    }


def install() -> None:
    """Let the shell that runs this process, if there is one, ask `matches`."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if shell is not None and getattr(shell, "Completer", None):
        from IPython.core.completer import context_matcher

        shell.Completer.custom_matchers.append(context_matcher()(matches))
