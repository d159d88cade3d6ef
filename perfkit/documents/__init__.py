"""What others hand in: forms and reports in any office format, read as they are, audited, turned into case files."""

from .form import Form
from .loading import Handed, load_document, read_file
from .opening import SUFFIXES

__all__ = ["SUFFIXES", "Form", "Handed", "load_document", "read_file"]
