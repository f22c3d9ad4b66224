"""The command line: ``python -m data COMMAND``.

Exit codes: 0 done, 1 refused or something found, 2 a wrong call, 3 done but something that belongs to it is missing.
"""

import argparse
import importlib
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy.exc import SQLAlchemyError
from xlsxwriter.exceptions import XlsxWriterException

from data.commands import actions as commands
from data.commands import audit, backups, people
from data.commands.quality import quality_command
from data.commands.version import VERSION
from data.commands.work import work_command
from data.errors import WarRoomError
from data.people.accounts import LEVELS
from data.store.engine import database_url
from data.store.faults import told
from data.store.private import keep_private

_Command = Callable[[argparse.Namespace], int | None]
GROUPS = {"audit": "日志：核对、查询、导出", "user": "人员和账号", "device": "大屏设备"}
"""First words of commands of two words."""


ABOVE = {"wallcharts": "components.wallcharts.command"}
"""Commands whose work is drawing, which lies above ``data/``: name → module, imported when the command is called and by
nothing else here, so that imports still run one way. Each has ``run(options) -> int`` and knows no Streamlit."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; whatever a user can mend is one line on standard error, never a traceback."""
    parsed = _parser().parse_args(arguments)
    keep_private()
    try:
        run: _Command = parsed.run
        return run(parsed) or 0
    except WarRoomError as error:
        return _complain(str(error))
    except SQLAlchemyError as error:
        return _complain(f"数据库没有完成这一步：{told(error)}。")
    except sqlite3.Error as error:
        return _complain(f"数据库没有完成这一步：{told(error)}。")
    except (OSError, XlsxWriterException) as error:
        return _complain(f"文件读写失败：{told(error)}。")
    except KeyboardInterrupt:
        return _complain("已中断，数据库保持原样。")


def _above(name: str) -> _Command:
    """A command of the layer above, as ABOVE names it."""

    def run(options: argparse.Namespace) -> int | None:
        command: _Command = importlib.import_module(ABOVE[name]).run
        return command(options)

    return run


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


