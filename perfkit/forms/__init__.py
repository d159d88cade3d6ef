"""Filled official forms (项目支出绩效自评表) as workbooks: read as they are, and turned into case files."""

from .casefile import form_cases, form_to_case, write_case
from .reader import Form, FormFunds, FormRow, read_forms

__all__ = ["SUFFIXES", "Form", "FormFunds", "FormRow", "form_cases", "form_to_case", "read_forms", "write_case"]

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".csv")
"""Endings of the files that are read as forms."""
