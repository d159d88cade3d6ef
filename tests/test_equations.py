"""Equations in texts: which are read, which hold, and which are no equations."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perfkit.figures.equations import find_equations

HOLD = [
    ("三公经费控制率=（1,696 / 4,900）× 100% = 34.61%", "（1,696÷4,900）×100%＝34.61%"),
    ("控制率=(本年度总额-上年度总额)/上年度总额×100%=(109896-482649.12)/482649.12×100%=-77.23%",
     "（109896－482649.12）÷482649.12×100%＝－77.23%"),
    ("预算执行率为580.8142万元÷549.6875万元×100%＝105.66%，超支", "580.8142万元÷549.6875万元×100%＝105.66%"),
    ("2022年执行率=实际支出1696元/预算安排4900元×100%=34.61%", "1696元÷4900元×100%＝34.61%"),
    ("得分=10分×95.66%=9.57分", "10分×95.66%＝9.57分"),
    ("4-28.313%×4=2.87分", "4－28.313%×4＝2.87分"),  # 2.86748 rounded
    ("900万元÷935.7万元×100=96.18%", "900万元÷935.7万元×100＝96.18%"),  # 96.1847; × 100 without its sign
    ("得分＝20÷24×10＝8.33", "20÷24×10＝8.33"),
    ("满意度=(80×1+15×0.8+5×0.6)/100=95%", "（80×1＋15×0.8＋5×0.6）÷100＝95%"),
    ("200元/人×50人=1万元", "200元×50＝1万元"),
    ("400元/人·天×50人×3天=6万元", "400元×50×3＝6万元"),
    ("调整率=|（2200-2300）/2300|×100%=4.35%", "（2200－2300）÷2300×100%＝4.35%"),
    ("12个月×500元=6000元", "12×500元＝6000元"),
    ("5x3=15分", "5×3＝15分"),
    ("共3个项目，100万元+20万元≈120万元", "100万元＋20万元＝120万元"),
    ("134.5368＋73.5＋294＝502.0368 万元", "134.5368＋73.5＋294＝502.0368万元"),
    ("2/3×100%=66.66%", "2÷3×100%＝66.66%"),  # cut off
    ("10-2×3=8-4", "10－2×3＝8－4"),
    ("收入792.22万元。同比上年度增加189.25万元，增加31.39%", "189.25万元÷（792.22万元－189.25万元）×100%＝31.39%"),
    ("支出1,200万元，较上年决算数减少300万元，下降20%", "300万元÷（1,200万元＋300万元）×100%＝20%"),
    ("计划改造管网85公里，实际改造78公里，完成率为91.76%。", "78÷85×100%＝91.76%"),
    ("抽检水样60份，合格58份，水质达标率96.67%", "58÷60×100%＝96.67%"),
    ("发放问卷200份，收回有效问卷186份，有效回收率为93%", "186÷200×100%＝93%"),
    ("计划投入1500万元，实际到位1450万元，到位率为96.67%", "1450万÷1500万×100%＝96.67%"),
    ("支出12.6万元，比上年13.5万元减少0.9万元，下降6.67%", "0.9万元÷13.5万元×100%＝6.67%"),
    ("开展检查45次，比上年增加5次，增长12.5%", "5÷（45－5）×100%＝12.5%"),
    ("整治河道36公里，是年度目标30公里的120%", "36÷30×100%＝120%"),
    ("固定资产总额1200万元，在用固定资产1150万元，固定资产利用率为95.83%", "1150万÷1200万×100%＝95.83%"),
    ("三公经费12.6万元，其中：车辆费10.5万元、接待费2.1万元。", "10.5万元＋2.1万元＝12.6万元"),
    ("支出3.5亿元（比上年增长5000万元，增长16.67%）", "5000万元÷（3.5亿元－5000万元）×100%＝16.67%"),
]  # fmt: skip
"""Text → the one equation that it prints, which holds."""
FAIL = [
    ("三公经费控制率=（1,696÷4,900）×100%=36.61%", "34.61%"),
    ("得分=10分×95.66%=9.66分", "9.57分"),
    ("100万元+20万元=130万元", "120万元"),
    ("200元/人×50人=1.2万元", "1万元"),
    ("6X4=25分", "24分"),
    ("556.67-482.1=84.57万元", "74.57万元"),
    ("本年收入2849.65万元，比上年增加319.38万元，增长14.09%", "12.62%"),  # of 2530.27
    ("支出1200万元，与上年相比减少300万元，降幅为25%", "20%"),
    ("计划改造管网85公里，实际改造78公里，完成率为93.75%", "91.76%"),
    ("计划50场、建成42场、完成率90%", "84%"),
    ("共发放调查问卷200份，收回有效问卷186份，有效回收率为95%。", "93%"),
    ("比上年13.5万元减少0.9万元，下降5.67%", "6.67%"),
    ("开展执法检查45次，比上年增加5次，增长15%", "12.5%"),
    ("完成河道整治36公里，是年度目标30公里的110%", "120%"),
    ("三公经费实际支出12.6万元。其中车辆费10.5万元，接待费2.5万元", "13万元"),
    ("936.36万元÷1020万元×100%=0.918%", "91.8%"),  # a percentage by its sign is no hundredth
    ("936.36万元÷1020万元×100%=9.18%", "91.8%"),
    ("43÷45×100%=0.9556%", "95.5556%"),
    ("350÷400=0.875%", "87.5%"),
]
"""Text → what its left side gives."""
NONE = [
    "控制率=(本年总额-上年总额)/上年总额×100%=34.61%",  # words are no numbers
    "年初预算+20万元=120万元，预算总额-100=20",
    "100+其他收入-20=50",
    "权重×(1-3/30)=4.5",
    "100÷实际人数×5=25",
    "每10-20人=5分，2022-12-31=3，2022年/2021年=2",
    "检测120批次，不合格3批次，合格率97.5%；计划建设85公里，未完成7公里，完成率91.76%",
    "计划培训100人，实际培训95人，其中合格90人，合格率94.74%；抽检60份，发现问题5份，整改率100%",
    "计划建设12处，实际建成15处，完成率100%",  # no more is counted than was planned
    "支出100万元，其中设备费30万元、培训费20万元；支出100万元，其中设备费60万元，比上年增加50万元",
    "三公经费13.1万元，其中车辆购置及运行费10.6万元（购置0.6万元，运行10万元），接待费2.5万元",
    "支出13.1万元，其中车辆费10.6万元，其中运行费10.6万元，接待费2.5万元",  # parts of a part
    "人均补助1000元，其中低保户1200元、特困户1500元；资产1200万元，其中固定资产800万元、累计折旧200万元、现金400万元",
    "下达300万元，其中甲镇应安排120万元，实际安排100万元、乙镇180万元",
    "全年计划85公里，本季度完成20公里，完成率100%；计划实施项目5个，实际实施5个，资金到位率80%",
    "抽检60份，合格58份，优良率50%；发放200份，收回190份，有效率97.89%；计划培训50人，实际培训48人，按时完成率100%",
    "完成率≥95%得满分，>=90%得8分，指标值=100%",
    "5(3+2)=26 第2季度100+第3季度50=160",
    "90÷0=3",
    "总计100万元，比上年增加20万元，增长30个百分点",
    "收入100万元，另一单位比上年增加10万元，增长20%",  # of what is not said
    "支出0万元，比上年增加0万元，增长0%",
    "(3+2)(4+1)=26",
    f"{'9' * 400}+1=3，1÷{'9' * 400}=3，0.{'3' * 40}+1=9",
    f"{'(' * 5000}1+1{')' * 5000}=3",
    f"{'1+' * 5000}1=3",
    "1" * 20_000,
]


@pytest.mark.parametrize(("text", "equation"), HOLD)
def test_an_equation_that_holds(text: str, equation: str) -> None:
    assert [(found.text, found.computed) for found in find_equations(text)] == [(equation, "")]
    assert [(found.text, found.computed) for found in find_equations(equation)] == [(equation, "")]


@pytest.mark.parametrize(("text", "computed"), FAIL)
def test_an_equation_that_does_not_hold(text: str, computed: str) -> None:
    assert [found.computed for found in find_equations(text)] == [computed]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_equation_or_has_no_value_is_left_alone(text: str) -> None:
    assert [found for found in find_equations(text) if found.computed] == []


CENTS = st.integers(1, 10**7)


@given(CENTS, CENTS, st.integers(3, 900))
@example(part=1, whole=594, off=823)  # 0.01万元 may stand for 0.005万元, which gives 8.42 in another scale
def test_a_rate_of_printed_amounts_holds_as_it_is_rounded_and_not_further_off(part: int, whole: int, off: int) -> None:
    """By fractions: the rate in hundredths of a percent, half up; three of these and more further off it is wrong."""
    left = f"{part / 100:.2f}万元÷{whole / 100:.2f}万元×100%"
    exact = Fraction(part, whole) * 10_000
    rounded = int(exact + Fraction(1, 2))
    (right,) = find_equations(f"{left}＝{rounded / 100:.2f}%")
    assert right.computed == ""
    slack = exact * Fraction(1, 2) * (Fraction(1, part) + Fraction(1, whole - Fraction(1, 2))) + 1
    (wrong,) = find_equations(f"{left}＝{(rounded + off) / 100:.2f}%")
    if slack < off - 1 and not _differs_by_a_power_of_ten(exact, rounded + off, slack):
        assert wrong.computed != ""


def _differs_by_a_power_of_ten(exact: Fraction, printed: int, slack: Fraction) -> bool:
    """Whether the wrong rate is the right one in another scale, nearly: where units are left out, that is allowed."""
    scales = [Fraction(10) ** power for power in (-8, -4, -2, 2, 4, 8)]
    return any(abs(exact * scale - printed) <= max(Fraction(printed, 3), slack * scale + 1) for scale in scales)
