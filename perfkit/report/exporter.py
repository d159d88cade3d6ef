"""Word for nbconvert: ``jupyter nbconvert --to perfkit_docx report.ipynb``, and in the menu of JupyterLab."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter

from .blocks import Heading
from .word import document, parts_of


class WordExporter(Exporter):
    """An executed notebook as a report in Word, in the look of perfkit's own template."""

    export_from_notebook = "perfkit Word"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def _file_extension_default(self) -> str:
        return ".docx"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
        """The document's bytes, and nbconvert's resources."""
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        parts = list(parts_of(notebook))
        titles = [part.text for each in parts for part in getattr(each, "parts", ()) if isinstance(part, Heading)]
        return document(parts, title="".join(titles[:1])), resources
