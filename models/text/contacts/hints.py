"""Families of contacts without an id: where it is hidden, on which service, or how to get it."""

from __future__ import annotations

from models.profile import ContactKind
from models.text.contacts.patterns import DISGUISED_WECHAT, PLACE, WHERE, family

_REFUSED = r"(?<![更外增强别不参勿人用要信何])"
_HIDDEN = r"(?:号码?|电话|热线|码|名片|联系方式|入口|手机号?|(?<![a-z])[vq](?![a-z]))"

HINTS = (
    family(
        "wechat_disguised",
        ContactKind.HINT,
        0.88,
        DISGUISED_WECHAT,
        "WeChat in disguise, even without an id; plain 微信 is innocent",
    ),
    family(
        "add_wechat",
        ContactKind.HINT,
        0.84,
        rf"{_REFUSED}(?<![先说骗是接能作家话“「《])(?<![让喊]你)(?:[加+伽]|jia)我?\W{{0,2}}(?:vx?(?![a-z0-9])|wx|[微薇威嶶绿])(?!认证|了吗|不|商|领|菜|娅|是)|[加伽+]\W?[❤♥♡💗💚]"
        r"|[佳嘉]\W?v(?![a-z0-9])|嘉[微薇](?:面|聊|咨|:)",
        "an invitation to add on WeChat",
    ),
    family(
        "green",
        ContactKind.HINT,
        0.94,
        r"绿色?(?:聊天)?(?:软件|app|图标|信|标(?![准识签认志产])|号|群)|(?<![吹炸色])绿泡泡?(?![泡洗水的糖茶])",
        "WeChat by its colour",
    ),
    family(
        "colour",
        ContactKind.HINT,
        0.90,
        r"(?:蓝|绿|橙|红|黄)色?的?\w{0,4}(?:软件|app|图标|平台|鸟站|气泡|对话框|聊天)(?!\|)|蓝色?的?小?鸟(?:那|上|站|搬|见|[:@])"
        r"|[去在到上找开][“”\w]{0,10}那个\w{0,8}(?:软件|app|图标|平台)|[去在到找进]\w{0,6}(?:蓝色|个)\w?小?飞机",
        "a service by the colour of its sign",
    ),
    family(
        "green_one",
        ContactKind.HINT,
        0.82,
        r"(?:[去加到找走(]|(?<![的红黄蓝])[,。\n])绿的(?!\w)|[去加到找走,]\W?绿色?的?那个(?!\w)|[(]绿的那个|绿色那边"
        r"|[加找搜去]小绿(?!书|植|点|苗|豆|地|叶|色)|去\w{0,3}绿油油",
        "the green one is WeChat; a thing may be green, too",
    ),
    family(
        "secret_where",
        ContactKind.HINT,
        0.87,
        rf"(?<![编单证信牌尺款推记密]){_HIDDEN}\w{{0,6}}[在见看写贴刻藏][^\n,。]{{0,6}}{WHERE}",
        "a number or code, and where it is hidden",
    ),
    family(
        "where_secret",
        ContactKind.HINT,
        0.95,
        rf"{WHERE}[^\n,。]{{0,10}}(?:有码|那串|那行|小字|有路|有门|放大|号码|长按|扫|有号|联系方式|二维码|2维码)"
        r"(?!\w{0,2}(?:是系统|系统|是我的车|带|的都是假))",
        "the place, and what is hidden there",
    ),
    family(
        "passphrase",
        ContactKind.CODE,
        0.83,
        r"(?:进群|敲门|进营|群)\w{0,2}(?:暗号|口令|密码|暗语)",
        "what to say to be let in",
    ),
    family(
        "letter",
        ContactKind.HINT,
        0.96,
        r"(?<![a-z0-9])(?:vx|v\W{1,2}x|w\W{1,2}x)(?!\W?y|在|_[加r0]|=λ|星|是我)"
        r"|(?<![a-z0-9])v(?:号|群|光|同|我的?地|联|搜|回)|(?:签名|主页|简介|资料)\w?有v|[同绿走进企]v(?![a-z0-9])|v\W?(?:就是|即)",
        "V for WeChat, without an id",
    ),
    family(
        "qq_hint",
        ContactKind.HINT,
        0.92,
        r"(?<![a-z])q(?:群|裙|聊|里|搜)|主页q|(?<!没有)qq\W?(?:裙|群)|加扣(?!\d)|扣扣(?:面|群|裙|在|号|私)|蔻蔻(?:在|秀)|[抠叩]{2}(?![搜索巴])"
        r"|[去在的]🐧|🐧(?:裙|群|号)|[在看见](?:企鹅|扣扣)空间|企鹅(?:空间,|空间 ?\d|家的)",
        "QQ by one of its names, without a number",
    ),
    family(
        "that_number",
        ContactKind.HINT,
        0.82,
        r"我的号(?:=|写)|(?:就是|不能说的|要)那个号(?!\w)|把\w{0,6}号\w?(?:发|给|私)给?你(?!\w)|(?<!暗)号(?:码?是|=)(?:[a-z]{2}|[“\"])",
        "the number of somebody or of something, told in words; 他的号是我代打的 is a game's",
    ),
    family(
        "riddle",
        ContactKind.HINT,
        0.89,
        r"[有那带]摇1摇(?!摇)|2个(?:小人|气泡|圆脸|绿)|发红包的(?:软件|地方|那个?(?!\w))|小而美(?:”|的(?:聊|软|app))|有朋友圈的(?:那|软|app|(?!\w))|渣浪|嫩芽图"
        r"|只能发1\d0字|[去上]\w{0,4}那只\w{0,6}[鹅鸟]|每天发语音的那个(?!人)",
        "a service described",
    ),
    family(
        "copy",
        ContactKind.CODE,
        0.90,
        r"复制\W?(?:[这整那][串行段条句]|我的id|@|打开|后(?!的))|提取码\W{0,2}[a-z0-9]|淘口令|网盘\w{0,2}(?:口令|地址)",
        "what to copy",
    ),
    family(
        "add_me",
        ContactKind.HINT,
        0.97,
        r"(?<![更外增强别不参用要多《“])(?<!有人)[加+]我(?=$|[^\w”\"]|看|小号|大号|同名|者|的时候说|送)",
        "an invitation to add the writer",
    ),
    family(
        "scan",
        ContactKind.CODE,
        0.94,
        r"扫\W{0,2}我?\w?(?:头像|封面|主页|背景|尾图|码[加入]|置顶)|(?<!横)扫(?:我(?!的)|它|门口?上?的?[码纸])|[图头]像?扫|长按(?:我的?[头背封]|封|保|↓|👇|\W?识)"
        r"|码\w{0,6}(?<!可)扫[。,!]|码在背景|背景\w?有码",
        "an invitation to scan",
    ),
    family(
        "look",
        ContactKind.HINT,
        0.92,
        r"(?<!不要)(?<!别)看我?的?(?:头像|签名|背景)(?!就知|是|的|都)|[点戳]我?头像(?:有|加|,里|,第|→)|头像里?有(?:门|路|码|惊)",
        "where the contact is",
    ),
    family(
        "details_where",
        ContactKind.HINT,
        0.67,
        r"(?:详询|详情|报名|预约|咨询|客服|联系|热线)\w{0,3}(?:见|看|戳|在|走)?(?:主页|头像|背景|海报|封面|公号|后台|首页|图)(?!小铃)",
        "the details are elsewhere",
    ),
    family(
        "painted_number",
        ContactKind.HINT,
        0.75,
        r"[拨打呼电]\w{0,6}上\w{0,3}[的那]\w{0,2}(?:号|电话|数)|(?:车|门|牌|墙|箱)\w{0,3}上\w{0,2}[贴写刷]\w{0,4}(?:号|电话)",
        "a number painted on something that the pictures show",
    ),
    family(
        "first_comment",
        ContactKind.HINT,
        0.86,
        r"(?:看|去|点开?)我?的?第[1-9]\w?条(?:视频|笔记|评论|动态)|看评论第[12]|看第[12]条评论|置顶评论第",
        "the first comment holds it",
    ),
    family(
        "group_enter",
        ContactKind.GROUP,
        0.92,
        r"[进入加](?:粉丝|\w{0,2})(?:裙|君羊|宭)(?!摆|子)",
        "an invitation into a chat group, disguised",
    ),
    family(
        "go_elsewhere",
        ContactKind.ACCOUNT_NAME,
        0.94,
        rf"(?:[去到来]|[窝家]在|移步|挪到|移驾|隔壁)\W{{0,2}}(?:隔壁)?\W{{0,2}}{PLACE}(?=\W|$|[找了那])",
        "off to another service",
    ),
)
