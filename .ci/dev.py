"""``make dev``: runs the application and starts it anew whenever a file of it is saved. ``python .ci/dev.py PORT``.

Streamlit's own watching runs pages again in the old process: a changed module of ``data/`` or a route stays as it was.
After an error at the start the next save tries again.
"""

import signal
import sys
from pathlib import Path

from watchdog.observers import Observer
from watchdog.tricks import AutoRestartTrick

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("pages", "components", "data")
WATCHED = [f"**/*.{kind}" for kind in ("py", "css", "js", "html", "typ")]
SETTLE = 0.3  # seconds without another save: an editor writes several files


def main(port: str) -> None:
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", port]
    application = AutoRestartTrick(
        command, patterns=WATCHED, debounce_interval=SETTLE, restart_on_command_exit=False, kill_after=2
    )
    observer = Observer()
    observer.schedule(application, str(ROOT))
    for folder in FOLDERS:
        observer.schedule(application, str(ROOT / folder), recursive=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    application.start()
    observer.start()
    try:
        signal.pause()
    except KeyboardInterrupt:
        observer.stop()
        application.stop()


if __name__ == "__main__":
    main(sys.argv[1])
