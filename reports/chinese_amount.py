"""Amounts in capitals (大写金额) as receipts and cheques write them (支付结算办法)."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def capital_amount(amount):
    """1001.05 → 壹仟零壹元零伍分

    :raise ValueError: for what no receipt is written: a negative amount
    """
    cents = int((Decimal(str(amount)) * 100).to_integral_value())
    if cents < 0:
        raise ValueError(f"{amount} is negative")
    yuan, cents = divmod(cents, 100)
    jiao, fen = divmod(cents, 10)
    words = _whole(yuan) + "元" if yuan else ""
    if jiao:
        words += DIGITS[jiao] + "角"
    elif fen and yuan:
        words += "零"
    if fen:
        return words + DIGITS[fen] + "分"
    return (words or "零元") + "整"


def _whole(number):
    words, group, skipped = "", 0, False
    while number:
        number, four = divmod(number, 10_000)
        if four:
            # A zero stands once for what is empty between two digits.
            gap = "零" if words and skipped else ""
            words = _four(four) + GROUPS[group] + gap + words
            skipped = four < 1000
        else:
            skipped = True
        group += 1
    return words


def _four(number):
    words, zero = "", False
    for place in range(4):
        number, digit = divmod(number, 10)
        if digit:
            words = DIGITS[digit] + PLACES[place] + ("零" if zero else "") + words
            zero = False
        else:
            zero = bool(words)
        if not number:
            break
    return words
