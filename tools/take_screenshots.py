"""Take the pictures of the user guide; called by ``make screenshots`` in the virtual environment.

Usage: take_screenshots.py BROWSER URL DATABASE [NAME...]
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.browser import Browser, PageError  # noqa: E402

IMAGES = ROOT / "docs/images"
LANGUAGES = {"en": "en_US", "zh_CN": "zh_CN"}
DESKTOP, PHONE = (1360, 850), (390, 844)
# name: (login, path, selector to wait for, size)
PAGES = {
    "customers": ("care_specialist", "/odoo/care-customers", ".o_list_view, .o_kanban_view", DESKTOP),
    "callbacks": ("care_supervisor", "/odoo/care-callbacks", ".o_list_view, .o_kanban_view", DESKTOP),
    "callbacks_phone": ("care_specialist", "/odoo/care-callbacks", ".o_kanban_view", PHONE),
    "complaints": ("complaint_manager", "/odoo/complaints", ".o_kanban_view", DESKTOP),
    "complaint": ("complaint_handler", "first:customer.complaint", ".o_form_view", DESKTOP),
    "complaint_phone": ("complaint_handler", "first:customer.complaint", ".o_form_view", PHONE),
}


def change_language(browser, database, language):
    """Set the language of the logged-in user."""
    browser.evaluate(
        "fetch('/web/dataset/call_kw', {method: 'POST', headers: {'Content-Type': 'application/json'}, body:"
        " JSON.stringify({jsonrpc: '2.0', params: {model: 'res.users', method: 'write', kwargs: {}, args:"
        f" [[(await_uid())], {{lang: '{language}'}}]}}}})}}).then(r => r.json())".replace(
            "(await_uid())", str(user_id(browser))
        )
    )


def user_id(browser):
    return browser.evaluate(
        "fetch('/web/session/get_session_info', {method: 'POST', headers: {'Content-Type':"
        " 'application/json'}, body: JSON.stringify({jsonrpc: '2.0', params: {}})}).then(r => r.json())"
        ".then(r => r.result.uid)"
    )


def main():
    program, url, database, *names = sys.argv[1:]
    failed = []
    browser = Browser(program, url)
    try:
        for language, code in LANGUAGES.items():
            for name, (login, path, selector, size) in PAGES.items():
                if names and name not in names:
                    continue
                try:
                    browser.size(*size, mobile=size == PHONE)
                    browser.login(database, login, login)
                    change_language(browser, database, code)
                    browser.open(path, selector)
                    browser.picture(IMAGES / language / f"{name}.png")
                except PageError as error:
                    failed.append(f"{language}/{name}: {error}")
    finally:
        browser.close()
    print(*failed, sep="\n", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
