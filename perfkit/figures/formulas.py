"""The ratios of the field (预算绩效管理): pure functions, arrays in, arrays out.

Every formula takes array_like of float, shape (n,) or broadcastable to it, money in 元 and rates as ratios (62.5% is
0.625), and returns an ndarray of float64 of the broadcast shape, a ratio (1.0 is 100%), never rounded or capped.
NaN in gives NaN out. No source says what a zero divisor means: it gives NaN (missing, for a person to judge), without
a warning. `FORMULAS` lists them under the Chinese names that rubrics and cases use.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

ArrayLike = npt.ArrayLike
Floats = npt.NDArray[np.float64]
Better = Literal["higher", "lower", "zero"]
Function = TypeVar("Function", bound=Callable[..., Floats])

_COMMON_2013 = "财预〔2013〕53号（未核对条款）"
_PROJECT_2020 = "财预〔2020〕10号（未核对条款）"
_MONITORING_2019 = "财预〔2019〕136号（未核对条款）"
_JIANGXI_2022 = "赣财绩〔2022〕9号（引自评价报告，未核对条款）"
_NANCHANG_2019 = "洪财办〔2019〕31号（引自自评报告，未核对条款）"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as rubrics and cases name it; all text is Chinese.

    `arguments` maps the function's parameter names (the keys written in YAML) to labels, `zero` says what happens at a
    zero divisor, `source` begins with the document number.
    """

    name: str
    function: Callable[..., Floats]
    arguments: Mapping[str, str]
    better: Better
    zero: str
    source: str
    expression: str


FORMULAS: dict[str, Formula] = {}
_QUOTIENT, _CHANGE, _SAVING = "{0}÷{1}×100%", "（{0}－{1}）÷{1}×100%", "（{1}－{0}）÷{1}×100%"


def _formula(
    name: str, better: Better, source: str, form: str = _QUOTIENT, **labels: str
) -> Callable[[Function], Function]:
    """Register a function; `labels` name its parameters in Chinese, in the order that `form` numbers them."""
    divisors = "或".join(tuple(labels.values())[int(i)] for i in re.findall(r"÷{(\d)}", form))
    zero = f"{divisors}为零时无法计算，结果为缺失（NaN）" if divisors else "除数固定，不会为零"

    def register(function: Function) -> Function:
        FORMULAS[name] = Formula(name, function, labels, better, zero, source, form.format(*labels.values()))
        return function

    return register


def _ratio(numerator: ArrayLike, divisor: ArrayLike) -> Floats:
    top, bottom = np.asarray(numerator, dtype=np.float64), np.asarray(divisor, dtype=np.float64)
    with np.errstate(all="ignore"):
        return np.where(bottom == 0, np.nan, top / bottom)


@_formula("预算完成率", "higher", _COMMON_2013, executed="预算完成数", budget="预算数")
@_formula("预算执行率", "higher", _PROJECT_2020, executed="决算支出", budget="全年预算数")
def execution_rate(executed: ArrayLike, budget: ArrayLike) -> Floats:
    """预算执行率, 预算完成率: executed / budget. Higher is better.

    Parameters
    ----------
    executed, budget : array_like of float, shape (n,), 元
        `budget` is the figure that the profile names (adjusted, initial or received). For several funds, divide sums.

    NaN where `budget` is 0. Source: 财预〔2020〕10号（未核对条款）; 预算完成率: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(executed, budget)


@_formula("预算调整率", "zero", _COMMON_2013, "|{0}－{2}－{3}－{4}|÷{1}×100%", adjustment="预算调整数", budget="预算数",
          policy="政策性调整数", force_majeure="不可抗力调整数", assigned="上级临时交办调整数")  # fmt: skip
def adjustment_rate(
    adjustment: ArrayLike, budget: ArrayLike, *,
    policy: ArrayLike = 0.0, force_majeure: ArrayLike = 0.0, assigned: ArrayLike = 0.0,
) -> Floats:  # fmt: skip
    """预算调整率: abs(adjustment - policy - force_majeure - assigned) / budget. Zero is best.

    Parameters
    ----------
    adjustment, budget : array_like of float, shape (n,), 元; additions are positive, cuts negative
    policy, force_majeure, assigned : array_like of float, shape (n,), 元
        The parts of `adjustment` (same sign) that do not count: new state policies, force majeure, superiors' orders.

    NaN where `budget` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    excluded = sum(np.asarray(part, dtype=np.float64) for part in (policy, force_majeure, assigned))
    return _ratio(np.abs(np.asarray(adjustment, dtype=np.float64) - excluded), budget)


