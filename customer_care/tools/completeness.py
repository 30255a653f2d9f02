"""How complete a record is: which values count as filled, in SQL and in Python alike.

>>> is_filled("\\u3000 "), is_filled("Ada"), is_filled(0), is_filled(7), is_filled(False)
(False, True, False, True, False)
>>> percent([(10, True), (10, False), (5, True)])
60
>>> percent([(2, True), (1, False)])  # rounded down: 100 only when nothing is missing
66
>>> percent([])  # nothing asked, nothing missing
100
>>> sql_percent([(2, SQL("a")), (1, SQL("b"))]).code
'(2 * (a)::int + 1 * (b)::int) * 100 / 3'
>>> sql_percent([]).code
'100'
"""

from odoo.tools import SQL

# What a text may consist of and still count as empty: blanks, also the wide one of Chinese keyboards.
BLANKS = " \t\n\r\v\f\u00a0\u3000"


def is_filled(value):
    """Tell whether a value counts as filled: neither empty nor blank, a number not 0."""
    return bool(value.strip(BLANKS) if isinstance(value, str) else value)


def percent(parts):
    """Return 0-100: the share of the weights whose value is filled, rounded down.

    :param parts: [(weight, is filled)]
    """
    total = sum(weight for weight, _filled in parts)
    return sum(weight for weight, filled in parts if filled) * 100 // total if total else 100


def sql_is_filled(column, kind):
    """Return the condition that a column is filled.

    :param column: SQL of the column
    :param kind: ``text``, ``translated`` (a text in a jsonb column), ``number``, ``value`` (date, reference)
    """
    if kind == "text":
        return SQL("COALESCE(btrim(%s, %s), '') <> ''", column, BLANKS)
    if kind == "translated":
        return SQL(
            "EXISTS (SELECT FROM jsonb_each_text(COALESCE(%s, '{}')) said WHERE btrim(said.value, %s) <> '')",
            column,
            BLANKS,
        )
    if kind == "number":
        return SQL("COALESCE(%s, 0) <> 0", column)
    return SQL("%s IS NOT NULL", column)


def sql_percent(parts):
    """Return the expression for ``percent`` in SQL; weights are whole numbers.

    :param parts: [(weight, condition SQL that is never NULL)]
    """
    total = sum(weight for weight, _condition in parts)
    if not total:
        return SQL("100")
    points = SQL(" + ").join(
        SQL("%s * (%s)::int", SQL(str(int(weight))), condition) for weight, condition in parts
    )
    return SQL("(%s) * 100 / %s", points, SQL(str(int(total))))
