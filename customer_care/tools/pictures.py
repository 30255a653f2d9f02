"""What a printed page may fetch while it is turned into a PDF. No ORM.

The page is loaded by a program on the server. A picture that a stranger names in his mail would be asked for from
there, from inside the company's network, and would tell him when he was read.
"""

import re

from lxml import html

# Files of Odoo itself. Whatever else the server answers can do something.
OWN = re.compile(r"/(?:web/(?:image|content)\b|[a-z0-9_]+/static/)")
UP = re.compile(r"\.\.|%2e|\\", re.IGNORECASE)
URLS = re.compile(r"url\(\s*['\"]?([^)]*)", re.IGNORECASE)
LOADING = ("src", "srcset", "lowsrc", "background", "poster", "data", "xlink:href")


def is_own(address, base_url=""):
    """Return whether an address is a picture in the page itself or a file of this server.

    >>> all(map(is_own, ("data:image/png;base64,aa", "/web/image/7?access_token=x", "/base/static/a.png")))
    True
    >>> is_own("https://care.example/web/image/7", "https://care.example/")
    True
    >>> any(is_own(a, "https://a.example") for a in ("https://a.example.org/web/image/7", "//a.example/web/image/7"))
    False
    >>> any(map(is_own, ("http://10.0.0.1/", "file:///a", "/web/session/logout", "/web/image/../session/logout")))
    False
    """
    address = address.strip()
    if address[:11].lower() == "data:image/":
        return True
    if base_url:
        address = address.removeprefix(base_url.rstrip("/"))
    return bool(OWN.match(address)) and not UP.search(address)


def drop_foreign(page, base_url=""):
    r"""Return a page of HTML that fetches nothing from elsewhere; links to click stay.

    >>> drop_foreign('<p><img src="http://a.example/x.png" alt="Seal"><img src="/web/image/7"></p>')
    '<p><img alt="Seal"><img src="/web/image/7"></p>'
    >>> drop_foreign('<p style="color: red"><a href="http://a.example">a</a></p>')
    '<p style="color: red"><a href="http://a.example">a</a></p>'
    >>> drop_foreign('<p style="background: url(http://a.example/x"></p>')
    '<p></p>'
    >>> drop_foreign('<p style="background: u\\72l(//a.example)"></p>')
    '<p></p>'
    """
    # scripts and styles of the page are written by the template, never by a field
    root = html.fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    for node in root.iter("*"):
        for name in LOADING:
            if name in node.attrib and not is_own(node.attrib[name], base_url):
                del node.attrib[name]
        style = node.attrib.get("style", "")
        # a backslash spells any word in another way
        if "\\" in style or not all(is_own(found, base_url) for found in URLS.findall(style)):
            del node.attrib["style"]
    return html.tostring(root, encoding="unicode")
