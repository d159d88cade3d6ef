"""Cells run in an IPython shell of this very process, as a papermill engine: what a kernel gives, without messages.

``papermill --engine perfkit in.ipynb out.ipynb`` works by hand; `perfkit run` uses it in a process of its own for each
report. Everything that a cell puts out stands in the notebook: results, displays, pictures, what it prints, and what
the programs that it starts print, for standard output and error are captured as file descriptors.
"""

from __future__ import annotations

import base64
import builtins
import io
import os
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from papermill.engines import Engine
from traitlets import Type
from traitlets.config import Config

from .jobs import MOST_OUTPUT, TOO_MUCH

Say = Callable[[int, Any, tuple[int, ...]], None]
"""Told of each cell, as it begins and ends: its index, its outputs and number (None at the beginning), and how much has
been printed."""
_NAMES = ("stdout", "stderr")
_BACKEND = "MPLBACKEND"


def new_output(kind: str, **fields: Any) -> Any:
    """An output as nbformat has it; its own function would look through each picture and table again and again."""
    return nbformat.NotebookNode(output_type=kind, **fields)  # type: ignore[no-untyped-call]


class TooMuchOutputError(Exception):
    """A report puts out more than it may."""


class Captured:
    """What the running cell puts out, in order: outputs as nbformat has them.

    Standard output and error are files; what lies in them is taken over whenever something else is put out, so that the
    order holds. Should the process end within a cell, the files still have what was printed last.

    Parameters
    ----------
    files : descriptors of the two files, empty and open for reading and appending.
    """

    def __init__(self, files: tuple[int, int] | None = None) -> None:
        own = ExitStack()
        self.files = files or tuple(own.enter_context(tempfile.TemporaryFile()).fileno() for _ in _NAMES)  # noqa: SIM115
        weakref.finalize(self, own.close)
        self.taken = [0, 0]
        self.outputs: list[Any] = []
        self.waits_to_clear = self.failed = False
        self._others = 0  # bytes

    def begin(self, outputs: list[Any]) -> None:
        """A cell begins; its outputs go into this list."""
        self.outputs = outputs
        self.waits_to_clear = self.failed = False

    def add(self, output: Any) -> None:
        """One more output, behind what has been printed before it."""
        self.take()
        self._clear_if_it_waits()
        self._others += sum(len(str(value)) for value in output.get("data", {}).values())
        self._limit()
        self.outputs.append(output)

    def error(self, name: str, text: str, traceback: list[str]) -> None:
        """The cell fails."""
        self.failed = True
        self.take()
        self.outputs.append(new_output("error", ename=name, evalue=text, traceback=traceback))

    def take(self, but: int | None = None) -> None:
        """Take over what has been printed since, except to the stream number `but`."""
        for number, name in enumerate(_NAMES):
            size = os.fstat(self.files[number]).st_size if number != but else self.taken[number]
            if size > self.taken[number]:
                data = _read(self.files[number], self.taken[number], size)
                self.taken[number] = size
                self._limit()
                self._clear_if_it_waits()
                self._print(name, data.decode("utf-8", "replace"))

    def _print(self, name: str, text: str) -> None:
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.outputs.append(new_output("stream", name=name, text=text))

    def _limit(self) -> None:
        if not self.failed and sum(self.taken) + self._others > MOST_OUTPUT:
            raise TooMuchOutputError

    def _clear_if_it_waits(self) -> None:
        if self.waits_to_clear:
            self.outputs.clear()
            self.waits_to_clear = False

    @contextmanager
    def descriptors(self) -> Iterator[None]:
        """Let the process's own standard output and error lead into the files while the block runs."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        before = [os.dup(number) for number in (1, 2)]
        streams = sys.stdout, sys.stderr
        try:
            for number, file in zip((1, 2), self.files, strict=True):
                os.dup2(file, number)
            sys.stdout, sys.stderr = _Stream(self, 0), _Stream(self, 1)
            yield
        finally:
            sys.stdout, sys.stderr = streams
            for number, file in zip((1, 2), before, strict=True):
                os.dup2(file, number)
                os.close(file)


def _read(file: int, start: int, end: int) -> bytes:
    """What lies in a file between two places; where it ends is where the next is written."""
    if hasattr(os, "pread"):
        return os.pread(file, end - start, start)
    os.lseek(file, start, os.SEEK_SET)  # Windows: reading up to the end leads back there
    return os.read(file, end - start)


class _Stream(io.TextIOBase):
    """What `print` writes to: straight into the file, after what the other stream has been given before."""

    encoding = "utf-8"

    def __init__(self, captured: Captured, number: int) -> None:
        self._captured, self._number = captured, number
        self.name = f"<{_NAMES[number]}>"
        self.buffer = io.FileIO(captured.files[number], "ab", closefd=False)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number + 1

    def write(self, text: str) -> int:
        self._captured.take(but=self._number)
        self.buffer.write(text.encode("utf-8", "surrogateescape"))
        if self._captured.taken[self._number] + MOST_OUTPUT < self.buffer.tell():
            raise TooMuchOutputError
        return len(text)


class _Hook(DisplayHook):
    """The value of a cell's last expression."""

    shell: Any

    def write_output_prompt(self) -> None:
        """No prompt."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """The value as an output."""
        data, metadata = _encoded(format_dict), md_dict or {}
        count = self.prompt_count
        self.shell.captured.add(new_output("execute_result", data=data, metadata=metadata, execution_count=count))

    def finish_displayhook(self) -> None:
        """Nothing more to write."""
        self._is_active = False


class _Publisher(DisplayPublisher):
    """What `display` shows."""

    shell: Any

    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, source: Any = None, *,
        transient: dict[str, Any] | None = None, update: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        """An output, or (`update`) new content for those of the same display id."""
        name = (transient or {}).get("display_id")
        output = new_output("display_data", data=_encoded(data), metadata=metadata or {})
        if update and name:
            for known in self.shell.displays.get(name, ()):
                known.update(data=output["data"], metadata=output["metadata"])
            return
        if name:
            self.shell.displays.setdefault(name, []).append(output)
        self.shell.captured.add(output)

    def clear_output(self, wait: bool = False) -> None:
        """Take away what the cell has put out, at once or before its next output."""
        self.shell.captured.take()
        self.shell.captured.waits_to_clear = wait
        if not wait:
            self.shell.captured.outputs.clear()


def _encoded(data: dict[str, Any]) -> dict[str, Any]:
    """Pictures as nbformat keeps them."""
    return {
        mime: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for mime, value in data.items()
    }


class ReportShell(InteractiveShell):
    """The shell of one notebook: no history, no terminal, no questions."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    captured: Captured

    def __init__(self) -> None:
        self.displays: dict[str, list[Any]] = {}
        config: Any = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        super().__init__(config=config)  # type: ignore[no-untyped-call]

    def _showtraceback(self, etype: type[BaseException], evalue: object, stb: Any) -> None:
        lines = [stb] if isinstance(stb, str) else list(stb)
        name, text = TOO_MUCH if etype is TooMuchOutputError else (etype.__name__, str(evalue))
        self.captured.error(name, text, lines)

    def enable_gui(self, gui: str | None = None) -> None:
        """There are no windows."""

    def ask_exit(self) -> None:
        """A cell that asks the shell to end has failed: what comes after it was meant to run."""
        raise RuntimeError("这一格要求结束（exit），其后的各格没有运行")

    def run(self, source: str, outputs: list[Any]) -> tuple[bool, int]:
        """Run a cell, its outputs go into the list; whether it went well, and its number."""
        self.captured.begin(outputs)
        with self.captured.descriptors():
            try:
                result = self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
            finally:
                try:
                    self.captured.take()
                except TooMuchOutputError:
                    self.captured.error(*TOO_MUCH, [])
        if (error := result.error_before_exec or result.error_in_exec) and not self.captured.failed:
            self.captured.error(type(error).__name__, str(error), [])  # of magics: said on standard error alone
        return bool(result.success) and not self.captured.failed, int(result.execution_count)


