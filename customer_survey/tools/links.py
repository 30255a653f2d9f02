"""Short codes of personal links: the number of the record and the begin of its secret. Knows no ORM.

>>> code = make_code(12345, "3f2a9c81-d0ab-4c6e-9d2b-5a1f00e4b7aa")
>>> code
'9ix-3f2a9c81d0ab'
>>> split_code(code)
(12345, '3f2a9c81d0ab')

What cannot be a code is none, however it looks:

>>> texts = ("", "9ix", "9ix-", "-3f2a9c81d0ab", "9ix-3f2a", "ä-3f2a9c81d0ab", "9" * 20 + "-3f2a9c81d0ab")
>>> [split_code(text) for text in texts]
[None, None, None, None, None, None, None]
"""

import re

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# 48 bits: whoever tries a thousand a second needs thousands of years for one link
SECRET_LENGTH = 12
# six digits of base 36 are more records than a table can have
CODE = re.compile(rf"([0-9a-z]{{1,6}})-([0-9a-z]{{{SECRET_LENGTH}}})", re.ASCII)
# of the database's numbers
LARGEST = 2**31 - 1


def shorten(secret):
    """Return the part of a secret that stands in the code."""
    return secret.replace("-", "")[:SECRET_LENGTH]


def make_code(number, secret):
    """Return the code of a record."""
    digits = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return f"{digits or '0'}-{shorten(secret)}"


def split_code(code):
    """Return ``(number of the record, begin of its secret)``; None when it is no code."""
    match = CODE.fullmatch(str(code).lower())
    number = int(match[1], 36) if match else 0
    return (number, match[2]) if match and number <= LARGEST else None
