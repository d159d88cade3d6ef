"""The ratios of the field (预算绩效管理) as one table, ``formulas.csv``: their names, arithmetic, inputs and sources.

A formula takes its inputs by name, array_like of float, shape (n,) or broadcastable to it, money in 元 and rates as
ratios (62.5% is 0.625), and returns an ndarray of float64 of the broadcast shape, a ratio (1.0 is 100%), never rounded
or capped. NaN in gives NaN out. No source says what a zero divisor means: it gives NaN (missing, for a person to
judge), without a warning.

>>> float(FORMULAS["预算执行率"](executed=580.8142, budget=549.6875)).__round__(4)
1.0566
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

ArrayLike = npt.ArrayLike
Floats = npt.NDArray[np.float64]
Better = Literal["higher", "lower", "zero"]


def _ratio(numerator: ArrayLike, divisor: ArrayLike) -> Floats:
    top, bottom = np.asarray(numerator, dtype=np.float64), np.asarray(divisor, dtype=np.float64)
    with np.errstate(all="ignore"):
        return np.where(bottom == 0, np.nan, top / bottom)


@dataclass(frozen=True, slots=True)
class Shape:
    """An arithmetic that several ratios share: on arrays, on Chinese labels or printed figures, and its divisors."""

    compute: Callable[..., Floats]
    write: Callable[..., str]
    divisors: tuple[int, ...] = (1,)


SHAPES = {
    "quotient": Shape(_ratio, lambda a, b: f"{a}÷{b}×100%"),
    "change": Shape(lambda a, b: _ratio(a - b, b), lambda a, b: f"（{a}－{b}）÷{b}×100%"),
    "saving": Shape(lambda a, b: _ratio(b - a, b), lambda a, b: f"（{b}－{a}）÷{b}×100%"),
    "adjustment": Shape(
        lambda a, b, *excluded: _ratio(np.abs(a - sum(excluded)), b),
        lambda a, b, *excluded: f"|{'－'.join((a, *excluded))}|÷{b}×100%",
    ),
    "progress": Shape(lambda a, b, c: _ratio(_ratio(a, b), c), lambda a, b, c: f"{a}÷{b}÷{c}×100%", (1, 2)),
    "twelfths": Shape(lambda months: _ratio(months, 12.0), lambda months: f"{months}÷12×100%", ()),
}


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a formula: Chinese label, unit, and whether it may be left out (then it counts for nothing)."""

    label: str
    unit: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """A ratio as rubrics and cases name it; all text is Chinese.

    Parameters
    ----------
    ratio : English name; two formulas with the same one are the same ratio under two names.
    inputs : name (the key written in YAML) → `Input`, in the order in which the shape takes them.
    better : which way is better: ``higher``, ``lower`` or ``zero``.
    source : begins with the document number.
    """

    ratio: str
    name: str
    shape: Shape
    inputs: Mapping[str, Input]
    better: Better
    source: str
    note: str = ""

    def __call__(self, *values: ArrayLike, **named: ArrayLike) -> Floats:
        """The ratio of n units, shape (n,); inputs in their order or by name. Raises `TypeError` for other inputs."""
        given = dict(zip(self.inputs, values, strict=False)) | named
        if missing := [name for name in self.required if name not in given]:
            raise TypeError(f"公式“{self.name}”缺少 {'、'.join(missing)}")
        if len(values) > len(self.inputs) or given.keys() - self.inputs.keys():
            raise TypeError(f"公式“{self.name}”只有 {'、'.join(self.inputs)} 这些参数")
        return self.shape.compute(*(np.asarray(given[name], dtype=np.float64) for name in self.inputs if name in given))

    @property
    def required(self) -> tuple[str, ...]:
        """The inputs that may not be left out."""
        return tuple(name for name, each in self.inputs.items() if not each.optional)

    @property
    def divisors(self) -> tuple[str, ...]:
        """The inputs that must not be 0."""
        return tuple(list(self.inputs)[i] for i in self.shape.divisors)

    @property
    def expression(self) -> str:
        """决算支出÷全年预算数×100%."""
        return self.shape.write(*(each.label for each in self.inputs.values()))

    def written(self, texts: Mapping[str, str]) -> str:
        """The expression with a text for each input: 580.8142万元÷549.6875万元×100%; those not named are left out."""
        return self.shape.write(*(texts[name] for name in self.inputs if name in texts))

    @property
    def zero(self) -> str:
        """What happens at a zero divisor."""
        labels = "或".join(self.inputs[name].label for name in self.divisors)
        return f"{labels}为零时无法计算，结果为缺失（NaN）" if labels else "除数固定，不会为零"


def _formula(row: Mapping[str, str]) -> Formula:
    """A row of ``formulas.csv``; an input is ``name label``, with "?" where it may be left out, and its own unit."""
    inputs = {}
    for text in row["inputs"].split("；"):
        name, label, *unit = text.split(" ")
        inputs[name.removesuffix("?")] = Input(label, unit[0] if unit else row["unit"], name.endswith("?"))
    better: Any = row["better"]
    return Formula(row["ratio"], row["name"], SHAPES[row["shape"]], inputs, better, row["source"], row["note"])


with files("perfkit.figures").joinpath("formulas.csv").open(encoding="utf-8") as _file:
    FORMULAS: dict[str, Formula] = {row["name"]: _formula(row) for row in csv.DictReader(_file)}
"""Every formula under the Chinese name that rubrics and cases use."""


def time_progress_on(day: dt.date) -> float:
    """序时进度 at the end of `day`: full months and days / days of the month, over 12; 2023-10-31 is 0.8333…

    Source: 财预〔2019〕136号（未核对条款）.
    """
    months = day.month - 1 + day.day / calendar.monthrange(day.year, day.month)[1]
    return float(FORMULAS["序时进度"](months=months))


def wilson_interval(positive: ArrayLike, valid: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson score interval of 满意度: (p + z²/2n ∓ z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).

    Parameters
    ----------
    positive, valid : array_like of float, shape (n,), 份, positive and valid answers
    confidence : two-sided, between 0 and 1

    Returns
    -------
    (low, high) : two ndarrays of float, shape (n,), ratios, 0 ≤ low ≤ positive/valid ≤ high ≤ 1; NaN unless
        `valid` is above 0 and `positive` between 0 and `valid`.

    Raises
    ------
    ValueError : `confidence` is not between 0 and 1.

    Source: E. B. Wilson, Probable Inference, JASA 22 (1927) 209-212.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"置信水平应在 0 与 1 之间（如 0.95），现为 {confidence}")
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    n, p = np.asarray(valid, dtype=np.float64), _ratio(positive, valid)
    with np.errstate(all="ignore"):
        p = np.where((n > 0) & (p >= 0) & (p <= 1), p, np.nan)
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2))) / (1 + z2 / n)
        return np.asarray(np.clip(middle - half, 0.0, p)), np.asarray(np.clip(middle + half, p, 1.0))
