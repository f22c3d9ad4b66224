"""nginx with TLS before two processes, by the very lines of the README, on ports and with a certificate made here."""

import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import trustme

from tests.browser.server import ROOT, Server, free_port

_OUTER = """
pid {folder}/nginx.pid; error_log {folder}/error.log warn; daemon off; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  access_log off; {temporary}
  {lines}
}}
"""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def lines_of(document: str) -> str:
    """The lines for nginx that a README gives, without their indent."""
    found = re.search(
        r"^ *```nginx\n(.*?)^ *```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found, f"{document} gives no lines for nginx"
    return "".join(line.strip() + "\n" for line in found[1].splitlines())


def program() -> str | None:
    """nginx, where this machine has it (Debian keeps it beside what a user runs)."""
    return shutil.which("nginx", path=":/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")


@contextmanager
def nginx(folder: Path, servers: Sequence[Server]) -> Iterator[str]:
    """The https address of nginx before these two servers; ``folder`` takes its configuration and its log."""
    own = trustme.CA().issue_cert("127.0.0.1", "localhost")
    own.private_key_pem.write_to_path(folder / "key.pem")
    for blob in own.cert_chain_pems:
        blob.write_to_path(folder / "cert.pem", append=True)
    port, plain = free_port(), free_port()
    told = lines_of("README.md").replace("/etc/warroom/", f"{folder}/")
    told = told.replace("listen 443 ", f"listen 127.0.0.1:{port} ").replace("listen 80;", f"listen 127.0.0.1:{plain};")
    for stands, server in zip(("8501", "8502"), servers, strict=True):
        told = told.replace(f"127.0.0.1:{stands}", server.url.removeprefix("http://"))
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in _TEMPORARY)
    configuration = folder / "nginx.conf"
    configuration.write_text(_OUTER.format(folder=folder, temporary=temporary, lines=told), encoding="utf-8")
    called = program()
    assert called
    process = subprocess.Popen([called, "-c", str(configuration), "-p", str(folder), "-e", str(folder / "error.log")])
    try:
        _wait_for(f"http://127.0.0.1:{plain}/", process, folder)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: object) -> None:
        return None


def _wait_for(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Until it leads who comes without TLS to the address with it."""
    opener, deadline = urllib.request.build_opener(_Stay), time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            opener.open(address, timeout=10)
        except urllib.error.HTTPError as answer:
            assert answer.code == 308
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError((folder / "error.log").read_text())
