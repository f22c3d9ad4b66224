"""项目: one project, from 储备 to 运营, its money, its asset, the households behind it, its papers."""

from components.project_screen import show_project
from components.screen import current

show_project(current())
