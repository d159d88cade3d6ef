"""Files that were handed in as checked cases, and how much of each was read; one that cannot be read stops no other."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..cases.loading import build_case, case_files, files_under, is_case_file, iter_cases
from ..errors import InputError, PerfkitError, Problem
from ..figures.equations import FAR, INFERRED, find_equations
from ..reading import Document, Loc, dotted, nearest, shown_path
from ..rubrics.rubric import Library, find_library
from ..scoring.scorecard import scorecards
from ..words import STAGES
from .arithmetic import broken_equations
from .casefile import Data, case_data
from .content import Content, Grid, Paragraph, place_of_row
from .form import Form
from .indicators import NUMBERED
from .lists import told_of_all
from .opening import KNOWN_UNREADABLE, SUFFIXES, open_ahead, open_content
from .prose import Prose, read_prose, sections
from .reader import name_by_text, read_tables
from .sentences import PATTERNS, flat
from .words import half_width, load_families, load_words, plain

DEFAULT_PROFILE = "national-self-2020"
"""The scoring profile under which a document is read that names none."""
_NUMBER = re.compile(r"\d")
_WORDS = re.compile("[\u4e00-\u9fff]")
_SHORT = 20
"""Longest text that is a figure with its words, and no sentence with figures in it."""
_MOST_REPAIRS = 20
_STAYS = ("kind", "unit", "year", "rubric", "profile", "project", "node", "goals")
"""What no case can be without."""


@dataclass
class Handed:
    """What came of a file that was handed in, a case file or any other.

    Parameters
    ----------
    data : what was read, as the data of case files, each with its name (the file's, with sheet or unit where there are
        several). cases : the same, checked.
    warnings : what was passed over or not understood, by place. problems : why it, or one of its cases, is not read.
    seen, placed : figures in the file, and how many of them are in the cases; a case file has none to see.
    known, unknown : names of the tables that were recognised, and of the others.
    """

    file: str
    data: list[tuple[str, Data]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: int = 0
    placed: int = 0
    known: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def share(self) -> str:
        """Share of the figures that were placed, "" where none were to be seen."""
        return f"{self.placed / self.seen:.0%}" if self.seen else ""

    @property
    def line(self) -> str:
        """How much was read, in one sentence; "" for a case file, and where nothing was."""
        tables = f"认出{len(self.known)}张表" + (f"，没有认出{'、'.join(self.unknown)}" if self.unknown else "")
        placed = f"看到{self.seen}个数，放进案例{self.placed}个" + (f"（{self.share}）" if self.seen else "")
        return f"{self.file}：{tables}；{placed}" if self.seen or self.known else ""


def read_file(
    path: Path,
    library: Library,
    profile: str = DEFAULT_PROFILE,
    year: int | None = None,
    content_of: Callable[[], Content] | None = None,
) -> Handed:
    """Every case that a file holds, as data; `content_of` gives its content where that has been opened.

    Raises
    ------
    InputError
        For what cannot be opened, or holds nothing that is known.
    """
    content = content_of() if content_of else open_content(path)
    words = load_words(library)
    forms = read_tables(content, words)
    prose = read_prose(content.file, content.paragraphs, words.sentences)
    if not sections(prose):
        name_by_text(content, forms, words)
    groups, sheets = list(_groups(forms, prose)), [grid.sheet for grid in content.grids]
    if not groups:
        names = "、".join(sheets) or "文件里没有表"
        known = "、".join(family.title for family in load_families(library))
        message = f"没有可用的内容（{names}）：没有认得的表，正文里也没有得分和金额"
        message += f"；认得的有{known}，详见 perfkit forms"
        if forms:
            message = f"认出了表（{'、'.join(form.name for form in forms)}），但没有填写任何指标或金额；是空白表"
        raise InputError([Problem(message, content.file), *content.notes])
    named, handed = {form.sheet for form in forms}, Handed(content.file)
    handed.known = [sheet for sheet in sheets if sheet in named]
    handed.unknown = [sheet for sheet in sheets if sheet not in named]
    stated, profile = _year(path, content, year), _profile(content, library, profile)
    if not any(form.year for form in forms) and not prose[0].year and not year:
        told = f"没有写年度，读作{stated}年；导入时可用 --year 指明"
        handed.warnings.append(Problem(told, content.file, severity="warning"))
    untold, held = list(content.texts), {form.sheet for _, own, _ in groups for form in own}
    for label, own, text in groups:
        data = case_data(own, text, profile, stated)
        others = held - {form.sheet for form in own}  # what is of no table, or of one that nobody knows, is the first's
        texts = [(place, told) for sheet, place, told in untold if sheet not in others]
        texts += [] if handed.data else _inferred(content.grids, forms)
        if equations := _equations(texts):
            data.setdefault("published", {})["equations"] = equations
        untold = [told for told in untold if told[0] in others]
        handed.data.append((path.name if len(groups) == 1 else f"{path.name}/{label}", data))
    handed.warnings[:0] = [*content.notes, *(problem for form in forms for problem in form.problems)]
    handed.warnings += told_of_all(content.file, content.texts, forms)
    handed.seen, handed.placed = coverage(content, [data for _, data in handed.data])
    return handed


def _groups(forms: Sequence[Form], prose: list[Prose]) -> Iterator[tuple[str, list[Form], Prose]]:
    """The tables and texts that make a case together, with a name.

    A form that names its own project or unit is a case of its own, with the tables behind it that name none; so is
    every unit that a table lists, with all that tables list of it. In a report the tables that name none belong to the
    text, and so does the form of a self-evaluation that the text is about; units that the text treats one by one are
    cases of their own.
    """
    parts = sections(prose)
    listed: dict[str, list[Form]] = {"": []}
    for form in forms:
        listed.setdefault(form.listed, []).append(form)
    others = listed.pop("")
    if parts:
        alone = [form for form in others if form.stands_alone and form.holds]
        about = next((form for form in alone if len(parts) == 1 and _is_of(form, prose[0])), None)
        loose = [form for form in others if form is about or form not in alone] if len(parts) == 1 else []
        for number, part in enumerate(parts, start=1):
            whole = replace(part, year=part.year or prose[0].year, title=prose[0].title)
            yield part.unit or f"正文{number}", loose, whole
        groups = [[form] for form in alone if form is not about]
    else:
        groups = _together(others)
    head = prose[0] if prose[0].title and len(groups) == 1 and not parts else Prose()
    for group in groups:
        if any(form.rows or form.whole for form in group):
            yield group[0].name, group, head
    yield from ((name, group, Prose()) for name, group in listed.items())


def _is_of(form: Form, report: Prose) -> bool:
    """Whether a form is that of the self-evaluation which a report tells of: of its unit, or of the project that its
    title names, or of one of the unit's that its text names."""
    whose, name = (report.title, form.project) if form.project else (report.unit, form.unit)
    own = form.unit == report.unit and "项目" in report.title and any(form.project in text for text, _ in report.said)
    return report.kind_of_case.endswith("self_evaluation") and (plain(name) in plain(whose) or own)


