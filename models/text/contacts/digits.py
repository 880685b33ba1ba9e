"""Digits as they are written and spoken in contacts."""

from __future__ import annotations

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
"""Table for `str.translate` from digit words to digits."""
