"""Draw the icons of the addons: ``var/venv/bin/python tools/icons.py``.

Each icon is a rounded square in the addon's colour with one white sign, 140 x 140 pixels, drawn
four times larger and scaled down so that edges are smooth.
"""

import pathlib

from PIL import Image, ImageDraw

ROOT = pathlib.Path(__file__).resolve().parents[1]
SIZE, SCALE = 140, 4
WHITE = (255, 255, 255, 255)


def heart(draw, box, colour):
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    draw.ellipse((left, top, left + width * 0.54, top + height * 0.56), fill=colour)
    draw.ellipse((right - width * 0.54, top, right, top + height * 0.56), fill=colour)
    draw.polygon(
        [
            (left + width * 0.035, top + height * 0.40),
            (right - width * 0.035, top + height * 0.40),
            (left + width / 2, bottom),
        ],
        fill=colour,
    )


def bubble(draw, box, colour):
    left, top, right, bottom = box
    height = bottom - top
    draw.rounded_rectangle((left, top, right, bottom - height * 0.22), radius=height * 0.16, fill=colour)
    draw.polygon(
        [
            (left + height * 0.2, bottom - height * 0.3),
            (left + height * 0.55, bottom - height * 0.3),
            (left + height * 0.2, bottom),
        ],
        fill=colour,
    )


def sign_care(draw, unit, background):
    heart(draw, (unit * 28, unit * 34, unit * 112, unit * 112), WHITE)


def sign_complaint(draw, unit, background):
    bubble(draw, (unit * 26, unit * 30, unit * 114, unit * 114), WHITE)
    draw.rounded_rectangle((unit * 65, unit * 40, unit * 75, unit * 70), radius=unit * 5, fill=background)
    draw.ellipse((unit * 64, unit * 76, unit * 76, unit * 88), fill=background)


def sign_survey(draw, unit, background):
    draw.rounded_rectangle((unit * 34, unit * 26, unit * 106, unit * 114), radius=unit * 10, fill=WHITE)
    for row, length in enumerate((0.9, 0.6, 0.75)):
        top = unit * (44 + row * 22)
        draw.ellipse((unit * 44, top, unit * 54, top + unit * 10), fill=background)
        end = unit * (60 + 36 * length)
        draw.rounded_rectangle((unit * 60, top, end, top + unit * 10), radius=unit * 5, fill=background)


def sign_bridge(draw, unit, background):
    bubble(draw, (unit * 22, unit * 26, unit * 92, unit * 92), WHITE)
    heart(draw, (unit * 66, unit * 66, unit * 122, unit * 118), background)
    heart(draw, (unit * 72, unit * 71, unit * 116, unit * 112), WHITE)


def sign_sale(draw, unit, background):
    heart(draw, (unit * 24, unit * 30, unit * 94, unit * 96), WHITE)
    draw.polygon(
        [(unit * 66, unit * 62), (unit * 122, unit * 62), (unit * 112, unit * 98), (unit * 74, unit * 98)],
        fill=WHITE,
    )
    for left in (76, 100):
        draw.ellipse((unit * left, unit * 102, unit * (left + 12), unit * 114), fill=WHITE)


def sign_account(draw, unit, background):
    heart(draw, (unit * 24, unit * 30, unit * 94, unit * 96), WHITE)
    for row in range(3):
        top = unit * (64 + row * 18)
        draw.rounded_rectangle((unit * 70, top, unit * 120, top + unit * 12), radius=unit * 6, fill=WHITE)


def sign_calendar(draw, unit, background):
    draw.rounded_rectangle((unit * 28, unit * 34, unit * 112, unit * 112), radius=unit * 10, fill=WHITE)
    draw.rectangle((unit * 28, unit * 52, unit * 112, unit * 58), fill=background)
    for left in (46, 84):
        draw.rounded_rectangle(
            (unit * left, unit * 24, unit * (left + 10), unit * 44), radius=unit * 5, fill=WHITE
        )
    heart(draw, (unit * 50, unit * 66, unit * 90, unit * 104), background)


def sign_crm(draw, unit, background):
    heart(draw, (unit * 24, unit * 30, unit * 94, unit * 96), WHITE)
    for row, left in enumerate((62, 72, 82)):
        top = unit * (62 + row * 18)
        draw.rounded_rectangle(
            (unit * left, top, unit * (184 - left), top + unit * 12), radius=unit * 6, fill=WHITE
        )


def sign_sms(draw, unit, background):
    draw.rounded_rectangle((unit * 40, unit * 22, unit * 100, unit * 118), radius=unit * 10, fill=WHITE)
    draw.rectangle((unit * 48, unit * 36, unit * 92, unit * 98), fill=background)
    bubble(draw, (unit * 52, unit * 46, unit * 88, unit * 88), WHITE)


def sign_stock(draw, unit, background):
    draw.rounded_rectangle((unit * 30, unit * 48, unit * 110, unit * 112), radius=unit * 8, fill=WHITE)
    draw.rounded_rectangle((unit * 24, unit * 32, unit * 116, unit * 50), radius=unit * 6, fill=WHITE)
    draw.rectangle((unit * 24, unit * 50, unit * 116, unit * 55), fill=background)
    heart(draw, (unit * 52, unit * 64, unit * 88, unit * 100), background)


