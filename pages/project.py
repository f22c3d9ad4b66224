"""项目: one project, from 储备 to 运营, its money, its asset, the households behind it, its papers."""

from components.projects.file import show_project
from components.shell.screen import current

show_project(current())
