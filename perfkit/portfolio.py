"""Many units side by side: scores, ranks, what they lose points for, money against performance, lights, findings."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .auditing import audit
from .cases.case import Case
from .cases.loading import from_above, many_cases, sound_cases
from .errors import PerfkitError, Problem
from .figures.quantities import display_percent
from .files import write_whole
from .monitoring import FIGURES, Monitor
from .reading import suggest
from .rubrics.rubric import Rubric
from .scoring.comparing import SAME
from .scoring.scorecard import Scorecard, group_cards
from .scoring.scores import groups, outcomes, rows_of, score_many, total_scores
from .scoring.sensitivity import rank_intervals
from .tables import Plot, column_of, shown, workbook
from .tables.frame import Frame
from .words import DASH, HEADS, KINDS, LIGHTS, VERDICTS

RESULT = "result.json"
"""What the report of a unit leaves beside it, with everything that was computed."""
_UNIT = ["case", "unit", "project", "parent", "year", "kind", "rubric", "total", "weight", "score_rate", "grade",
         "status", "execution_rate"]  # fmt: skip
ALIKE = ["rubric", "year"]
"""What units have in common whose totals can be put in one order."""
_RANKED = ["rubric", "rank", "unit", "project", "year", "parent", "total", "score_rate", "grade", "status",
           "execution_rate"]  # fmt: skip
_ROW = ["case", "rubric", "id", "level1", "level2", "weight", "share", "score", "status"]
_MOST = 3
"""Strengths, weaknesses and reasons that are named."""
_APART = 0.05
"""A score rate is a strength or a weakness from this far above or below the median of the same rubric."""


@dataclass(eq=False, repr=False)
class Portfolio:
    """Units that are looked at together; every table is a DataFrame that shows Chinese heads.

    Attributes
    ----------
    units : one row a unit: case, unit, project (only where a unit has several), parent (主管部门), year, kind, rubric,
        total and weight (points), score_rate and execution_rate (ratios), grade, status.
    indicators : one row a unit and indicator: weight and score (points), share (a ratio), status. Both have NaN where
        there is no score.
    cards : the scorecards by case; none where the units come from reports or columns.
    faulty : what is wrong with the cases that were left out.
    size : how many units there are, and over how many years, in Chinese; word : the measure word of what is counted,
        over several years documents of units.
    """

    units: pd.DataFrame
    indicators: pd.DataFrame
    cards: Mapping[str, Scorecard] = field(default_factory=dict)
    _monitored: pd.DataFrame = field(default_factory=Frame)
    _found: Callable[[str], Mapping[str, int]] | None = None
    _reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)
    faulty: Sequence[Problem] = ()

    plot = Plot("perfkit.report.many", "PortfolioPlots")

    def __post_init__(self) -> None:
        self.units, self.indicators, self._monitored = map(Frame, (self.units, self.indicators, self._monitored))
        units, years = self.units["unit"].nunique(), self.units["year"].nunique()
        if not self.units.duplicated(["unit", "kind", "year"]).any():
            self.units = self.units.drop(columns="project", errors="ignore")
        self.word = "份" if years > 1 or len(self) > units else "个"
        spanned = f"{years}个年度" if years > 1 else ""
        self.size = f"{units}个单位{spanned}{len(self)}份" if self.word == "份" else self.count(len(self))

    # ---- tables ----

    @cached_property
    def parts(self) -> pd.DataFrame:
        """The indicators of units that have several: one alone is the total, and tells nothing more."""
        return self.indicators[self.indicators.duplicated("case", keep=False)]

    @cached_property
    def _scored(self) -> Frame:
        """The units with a total, from the best: so grades come in their order too."""
        return Frame(self.units.dropna(subset="total").sort_values("score_rate", ascending=False, kind="stable"))

    def _own(self, names: Sequence[str]) -> list[str]:
        """Of names of columns those that are told of these units: their project only where a unit has several."""
        return [name for name in names if name != "project" or name in self.units]

    def _named(self, by_case: pd.DataFrame) -> Frame:
        """A table by case with the unit's name, and its project and year where there are several, in front."""
        several = ["year"] if self.units["year"].nunique() > 1 else []
        names = self.units.set_index("case")[self._own(["unit", "project", *several])]
        return Frame(names.join(by_case, how="inner").reset_index(drop=True))

    @cached_property
    def _points(self) -> pd.DataFrame:
        """Cases × indicators in points, in the order of the rubric."""
        wide = self.indicators.pivot(index="case", columns="id", values="score")
        return wide.reindex(columns=self.indicators["id"].drop_duplicates())

    @cached_property
    def scores(self) -> Frame:
        """Units × indicators in points, in the order of the rubric, with total and grade; NaN where not scored."""
        return self._named(self._points.join(self.units.set_index("case")[["total", "grade"]]))

    @cached_property
    def levels(self) -> Frame:
        """Units × level-1 blocks as score rates, with that of the whole; of the weight that is scored."""
        scored = self.parts[self.parts["score"].notna()]
        sums = scored[scored["weight"] > 0].groupby(["case", "level1"], sort=False)[["score", "weight"]].sum()
        wide = (sums["score"] / sums["weight"]).unstack().reindex(columns=scored["level1"].drop_duplicates())
        return self._named(wide.join(self.units.set_index("case")[["score_rate"]]))

    @cached_property
    def ranks(self) -> Frame:
        """The units of every rubric and year from the best, equal totals at one rank: rank, unit, total, grade."""
        ranked = self._scored.copy()
        alike = ranked.assign(total=ranked["total"].round(9)).groupby(ALIKE, dropna=False)["total"]
        ranked["rank"] = alike.rank(method="min", ascending=False).astype(int)
        return Frame(ranked.sort_values([*ALIKE, "rank", "unit"])[self._own(_RANKED)].reset_index(drop=True))

    @cached_property
    def summary(self) -> Frame:
        """What units do best and worst against the median of their rubric and year; without those that do neither."""
        rows = self.parts[self.parts["share"].notna()].copy()
        alike = ["rubric", rows["case"].map(self.units.set_index("case")["year"]), "id"]
        rows["median"] = rows.groupby(alike, dropna=False)["share"].transform("median")
        rows["gap"] = rows["share"] - rows["median"]

        def most(sign: int) -> pd.Series[Any]:
            apart = rows[sign * rows["gap"] >= _APART]
            top = apart.assign(points=(apart["gap"] * apart["weight"]).abs()).sort_values("points", ascending=False)
            top = top.groupby("case").head(_MOST)
            said = [f"{i}（{display_percent(s, 0)}，{display_percent(m, 0)}）"
                    for i, s, m in zip(top["id"], top["share"], top["median"], strict=True)]  # fmt: skip
            return pd.Series(said, index=top["case"], dtype=object).groupby(level=0).agg("；".join)

        table = self._scored.set_index("case")[["total", "grade"]]
        table = table.assign(strengths=most(1).reindex(table.index), weaknesses=most(-1).reindex(table.index))
        return self._named(table.dropna(subset=["strengths", "weaknesses"], how="all"))

    @cached_property
    def _by_indicator(self) -> pd.DataFrame:
        """What all units together have of each indicator of a rubric, in the order of the rubric.

        A unit of several years counts once; where the weights differ there is none to name.
        """
        rows = self.parts[self.parts["score"].notna()].copy()
        rows["lost"] = rows["weight"] - rows["score"]
        several = self.units["year"].nunique() > 1
        rows["of"] = rows["case"].map(self.units.set_index("case")["unit"]) if several else rows["case"]
        rows["losing"] = rows["of"].where(rows["lost"] > SAME)
        by = rows.groupby(["rubric", "id"], sort=False)
        found = by.agg(level1=("level1", "first"), weight=("weight", "first"), units=("of", "nunique"),
                       losing=("losing", "nunique"), lost=("lost", "mean"), score_rate=("share", "mean"),
                       least=("share", "min"), greatest=("weight", "max"), smallest=("weight", "min"))  # fmt: skip
        found["weight"] = found["weight"].where(found["greatest"] - found["smallest"] < SAME)
        return found.drop(columns=["greatest", "smallest"])

    @cached_property
    def common_problems(self) -> Frame:
        """The indicators for which units lose points, the greatest loss first, with the reasons that cases give."""
        given: defaultdict[Any, Counter[str]] = defaultdict(Counter)
        lost = self.indicators[self.indicators["weight"] - self.indicators["score"] > SAME]
        for rubric, name, case in lost[["rubric", "id", "case"]].itertuples(index=False):
            if reason := self._reasons.get((case, name)):
                given[rubric, name][reason] += 1
        found = self._by_indicator.query("losing > 0").drop(columns="least")
        most = (given[key].most_common(_MOST) for key in found.index)
        found["reasons"] = ["；".join(f"{text}（{count}）" for text, count in reasons) for reasons in most]
        return Frame(found.sort_values("lost", ascending=False, kind="stable").reset_index())

    @cached_property
    def easy(self) -> Frame:
        """The indicators in which every one of several units has full marks: they tell no unit from another."""
        found = self._by_indicator.query(f"units > 1 and least > {1 - SAME}")[["level1", "weight", "units"]]
        return Frame(found.sort_values("weight", ascending=False, kind="stable").reset_index())

    @cached_property
    def distribution(self) -> Frame:
        """Number of units by rubric and grade."""
        counted = self._scored.groupby(["rubric", "grade"], sort=False, dropna=False)["case"].size()
        return Frame(counted.rename("units").reset_index())

    @cached_property
    def quadrants(self) -> Frame:
        """Money against performance: each unit below the medians of execution rate and score rate of its rubric and
        year, or not.
        """
        both = self._scored[self._scored["execution_rate"].notna()].copy()
        rates = both[["execution_rate", "score_rate"]]
        below = rates < both.groupby(ALIKE, dropna=False)[list(rates)].transform("median")
        slow = below["execution_rate"].map({True: "执行较低", False: "执行不低"})
        poor = below["score_rate"].map({True: "得分较低", False: "得分不低"})
        both["quadrant"] = slow + "、" + poor
        told = self._own(["rubric", "unit", "project", "year"])
        return Frame(both[[*told, *rates, "grade", "quadrant"]].reset_index(drop=True))

    @cached_property
    def lights(self) -> Frame:
        """Monitored units: pace of the money, whether the rest can be paid, and the number of goals by light."""
        return self._named(self._monitored.set_index("case")) if len(self._monitored) else Frame()

    @cached_property
    def findings(self) -> Frame:
        """Number of findings of every unit by what they change; audits the cases where no report has done it."""
        if self._found is None:
            raise PerfkitError("一张宽表没有可核验的文件；核验请从案例或报告文件夹载入")
        rows = [{"case": case, **self._found(case)} for case in self.units["case"]]
        return self._named(pd.DataFrame(rows).set_index("case"))

    def sensitivity(self, draws: int = 1000, seed: int = 0) -> Frame:
        """How firm the ranks of every rubric and year are (see `rank_intervals`), which stand in front.

        Raises `PerfkitError` where the cases are not loaded.
        """
        self._need_cards()
        alike = self._scored.groupby(ALIKE, dropna=False)["case"]
        found = {key: rank_intervals([self.cards[case] for case in cases], draws, seed) for key, cases in alike}
        return Frame(pd.concat(found, names=ALIKE).reset_index(ALIKE).reset_index(drop=True) if found else None)

    @cached_property
    def left_out(self) -> Frame:
        """What becomes of the ranks of every rubric and year when one indicator is left out: how many units move, and
        how far at most.
        """
        rows = self.indicators[self.indicators["score"].notna()]
        sums = rows.groupby("case")[["score", "weight"]].sum()
        alike = [each.reindex(sums.index) for _, each in self.units.set_index("case")[ALIKE].items()]

        def ranked(points: pd.DataFrame) -> pd.Series[float]:
            rates = (points["score"] / points["weight"]).round(9)
            return rates.groupby(alike, dropna=False).rank(method="min", ascending=False)

        now, found = ranked(sums), []
        for name, own in rows.groupby("id", sort=False):
            moved = (ranked(sums.sub(own.set_index("case")[["score", "weight"]], fill_value=0.0)) - now).abs()
            found.append((name, int((moved > 0).sum()), int(moved.max())))
        return Frame(found, columns=["id", "moved", "furthest"]).sort_values("moved", ascending=False, kind="stable")

    def over_years(self, names: Mapping[str, str] | None = None) -> Frame:
        """Units with several years: score rates by year, and how far the last is from the first, also in common.

        A unit that has several cases of one kind in a year (its projects) is told apart by their rubrics; those that
        have one rubric too are left out, since nobody can say which of them goes with which.

        Parameters
        ----------
        names : what an indicator was called in the first year → what it is called in the last; others go by their id.

        Returns
        -------
        Frame, a row a unit, the greatest step first: unit, a column a year, step, before and after (grades), matched
        (number of common indicators), common_step (of their score rates, each with its last weight). Empty where no
        unit has two years.
        """
        scored = self._scored[self._scored["year"].notna()].sort_values("year")
        keys = ["unit", "kind", "own"]
        several = scored.duplicated(["unit", "kind", "year"], keep=False).groupby([scored["unit"], scored["kind"]])
        scored = scored.assign(own=scored["rubric"].where(several.transform("any"), ""))
        scored = scored.drop_duplicates([*keys, "year"], keep=False)
        ends = scored.groupby(keys, sort=False)["case"].agg(["first", "last"]).query("first != last")
        if ends.empty:
            return Frame()
        years = scored.assign(year=scored["year"].astype(str)).pivot(index=keys, columns="year", values="score_rate")
        rates, grades = (scored.set_index("case")[name] for name in ("score_rate", "grade"))
        first, last = ends["first"], ends["last"]
        table = years.loc[ends.index].assign(step=last.map(rates) - first.map(rates))
        table = table.assign(before=first.map(grades), after=last.map(grades))
        table = table.join(self._common(ends, names or {})).reset_index()
        table = table.drop(columns=["kind", "own"]).sort_values("step", key=abs, ascending=False, kind="stable")
        return Frame(table.reset_index(drop=True))

    def _common(self, ends: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
        """Of the first and the last case of units: how many indicators they share, and the step of their score rate."""
        rows = self.indicators[self.indicators["score"].notna()]
        early = rows.assign(id=rows["id"].map(lambda name: names.get(name, name)))[["case", "id", "share"]]
        late = rows[["case", "id", "weight", "share"]]
        both = ends.reset_index(names=list(ends.index.names)).merge(early, left_on="first", right_on="case")
        both = both.merge(late, left_on=["last", "id"], right_on=["case", "id"], suffixes=("_before", ""))
        both["points"] = (both["share"] - both["share_before"]) * both["weight"]
        by = both.groupby(list(ends.index.names))
        return pd.DataFrame({"matched": by.size(), "common_step": by["points"].sum() / by["weight"].sum()})

    def to_excel(self, path: str | Path) -> None:
        """Write the tables as the sheets of a workbook."""
        sheets: dict[str, pd.DataFrame] = {
            "排名": self.ranks,
            "强项弱项": self.summary,
            "分级得分率": self.levels,
            "指标得分": self.scores,
            "共性问题": self.common_problems,
            "都得满分": self.easy,
            "等级分布": self.distribution,
            "执行与绩效": self.quadrants,
            "年度变化": self.over_years(),
            "监控亮灯": self.lights,
            "数据核验": self.findings if self._found else Frame(),
        }
        write_whole(Path(path), workbook({name: table for name, table in sheets.items() if len(table)}))

    # ---- parts ----

    def filter(self, condition: Callable[[Any], bool] | None = None, **values: Any) -> Portfolio:
        """The units for which `condition` is true of their row of `units`, and whose columns have these values.

        Raises `PerfkitError` for a column that is not there.
        """
        if condition and not callable(condition):
            raise PerfkitError('筛选写成 filter(grade="优")，或给一个函数，如 filter(lambda row: row.total > 90)')
        chosen = self.units
        for name, value in values.items():
            chosen = chosen[chosen[self._column(name)] == value]
        if condition:
            chosen = chosen[[bool(condition(row)) for row in chosen.itertuples(index=False)]]
        return self._part(chosen)

    def group(self, by: str) -> dict[Any, Portfolio]:
        """The units by the values of a column of `units`, such as ``parent`` or its head; — where it is empty."""
        groups = self.units.groupby(self._column(by), sort=False, dropna=False)
        return {value if value == value else DASH: self._part(rows) for value, rows in groups}

    def _column(self, name: str) -> str:
        column = column_of(self.units, name)
        if column not in self.units:
            raise PerfkitError(f"没有“{name}”这一列；{suggest(name, [HEADS[str(own)] for own in self.units])}")
        return str(column)

    def _part(self, units: pd.DataFrame) -> Portfolio:
        def own(table: pd.DataFrame) -> pd.DataFrame:
            return table[table["case"].isin(units["case"])] if len(table) else table

        cards = {case: self.cards[case] for case in units["case"] if case in self.cards}
        return replace(self, units=units, indicators=own(self.indicators), cards=cards, _monitored=own(self._monitored))

    def what_if(self, changes: Mapping[str, Any]) -> Portfolio:
        """The units with the same changes made to each: another weight, reading or fact (see `Scorecard.what_if`).

        Raises `PerfkitError` where the cases are not loaded, or a unit has not what is changed.
        """
        self._need_cards()
        return _from_cases([card.what_if(changes).case for card in self])

    def __getitem__(self, unit: str) -> Scorecard:
        """The scorecard of a unit, by its name or case.

        Raises `PerfkitError` where it is unknown, or not loaded, or the unit has several, which go by their cases.
        """
        self._need_cards()
        found = [case for case, card in self.cards.items() if unit in (case, card.case.unit)]
        if not found:
            raise PerfkitError(f"没有“{unit}”的计分；{suggest(unit, self._ipython_key_completions_())}")
        if len(found) > 1:
            raise PerfkitError(f"“{unit}”有{len(found)}份：{'、'.join(found)}；请写其中一份的编号")
        return self.cards[found[0]]

    def _need_cards(self) -> None:
        if not self.cards:
            lacking = "宽表和已生成的报告没有各单位的案例，不能追问和试算，也没有可另作判定的依据"
            raise PerfkitError(f"{lacking}；请从案例载入")

    def _ipython_key_completions_(self) -> list[str]:
        """What Tab offers after ``portfolio["``: units, and the cases of those that have several."""
        units = Counter(card.case.unit for card in self.cards.values())
        return [card.case.unit if units[card.case.unit] == 1 else case for case, card in self.cards.items()]

    def __iter__(self) -> Iterator[Scorecard]:
        return iter(self.cards.values())

    def __len__(self) -> int:
        return len(self.units)

    def count(self, number: int) -> str:
        """So many units, or documents of units, in Chinese."""
        return f"{number}{'个单位' if self.word == '个' else self.word}"

    def __repr__(self) -> str:
        grades = self._scored["grade"].value_counts(sort=False)
        counted = "、".join(f"{grade}{number}{self.word}" for grade, number in grades.items())
        return f"<{self.size}：{len(self._scored)}{self.word}有得分{f'（{counted}）' if counted else ''}>"

    def _repr_html_(self) -> str:
        return shown(repr(self)[1:-1], self.ranks)


# ---- where units come from -------------------------------------------------------------------------------------------


_KEPT: dict[Path, Portfolio] = {}


@contextmanager
def kept(folder: Path, portfolio: Portfolio) -> Iterator[None]:
    """While the block runs `load_portfolio` gives this one for the folder: a notebook need not read it again."""
    _KEPT[folder] = portfolio
    try:
        yield
    finally:
        del _KEPT[folder]


def load_portfolio(given: Any, rubric: Rubric | None = None, *, lenient: bool = False) -> Portfolio:
    """Units to look at together.

    Parameters
    ----------
    given : a folder of cases, paths, or cases; an output folder, whose reports have been made; or a DataFrame in wide
        form, one row a unit (see `perfkit.scoring.columns`), whose index names the units.
    rubric : of a DataFrame.
    lenient : of a folder or file, leave out faulty cases where one is sound; `faulty` says what is wrong with them.

    Raises
    ------
    InputError : a faulty case, or missing facts. PerfkitError : nothing that could be looked at.
    """
    if isinstance(given, pd.DataFrame):
        return _from_columns(given, rubric)
    if isinstance(given, str | Path):
        given = from_above(given)
        if given.absolute() in _KEPT:
            return _KEPT[given.absolute()]
        made = sorted(given.rglob(RESULT), key=lambda path: path.stat().st_mtime_ns)
        if results := [json.loads(path.read_bytes()) for path in made]:
            # A case may have been reported in several folders (a copy for the client): the last report counts.
            last = {tuple(str(result.get(name)) for name in ("case", "unit", "year")): result for result in results}
            return _from_results([last[key] for key in sorted(last)])
    cases, faulty = sound_cases(given) if lenient else (many_cases(given), [])
    return replace(_from_cases(cases), faulty=faulty)


def _apart(names: Iterable[str]) -> Iterator[str]:
    """The names, a further 甲 as 甲（2）: cases of several folders, and variants of one, may share theirs."""
    count: Counter[str] = Counter()
    for name in names:
        count[name] += 1
        yield name if count[name] == 1 else f"{name}（{count[name]}）"


def _from_cases(cases: Sequence[Case]) -> Portfolio:
    by_id = dict(zip(_apart(case.id for case in cases), cases, strict=True))
    cases = [case if case.id == name else replace(case, id=name) for name, case in by_id.items()]
    if not by_id:
        raise PerfkitError("没有案例；请核对路径")
    scored = groups(cases)
    cards = [card for group in scored for card in group_cards(group)]
    units = [_unit(card.case) | _standing(card) for card in cards]
    monitors = [Monitor(case) for case in cases if case.kind == "monitoring"]
    units += [_unit(state.case) for state in monitors]
    reasons = {(case.id, name): text for case in cases for name, fact in case.facts.items() if (text := fact.why_lost)}
    table, rows = pd.DataFrame(units, columns=_UNIT), rows_of(scored)[_ROW]
    by_case = {card.case.id: card for card in cards}
    lights = pd.DataFrame([_lights(state.to_dict()) for state in monitors])
    return Portfolio(table, rows, by_case, lights, lambda case: _counts(audit(by_id[case]).by_verdict), reasons)


def _unit(case: Case) -> dict[str, Any]:
    own = {name: getattr(case, name) for name in ("unit", "project", "year", "kind", "execution_rate")}
    return {"case": case.id, "parent": case.file.unit.parent} | own


def _standing(card: Scorecard) -> dict[str, Any]:
    names = ("total", "score_rate", "grade", "status")
    return {name: getattr(card, name) for name in names} | {"rubric": card.rubric.name, "weight": card.rubric.weight}


def _from_columns(wide: pd.DataFrame, rubric: Rubric | None) -> Portfolio:
    long = score_many(wide, rubric)
    assert rubric is not None
    shape = (len(rubric.indicators), len(wide))
    scores, status = (np.asarray(own).reshape(shape).T for own in (long["score"], long["status"].cat.codes))
    totals, full = total_scores(rubric, scores, status), rubric.weight
    cases = [str(name) for name in wide.index]
    units = {"case": cases, "unit": cases, "kind": "evaluation", "rubric": rubric.name, "total": totals, "weight": full}
    table = pd.DataFrame(units).assign(score_rate=totals / full)
    table["grade"] = (table["score_rate"] * 100).map(rubric.profile.grade, na_action="ignore")
    table["status"] = outcomes(status)
    levels = pd.DataFrame([(i.key, i.level1, i.level2) for i in rubric.indicators], columns=["id", "level1", "level2"])
    rows = long.sort_values("unit", kind="stable").astype({"id": object, "status": object}).merge(levels, on="id")
    rows = rows.assign(case=np.asarray(cases, dtype=object)[rows["unit"]], rubric=rubric.name)
    return Portfolio(table.reindex(columns=_UNIT), rows[_ROW])


def _from_results(results: Iterable[dict[str, Any]]) -> Portfolio:
    units, rows, monitored = [], [], []
    counts: dict[str, dict[str, int]] = {}
    told = [result for result in results if result.get("kind") in KINDS and result["kind"] != "department"]
    for case, result in zip(_apart(result["case"] for result in told), told, strict=True):
        result, indicators = result | {"case": case}, result.get("indicators") or []
        counts[case] = {name: result.get(name, 0) for name in _counts({})}
        if result["kind"] == "monitoring":
            monitored.append(_lights(result))
            units.append(result)
            continue
        weight = math.fsum(row["weight"] for row in indicators)
        total = math.nan if result["total"] is None else result["total"]
        units.append(result | {"weight": weight, "score_rate": total / weight if weight else math.nan})
        rows += [{**row, "case": case, "rubric": result["rubric"]} for row in indicators]
    if not units:
        raise PerfkitError("没有报告的结果；请核对输出文件夹")
    numbers = dict.fromkeys(("total", "weight", "score_rate", "execution_rate"), float)
    table = pd.DataFrame(units).reindex(columns=_UNIT).astype(numbers)
    reasons = {(row["case"], row["id"]): text for row in rows if (text := row.get("reason"))}
    indicators_ = pd.DataFrame(rows, columns=_ROW).astype({"weight": float, "share": float, "score": float})
    return Portfolio(table, indicators_, {}, pd.DataFrame(monitored), counts.__getitem__, reasons)


def _lights(state: Mapping[str, Any]) -> dict[str, Any]:
    """One monitored unit, from `Monitor.to_dict`."""
    lit = Counter(row["light"] for row in state["indicators"])
    return {name: state[name] for name in ("case", *FIGURES)} | {light.name: lit[key] for key, light in LIGHTS.items()}


def _counts(by_verdict: Mapping[Any, int]) -> dict[str, int]:
    return {f"findings_{verdict}": by_verdict.get(verdict, 0) for verdict in VERDICTS}
