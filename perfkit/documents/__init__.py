"""What others hand in: forms and reports in any office format, read as they are, audited, turned into case files."""

from .casefile import case_data
from .form import Form
from .loading import Handed, Reading, build, load_document, read_file, read_paths
from .opening import SUFFIXES
from .reader import read_forms

__all__ = [
    "SUFFIXES",
    "Form",
    "Handed",
    "Reading",
    "build",
    "case_data",
    "load_document",
    "read_file",
    "read_forms",
    "read_paths",
]
