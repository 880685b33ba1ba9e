"""Families of accounts and addresses elsewhere: ids, e-mail, links, names to search for."""

from __future__ import annotations

import re
from functools import cache

import tldextract

from models.profile import ContactKind
from models.text.contacts.patterns import (
    ADD,
    APP,
    GAP,
    HANDLE,
    MARKED,
    MAYBE_APP,
    MAYBE_WECHAT,
    MIXED,
    OWN_PLACE,
    PLACE,
    QQ,
    VEILED_PLACE,
    WECHAT,
    family,
)

_COMMON_SUFFIXES = ("com", "cn", "net", "org", "cc", "top", "me", "io", "xyz", "vip", "shop", "club", "site", "info")
_SPELLED_SUFFIX = rf"(?:{'|'.join(_COMMON_SUFFIXES)}|dev|studio|work|example|康姆|抗姆|靠母)(?![a-z])"
_RESERVED = ("example", "test")  # RFC 2606: what documentation and our own cases use
_SHORTEST = 4
_MAIL_HOST = r"(?:163|126|gmail|谷歌|outlook|foxmail|icloud|网易|新浪|搜狐|企鹅|狐狸)"
_SNAKE = r"[a-z][a-z0-9]{0,15}(?:_{1,2}[a-z0-9]{1,12}){1,5}"
_DEVICE = r"(?!iphone|ipad|rtx|gtx|stm\d|java|python|mate\d|sony|canon|nikon|covid)"
_WORDS = r"(?!hello|machine|deep|(?:lo|sci)[-_.]fi|[ei][ns][tf][jp])"  # hello_world, machine_learning, lo_fi, INFJ_T
_DIGITS = r"(?=[a-z_]{1,30}\d)(?![a-z_]{1,30}_(?:19|20)\d\d(?!\d))"  # baby_2021, class_of_2020 are years
_GAME = r"(?:steam|psn|switch|wifi|游戏|战网|密码|password)\w{0,3}\W{0,2}[a-z0-9_.-]{2,30}"
_SEPARATED = _DEVICE + r"(?=[a-z]{0,20}[\d_.·-])[a-z][a-z0-9_.·-]{4,30}"


def _is_reached(text: str) -> bool:
    """False for names in games and of networks, and for short ones such as a camera's (z6_2)."""
    return len(text) > _SHORTEST and not re.match(_GAME, text)


@cache
def _public_suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, extra_suffixes=_RESERVED)


def is_link(text: str) -> bool:
    """A host with a public suffix; without www or path only a common one, so that D.Va, Mr.Li, main.py are no links."""
    host = _public_suffixes()(text)
    explicit = "/" in text or text.startswith("www.")
    usual = len(host.domain) > 2 and host.suffix.rpartition(".")[2] in (*_COMMON_SUFFIXES, *_RESERVED)
    return bool(host.domain and host.suffix) and (explicit or usual) and text != "asp.net"


