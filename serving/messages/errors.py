"""Errors over HTTP: one JSON shape, and a table of codes.

Code that refuses a request raises `ProfileError`; the edge turns it into the contract's body. The table gives each
code's status and meaning. The docs page prints it, and the OpenAPI file must list its codes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse

from models.profile import ProfileError


@dataclass(frozen=True)
class Code:
    """The status and meaning of an error code.

    Attributes:
        status: HTTP status.
        zh, en: the meaning, for people.
    """

    status: int
    zh: str
    en: str


ERROR_CODES: Mapping[str, Code] = {
    "malformed_json": Code(400, "请求体不是合法的 JSON", "the body is not valid JSON"),
    "malformed_multipart": Code(400, "请求体不是完整的 multipart 表单", "the body is not a complete multipart form"),
    "malformed_request": Code(400, "请求不合法", "the request is malformed"),
    "unauthorized": Code(401, "缺少或无效的密钥", "the key is missing or unknown"),
    "forbidden": Code(403, "无权访问", "access is not allowed"),
    "not_found": Code(404, "没有这个地址", "there is nothing at this address"),
    "reference_unknown": Code(404, "标志库中没有这个参照", "the gallery has no such reference"),
    "word_unknown": Code(404, "词表中没有这个词", "no list holds this word"),
    "closed_account_unknown": Code(404, "没有登记这个账号", "no such account is registered as closed"),
    "decision_unknown": Code(404, "没有这个结论，或已过保存期", "there is no such decision, or it is no longer kept"),
    "method_not_allowed": Code(405, "该地址不支持此方法", "this address has no such method"),
    "body_timeout": Code(408, "请求体传输过慢", "the body did not arrive in time"),
    "reference_clash": Code(
        409,
        "图片或文本与他人的参照相同或几乎相同，或无害图片与标志相近",
        "it is, or nearly is, another owner's reference, or a harmless picture near an emblem",
    ),
    "reference_conflict": Code(
        409, "与该参照已登记的描述不一致", "it contradicts what is enrolled under this reference_id"
    ),
    "lists_full": Code(409, "词表已满", "the lists hold as many words as they can"),
    "request_in_progress": Code(409, "同一请求正在处理", "the same request is in work; try again in a second"),
    "reference_last": Code(409, "不能移除最后一个参照", "the last emblem cannot be removed"),
    "body_too_large": Code(413, "请求体过大", "the body is too large"),
    "image_bytes": Code(413, "图片文件过大", "the image file is too large"),
    "content_type": Code(415, "请求的内容类型不受支持", "the content type is not supported"),
    "content_encoding": Code(415, "不接受压缩的请求体", "compressed bodies are not accepted"),
    "image_type": Code(415, "图片格式不受支持", "the image format is not supported"),
    "missing_content": Code(422, "五个内容字段一个也没有", "none of the five content fields is there"),
    "missing_field": Code(422, "缺少必填字段", "a required field is missing"),
    "unknown_field": Code(422, "未知字段", "there is no field of this name"),
    "unknown_parameter": Code(422, "未知的查询参数", "there is no query parameter of this name"),
    "idempotency_key_reused": Code(
        422, "该 Idempotency-Key 已用于另一请求", "this Idempotency-Key was used for another request"
    ),
    "repeated_field": Code(422, "字段重复", "the field is given more than once"),
    "wrong_type": Code(422, "字段类型不对", "the value has the wrong type"),
    "value_empty": Code(422, "值为空", "the value is empty"),
    "value_invalid": Code(422, "值不在允许范围内", "the value is not one of those allowed"),
    "value_too_long": Code(422, "值过长", "the value is too long"),
    "text_too_long": Code(422, "文本过长", "the text is too long"),
    "text_invalid": Code(422, "文本不是合法的 Unicode", "the text is not valid Unicode"),
    "image_base64": Code(422, "图片不是合法的 base64", "the image is not valid base64"),
    "image_url_refused": Code(422, "不接受图片网址，也绝不抓取", "image addresses are refused and never fetched"),
    "image_empty": Code(422, "图片文件为空", "the image file is empty"),
    "image_dimensions": Code(
        422, "图片尺寸、扫描数或帧数超出范围", "the image has too many or too few pixels, or too many scans or frames"
    ),
    "image_blank": Code(422, "图片空白", "the image shows nothing"),
    "image_undecodable": Code(
        422,
        "图片损坏、不完整、结构过于零碎，或颜色无法确定",
        "the image is cut short, damaged, of too many parts, or of no certain colours",
    ),
    "rate_limited": Code(429, "请求过于频繁，请稍后重试", "too many requests; try again later"),
    "internal": Code(500, "服务内部错误", "an unexpected error, reported in the service's log"),
    "overloaded": Code(503, "服务繁忙，请稍后重试", "the service is busy; try again later"),
    "deadline": Code(503, "未能及时响应，请稍后重试", "there was no answer in time; try again later"),
    "store_unavailable": Code(
        503, "暂时无法存取记录，请稍后重试", "records cannot be written or read now; try again later"
    ),
}

OTHER_STATUS = 422
"""For codes that the table lacks: a detector refused the value, so the fault is the client's."""

HEADERS_BY_STATUS: Mapping[int, Mapping[str, str]] = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}
"""Headers that HTTP requires with a status."""


class RateLimitedError(ProfileError):
    """A client exceeds its rate limit.

    Args:
        message: the limit, and whose it is.
        seconds: until the next request is admitted.

    Attributes:
        headers: of the answer.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__("rate_limited", message)
        self.headers = {"Retry-After": str(math.ceil(seconds))}


def error_body(error: ProfileError) -> dict[str, Any]:
    """An error in the contract's shape."""
    return {"error": {"code": error.code, "message": error.message, "field": error.field}}


def status_of(error: ProfileError) -> int:
    """The HTTP status that answers an error."""
    return ERROR_CODES[error.code].status if error.code in ERROR_CODES else OTHER_STATUS


def headers_of(error: ProfileError) -> dict[str, str]:
    """The headers that HTTP requires beside an error, and when to try again."""
    own = error.headers if isinstance(error, RateLimitedError) else {}
    return {**HEADERS_BY_STATUS.get(status_of(error), {}), **own}


class ErrorResponse(JSONResponse):
    """`{"error": {"code", "message", "field"}}` with the status of the code.

    Non-ASCII characters are escaped, so that even a field name of invalid Unicode can be quoted.
    """

    def __init__(self, error: ProfileError) -> None:
        super().__init__(error_body(error), status_of(error), headers_of(error))

    def render(self, content: object) -> bytes:
        """The body as bytes."""
        return json.dumps(content).encode("ascii")
