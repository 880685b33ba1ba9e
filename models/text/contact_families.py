r"""The ways of writing a contact, as data: one family a line, each with its reason and its measured precision.

A pattern is matched against the normalised text (lower case, simplified, no disguised letters) in which Chinese digits
are read as digits. `\W{0,3}` between characters undoes what the normaliser must not: separators and decoration. Every
repetition is bounded, so matching is linear in the text.

The order matters: the first family that matches gives the score, so the most telling stand first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import phonenumbers
import tldextract

# A handle elsewhere: an id, an id s p e l l e d, or a number. _MARKED has a sign that it is one: "薇 vivian" is a name.
_ID = r"[a-z][a-z0-9_.·-]{3,30}"
_SPELLED = r"[a-z0-9](?:[ ·._-]{1,3}[a-z0-9]){4,20}(?![a-z0-9])"
_NUMBER = r"\d(?:\W{0,3}\d){4,13}"
_HANDLE = rf"(?:{_ID}|{_SPELLED}|{_NUMBER})"
_MIXED = r"(?=[a-z.-]{1,20}[0-9_])[a-z][a-z0-9_.-]{3,30}"
_MARKED = rf"(?:\W{{0,3}}[:=@→➡➜❤♥~]\W{{0,3}}{_HANDLE}|\W{{0,4}}{_MIXED})"
_GAP = r"(?:\W|号|id|是|搜|加|我|找|那边|那个|频道|群|裙|小号|同步|后面|码|农场){0,8}"

_WEI = "薇威葳嶶溦徽徾徵卫伪围"
_GLUE = r"[^\w,!?;]{0,3}"  # what may stand inside a word; a comma ends it
_SURE_XIN = r"(?:信(?![息念心任用源])|芯|杺|訫|伩|亻\W?言|❤|♥|♡|💗)"
_MAYBE_XIN = r"(?:心|星|新|辛|欣|讯|兴|杏|幸)"
_WECHAT = (
    rf"(?:(?:[微维魏唯伟为未味胃{_WEI}]|(?<![a-z0-9])(?:v|vi|w|wei)){_GLUE}{_SURE_XIN}|喂[❤♥♡💗]"
    r"|[微维威薇嶶]\W?xin(?![a-z])|[微薇威嶶徽绿]号|(?<![a-z0-9])[vwj]?[vw]\W{0,2}x(?:in|id)?(?![a-z])"
    r"|[❤♥丶]\W?信|征亻言|彳\W?[敚攵]\W{0,2}[亻彳]\W?言|卫生兴|w\W?e\W?c\W?h\W?a\W?t|weixin|🛰"
    r"|绿泡泡?|泡泡号|绿色?(?:聊天)?(?:软件|app|图标)|绿[信号])"
)
_MAYBE_WECHAT = rf"(?:[微维魏唯伟为味胃{_WEI}]{_GLUE}{_MAYBE_XIN}|嫩芽图标|[微维{_WEI}]我?)"
_ADD = r"(?<![不别勿增])(?:加|\+|家|佳|茄|伽|嘉|jia)我?"
_QQ = r"(?:qq|扣扣|叩叩|抠抠|[蔻寇][蔻寇]|球球|企\W?鹅|🐧|口口|扌口\W?扌口|(?<![a-z])kk|(?<![a-z])q)"
_APP = (
    r"(?:t\W?e\W?l\W?e\W?g\W?r\W?a?\W?[mn]|纸[飞灰]机|小飞\W?机|飞鸡|whats?\W{0,2}(?:个|🍎)?\W?app|whats啊噗"
    r"|instagram|skype|discord|facebook|twitter|kakaotalk|脸书|推特|领英|위챗|ㄌㄞ)"
)
_MAYBE_APP = (
    r"(?:(?<![a-z])(?:tg|wa|line|l1ne|ins|insta|ig|kakao|yy|soul|signal|potato)(?![a-z])"
    r"|电报|飞\W?机|大?灰机|✈|🛫|🛩|蝙蝠|陌陌|丫丫|歪歪|叮叮|钉钉|赖)"
    r"(?!\W{0,4}(?:boeing|airbus|[a-z]{2}\d{3,4}(?![a-z0-9])))"  # aeroplanes and flights
)
_PLACE = (
    r"(?:微\W?博|微b|围\W?脖|小红书|小红薯|小绿书|小地瓜|小蓝鸟|某[书乎音宝]|抖音|快手|b站|哔哩|公\W?[众种棕纵]\W?[号浩]|公z?号|工众号"
    r"|gzh|[闲咸].?鱼|咸🐟|淘宝店?|拼多多|微店|视频号|小程序|贴吧|豆瓣|网易云|喜马拉雅|知乎|知识星球|lofter|油管|脸书|推特|领英|企微)"
)
_COMMON_SUFFIXES = ("com", "cn", "net", "org", "cc", "top", "me", "io", "xyz", "vip", "shop", "club", "site", "info")
_SPELLED_SUFFIX = rf"(?:{'|'.join(_COMMON_SUFFIXES)}|dev|studio|work|example|康姆|抗姆|靠母)(?![a-z])"
_MAX_GROUPS = 5  # more are single digits, or no telephone number
_RESERVED = ("example", "test")  # RFC 2606: what documentation and our own cases use


@dataclass(frozen=True)
class Family:
    """One way of writing a contact.

    Attributes:
        name: for reports.
        score: (right + 1) / (all + 2) on the training cases that no family above matches (`benchmarks/contacts.py`).
        pattern: what to look for.
        reason: why a match is a contact, and what is innocent.
        accept: what else must be true of the matched text.
    """

    name: str
    score: float
    pattern: re.Pattern[str]
    reason: str
    accept: Callable[[str], bool] = bool


def _is_mobile(text: str) -> bool:
    """Not a date (2019-12-31 178 ...), a series (1, 3, 5, ... 15) or a decimal fraction (1.6180339887)."""
    groups = re.findall(r"\d+", text)
    dated = len(groups) > 1 and len(groups[0]) == 4 and len(groups[1]) <= 2
    series = len(groups) > _MAX_GROUPS and len(groups) < sum(map(len, groups))
    return not (dated or series or re.fullmatch(r"1\.\d+", text))


def _is_dialled(text: str) -> bool:
    """Not a round quantity (打1000000次) and not short public numbers in a row (110, 120, 12306)."""
    groups = re.findall(r"\d+", text)
    return len(set("".join(groups))) > 2 and not (len(groups) > 1 and re.fullmatch(r"1[12]\d|1[02]\d{3}", groups[0]))


def _is_valid_number(text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(re.sub(r"[^\d+]", "", text), "CN"))
    except phonenumbers.NumberParseException:
        return False


@cache
def _public_suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, extra_suffixes=_RESERVED)


def _is_link(text: str) -> bool:
    """A host with a public suffix; without scheme, www or path only a common one: D.Va, Mr.Li, main.py are no links."""
    host = _public_suffixes()(text)
    explicit = "/" in text or text.startswith("www.")
    usual = len(host.domain) > 2 and host.suffix.rpartition(".")[2] in (*_COMMON_SUFFIXES, *_RESERVED)
    return bool(host.domain and host.suffix) and (explicit or usual) and text != "asp.net"


def _family(name: str, score: float, pattern: str, reason: str, accept: Callable[[str], bool] = bool) -> Family:
    return Family(name, score, re.compile(pattern), reason, accept)


FAMILIES: tuple[Family, ...] = (
    _family(
        "mobile",
        0.98,
        r"(?<![\d.])1\W{0,3}[3-9](?:\W{0,3}\d){9}(?!\d)",
        "eleven digits from 13 to 19 are a mainland mobile number, whatever stands between them",
        _is_mobile,
    ),
    _family(
        "landline",
        0.95,
        r"(?<![\d.])(?:\+|0|400|800)(?:\W{0,3}\d){7,12}(?!\d)",
        "a number with area code, of a service line or abroad that the numbering plan knows",
        _is_valid_number,
    ),
    _family(
        "called_number",
        0.96,
        r"(?:电\W?话|热线|手\W?机|座机|致电|来电|订购|订餐|拨|打|联系?|(?<![a-z])tel|call|☎|📞|✆|电|传真|呼)"
        r"(?:\W|号|码|我|这个|是|店里|致|谈|联|小\w|微信?|同薇?|婆娘){0,8}\+?\d(?:\W{0,3}\d){6,12}(?!\d)",
        "a number of seven digits and more after a word for calling",
        _is_dialled,
    ),
    _family("wechat_id", 0.99, rf"{_WECHAT}{_GAP}{_HANDLE}", "WeChat under any of its names, with an id"),
    _family(
        "wechat_marked_id",
        0.98,
        rf"{_MAYBE_WECHAT}(?:号|搜)?{_MARKED}|绿色?(?:那个|的|标)?\W{{0,3}}[:→➡]\W{{0,3}}{_HANDLE}",
        "sound-alikes and colours that are also words (卫星, 维新, 薇, 绿的): only before a marked id",
    ),
    _family(
        "letter_id",
        0.97,
        rf"(?:(?<![a-z0-9])v我?\W{{1,4}}|{_ADD}\W{{0,2}}v\W{{0,4}}[芯群]?\W{{0,4}})(?!me|我?50){_HANDLE}",
        "V for WeChat with an id; v我50 is a joke, VIP and vlog have no separator",
    ),
    _family("qq_number", 0.98, rf"{_QQ}{_GAP}\d(?:\W{{0,3}}\d){{4,11}}", "QQ under any of its names, with a number"),
    _family("qq_character", 0.92, r"[扣叩抠]\W{0,3}\d(?:\W{0,3}\d){4,11}", "one character for QQ, with a number"),
    _family("qq_after", 0.89, r"\d(?:\W{0,2}\d){5,11}\W{0,3}(?:qq|q(?![a-z])|扣|企鹅|🐧)", "the number first, then QQ"),
    _family(
        "group_number",
        0.93,
        r"(?:群|裙|君羊|宭|峮)\W{0,2}(?:号|口令|领福利)?\W{0,4}\d(?:\W{0,3}\d){4,11}",
        "a chat group's number",
    ),
    _family(
        "other_app_id",
        0.98,
        rf"(?:{_APP}{_GAP}@?{_HANDLE}|{_MAYBE_APP}(?:号|频道|群|id|\W){{0,4}}{_MARKED})",
        "an id on another messenger or network; words that mean more (飞机, line) only before a marked id",
    ),
    _family(
        "add_id",
        0.94,
        rf"(?:{_ADD}|联系|咨询|(?<![a-z])dd|搜|找)我?\W{{0,3}}{_MIXED}",
        "an invitation to add, with a mixed id",
    ),
    _family(
        "email",
        0.95,
        r"(?<![a-z0-9._+-])[a-z0-9][a-z0-9._+-]{0,40}@[a-z0-9-]{1,40}(?:\.[a-z0-9-]{2,20}){1,4}",
        "an address",
    ),
    _family(
        "spelled_email",
        0.93,
        r"(?<![a-z0-9_.])[a-z0-9_.]{2,40}\W{0,3}(?:艾特|圈a|a圈|at|小圈圈a?|#|圈|@)\W{0,3}[a-z0-9-]{2,40}\W{0,3}"
        rf"(?:点|dot|丶|\.)\W{{0,3}}{_SPELLED_SUFFIX}",
        "an address with at or dot in words",
    ),
    _family(
        "link",
        0.94,
        r"(?<![a-z0-9@.-])(?:https?://)?[a-z0-9][a-z0-9-]{0,40}(?:\.[a-z0-9-]{1,40}){1,4}(?:/[a-z0-9_./?=-]{1,40})?",
        "a link; file names and initials are not",
        _is_link,
    ),
    _family(
        "spelled_link",
        0.93,
        rf"(?<![a-z0-9-])[a-z0-9-]{{2,40}}\W{{0,2}}(?:点|dot|丶|。)\W{{0,2}}{_SPELLED_SUFFIX}"
        r"|t\W?点\W?me|冒号两个斜杠|[a-z]斜[杠线][a-z]",
        "a link with dot or slash in words",
    ),
    _family(
        "same_elsewhere",
        0.96,
        rf"(?:{_WECHAT}|(?<![a-z])v+|{_QQ}|{_APP}|{_MAYBE_APP}|{_PLACE})号?\W{{0,2}}(?:那边)?\W{{0,2}}"
        r"同(?:号|名|铭|昵称|拼音|步|id)",
        "the same name on a named service; 全网同名 names none",
    ),
    _family(
        "search_elsewhere",
        0.95,
        rf"{_PLACE}[^。,\n]{{0,4}}?(?:搜(?!索)|见|找我|id|[:\"“「【])",
        "what to look for on another service",
    ),
    _family("search_quoted", 0.94, r"搜\W?[“「\"]", "a quoted name to search for"),
    _family(
        "wechat_disguised",
        0.95,
        rf"(?:[微{_WEI}]|(?<![a-z0-9])(?:v|wei)){_GLUE}{_SURE_XIN}(?<!微信)|喂[❤♥♡💗]",
        "WeChat in disguise, even without an id; plain 微信 is said innocently too",
    ),
    _family(
        "add_wechat",
        0.77,
        rf"{_ADD}\W{{0,2}}(?:vx?(?![a-z0-9])|wx|[微薇威嶶绿])(?!认证|了吗|不)",
        "an invitation to add on WeChat",
    ),
    _family("green", 0.89, r"绿泡泡?|绿色?(?:聊天)?(?:软件|app|图标|信|标|号|群)", "WeChat by its colour"),
    _family(
        "group_enter",
        0.88,
        r"[进入加](?:粉丝|\w{0,2})(?:裙|君羊|宭)(?!摆|子)",
        "an invitation into a chat group, disguised",
    ),
    _family("other_app", 0.88, r"whats?\W{0,2}(?:个|🍎)?\W?app|skype|discord|领英|推特", "another messenger, named"),
    _family(
        "go_elsewhere",
        0.71,
        rf"(?:[去到来]|移步|挪到|移驾|隔壁)\W{{0,2}}(?:隔壁)?\W{{0,2}}{_PLACE}",
        "off to another service",
    ),
    _family("scan", 0.86, r"扫\W{0,2}我?\w?(?:头像|封面|主页|图|背景|尾图|码[入进]|置顶)", "an invitation to scan"),
    _family("look", 0.87, r"看我?的?(?:头像|签名|背景)", "an invitation to look where the contact is"),
    _family(
        "number_where",
        0.79,
        r"号\w{0,3}在\w{0,3}(?:头像|封面|背景|图|主页|资料|简介)|联系方式\w{0,2}[见在写放]",
        "where the number is hidden",
    ),
    _family("token", 0.75, r"¥\w{5,20}¥", "a shopping token to copy into another app"),
)
