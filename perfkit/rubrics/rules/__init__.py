"""Scoring rules (评分标准) as data: each gives a share of the weight, the sentence that explains it, and its own text.

`numeric` over a measured value, `counted` over things found, `judged` by a person, `combined` over other rules.
"""
