"""An expression over figures as a formula: ``(figures.上年结转 + budget.initial) / (budget.adjusted - 20万元)``.

Operands are paths of figures and quantities with their unit; signs are + - × ÷ (or * /) and brackets of either width.
Nothing is evaluated but these: the text is parsed by Python's `ast`, in which each operand is a plain name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import UnitError
from ..words import SPENDING, label
from .formulas import Floats, Formula, Input, Shape
from .quantities import RATIO, parse_quantity

SIGNS = str.maketrans({"（": "(", "）": ")", "×": "*", "÷": "/", "−": "-", "－": "-", "＋": "+", "＊": "*", "／": "/"})
SHOWN = str.maketrans({"(": "（", ")": "）", "*": "×", "/": "÷", "-": "－", "+": "＋", " ": ""})
_OPERAND = re.compile(r"([^\s+\-*/()]+)")
_ARITHMETIC = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide}
_OPERATOR = re.compile(r"[-+*/]")
_BLOCKS = "|".join(("budget", "staff", "assets", *SPENDING, "figures", "projects"))
_PATH = re.compile(rf"(?:^|[\s(+\-*/])(?:{_BLOCKS})\.")


@lru_cache(maxsize=1024)  # the checks of a case ask this of each of its measures again and again
def is_expression(text: str) -> bool:
    """Whether a text joins operands by a sign or is the path of a figure, and is no name of a formula."""
    return _OPERATOR.search(text.translate(SIGNS)) is not None or names_figures(text)


def names_figures(text: str) -> bool:
    """Whether a text is the path of a figure, or an expression over such paths, and no name of an indicator."""
    return _PATH.search(text.translate(SIGNS)) is not None


def in_words(text: str) -> str:
    """A path or an expression with the Chinese name of every figure: 全年执行数－全年预算数."""
    read = read_expression(text)
    return read.write(*map(label, read.paths))


def evaluate(node: Any, values: Mapping[str, Any]) -> Any:
    """The value of parsed arithmetic for those of its names; NaN for a division by zero."""
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.UnaryOp):
        return -evaluate(node.operand, values)
    with np.errstate(all="ignore"):
        result = _ARITHMETIC[type(node.op)](evaluate(node.left, values), evaluate(node.right, values))
    return np.where(np.isfinite(result), result, np.nan)


class Expression:
    """A parsed expression. `paths` are the figures that it names; raises `UnitError` for what is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts = _OPERAND.split(text.translate(SIGNS))
        operands = list(dict.fromkeys(self.parts[1::2]))
        self.constants = {name: parse_quantity(name) for name in operands if name[0].isdigit()}
        self.paths = [name for name in operands if name not in self.constants]
        if wrong := [path for path in self.paths if "." not in path] or ([] if self.paths else [text]):
            raise UnitError(f"“{wrong[0]}”不是数的路径；算式写成 (figures.上年结转 + budget.initial) / budget.adjusted")
        self.names = {f"_{i}": name for i, name in enumerate(operands)}
        named = "".join(f"_{operands.index(p)}" if i % 2 else p for i, p in enumerate(self.parts))
        try:
            self.tree = ast.parse(named.strip(), mode="eval").body
            self.unit(dict.fromkeys(self.paths, ""), strict=False)
        except (SyntaxError, KeyError):
            raise UnitError(f"算式“{text}”读不通；请核对括号和 + - × ÷") from None

    def compute(self, *values: Any) -> Floats:
        """The value for those of the paths; NaN for a division by zero."""
        given = dict(zip(self.paths, values, strict=True)) | {k: v.value for k, v in self.constants.items()}
        return np.asarray(evaluate(self.tree, {key: given[name] for key, name in self.names.items()}), dtype=np.float64)

    def write(self, *labels: str) -> str:
        """The expression with a text for each of the paths."""
        given = dict(zip(self.paths, labels, strict=True))
        return "".join(given.get(p, p) if i % 2 else p.translate(SHOWN) for i, p in enumerate(self.parts))

    def unit(self, units: Mapping[str, str], *, strict: bool = True) -> str:
        """The unit of the value, from those of the paths. Raises `UnitError` where they do not fit, if `strict`."""

        def unit(node: Any) -> str:
            if isinstance(node, ast.Name):
                name = self.names[node.id]
                return units[name] if name in units else self.constants[name].unit
            if not isinstance(node, ast.BinOp) or type(node.op) not in _ARITHMETIC:
                raise KeyError
            left, right, adding = unit(node.left), unit(node.right), isinstance(node.op, ast.Add | ast.Sub)
            if left == right:
                return left if adding or left == RATIO else RATIO
            if RATIO in (left, right) and not adding and (right == RATIO or isinstance(node.op, ast.Mult)):
                return left if right == RATIO else right
            if strict:
                raise UnitError(f"算式“{self.text}”把“{left or '个数'}”和“{right or '个数'}”放在一起算；请核对单位")
            return left

        return unit(self.tree)


@lru_cache(maxsize=1024)
def read_expression(text: str) -> Expression:
    """As `Expression`; each text is parsed once."""
    return Expression(text)


@lru_cache(maxsize=1024)
def formula_of(text: str) -> Formula:
    """The formula that an expression says; its inputs are the paths in it."""
    read = read_expression(text)
    inputs = {path: Input(path.rpartition(".")[2], "") for path in read.paths}
    return Formula(text, "", Shape(read.compute, read.write, ()), inputs, "higher", "")
