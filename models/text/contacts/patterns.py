r"""Building blocks of contact patterns: the family classes, and names of services, ids and places.

Patterns match the normalised text (lower case, simplified, no disguised letters) with Chinese digits as digits.
`\W{0,3}` between characters skips separators and decoration, which the normaliser must keep. Every repetition is
bounded, so matching is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.profile import ContactKind

READ, WRITTEN = "read", "written"


@dataclass(frozen=True)
class ContactFamily:
    """One way of writing a contact.

    Attributes:
        name: name in reports.
        kind: what a match is, unless its surroundings say more (`models.text.contacts.kinds`).
        score: smoothed precision, (right + 1) / (all + 2), on training cases that no earlier family matches
            (`training/text/evaluation/contact_precision.py`).
        reason: why a match is a contact, and which similar texts are harmless.
    """

    name: str
    kind: ContactKind
    score: float
    reason: str


@dataclass(frozen=True)
class PatternFamily(ContactFamily):
    """A family defined by a pattern.

    Attributes:
        pattern: regular expression of a match.
        accept: further condition on the matched text.
        searched: texts to search: with Chinese digits read (`READ`), as written (`WRITTEN`), or both.
        in_names: whether names are searched; a handle alone is a nickname there.
    """

    pattern: re.Pattern[str]
    accept: Callable[[str], bool] = bool
    searched: Sequence[str] = (READ,)
    in_names: bool = True


def family(  # noqa: PLR0913, PLR0917 - a line of the tables of families
    name: str,
    kind: ContactKind,
    score: float,
    pattern: str,
    reason: str,
    accept: Callable[[str], bool] = bool,
    *,
    in_names: bool = True,
) -> PatternFamily:
    """A family from an uncompiled pattern."""
    return PatternFamily(name, kind, score, reason, re.compile(pattern), accept, in_names=in_names)


DIGIT_WORDS = {
    "0": "零〇洞",
    "1": "一壹幺",
    "2": "二贰两",
    "3": "三叁",
    "4": "四肆",
    "5": "五伍",
    "6": "六陆",
    "7": "七柒拐",
    "8": "八捌",
    "9": "九玖勾",
}
"""Digits as written and as spoken on the telephone (洞幺两拐勾). Ten and above are quantities, not digits."""
READ_DIGITS = str.maketrans({word: digit for digit, words in DIGIT_WORDS.items() for word in words})

# A handle elsewhere: an id, an id s p e l l e d, or a number. MARKED has a sign that it is one: "薇 vivian" is a name.
ID = r"[a-z][a-z0-9_.·-]{3,30}"
_SPELLED = r"[a-z0-9](?:[ ·._-]{1,3}[a-z0-9]){4,20}(?![a-z0-9])"
_NUMBER = r"\d(?:\W{0,3}\d){4,13}"
HANDLE = rf"(?:{ID}|{_SPELLED}|{_NUMBER})"
MIXED = r"(?=[a-z.-]{1,20}[0-9_])[a-z][a-z0-9_.-]{3,30}"
MARKED = rf"(?:\W{{0,3}}[:=@→➡➜❤♥~]\W{{0,3}}{HANDLE}|\W{{0,4}}{MIXED})"
GAP = r"(?:\W|号|id|是|搜|加|我|找|那边|那个|频道|群|裙|小号|同步|后面|码|农场){0,8}"

_WEI = "薇威葳嶶溦徽徾徵卫伪围"
_GLUE = r"[^\w,!?;]{0,3}"  # what may stand inside a word; a comma ends it
_SURE_XIN = r"(?:信(?![息念心任用源])|芯(?!片)|杺|訫|伩|亻\W?言|❤|♥|♡|💗)"
_MAYBE_XIN = r"(?:心|星|新|辛|欣|讯|兴|杏|幸)"
DISGUISED_WECHAT = rf"(?:[微{_WEI}]|(?<![a-z0-9])(?:v|wei)){_GLUE}{_SURE_XIN}(?<!微信)(?<!威信)|喂[❤♥♡💗]|卡?微x"
WECHAT = (
    rf"(?:(?:[微维魏唯伟为未味胃{_WEI}]|(?<![a-z0-9])(?:v|vi|w|wei)){_GLUE}{_SURE_XIN}|喂[❤♥♡💗]"
    r"|[微维威薇嶶]\W?xin(?![a-z])|[微薇威嶶徽绿]号|(?<![a-z0-9])[vwj]?[vw]\W{0,2}[x✘](?:in|id)?(?![a-z])"
    r"|[❤♥丶]\W?信|征亻言|彳\W?[敚攵]\W{0,2}[亻彳]\W?言|卫生兴|(?!we chat)w\W?e\W?c\W?h\W?a\W?t|weixin|🛰"
    r"|绿泡泡?|泡泡号|绿色?(?:聊天)?(?:软件|app|图标)|绿[信号])"
)
MAYBE_WECHAT = (
    rf"(?:[微维魏唯伟为未味胃{_WEI}]{_GLUE}{_MAYBE_XIN}|嫩芽图标|[微维{_WEI}]我?|(?<![a-z])wei|🍃|💬|💚|🟢|小绿|绿V)"
)
ADD = r"(?<![不别勿增])(?:加|\+|家|佳|茄|伽|嘉|jia)我?"
QQ = r"(?:qq|扣扣|叩叩|抠抠|[蔻寇][蔻寇]|球球|丘丘|秋秋|企\W?鹅|🐧|口口|扌口\W?扌口|(?<![a-z])kk|(?<![a-z])q)"
APP = (
    r"(?:t\W?e\W?l\W?e\W?g\W?r\W?a?\W?[mn]+|纸[飞灰]机|小飞\W?机|飞鸡|whats?\W{0,2}(?:个|🍎)?\W?app|whats啊噗"
    r"|instagram|skype|discord|d1sc0rd|facebook|twitter|kakaotalk|카카오톡|zalo|kook|脸书|推特|领英|위챗|ㄌㄞ|lineee)"
)
MAYBE_APP = (
    r"(?:(?<![a-z])(?:t\W?g|wa|line|l1ne|ins|insta|ig|kakao|yy|yx|soul|signal|potato)(?![a-z])"
    r"|电报(?!价)|飞\W?机|大?灰机|✈|🛫|🛩|蝙蝠|土豆|陌陌|丫丫|歪歪|叮叮|钉钉|赖)"
    r"(?!\W{0,4}(?:boeing|airbus|[a-z]{2}\d{3,4}(?![a-z0-9])))"  # aeroplanes and flights
)
OWN_PLACE = (
    r"(?:公\W?[众种棕纵重]\W?[号浩]|公z?号|工[众种]号|gzh|[闲咸].?鱼|[闲咸]🐟|[淘掏桃]宝店?|拼多多|微店|企微|网店)"
)
VEILED_PLACE = r"(?:[围威]\W?脖|某[书音宝瓣]|小绿书|小红薯|猫平台)"
PLACE = (
    rf"(?:{OWN_PLACE}|微\W?博|微b|[围威]\W?脖|wei博|大眼仔|小红书|[小大红]?红薯|[小大]?🍠|小绿书|小地瓜|小蓝鸟|某[书乎音宝瓣]"
    rf"|抖音|斗音|抖因|快手|b站|小破站|哔哩|视频号|小程序|贴吧|豆瓣|网易云|喜马|知乎|知识星球|lofter|油管|{APP}"
    r"|爱发电|网盘|云盘|比心|孔夫子|孔网|虎牙|斗鱼|斗🐟|云村|1688|旺旺|探探|蝙蝠|电报(?!价)|soul|imessage)"
)
WHERE = (
    r"(?:图(?:片|里|上|集|\d|$)|第\d张|头像|封面|背景|相册|照片|主页|评论"
    r"|置顶|橱窗|简介|动态|视频|昵称|名字|签名|资料|海报)"
)
"""Places in a profile where a contact can be hidden outside the text."""
