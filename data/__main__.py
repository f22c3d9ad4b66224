"""``python -m data``: see ``data.cli``."""

from data.cli import main

raise SystemExit(main())
