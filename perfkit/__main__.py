"""``python -m perfkit``."""

from .cli import main

main()
