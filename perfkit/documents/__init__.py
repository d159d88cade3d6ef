"""Filled official forms (项目支出绩效自评表) as workbooks: read as they are, and turned into case files."""

from .casefile import form_to_case, load_forms, write_case
from .form import Form
from .loading import SUFFIXES, iter_cases_and_forms
from .reader import read_forms

__all__ = ["SUFFIXES", "Form", "form_to_case", "iter_cases_and_forms", "load_forms", "read_forms", "write_case"]