@contextmanager
def shell_for_reports(captured: Captured) -> Iterator[ReportShell]:
    """A shell that cells can find (`get_ipython`), with figures shown below the cells that draw them.

    It may have been made before, in the process that this one is forked from.
    """
    before = builtins.input, sys.displayhook, os.environ.get(_BACKEND)
    shell = ReportShell.instance()
    shell.captured = captured
    shell.init_sys_modules()  # type: ignore[no-untyped-call]  # a process has put its own main module there
    builtins.input = _no_answer
    _show_figures(shell)
    try:
        yield shell
    finally:
        builtins.input, sys.displayhook, backend = before
        os.environ.pop(_BACKEND, None) if backend is None else os.environ.update({_BACKEND: backend})
        ReportShell.clear_instance()


def _show_figures(shell: ReportShell) -> None:
    """Matplotlib shows its figures in the cells from when one imports it, as in a kernel; here it is not imported."""
    os.environ[_BACKEND] = "module://matplotlib_inline.backend_inline"
    if "matplotlib.pyplot" in sys.modules:  # it has read that, and shows its figures in another shell
        from matplotlib_inline.backend_inline import configure_inline_support
        from matplotlib_inline.config import InlineBackend

        InlineBackend.clear_instance()
        vars(configure_inline_support)["current_backend"] = "unset"  # else a second shell gets no formats of figures
        shell.enable_matplotlib("inline")  # type: ignore[no-untyped-call]


def _no_answer(prompt: object = "") -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


class PerfkitEngine(Engine):  # type: ignore[misc]
    """papermill's engine that needs no kernel (entry point ``perfkit``)."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        captured: Captured | None = None,
        say: Say = lambda *said: None,
        **kwargs: Any,
    ) -> None:
        """Execute the cells up to the first that fails.

        Parameters
        ----------
        captured : where output goes that is not yet in the notebook; by default two temporary files.
        """
        captured = captured or Captured()
        with shell_for_reports(captured) as shell:
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                say(index, None, tuple(captured.taken))
                nb_man.cell_start(cell, index)
                well, cell.execution_count = shell.run(cell.source, cell.outputs)
                say(index, (cell.outputs, cell.execution_count), tuple(captured.taken))
                if not well:
                    nb_man.cell_exception(cell, index)
                    return
                nb_man.cell_complete(cell, index)