@_formula("支付进度率", "higher", _COMMON_2013, "{0}÷{1}÷{2}×100%",
          executed="支出预算执行数", budget="支出预算数", planned="既定支付进度")  # fmt: skip
def payment_progress_rate(executed: ArrayLike, budget: ArrayLike, planned: ArrayLike) -> Floats:
    """支付进度率: (executed / budget) / planned. Higher is better.

    Parameters
    ----------
    executed, budget : array_like of float, shape (n,), 元, up to the same day
    planned : array_like of float, shape (n,), a ratio: the calendar's, earlier years' or peers' progress on that day

    NaN where `budget` or `planned` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(_ratio(executed, budget), planned)


@_formula("资金到位率", "higher", _PROJECT_2020, received="到位资金", budget="预算资金")
def funds_in_place_rate(received: ArrayLike, budget: ArrayLike) -> Floats:
    """资金到位率: received / budget. Higher is better.

    Parameters
    ----------
    received, budget : array_like of float, shape (n,), 元

    NaN where `budget` is 0. Source: 财预〔2020〕10号（未核对条款）.
    """
    return _ratio(received, budget)


@_formula("到位及时率", "higher", _COMMON_2013, on_time="及时到位资金", due="应到位资金")
def funds_on_time_rate(on_time: ArrayLike, due: ArrayLike) -> Floats:
    """到位及时率: on_time / due. Higher is better.

    Parameters
    ----------
    on_time, due : array_like of float, shape (n,), 元, money received by its date and money due by then

    NaN where `due` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(on_time, due)


@_formula("结转结余率", "lower", _COMMON_2013, balance="结转结余总额", budget="支出预算数")
def carryover_rate(balance: ArrayLike, budget: ArrayLike) -> Floats:
    """结转结余率: balance / budget. Lower is better.

    Parameters
    ----------
    balance, budget : array_like of float, shape (n,), 元, year-end balance and expenditure budget

    NaN where `budget` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(balance, budget)


@_formula("结转结余变动率", "lower", _COMMON_2013, _CHANGE, this_year="本年累计结转结余", last_year="上年累计结转结余")
def carryover_change_rate(this_year: ArrayLike, last_year: ArrayLike) -> Floats:
    """结转结余变动率: (this_year - last_year) / last_year. Lower is better, 0 at most.

    Parameters
    ----------
    this_year, last_year : array_like of float, shape (n,), 元, accumulated balances

    NaN where `last_year` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(np.subtract(this_year, last_year), last_year)


@_formula("公用经费控制率", "lower", _COMMON_2013, actual="实际支出公用经费", budget="预算安排公用经费")
def public_expense_control_rate(actual: ArrayLike, budget: ArrayLike) -> Floats:
    """公用经费控制率: actual / budget. Lower is better, 1.0 at most.

    Parameters
    ----------
    actual, budget : array_like of float, shape (n,), 元

    NaN where `budget` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(actual, budget)


@_formula("公用经费变动率", "lower", _JIANGXI_2022, _CHANGE, this_year="本年公用经费", last_year="上年公用经费")
def public_expense_change_rate(this_year: ArrayLike, last_year: ArrayLike) -> Floats:
    """公用经费变动率: (this_year - last_year) / last_year. Lower is better, 0 at most.

    Parameters
    ----------
    this_year, last_year : array_like of float, shape (n,), 元, both budgets or both final accounts

    NaN where `last_year` is 0. Source: 赣财绩〔2022〕9号（引自评价报告，未核对条款）.
    """
    return _ratio(np.subtract(this_year, last_year), last_year)


@_formula("三公经费控制率", "lower", _COMMON_2013, actual="三公经费实际支出数", budget="三公经费预算安排数")
def three_public_control_rate(actual: ArrayLike, budget: ArrayLike) -> Floats:
    """三公经费控制率: actual / budget. Lower is better, 1.0 at most.

    Parameters
    ----------
    actual, budget : array_like of float, shape (n,), 元

    NaN where `budget` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(actual, budget)


