"""Telling whoever starts the server by which link the first administrator is made."""

import streamlit as st
from sqlalchemy import Engine

from data.people.launch import launch_path


def tell_launch(engine: Engine) -> None:
    """Print the launch link where no account exists yet."""
    if path := launch_path(engine):
        print(f"还没有任何账号。请用这个链接建立第一个管理员（只此一次，不要转发）：\n  {_address()}{path}", flush=True)


def _address() -> str:
    """Where this machine itself finds the server; from another one its name stands in the place of localhost."""
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{scheme}://localhost:{st.get_option('server.port')}"
