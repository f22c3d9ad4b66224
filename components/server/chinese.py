"""Chinese also for what Streamlit itself says: a script in the page puts our words for its own before they are seen.

Its words stand in its bundles and cannot be set. The browser is told that its language is Chinese, by which Streamlit
chooses months and days; what is English whatever the language is found as it comes into the page. Texts and labels are
changed in place, never the elements, which React looks after. What pages of ours say (``.stHtml``) is not looked at.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "No results": "没有符合的项",
        "No options to select": "没有可选的项",
        "Choose an option": "请选择",
        "Choose options": "请选择，可选多项",
        "Choose or add an option": "请选择或输入",
        "Choose or add options": "请选择或输入，可选多项",
        "Select...": "请选择",
        "Select all": "全选",
        "Selectbox options": "选项",
        "Selected values": "已选",
        "Open": "展开",
        "Clear value": "清除",
        "Clear all": "全部清除",
        "Clear entry": "清除",
        "Increment": "加一",
        "Decrement": "减一",
        "Show password": "显示密码",
        "Invalid input.": "格式不对。",
        "Number is below the allowed range.": "数值太小。",
        "Number is above the allowed range.": "数值太大。",
        "Drag and drop a file here": "把文件放到这里",
        "Drag and drop files here": "把文件放到这里",
        "Upload": "选择文件",
        "Add files": "添加文件",
        "Uploading...": "正在上传",
        "Take Photo": "拍照",
        "Clear photo": "重拍",
        "Switch camera": "换摄像头",
        "This app would like to use your camera.": "需要使用摄像头，请在浏览器的提示中选“允许”。",
        "This app would like to use your microphone.": "需要使用麦克风，请在浏览器的提示中选“允许”。",
        "Learn how to allow access.": "怎样允许",
        "Record": "开始录音",
        "Stop recording": "停止录音",
        "Clear recording": "删去重录",
        "Download as WAV": "下载录音",
        "Play": "播放",
        "Pause": "暂停",
        "An error has occurred, please try again.": "没有录成，请重试。",
        "Choose date": "选择日期",
        "Choose date range": "选择起止日期",
        "Clear date": "清除日期",
        "Clear dates": "清除日期",
        "Date range": "起止日期",
        "Previous month": "上个月",
        "Next month": "下个月",
        "Use arrow keys to navigate dates. Enter to select. Escape to close.": "方向键选日期，回车确定，Esc 关闭。",
        "Skip to main content": "跳到正文",
        "file upload": "选择文件",
        "Close": "关闭",
        "Dismiss": "关闭",
        "Notifications": "通知",
        "Copied": "已复制",
        "Fullscreen": "全屏",
        "Page not found": "没有这个页面",
        "Connection error": "连接中断",
        "Connection timed out.": "服务器没有回应。",
        "Network error": "网络不通",
        "Try again": "重试",
        "Type to search": "输入要找的字",
        "Previous Result": "上一个",
        "Next Result": "下一个",
        "Close Search": "关闭查找",
        "Search": "查找",
        "Add row": "加一行",
        "Delete row(s)": "删除所选行",
        "Clear selection": "取消选择",
        "Show/hide columns": "显示或隐藏列",
        "Dataframe column menu": "本列的操作",
        "Copy column name": "复制列名",
        "Sort ascending": "升序",
        "Sort descending": "降序",
        "Statistics": "统计",
        "Format": "格式",
        "Autosize": "列宽适应内容",
        "Pin column": "固定本列",
        "Unpin column": "不再固定",
        "Hide column": "隐藏本列",
        "No options": "没有可选的项",
        "Failed to load data": "数据没有读出来",
        "⚠️ Please fill out this cell.": "⚠️ 请填这一格。",
    }
)
"""What Streamlit says, word for word, and what is said instead."""
PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        r"Press Enter to apply": "回车生效",
        r"Press Enter to submit form": "回车提交",
        r"Press (?:Ctrl|⌘)\+Enter to apply": "Ctrl+回车生效",
        r"Press (?:Ctrl|⌘)\+Enter to submit form": "Ctrl+回车提交",
        r"Hide password": "隐藏密码",
        r"([\d.,]+ ?[KMG]?B) per file": "每个文件不超过 $1",
        r"File (?:is larger than|must be) ([\d.,]+ ?[KMG]?B)(?: or smaller\.)?": "文件超过 $1",
        r"(\S*) files are not allowed\.": "不接受这种文件（$1）",
        r"You can only select up to (\d+) options?\. Remove an option first\.": "最多选 $1 项，请先去掉一项。",
        r"Number is (?:below|above|outside) the allowed range\. Please enter a value between (\S+) and (\S+)\.": (
            "请填 $1 到 $2 之间的数。"
        ),
        r"Number is below the allowed range\. Please enter a value greater than or equal to (\S+)\.": (
            "请填不小于 $1 的数。"
        ),
        r"Number is above the allowed range\. Please enter a value less than or equal to (\S+)\.": (
            "请填不大于 $1 的数。"
        ),
        r"Remove (.+)": "去掉$1",
        r"Choose date, (.+)": "选择日期，$1",
        r"Choose date range, (.+)": "选择起止日期，$1",
        r"(.+) start date": "$1：起",
        r"(.+) end date": "$1：止",
        r"(?:You have requested page .*|The page that you have requested .*)Running the app's main page\.": (
            "地址中的页面不存在，已打开首页。"
        ),
        r"Connection lost\. Please wait .*": "与服务器的连接断了，正在重新连接，请稍等。",
    }
)
"""The same with what is in it: a regular expression of the whole, and what is said instead."""
_SCRIPT = """<script>{
  for (const [name, value] of [["language", "zh-CN"], ["languages", ["zh-CN", "zh"]]])
    Object.defineProperty(navigator, name, { get: () => value });
  const words = new Map(Object.entries(%s)), patterns = %s.map(([from, to]) => [new RegExp(`^${from}$`), to]);
  const LABELS = ["aria-label", "placeholder", "title"], OURS = ".stHtml, svg, script, style";
  const chinese = (said) => {
    const text = said.trim();
    if (!/[A-Za-z]{2}/.test(text) || text.length > 300) return said;
    if (words.has(text)) return said.replace(text, words.get(text));
    const [from, to] = patterns.find(([from]) => from.test(text)) ?? [];
    return from ? text.replace(from, to) : said;
  };
  const text = (node) => { const now = chinese(node.data); if (now !== node.data) node.data = now; };
  const labels = (element) => LABELS.forEach((name) => {
    const said = element.getAttribute(name), now = said && chinese(said);
    if (now !== said) element.setAttribute(name, now);
  });
  const all = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.parentElement?.closest(OURS) || text(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.closest(OURS)) return;
    const walk = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (one) =>
      one.nodeType === Node.ELEMENT_NODE && one.matches(OURS) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    for (let one = node; one; one = walk.nextNode()) one.nodeType === Node.TEXT_NODE ? text(one) : labels(one);
  };
  new MutationObserver((changes) => changes.forEach(({ type, target, addedNodes }) => {
    if (type === "childList") addedNodes.forEach(all);
    else if (type === "characterData") all(target);
    else if (!target.closest(OURS)) labels(target);
  })).observe(document, { childList: true, subtree: true, characterData: true, attributeFilter: LABELS });
}</script>"""


def script() -> str:
    """The script, for the head of the page."""
    written = (json.dumps(one, ensure_ascii=False) for one in (dict(WORDS), list(PATTERNS.items())))
    return _SCRIPT % tuple(written)
