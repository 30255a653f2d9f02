"""A small driver for headless Chromium over its DevTools protocol (runs in the virtual environment).

Only what pictures of our screens need: log in, open a page, wait, click, type, take a picture.
"""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

import websocket

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)

TIME_ZONE = "Asia/Shanghai"


class PageError(Exception):
    """The page did not come to the expected state."""


class Browser:
    """One headless browser with one page.

    :param program: path of Chromium or Chrome.
    :param base_url: address of the Odoo server.
    :param language: of the browser itself; pages without login follow it.
    """

    def __init__(self, program, base_url, language="en_US"):
        self.base_url = base_url
        self._folder = tempfile.mkdtemp(prefix="care-browser-")
        code = language.replace("_", "-")
        options = (f"--lang={code}", f"--accept-lang={code}")
        self._process = subprocess.Popen(
            [
                program,
                *FLAGS,
                *options,
                "--remote-debugging-port=0",
                f"--user-data-dir={self._folder}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LANGUAGE": language},
        )
        self._id = 0
        self.errors = []
        self._socket = websocket.create_connection(self._page_address(), timeout=60, suppress_origin=True)
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setTimezoneOverride", timezoneId=TIME_ZONE)

    def _page_address(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError, IndexError, StopIteration):
                with open(f"{self._folder}/DevToolsActivePort") as stream:
                    port = stream.readline().strip()
                pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list"))
                return next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
            time.sleep(0.1)
        raise PageError("The browser did not start.")

    def close(self):
        with contextlib.suppress(Exception):
            self.call("Browser.close")
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def call(self, method, **params):
        """Send one DevTools command and return its result.

        :raises PageError: when the browser refuses it.
        """
        self._id += 1
        self._socket.send(json.dumps({"id": self._id, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._id:
                if "error" in message:
                    raise PageError(f"{method}: {message['error'].get('message')}")
                return message.get("result", {})
            self._note(message)

    def _note(self, message):
        if message.get("method") == "Page.javascriptDialogOpening":
            # A page that asks whether to leave it would wait for ever; the answer is sent, not awaited.
            answer = {"id": 0, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
            self._socket.send(json.dumps(answer))
        if message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(message["params"]["exceptionDetails"].get("text", ""))
        entry = message.get("params", {}).get("entry", {})
        if message.get("method") == "Log.entryAdded" and entry.get("level") == "error":
            self.errors.append(f"{entry.get('text')} {entry.get('url', '')}")

    def size(self, width, height, *, mobile=False):
        """Set the size of the page in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=mobile)

    def evaluate(self, expression):
        """Evaluate JavaScript (a promise is awaited) and return its value."""
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise PageError(details.get("exception", {}).get("description") or details.get("text"))
        return result["result"].get("value")

    def login(self, database, login, password):
        """Open a session for ``login``; the former one is forgotten.

        :raises PageError: when the server refuses the password.
        """
        self.call("Network.clearBrowserCookies")
        self.open("/web/login", "form.oe_login_form, .o_database_list, body")
        answer = self.rpc("/web/session/authenticate", {"db": database, "login": login, "password": password})
        if not answer.get("uid"):
            raise PageError(f"{login} could not log in.")

    def rpc(self, route, params):
        """Call a JSON route as the logged-in user and return its result.

        :raises PageError: with the message of the server.
        """
        body = json.dumps({"jsonrpc": "2.0", "params": params})
        request = (
            f"{{method: 'POST', headers: {{'Content-Type': 'application/json'}}, body: {json.dumps(body)}}}"
        )
        answer = self.evaluate(f"fetch({json.dumps(route)}, {request}).then(r => r.json())")
        if "error" in answer:
            raise PageError(f"{route}: {answer['error'].get('data', {}).get('message')}")
        return answer.get("result")

    def call_kw(self, model, method, args, **kwargs):
        """Call a method of a model as the logged-in user."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.rpc("/web/dataset/call_kw", params)

    def open(self, path, selector="body", *, seconds=40):
        """Open ``path`` of the server and wait for ``selector``."""
        self.call("Page.navigate", url=path if "://" in path else self.base_url + path)
        self.wait(selector, seconds=seconds)

    def wait(self, selector, *, seconds=40):
        """Wait until ``selector`` is on the page and nothing is loading."""
        expression = (
            f"document.readyState === 'complete' && !!document.querySelector({json.dumps(selector)})"
            " && !document.querySelector('.o_loading_indicator, .o_blockUI')"
        )
        self.wait_for(expression, selector, seconds=seconds)

    def wait_for(self, expression, name, *, seconds=40):
        """Wait until a JavaScript ``expression`` stays true; ``name`` says in the error what was expected."""
        end = time.monotonic() + seconds
        quiet = 0
        while time.monotonic() < end:
            ready = False
            with contextlib.suppress(PageError):
                ready = self.evaluate(expression)
            quiet = quiet + 1 if ready else 0
            if quiet == 3:  # requests follow one another: once is not enough
                return
            time.sleep(0.15)
        raise PageError(f"{name} did not appear on {self.evaluate('location.href')}")

    def click(self, selector):
        self.wait(selector)
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")
        time.sleep(0.3)

    def picture(self, path, *, full=False):
        """Save a PNG of the visible part, or of the ``full`` page."""
        time.sleep(0.6)  # transitions and lazy images
        options = {"captureBeyondViewport": full}
        if full:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            options["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        data = self.call("Page.captureScreenshot", format="png", **options)["data"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(data))
