import json
import time

# The visible element of a selector, with a text in it: tours send events of their own making instead.
FIND = """(() => {
    const found = [...document.querySelectorAll(%(selector)s)].filter(
        (element) => element.textContent.includes(%(text)s) && element.getBoundingClientRect().width
    )[0];
    if (!found) { return null; }
    found.scrollIntoView({ block: "nearest", inline: "nearest" });
    const { left, top, width, height } = found.getBoundingClientRect();
    return [left + width / 2, top + Math.min(height / 2, 100)];
})()"""


class Mouse:
    """A real mouse and keyboard in the browser of a test: what happens goes through the browser's own events."""

    def __init__(self, browser):
        self.browser = browser

    def evaluate(self, expression):
        """Return the value of a JavaScript expression; a promise is awaited."""
        params = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        return self.browser._websocket_request("Runtime.evaluate", params=params)["result"].get("value")

    def call(self, model, method, args):
        """Return what the server answers to the user of the browser."""
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        body = json.dumps({"jsonrpc": "2.0", "params": params})
        options = (
            f"{{method: 'POST', headers: {{'Content-Type': 'application/json'}}, body: {json.dumps(body)}}}"
        )
        address = "/web/dataset/call_kw"
        expression = f"fetch('{address}', {options}).then((answer) => answer.json())"
        return self.evaluate(expression)["result"]

    def wait_for(self, expression, seconds=15):
        """Return the value of an expression once it is true.

        :raises AssertionError: when it does not become so, or the page had an error
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.browser._result.done():
                self.browser._result.result()
            value = self.evaluate(expression)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"This did not come true: {expression}")

    def wait(self, selector, text=""):
        """Return where an element is, (x, y), once it is shown."""
        return self.wait_for(FIND % {"selector": json.dumps(selector), "text": json.dumps(text)})

    def wait_gone(self, selector):
        """Wait until no element of the selector is left."""
        self.wait_for(f"!document.querySelectorAll({json.dumps(selector)}).length")

    def click(self, selector, text=""):
        place = self.wait(selector, text)
        self._send("mouseMoved", place, 0)
        self._send("mousePressed", place, 1)
        self._send("mouseReleased", place, 0)

    def drag(self, source, text, target, target_text):
        """Take an element to another one, in steps, as a hand does."""
        begin = self.wait(source, text)
        end = self.wait(target, target_text)
        begin = self.wait(source, text)
        self._send("mouseMoved", begin, 0)
        self._send("mousePressed", begin, 1)
        for step in range(1, 11):
            place = [start + (stop - start) * step / 10 for start, stop in zip(begin, end, strict=True)]
            self._send("mouseMoved", place, 1)
            time.sleep(0.02)
        self._send("mouseReleased", end, 0)

    def press(self, key, code):
        """Press and release a key, e.g. ``("Escape", 27)``."""
        for kind in ("keyDown", "keyUp"):
            self.browser._websocket_request(
                "Input.dispatchKeyEvent",
                params={"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code},
            )

    def _send(self, kind, place, buttons):
        button = "none" if kind == "mouseMoved" and not buttons else "left"
        params = {"type": kind, "x": place[0], "y": place[1], "button": button, "buttons": buttons}
        self.browser._websocket_request("Input.dispatchMouseEvent", params={**params, "clickCount": 1})