def complaint_with(draw_part):
    """Return a sign: the bubble of complaints with something beside it."""

    def sign(draw, unit, background):
        bubble(draw, (unit * 22, unit * 26, unit * 96, unit * 96), WHITE)
        draw.rounded_rectangle((unit * 55, unit * 36, unit * 63, unit * 60), radius=unit * 4, fill=background)
        draw.ellipse((unit * 54, unit * 64, unit * 64, unit * 74), fill=background)
        draw.rounded_rectangle(
            (unit * 68, unit * 64, unit * 126, unit * 120), radius=unit * 8, fill=background
        )
        draw_part(draw, unit, background)

    return sign


def part_cart(draw, unit, background):
    draw.polygon(
        [(unit * 74, unit * 74), (unit * 122, unit * 74), (unit * 114, unit * 100), (unit * 80, unit * 100)],
        fill=WHITE,
    )
    for left in (82, 102):
        draw.ellipse((unit * left, unit * 104, unit * (left + 10), unit * 114), fill=WHITE)


def part_lines(draw, unit, background):
    for row in range(3):
        top = unit * (74 + row * 15)
        draw.rounded_rectangle((unit * 76, top, unit * 120, top + unit * 9), radius=unit * 4, fill=WHITE)


def part_box(draw, unit, background):
    draw.rounded_rectangle((unit * 78, unit * 84, unit * 118, unit * 114), radius=unit * 4, fill=WHITE)
    draw.rounded_rectangle((unit * 74, unit * 72, unit * 122, unit * 82), radius=unit * 4, fill=WHITE)


def part_tag(draw, unit, background):
    draw.polygon(
        [
            (unit * 76, unit * 74),
            (unit * 98, unit * 74),
            (unit * 122, unit * 98),
            (unit * 104, unit * 116),
            (unit * 76, unit * 92),
        ],
        fill=WHITE,
    )
    draw.ellipse((unit * 82, unit * 79, unit * 90, unit * 87), fill=background)


def part_wrench(draw, unit, background):
    draw.line((unit * 84, unit * 110, unit * 110, unit * 84), fill=WHITE, width=int(unit * 11))
    draw.ellipse((unit * 98, unit * 70, unit * 124, unit * 96), fill=WHITE)
    draw.ellipse((unit * 108, unit * 68, unit * 126, unit * 86), fill=background)


def part_voucher(draw, unit, background):
    draw.rounded_rectangle((unit * 74, unit * 78, unit * 122, unit * 112), radius=unit * 5, fill=WHITE)
    heart(draw, (unit * 87, unit * 85, unit * 109, unit * 106), background)


def sign_digest(draw, unit, background):
    draw.rounded_rectangle((unit * 24, unit * 40, unit * 116, unit * 104), radius=unit * 8, fill=WHITE)
    draw.line(
        [(unit * 26, unit * 46), (unit * 70, unit * 78), (unit * 114, unit * 46)],
        fill=background,
        width=int(unit * 7),
    )


def sign_dashboard(draw, unit, background):
    for left, top in ((30, 76), (56, 52), (82, 34)):
        draw.rounded_rectangle(
            (unit * left, unit * top, unit * (left + 18), unit * 108), radius=unit * 5, fill=WHITE
        )


ICONS = {
    "customer_care": ("#0f766e", sign_care),
    "customer_complaint": ("#c2410c", sign_complaint),
    "customer_survey": ("#4338ca", sign_survey),
    "customer_complaint_survey": ("#7e22ce", sign_bridge),
    "customer_survey_sms": ("#4338ca", sign_sms),
    "customer_complaint_sms": ("#9f1239", sign_sms),
    "customer_complaint_digest": ("#c2410c", sign_digest),
    "customer_complaint_dashboard": ("#c2410c", sign_dashboard),
    "customer_care_sale": ("#0369a1", sign_sale),
    "customer_care_account": ("#4d7c0f", sign_account),
    "customer_care_calendar": ("#4d7c0f", sign_calendar),
    "customer_care_crm": ("#a21caf", sign_crm),
    "customer_care_stock": ("#92400e", sign_stock),
    "customer_complaint_product": ("#b45309", complaint_with(part_tag)),
    "customer_complaint_sale": ("#0369a1", complaint_with(part_cart)),
    "customer_complaint_account": ("#4d7c0f", complaint_with(part_lines)),
    "customer_complaint_stock": ("#92400e", complaint_with(part_box)),
    "customer_complaint_repair": ("#475569", complaint_with(part_wrench)),
    "customer_complaint_loyalty": ("#be123c", complaint_with(part_voucher)),
}


def main():
    for addon, (colour, sign) in ICONS.items():
        image = Image.new("RGBA", (SIZE * SCALE, SIZE * SCALE), (0, 0, 0, 0))
        draw = ImageDraw.Draw(image)
        edge = SIZE * SCALE - 1
        draw.rounded_rectangle((0, 0, edge, edge), radius=26 * SCALE, fill=colour)
        sign(draw, SCALE, colour)
        target = ROOT / addon / "static/description/icon.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        image.resize((SIZE, SIZE), Image.LANCZOS).save(target, optimize=True)


if __name__ == "__main__":
    main()
