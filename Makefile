# Village War Room. `make help` lists what can be made; each target sets up for itself what it needs.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run dev demo check quick test soak bench rebuild

PORT ?= 8501
DEV_STORE := var/dev.db
VENV := .venv/bin/python
# The first Python that is new enough; PYTHON=/path/to/python make … names another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

help:
	@echo 'make run    打开作战室 http://localhost:$(PORT)：首次自动安装并装入演示县，以后数据保留 / serve the demonstration county'
	@echo 'make dev    边改边看：一个乡镇的演示数据（$(DEV_STORE)），保存代码后自动重启 / one township, restarts on save'
	@echo 'make demo   只装入演示数据；库中已有数据时不动 / fill the demonstration county only'
	@echo 'make check  代码检查：写法、格式、类型，一分钟内 / lint, format, types: under a minute'
	@echo 'make quick  快速测试：不用浏览器和 PostgreSQL，三分钟内 / no browser, no PostgreSQL: three minutes'
	@echo 'make test   代码检查与全部测试，含真实浏览器与 PostgreSQL，半小时到一小时 / check and every test: half an hour to an hour'
	@echo 'make soak   长时间验证：一千个损坏的文件，县里的十三个月逐日运行，大屏的七天，200 个会话同时打开 / the long proof: a thousand damaged files, thirteen months day by day, seven days of a wall, 200 sessions held open'
	@echo 'make bench  测速，写入 benchmarks/RESULTS.md / measure everything'
	@echo '换端口 / another port: PORT=8502 make run。数据库在 var/warroom.db；另设：WARROOM_DATABASE_URL=postgresql+psycopg://… make run'

run: .venv/run.stamp
	@$(VENV) -c "$$CHECK_PORT" "$(PORT)"
	@$(VENV) -m data demo --if-empty
	@echo '作战室 / war room: http://localhost:$(PORT)  （Ctrl+C 停止）'
	@exec $(VENV) -m streamlit run app.py --server.port $(PORT)

dev: .venv/test.stamp
	@$(VENV) -c "$$CHECK_PORT" "$(PORT)"
	@$(VENV) -m data demo --preset township --if-empty
	@echo '开发用作战室 / war room for development: http://localhost:$(PORT)  （保存即重启 restarts on save，Ctrl+C 停止）'
	@exec $(VENV) .ci/dev.py $(PORT)
dev: export WARROOM_DATABASE_URL = sqlite:///$(DEV_STORE)

demo: .venv/run.stamp
	@$(VENV) -m data demo --if-empty

check: .venv/test.stamp
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m mypy

quick: .venv/test.stamp
	@bash .ci/test-tools font poppler
	$(VENV) -m pytest -n 2 --dist loadgroup --quick

test: check
	@bash .ci/test-tools
	$(VENV) -m pytest -n 3 --dist loadgroup

soak: .venv/test.stamp
	WAR_ROOM_DAMAGE=1000 $(VENV) -m pytest -q tests/data/intake/test_damage.py
	WAR_ROOM_DAYS=400 $(VENV) -m pytest -q tests/data/figures/test_days.py
	WAR_ROOM_WALL_HOURS=168 $(VENV) -m pytest -q tests/browser/test_wall_days.py
	WAR_ROOM_DAMAGE=1000 $(VENV) -m pytest -q tests/data/boundaries/test_damaged.py
	$(VENV) -m benchmarks --only sessions

bench: .venv/test.stamp
	@bash .ci/test-tools
	$(VENV) -m benchmarks

# A stamp is as old as the last complete installation of its list; an environment that cannot run is made anew.
.venv/run.stamp: requirements.txt
.venv/test.stamp: requirements-dev.txt requirements.txt
%.stamp: LIST = $(firstword $(filter %.txt,$^))
.venv/run.stamp .venv/test.stamp: $(shell test -x $(VENV) || echo rebuild)
	@$(VENV) -m pip --version >/dev/null 2>&1 || sh -c "$$MAKE_VENV" sh "$(PYTHON)"
	@echo '正在安装软件包，首次约一两分钟 / installing packages: $(LIST)'
	@$(VENV) -m pip install --quiet --disable-pip-version-check --requirement $(LIST)
	@bash .ci/font
	@touch $@

define MAKE_VENV
"$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo '需要 Python 3.11 以上 / Python 3.11 or newer is needed, e.g.: apt-get install python3' >&2; exit 1; }
"$$1" -c 'import ensurepip, venv' 2>/dev/null || {
  echo '缺少 venv 组件，请安装 python3-venv / the venv module is missing: apt-get install python3-venv' >&2; exit 1; }
"$$1" -m venv --clear .venv
endef
export MAKE_VENV

define CHECK_PORT
import socket, sys
port = sys.argv[1]
if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
    sys.exit(f"端口应为 1 至 65535 的数字 / not a port: PORT={port}")
try:
    socket.create_server(("", int(port))).close()
except PermissionError:
    sys.exit(f"无权使用端口 {port}，请换一个 / port {port} needs more rights, try: PORT=8501 make run")
except OSError:
    other = int(port) % 65535 + 1
    sys.exit(f"端口 {port} 已被占用，请换一个 / port {port} is in use, try another one: PORT={other} make run")
endef
export CHECK_PORT