@_formula("三公经费变动率", "lower", _COMMON_2013, _CHANGE, this_year="本年三公经费", last_year="上年三公经费")
def three_public_change_rate(this_year: ArrayLike, last_year: ArrayLike) -> Floats:
    """三公经费变动率: (this_year - last_year) / last_year. Lower is better, 0 at most.

    Parameters
    ----------
    this_year, last_year : array_like of float, shape (n,), 元, both budgets or both final accounts

    NaN where `last_year` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(np.subtract(this_year, last_year), last_year)


@_formula("政府采购执行率", "higher", _COMMON_2013, actual="实际政府采购金额", budget="政府采购预算数")
def procurement_execution_rate(actual: ArrayLike, budget: ArrayLike) -> Floats:
    """政府采购执行率: actual / budget. Higher is better; the complement of 政府采购节支率.

    Parameters
    ----------
    actual, budget : array_like of float, shape (n,), 元

    NaN where `budget` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(actual, budget)


@_formula("政府采购节支率", "higher", _JIANGXI_2022, _SAVING, actual="实际政府采购金额", budget="政府采购预算数")
def procurement_saving_rate(actual: ArrayLike, budget: ArrayLike) -> Floats:
    """政府采购节支率: (budget - actual) / budget. Higher is better; the complement of 政府采购执行率.

    Parameters
    ----------
    actual, budget : array_like of float, shape (n,), 元

    NaN where `budget` is 0. Source: 赣财绩〔2022〕9号（引自评价报告，未核对条款）.
    """
    return _ratio(np.subtract(budget, actual), budget)


@_formula("在职人员控制率", "lower", _COMMON_2013, actual="在职人员数", established="编制数")
def staff_control_rate(actual: ArrayLike, established: ArrayLike) -> Floats:
    """在职人员控制率: actual / established. Lower is better, 1.0 at most.

    Parameters
    ----------
    actual, established : array_like of float, shape (n,), 人

    NaN where `established` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(actual, established)


@_formula("固定资产利用率", "higher", _COMMON_2013, in_use="实际在用固定资产总额", total="所有固定资产总额")
def asset_utilisation_rate(in_use: ArrayLike, total: ArrayLike) -> Floats:
    """固定资产利用率: in_use / total. Higher is better.

    Parameters
    ----------
    in_use, total : array_like of float, shape (n,), 元, both gross or both net

    NaN where `total` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(in_use, total)


@_formula("重点支出安排率", "higher", _COMMON_2013, key="重点项目支出", total="项目总支出")
def key_spending_rate(key: ArrayLike, total: ArrayLike) -> Floats:
    """重点支出安排率: key / total. Higher is better.

    Parameters
    ----------
    key, total : array_like of float, shape (n,), 元, spending on key projects and on all projects

    NaN where `total` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(key, total)


@_formula("项目安排率", "higher", _NANCHANG_2019, project="项目安排金额", total="部门预算总金额")
def project_share(project: ArrayLike, total: ArrayLike) -> Floats:
    """项目安排率: project / total. Higher is better.

    Parameters
    ----------
    project, total : array_like of float, shape (n,), 元, money for projects and the whole budget

    NaN where `total` is 0. Source: 洪财办〔2019〕31号（引自自评报告，未核对条款）.
    """
    return _ratio(project, total)


@_formula("实际完成率", "higher", _COMMON_2013, done="实际完成数", planned="计划数")
def completion_rate(done: ArrayLike, planned: ArrayLike) -> Floats:
    """实际完成率: done / planned. Higher is better.

    Parameters
    ----------
    done, planned : array_like of float, shape (n,), in one unit (场, 人次, 元 ...)

    NaN where `planned` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(done, planned)


@_formula("完成及时率", "higher", _COMMON_2013, on_time="及时完成工作数", planned="计划工作数")
def timeliness_rate(on_time: ArrayLike, planned: ArrayLike) -> Floats:
    """完成及时率: on_time / planned. Higher is better.

    Parameters
    ----------
    on_time, planned : array_like of float, shape (n,), 项, tasks done by their date and tasks planned

    NaN where `planned` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(on_time, planned)


@_formula("质量达标率（计划口径）", "higher", _COMMON_2013, qualified="质量达标工作数", planned="计划工作数")
def quality_rate_of_planned(qualified: ArrayLike, planned: ArrayLike) -> Floats:
    """质量达标率（计划口径）: qualified / planned, the departments' formula of 2013. Higher is better.

    Parameters
    ----------
    qualified, planned : array_like of float, shape (n,), 项 or in one other unit

    NaN where `planned` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(qualified, planned)


