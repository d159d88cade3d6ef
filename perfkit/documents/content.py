"""What a file holds that somebody handed in: its paragraphs and tables in their order, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import InputError, Problem
from .grid import Grid

MAX_UNPACKED = 200_000_000


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its place as a case file writes it: ``正文 87段``, ``第23页 5``."""

    text: str
    place: str


@dataclass
class Content:
    """A file as its reader gives it; `notes` say what was passed over."""

    file: str
    blocks: list[Paragraph | Grid]
    notes: list[Problem] = field(default_factory=list)

    @property
    def grids(self) -> list[Grid]:
        return [block for block in self.blocks if isinstance(block, Grid)]

    @property
    def paragraphs(self) -> list[Paragraph]:
        return [block for block in self.blocks if isinstance(block, Paragraph)]


def refuse(file: str, message: str, sheet: str = "") -> InputError:
    """The error of a file that cannot be read at all."""
    return InputError(Problem(message, file, field=sheet))


def clean(text: object) -> str:
    """A text as a reader hands it on: one kind of line end and of blank, nothing that is not seen."""
    plain = "" if text is None else str(text).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "").strip()
