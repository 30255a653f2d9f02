"""QR codes as pictures, drawn without the libraries that only some machines have. Knows no ORM.

>>> make_png("https://www.example.com/shop")[:4]
b'\\x89PNG'
"""

import io

from PIL import Image
from reportlab.graphics.barcode import qrencoder

# the standard asks for so many empty modules around
QUIET = 4


def make_png(text, module_size=10):
    """Return the QR code of a text as PNG.

    :param module_size: pixels of one square
    """
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    side = count + 2 * QUIET
    image = Image.new("1", (side, side), 1)
    for row in range(count):
        for column in range(count):
            if code.isDark(row, column):
                image.putpixel((column + QUIET, row + QUIET), 0)
    stream = io.BytesIO()
    image.resize((side * module_size, side * module_size), Image.NEAREST).save(stream, "PNG")
    return stream.getvalue()
