"""The same story as a list of days and words: for a phone, for paper, and for who cannot see the picture."""

from collections import Counter

from components.drawing.markup import escape
from components.households.timeline import TURNS
from data.households.story import Event, Story

_WORDS = {"begun": "措施开始", "ended": "措施结束", "document": "材料"}


def story_markup(story: Story) -> str:
    """Events oldest first; visits as one line a year."""
    listed = sorted([*story.events, *_visits(story)], key=lambda event: event.day)
    if not listed:
        return '<p class="calm">没有识别、脱贫、监测等日期，也没有措施和走访记录。</p>'
    return f'<ol class="story" aria-label="从识别到退出">{"".join(_item(event) for event in listed)}</ol>'


def _visits(story: Story) -> list[Event]:
    last = {day[:4]: day for day in story.visits}
    times = Counter(day[:4] for day in story.visits)
    return [Event(day, "visits", f"走访 {times[year]} 次，最后一次 {day[5:]}") for year, day in last.items()]


def _item(event: Event) -> str:
    style = "turn" if event.kind in TURNS else event.kind
    said = f"{_WORDS[event.kind]}：{event.what}" if event.kind in _WORDS else event.what
    when = f"{event.day[:4]}年" if event.kind == "visits" else event.day
    return f'<li class="{style}"><time>{when}</time><span>{escape(said)}</span></li>'