def _equations(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The equations of texts, each with its place, by that place."""
    found: dict[str, dict[str, None]] = {}
    above = ""
    for place, text in texts:
        for equation in find_equations(text, above):
            found.setdefault(place, {})[equation.text] = None
        above = (above + text)[-FAR:]
    return {place: "；".join(equations) for place, equations in found.items()}


def _inferred(grids: Iterable[Grid], forms: Sequence[Form]) -> Iterator[tuple[str, str]]:
    """What tables that nobody knows, or of which next to nothing was read, say themselves and do not keep, by place."""
    money = {form.sheet for form in forms if sum(any(map(row.values.get, STAGES)) for row in form.funds) > 1}
    read = money | {form.sheet for form in forms if form.rows or form.listed}
    for grid in (grid for grid in grids if grid.sheet not in read):
        yield from ((place_of_row(grid.sheet, row), INFERRED + told) for row, told in broken_equations(grid))


def _together(forms: Iterable[Form]) -> list[list[Form]]:
    """Tables behind one another: those that name no project or unit of their own go with the one before."""
    groups: list[list[Form]] = []
    for form in forms:
        if groups and (not form.stands_alone or not any(other.rows or other.funds for other in groups[-1])):
            groups[-1].append(form)
        else:
            groups.append([form])
    return groups


def _year(path: Path, content: Content, given: int | None) -> int:
    """The year that is given, else that of the file's name, else the commonest in the file (of several that are equally
    common the first), else the last one."""
    named = re.search(r"(20\d\d)", path.stem)
    texts = "\n".join(text for *_, text in content.texts)
    years = re.findall(r"(?<!\d)(20[0-4]\d)(?=年度)", texts) or re.findall(r"(?<!\d)(20[0-4]\d)(?=年)", texts)
    common = max(dict.fromkeys(years), key=years.count) if years else dt.date.today().year - 1
    return given or int(named[1] if named else common)


def _profile(content: Content, library: Library, given: str) -> str:
    """The profile that a report of our own says it was scored by, unless another one is given than the usual."""
    named = re.search(r"评分口径：([\w-]+)", "\n".join(text for *_, text in content.texts))
    return named[1] if given == DEFAULT_PROFILE and named and named[1] in library.names("profiles") else given


# ---- how much was read ----


def coverage(content: Content, cases: Sequence[Data]) -> tuple[int, int]:
    """How many figures a file prints, and how many are in its cases, at their place or in a text that is kept.

    A figure is a short cell with a digit, an amount, a percentage or a count in the text; each counts once.
    """
    told = [each for case in cases for each in _kept(case, "")]
    told += [("", f"{case['year']}年度") for case in cases]
    kept: defaultdict[str, Counter[float]] = defaultdict(Counter)
    for place, text in told:
        kept[place].update(_numbers(text))
    lines, placed = {_key(text) for _, text in told if len(_WORDS.findall(text)) > 1}, 0
    whole = "\n".join(line for line in lines if len(line) > _SHORT)
    seen = list(_seen(content))
    for places, figure, text in seen:
        need = Counter(_numbers(figure))
        at = next((place for place in places if not need - kept[place]), "")
        if at:
            kept[at] -= need
        placed += bool(at) or _key(text) in lines or (len(_key(text)) > _SHORT and _key(text) in whole)
    return len(seen), placed


def _seen(content: Content) -> Iterator[tuple[list[str], str, str]]:
    """Every figure of a file: where it may be said to stand, what is printed, and the text that holds it."""
    for block in content.blocks:
        if isinstance(block, Paragraph):
            yield from _in_text([block.place], block.text)
            continue
        for (row, column), cell in block.cells.items():
            rows = range(row, block.span(row, column)[2] + 1)
            # A register is told by bare rows.
            places = [*(place_of_row(block.sheet, each) for each in rows), *map(str, rows)]
            if len(cell.text) > _SHORT:
                yield from _in_text(places, cell.text)
            elif _NUMBER.search(figure := NUMBERED.sub("", cell.text)):
                yield places, figure, figure


def _in_text(places: list[str], text: str) -> Iterator[tuple[list[str], str, str]]:
    for name in ("money", "share", "count"):
        yield from ((places, found[0], text) for found in PATTERNS[name].finditer(flat(text)))


def _kept(data: Any, place: str) -> Iterator[tuple[str, str]]:
    """The place of every value in a case's data, "" for what repeats a printing, and its text."""
    if isinstance(data, list):
        for item in data:
            yield from _kept(item, place)
    elif isinstance(data, dict):
        own = str(data.get("source") or data.get("line") or place)
        for key, value in data.items():
            own = "" if key == "rubric" or (key == "declared" and not isinstance(value, dict)) else own
            yield from _kept(value, str(key) if re.search(r" \d+段?$", str(key)) else own)
    else:
        yield place, str(data)


