"""帮扶责任: who leads, who helps, who was visited; with a person in the address, that one."""

import streamlit as st

from components.duty import screen as parts
from components.duty.address import PERSON, read_duty_choice
from components.duty.file import show_person
from components.shell.errors import show_problems
from components.shell.screen import current

screen = current()
person = parts.asked_person(screen, st.query_params.get(PERSON))
if person is not None:
    show_person(screen, person)
else:
    choice, problems = read_duty_choice(st.query_params)
    show_problems(problems)
    parts.show_duty(screen, choice)