class _Parser(argparse.ArgumentParser):
    """Says in one line what was wrong with a call."""

    def error(self, message: str) -> NoReturn:
        words = {"invalid choice": "没有这个命令或选项", "required": "缺少参数", "unrecognized": "无法识别的参数"}
        said = next((chinese for english, chinese in words.items() if english in message), "命令写法有误")
        self.exit(2, f"{said}：{message}。用 {self.prog} --help 查看用法。\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m data",
        description="村级作战室的数据：导入、导出、核对、备份。",
        epilog="数据库由 --database 或环境变量 WARROOM_DATABASE_URL 指定，"
        f"都没有时用 {database_url()}。退出码：0 完成，1 未完成或查出错误，"
        "2 命令写法有误，3 已完成但缺少应有的部分（档案、密钥）。",
    )
    parser.add_argument("--version", action="version", version=VERSION, help="打印程序版本")
    parser.add_argument("--database", metavar="URL", help="sqlite:///文件 或 postgresql://用户@主机/库名")
    named = parser.add_subparsers(dest="command", required=True, metavar="命令", parser_class=_Parser)

    groups: dict[str, Any] = {"": named}  # Any: argparse keeps the class of its subparsers to itself

    # Any: whatever add_argument takes
    def command(name: str, run: _Command, help: str, *arguments: tuple[Sequence[str], dict[str, Any]]) -> None:
        """``name`` may be two words, the first a key of GROUPS."""
        group, _, own = name.rpartition(" ")
        if group not in groups:
            words = GROUPS[group]
            outer = named.add_parser(group, help=words, description=words)
            groups[group] = outer.add_subparsers(dest="action", required=True, metavar="操作", parser_class=_Parser)
        added = groups[group].add_parser(own, help=help, description=help)
        added.add_argument("--database", help=argparse.SUPPRESS, default=argparse.SUPPRESS)
        for flags, settings in arguments:
            added.add_argument(*flags, **settings)
        added.set_defaults(run=run)

    file = (["file"], {"type": Path, "metavar": "文件"})
    backup = (["file"], {"type": Path, "nargs": "?", "metavar": "文件", "help": "不写则放进设置的备份文件夹"})
    ordered = (["--ordered"], {"default": "", "help": argparse.SUPPRESS})  # what a page or the timetable began
    several = (["files"], {"type": Path, "nargs": "+", "metavar": "文件"})
    answer = (
        ["--answer"],
        {"action": "append", "default": [], "metavar": "问题=答案", "help": "回答导入时的提问，可写多次"},
    )
    presets = {
        "choices": ["county", "prefecture", "township"],
        "default": "county",
        "help": "county 示范市，prefecture 示范州，township 只有一个乡镇，供开发时用",
    }
    kept = {"type": Path, "metavar": "目录", "help": "把生成的工作簿与边界留在这个目录"}
    untouched = {"action": "store_true", "help": "库中已有数据时不动，正常退出"}
    part = (
        (["--region"], {"default": "", "metavar": "区划代码", "help": "只要这个区划的；不写为全部"}),
        (["--sheet"], {"action": "append", "default": [], "metavar": "工作表", "help": "只要这张工作表；可写多次"}),
    )
    command(
        "template",
        commands.template_command,
        "写出数据模板（带下拉列表和填写说明）：空白的，或一个区划的、填入现有内容的",
        file,
        *part,
        (["--filled"], {"action": "store_true", "help": "填入系统里现有的户、成员、帮扶责任人等"}),
        (
            ["--month"],
            {
                "default": "",
                "metavar": "期间",
                "help": "收支按户和科目列好，待填 2026-10、2026-01..2026-10 或 2025年度",
            },
        ),
    )
    command(
        "demo",
        commands.demo_command,
        "把演示数据装入空数据库（有真实区划的库会被拒绝）",
        (["--preset"], presets),
        (["--out"], kept),
        (["--if-empty"], untouched),
    )
    command(
        "import",
        commands.import_command,
        "导入数据模板：xlsx、CSV 文件夹或 zip；几个文件作为一次导入，要么全部写入，要么不写",
        several,
        (
            ["--overwrite"],
            {"action": "store_true", "help": "与系统里后来填的内容冲突时以文件为准（默认保留）"},
        ),
        (
            ["--as-of"],
            {"default": "", "metavar": "日期", "help": "不是本系统导出的文件截至何时；不写则看文件自己的修改时间"},
        ),
        (["--valid-rows"], {"action": "store_true", "help": "有错误时仍写入无误的行，其余列在报告中"}),
        answer,
        (
            ["--replace-demo"],
            {"action": "store_true", "help": "库中是演示数据而文件里是真实区划时，写入的同时清空全部演示数据"},
        ),
        (["--report"], {"type": Path, "metavar": "文件", "help": "把标出错误的副本写到这个 xlsx"}),
    )
    command(
        "boundaries",
        commands.boundaries_command,
        "导入区划边界：GeoJSON、GeoPackage、Shapefile（zip），坐标系不限",
        several,
        answer,
    )
    command(
        "export",
        commands.export_command,
        "把数据导出为数据模板（xlsx；数据多时用 zip）：全部，或一个区划、几张工作表、几个月的",
        file,
        *part,
        (["--month"], {"default": "", "metavar": "月份", "help": "收支、走访等只要 2026-10 或 2026-01..2026-10 的"}),
    )
    job = (["job"], {"type": int, "metavar": "编号"})
    command("work", work_command, "处理在网页上递交的一批文件（由服务器自动启动）", job)
    command("rebuild", commands.rebuild_command, "由记录重新生成全部汇总")
    command("check", commands.check_command, "核对：数据库完整性、各级汇总与记录是否一致、填报内容是否矛盾")
    command(
        "quality",
        quality_command,
        "数据治理：按全部规则检查填报内容，列出每条规则查出多少处（check 核对的是数据库本身）",
        (["--region"], {"default": "", "metavar": "区划代码", "help": "只要这个区划的；不写为全部"}),
        (["--format"], {"choices": ["table", "json"], "default": "table"}),
        ordered,
    )
    command(
        "figures",
        commands.figures_command,
        "打印一个区划的全部指标：不写月份时，收入为最近闭账的月份，其余为今日",
        (["--region"], {"required": True, "metavar": "区划代码"}),
        (["--month"], {"metavar": "YYYY-MM"}),
        (["--format"], {"choices": ["table", "json", "csv"], "default": "table", "help": "比率为小数，金额为元"}),
    )
    command(
        "books",
        commands.books_command,
        "查看收支闭账到哪个月、下一个月还有哪些村没有报；由县决定闭账或重新打开",
        (["--region"], {"required": True, "metavar": "县代码"}),
        (["--close"], {"metavar": "YYYY-MM", "help": "闭账到这个月；以后的月份未满"}),
        (["--reopen"], {"action": "store_true", "help": "撤销县里的决定，仍由规则判断"}),
        (["--reason"], {"default": "", "metavar": "说明"}),
    )
    command(
        "clues",
        commands.clues_command,
        "把系统发现的收入骤降或中断、岗位结束、项目风险、数据核查登记为监测线索",
    )
    command(
        "shown",
        commands.shown_command,
        "留存现在展示的数字，供大屏“变化”以后对比；不写名称时只列出已留存的（每晚的自动留存）",
        (["--name"], {"default": "", "metavar": "名称", "help": "为什么事留存，例如 例会"}),
    )
    command(
        "lines",
        commands.lines_command,
        "查看或设定监测线（按省、自某日起），设定后自动重新汇总",
        (["--set"], {"nargs": 2, "metavar": ("起始日期", "金额")}),
        (["--province"], {"default": "", "metavar": "两位代码", "help": "不写则各省通用"}),
    )
    command(
        "settings",
        commands.settings_command,
        "查看或更改设置：户码网址、热线、收入年度、支出系数等",
        (["--set"], {"nargs": 2, "metavar": ("名称", "值"), "help": "值写成 '' 即清空"}),
    )
    command(
        "backup",
        backups.backup_command,
        "在运行中备份：数据库到一个文件，档案在它旁边；密钥从不放在一起",
        backup,
        ordered,
        (["--key-to"], {"type": Path, "metavar": "密钥文件", "help": "把密钥另存到别的文件夹（如另一只 U 盘）"}),
    )
    command(
        "drill",
        backups.drill_command,
        "恢复演练：把备份恢复到一个临时库里核对，运行中的数据不动；做完即删去临时库",
        (["file"], {"type": Path, "nargs": "?", "metavar": "文件", "help": "不写则用最新的一份"}),
        ordered,
    )
    command(
        "restore",
        backups.restore_command,
        "用备份替换全部内容，连同档案（先停止服务）",
        file,
        (["--key-from"], {"type": Path, "metavar": "密钥文件", "help": "同时换上另行保管的密钥"}),
    )
    command(
        "wallcharts",
        _above("wallcharts"),
        "把一个区划和它下面各级的挂图写成 PDF，放进一个空目录或一个 zip",
        (["--region"], {"required": True, "metavar": "区划代码", "help": "县、乡镇或村的代码"}),
        (["--out"], {"required": True, "type": Path, "metavar": "目录", "help": "不存在则新建，已有文件则不写"}),
        (["--size"], {"choices": ["A0", "A1", "A2", "A3", "A4"], "default": "A0", "help": "纸张；不写为 A0"}),
        (["--month"], {"metavar": "YYYY-MM", "help": "不写则用最新的数据"}),
        (["--zip"], {"action": "store_true", "help": "目录里只放一个 zip"}),
    )
    region = {"required": True, "metavar": "区划代码", "help": "县、乡镇或村的代码；all 为全部区划"}
    whom = {"metavar": "登录名|姓名"}
    command(
        "user add",
        people.user_add_command,
        "新增一个人的账号；不写密码时给一次性密码，只显示一次",
        (["name"], {"metavar": "姓名"}),
        (["--role"], {"required": True, "choices": list(LEVELS), "help": "角色；第一个账号应是 admin（管理员）"}),
        (["--region"], region),
        (["--helper"], {"metavar": "编号", "help": "帮扶责任人编号，角色为 helper 时必写"}),
        (["--login"], {"metavar": "登录名", "help": "不写则用姓名的拼音"}),
        (["--password-stdin"], {"action": "store_true", "help": "从标准输入读一行作为密码，首次登录仍须修改"}),
    )
    command("user list", people.user_list_command, "列出有账号的人")
    command("user disable", people.user_disable_command, "停用一个人的账号，已打开的页面随即退出", (["who"], whom))
    command("user reset", people.user_reset_command, "重置一个人的密码，新密码只显示一次", (["who"], whom))
    command(
        "user sessions",
        people.user_sessions_command,
        "列出打开的会话，或结束其中一个",
        (["who"], {**whom, "nargs": "?"}),
        (["--end"], {"metavar": "编号", "help": "结束这个编号的会话"}),
    )
    command(
        "device add",
        people.device_add_command,
        "新增大屏设备，给出它登录用的网址，只显示一次",
        (["--region"], region),
        (["--purpose"], {"required": True, "metavar": "用途", "help": "例如 镇政府一楼大厅"}),
        (["--base-url"], {"default": "", "metavar": "网址", "help": "本系统的网址；不写用设置里的户码网址"}),
    )
    command("device list", people.device_list_command, "列出大屏设备，最近何时在线")
    command(
        "device withdraw",
        people.device_withdraw_command,
        "收回一台大屏设备，大屏随即退出",
        (["number"], {"type": int, "metavar": "编号"}),
    )
    key = (["--key"], {"type": Path, "metavar": "文件", "help": "移到别处保管的根密钥"})
    end = (["--end"], {"metavar": "'行号·校验'", "help": "纸上、备份旁或副本中的日志末尾，与现在的核对"})
    copy = (["--copy"], {"type": Path, "metavar": "文件", "help": "WARROOM_LOG_COPY 指定的副本，逐行核对"})
    command("audit verify", audit.verify_command, "核对日志和它所记的行是否被改动、删去、添加、截短", key, end, copy)
    reason = (["--reason"], {"required": True, "metavar": "说明", "help": "何时、为何不符"})
    command("audit accept", audit.accept_command, "日志不符、系统停止写入时：写明情况，从现状接着记", reason, key)
    asked = (
        (["--since"], {"default": "", "metavar": "日期", "help": "从这天（或时刻）起"}),
        (["--until"], {"default": "", "metavar": "日期", "help": "到这天（含）或时刻"}),
        (["--who"], {"default": "", "metavar": "谁", "help": "姓名，或 village、stranger、command 等身份"}),
        (["--view"], {"default": "", "metavar": "种类", "help": "如 导出名单、登录失败"}),
        (["--household"], {"default": "", "metavar": "户编号"}),
        (["--address"], {"default": "", "metavar": "地址"}),
    )
    page = (["--page"], {"type": int, "default": 1, "metavar": "页"})
    command("audit search", audit.search_command, "查询日志，最近的在前", *asked, page)
    command("audit export", audit.export_command, "把日志导出为 xlsx", file, *asked)
    return parser