def _numbers(text: str) -> Iterator[float]:
    return (float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", half_width(text)))


def _key(text: str) -> str:
    """A text without signs and blanks, as it is looked for among others."""
    return re.sub(r"[\W_]+", "", half_width(text))


# ---- checked cases ----


def build(name: str, data: Data, file: str, library: Library, *, scored: bool = False) -> tuple[Case, list[Problem]]:
    """The case of data that were read; what a case cannot hold is left out and named.

    With `scored` also what no score can be made of. Raises `InputError` where nothing more can be left out.
    """
    left: list[Problem] = []
    for _ in range(_MOST_REPAIRS):
        try:
            case = build_case(Document(file, data, {}), library, name)
            if scored and case.rubric:
                scorecards([case])
            return case, left
        except InputError as error:
            dropped = [problem for problem in error.problems if _drop(data, problem.field, problem.message)]
            left += [replace(each, message=f"{each.message}；没有放进案例", severity="warning") for each in dropped]
            if not dropped:
                raise
    raise InputError(left)


def _drop(data: Any, path: str, why: str) -> bool:
    """Take out of the data what stands at a dotted path, or the nearest block above it that a case can be without.

    In place of the whole fact of an indicator stands that it is missing, and why.
    """
    above = (loc for loc in _places(data) if re.match(rf"{re.escape(dotted(loc))}[.\[]", f"{path}."))
    held = max(above, key=len, default=())
    if not held or (len(held) == 1 and held[0] in _STAYS):
        return False
    owner, key = reduce(getitem, held[:-1], data), held[-1]
    if owner is data.get("facts") and owner[key].keys() != {"missing"}:
        owner[key] = {"missing": f"印出的读不进案例：{why}"}
    else:
        del owner[key]
    return True


def _places(data: Any, at: Loc = ()) -> Iterator[Loc]:
    """The positions of everything in the data."""
    for key in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield (*at, key)
        yield from _places(data[key], (*at, key))


def load_document(
    path: Path, library: Library, profile: str = DEFAULT_PROFILE, content_of: Callable[[], Content] | None = None
) -> Handed:
    """As `read_file`, with the cases checked; the id names the file, and sheet or unit where there are several."""
    try:
        handed = read_file(path, library, profile, content_of=content_of)
    except InputError as error:
        return Handed(shown_path(path), problems=list(error.problems))
    for name, data in handed.data:
        try:
            case, left = build(name, data, handed.file, library)
            handed.cases.append(case)
            handed.warnings += [*left, *case.warnings]
        except InputError as error:
            handed.problems += error.problems
    return handed


def find_documents(paths: Sequence[str | Path]) -> list[Path]:
    """The documents among the paths and in the folders below them, those of kinds that are not read too, each once.

    Plain text is read only where it is named: in folders it is mostly notes.
    """
    suffixes = (*SUFFIXES, *KNOWN_UNREADABLE)
    within = [suffix for suffix in suffixes if suffix != ".txt"]
    each = (files_under(path, within) if path.is_dir() else [path] for path in map(Path, paths))
    files = (file for found in each for file in sorted(found))
    known = [f for f in files if f.suffix.lower() in suffixes and f.is_file() and not is_case_file(f)]
    return list({file.resolve(): file for file in known}.values())


def read_paths(paths: Sequence[str | Path], profile: str = DEFAULT_PROFILE) -> Iterator[Handed]:
    """Every case (.yaml) and every document under the paths in turn.

    Raises `PerfkitError` where two case files claim one id.
    """
    folders: list[Path] = []
    for path in map(Path, paths):
        if not path.exists():
            yield Handed(path.as_posix(), problems=[Problem(f"{path.as_posix()} 不存在；{nearest(path)}")])
        elif any(case_files(path)) if path.is_dir() else is_case_file(path):
            folders.append(path)
        elif not find_documents([path]):
            here, neither = ("中没有", "，也没有") if path.is_dir() else ("既不是", "，也不是")
            said = f"{path.as_posix()} {here}案例文件（.yaml）{neither}表格或报告（{'、'.join(SUFFIXES)}）"
            yield Handed(path.as_posix(), problems=[Problem(said)])
    read: set[Path] = set()  # with the answers of its surveys
    for case in iter_cases(folders):
        if isinstance(case, Case):
            read.update(file.resolve() for file in case.files)
            yield Handed(case.document.path, cases=[case], warnings=list(case.warnings))
        else:
            yield Handed(case.problems[0].file, problems=list(case.problems))
    files = [file for file in find_documents(paths) if file.resolve() not in read]
    for file, content_of in zip(files, open_ahead(files), strict=True):
        try:
            yield load_document(file, find_library(file), profile, content_of)
        except PerfkitError as error:
            yield Handed(file.as_posix(), problems=[Problem(str(error), file.as_posix())])
