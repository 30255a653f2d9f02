"""Take the pictures of the user guide; called by ``make screenshots`` in the virtual environment.

Usage: take_screenshots.py BROWSER URL DATABASE [NAME...]

A NAME is a picture (``complaint``), a language (``zh_CN``) or both (``zh_CN/complaint``); all without. Which there are
is said in ``tools/pictures``.
"""

import pathlib
import sys

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.browser import Browser, PageError  # noqa: E402
from tools.pictures import PICTURES  # noqa: E402
from tools.pictures.common import LANGUAGES, PHONE  # noqa: E402

IMAGES = ROOT / "docs/images"
COLORS = 128
# Below the buttons and stages, which stay where they are.
SCROLL = "part.style.scrollMarginTop = '4rem'; part.scrollIntoView()"


def login(browser, database, name, code):
    """Log in as ``name`` with the language ``code``; the session takes it from the login."""
    browser.login(database, name, name)
    user_id = browser.rpc("/web/session/get_session_info", {})["uid"]
    browser.call_kw("res.users", "write", [[user_id], {"lang": code}])
    browser.login(database, name, name)


def take(browser, language, name, picture):
    """Take one picture.

    :raises PageError: when the screen or its record is not there.
    """
    path = picture.path
    if picture.record:
        model, domains = picture.record
        ids = browser.call_kw(model, "search", [domains[language]], limit=1)
        if not ids:
            raise PageError(f"no {model} for the picture")
        path = path.format(id=ids[0])
    browser.size(*picture.size, mobile=picture.size == PHONE)
    browser.open(path, picture.selector)
    for selector in picture.click:
        browser.click(selector)
    if picture.wait:
        browser.wait(picture.wait)
    if picture.ready:
        browser.wait_for(picture.ready, "the last part of the page")
    if picture.part:
        browser.evaluate(f"const part = document.querySelector({picture.part!r});" + SCROLL)
    target = IMAGES / language / f"{name}.png"
    browser.picture(target)
    shrink(target)


def shrink(path):
    """Keep the colors that matter: a screen has few."""
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def take_all(browser, database, language, names):
    """Take the wanted pictures in one language; return what went wrong."""
    failed = []
    current = None
    for name, picture in sorted(PICTURES.items(), key=lambda item: item[1].login):
        if names and not {name, language, f"{language}/{name}"}.intersection(names):
            continue
        try:
            if picture.login != current:
                current = None
                login(browser, database, picture.login, LANGUAGES[language])
                current = picture.login
            take(browser, language, name, picture)
        except PageError as error:
            failed.append(f"{language}/{name}: {error}")
    return failed + [f"error in the browser: {error}" for error in browser.errors]


def main():
    program, url, database, *names = sys.argv[1:]
    failed = []
    for language, code in LANGUAGES.items():
        browser = Browser(program, url, code)
        try:
            failed += take_all(browser, database, language, names)
        finally:
            browser.close()
    if failed:
        print(*failed, sep="\n", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