@_formula("质量达标率（实际口径）", "higher", _PROJECT_2020, qualified="质量达标产出数", produced="实际产出数")
def quality_rate_of_produced(qualified: ArrayLike, produced: ArrayLike) -> Floats:
    """质量达标率（实际口径）: qualified / produced, the projects' formula of 2020. Higher is better.

    Parameters
    ----------
    qualified, produced : array_like of float, shape (n,), 项 or in one other unit

    NaN where `produced` is 0. Source: 财预〔2020〕10号（未核对条款）.
    """
    return _ratio(qualified, produced)


@_formula("重点工作办结率", "higher", _COMMON_2013, done="重点工作实际完成数", assigned="交办或下达数")
def key_work_completion_rate(done: ArrayLike, assigned: ArrayLike) -> Floats:
    """重点工作办结率: done / assigned. Higher is better.

    Parameters
    ----------
    done, assigned : array_like of float, shape (n,), 项

    NaN where `assigned` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(done, assigned)


@_formula("成本节约率", "higher", _COMMON_2013, _SAVING, actual="实际成本", planned="计划成本")
def cost_saving_rate(actual: ArrayLike, planned: ArrayLike) -> Floats:
    """成本节约率: (planned - actual) / planned, negative when overspent. Higher is better.

    Parameters
    ----------
    actual, planned : array_like of float, shape (n,), 元

    NaN where `planned` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(np.subtract(planned, actual), planned)


@_formula("绩效评价覆盖率", "higher", "洪财办〔2019〕31号（报告只列指标名，未核对条款）",
          evaluated="已开展绩效评价的项目", total="全部项目")  # fmt: skip
def evaluation_coverage_rate(evaluated: ArrayLike, total: ArrayLike) -> Floats:
    """绩效评价覆盖率: evaluated / total. Higher is better.

    Parameters
    ----------
    evaluated, total : array_like of float, shape (n,), both 个 (projects) or both 元

    NaN where `total` is 0. Source: 洪财办〔2019〕31号（报告只列指标名，未核对条款）.
    """
    return _ratio(evaluated, total)


@_formula("预算支出标准执行率", "higher", _JIANGXI_2022,
          followed="按照预算支出标准执行的业务数", established="已建设预算支出标准业务数")  # fmt: skip
def spending_standard_rate(followed: ArrayLike, established: ArrayLike) -> Floats:
    """预算支出标准执行率: followed / established. Higher is better.

    Parameters
    ----------
    followed, established : array_like of float, shape (n,), 项, kinds of business with a spending standard

    NaN where `established` is 0. Source: 赣财绩〔2022〕9号（引自评价报告，未核对条款）.
    """
    return _ratio(followed, established)


@_formula("满意度", "higher", _COMMON_2013, positive="满意答卷数", valid="有效答卷数")
def satisfaction(positive: ArrayLike, valid: ArrayLike) -> Floats:
    """满意度: positive / valid. Higher is better; see `wilson_interval` for how sure it is.

    Parameters
    ----------
    positive, valid : array_like of float, shape (n,), 份, positive and valid answers

    NaN where `valid` is 0. Source: 财预〔2013〕53号（未核对条款）.
    """
    return _ratio(positive, valid)


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


@_formula("序时进度", "higher", _MONITORING_2019, "{0}÷12×100%", months="已过月数")
def time_progress(months: ArrayLike) -> Floats:
    """序时进度: months / 12. It grows with the calendar.

    Parameters
    ----------
    months : array_like of float, shape (n,), 月, months of the year gone by, 0 to 12

    The divisor is fixed. Source: 财预〔2019〕136号（未核对条款）.
    """
    return _ratio(months, 12.0)


def time_progress_on(day: dt.date) -> float:
    """序时进度 at the end of `day`: full months and days / days of the month, over 12; 2023-10-31 is 0.8333…

    Source: 财预〔2019〕136号（未核对条款）.
    """
    return float(time_progress(day.month - 1 + day.day / calendar.monthrange(day.year, day.month)[1]))
