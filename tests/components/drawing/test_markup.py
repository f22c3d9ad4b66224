"""One place where values become markup."""

from components.drawing.markup import Markup, escape, link, plain


def test_a_value_stays_text_and_markup_stays_markup():
    assert escape("<b onclick='x'>\"") == "&lt;b onclick=&#x27;x&#x27;&gt;&quot;"
    assert escape(None) == "None" and escape(12) == "12"
    assert escape(Markup("<b>3</b>")) == "<b>3</b>"


def test_what_is_joined_to_markup_is_text_again():
    assert escape(Markup("<b>") + "<i>") == "&lt;b&gt;&lt;i&gt;"


def test_attributes_of_a_link_are_escaped():
    assert link("到户", '/x?a="1', data_stay='"') == '<a class="" href="/x?a=&quot;1" data-stay="&quot;">到户</a>'


def test_a_label_shows_nothing_but_its_words():
    assert plain("*a* [b](c) $d$") == "\\*a\\* \\[b\\]\\(c\\) \\$d\\$"
