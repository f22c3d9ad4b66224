"""``python -m data``: see ``data.commands.parser``."""

from data.commands.parser import main

raise SystemExit(main())
