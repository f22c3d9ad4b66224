"""What is said above a page quotes the address bar, which anybody may have written."""

from streamlit.testing.v1 import AppTest


def test_a_note_that_quotes_the_address_makes_no_link_of_it():
    def page() -> None:
        from components.shell.errors import problem

        problem("没有“[请重新登录](https://example.com) www.example.com <b>”这个指标。")

    shown = AppTest.from_function(page).run(timeout=120)
    assert not shown.exception
    assert not shown.warning and not shown.markdown
    [note] = shown.get("html")
    assert "[请重新登录](https://example.com) www.example.com &lt;b&gt;" in note.proto.body