ACCOUNTS = (
    family("wechat_id", ContactKind.ID, 0.99, rf"{WECHAT}{GAP}{HANDLE}", "WeChat under any of its names, with an id"),
    family(
        "wechat_marked_id",
        ContactKind.ID,
        0.99,
        rf"{MAYBE_WECHAT}(?:号|搜)?{MARKED}|绿色?(?:那个|的|标)?\W{{0,3}}[:→➡]\W{{0,3}}{HANDLE}",
        "sound-alikes and colours that are also words (卫星, 维新, 薇, 绿的): only before a marked id",
    ),
    family(
        "letter_id",
        ContactKind.ID,
        0.99,
        rf"(?:(?<![a-z0-9])v我?(?!-[a-z]+(?![a-z0-9_.-]))\W{{1,4}}|{ADD}\W{{0,2}}v\W{{0,4}}[芯群]?\W{{0,4}})"
        rf"(?!(?:me\W?|我)?50(?!\d)|me(?![a-z0-9_])|l-o-g|x-y){HANDLE}",
        "V for WeChat with an id; v我50 is a joke, VIP and vlog have no separator, V-words no digit",
    ),
    family(
        "other_app_id",
        ContactKind.ID,
        0.99,
        rf"(?:{APP}{GAP}@?{HANDLE}|{MAYBE_APP}(?:号|频道|群|id|同名|那个|\W){{0,4}}{MARKED}"
        rf"|{MAYBE_APP}(?:号|频道|群|找|搜|\(歪歪\)|\W){{0,4}}\d{{5,11}}(?!\d))",
        "an id on another messenger or network; words that mean more (飞机, line) only before a marked id",
    ),
    family(
        "add_id",
        ContactKind.ID,
        0.99,
        rf"(?:{ADD}|联系|咨询|(?<![a-z_])dd|搜|找)我?\W{{0,3}}(?<![a-z] )(?<![a-z] \+ )(?<![a-zθ\d]\+){_DEVICE}{MIXED}",
        "an invitation to add, with a mixed id",
    ),
    family(
        "handle",
        ContactKind.ID,
        0.99,
        rf"{_GAME}|(?<=[\w\W])(?<![a-z0-9_./@-]){_DEVICE}{_DIGITS}{_SNAKE}(?![a-z0-9_])(?! ?(?:不是|\(steam))",
        "a_name_1 with digits inside a text is an id; a name is often one, without digits often words",
        _is_reached,
        in_names=False,
    ),
    family(
        "addressed_handle",
        ContactKind.ID,
        0.98,
        rf"(?:加|找|联系|敲|喊|问|投|寄|认准|预约|门牌|暗号|口令|用户名|账号|[薇微威徽葳嶶🍃💬💚🟢]|绿(?!色的))\w{{0,8}}[^\w、]{{0,3}}"
        rf"(?<![a-z0-9]){_SEPARATED}",
        "an id after a word for reaching somebody",
    ),
    family(
        "handle_then_service",
        ContactKind.ID,
        0.75,
        rf"(?<![a-z0-9.]){_SEPARATED}\W{{0,3}}(?:绿|微|v(?![a-z])|wx|薇|w信|🍃|叶子)",
        "the id first, then where it belongs",
    ),
    family(
        "marked_handle",
        ContactKind.ID,
        0.99,
        rf"{_GAME}|(?:(?:(?:的|小|大|副|工|主|v|信)号|[他她长]叫|搜|拼音|输入|[→☞👉=:➜➡]|(?<![a-z0-9_.+-])@)\W{{0,3}}|[发寄]给\W?){_WORDS}"
        r"[a-z]{2,15}(?:[.·_-][a-z0-9]{1,15}){1,3}(?![a-z0-9]| ?\(steam)",
        "an id with a sign or a word for reaching somebody before it",
        _is_reached,
    ),
    family(
        "email",
        ContactKind.LINK,
        0.98,
        r"(?<![a-z0-9._+-])[a-z0-9][a-z0-9._+-]{0,40}@[a-z0-9-]{1,40}(?:\.[a-z0-9-]{2,20}){1,4}",
        "an address",
    ),
    family(
        "spelled_email",
        ContactKind.LINK,
        0.97,
        r"(?<![a-z0-9_.])[a-z0-9_.]{2,40}\W{0,3}(?:艾特|圈a|a圈|at|小圈圈a?|#|圈|@)\W{0,3}[a-z0-9-]{2,40}\W{0,3}"
        rf"(?:点|dot|丶|\.)\W{{0,3}}{_SPELLED_SUFFIX}",
        "an address with at or dot in words",
    ),
    family(
        "mail_in_words",
        ContactKind.LINK,
        0.83,
        rf"艾特\W{{0,2}}[a-z0-9]|圈a|{_MAIL_HOST}\w{{0,5}}[信邮]箱|(?:outlook|foxmail|icloud|163|126)\W{{0,2}}(?:点|#|com)"
        r"|(?:mail|邮箱)\W{0,2}[a-z0-9]{3}|a ?t\)?gmail|\(at\)|[\[丨]艾特[\]丨]|接 ?at ?接",
        "who keeps the mailbox, or how its address is pieced together",
    ),
    family(
        "link",
        ContactKind.LINK,
        0.99,
        r"(?<![a-z0-9@.-])(?:https?://)?[a-z0-9][a-z0-9-]{0,40}(?:\.[a-z0-9-]{1,40}){1,4}(?:/[a-z0-9_./?=-]{1,40})?",
        "a link; file names and initials are not",
        is_link,
    ),
    family(
        "spelled_link",
        ContactKind.LINK,
        0.99,
        rf"(?<![a-z0-9-])[a-z0-9-]{{2,40}}\W{{0,2}}(?:点|dot|丶|。)\W{{0,2}}{_SPELLED_SUFFIX}"
        r"|t\W?点\W?me|冒号2?两?个斜杠|[a-z]斜[杠线][a-z]|(?<![a-z])(?:[a-z]·){4,20}[a-z] ?点",
        "a link with dot or slash in words",
    ),
    family(
        "same_elsewhere",
        ContactKind.ACCOUNT_NAME,
        0.99,
        rf"(?:{WECHAT}|(?<![a-z])v+|{QQ}|{APP}|{MAYBE_APP}|{OWN_PLACE}|{VEILED_PLACE})号?\W{{0,2}}(?:那边)?\W{{0,2}}"
        r"同(?:号|名|铭|昵称|拼音|步|id)|同名(?:公|淘)|抖音?外?小绿书|订阅号[“\"]|[去到]\w{1,6}站找我",
        "the same name on a named service; 全网同名 names none, 抖音同名 is said of one's other channels",
    ),
    family(
        "search_elsewhere",
        ContactKind.ACCOUNT_NAME,
        0.98,
        rf"{PLACE}(?:[^。,\n]{{0,8}}?(?:搜(?=\W|$|店|同)|(?<![舞唱])见(?!\w)|找我|名字?叫|叫[“\"]|店名|(?<![a-z])id(?![a-z]))|[^。,\n]{{0,3}}[:@\"“「【](?!\d))",
        "what to look for on another service; 在小红书搜菜谱 is what one does there oneself",
    ),
    family("search_quoted", ContactKind.ACCOUNT_NAME, 0.95, r"搜\W?[“「\"]", "a quoted name to search for"),
    family(
        "search_me",
        ContactKind.ACCOUNT_NAME,
        0.97,
        r"(?<!你)搜(?:我(?!的见)|同名|店|这\d|[a-z]{4})",
        "what to search for, elsewhere",
    ),
)
