"""Take a picture of a page of the office with headless Chromium (see dev/shot)."""

import argparse
import base64
import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import requests
import websocket

# What every step waits for: the web client has drawn its action and nothing moves,
# loads or asks any more. Returns what is still missing, "" when the page is there.
UNREADY = """(async () => {
    if (document.readyState !== "complete") return "the page";
    if (document.querySelector(".o_blockUI, .o_loading_indicator")) return "loading";
    if (document.body.classList.contains("o_web_client")
        && !document.querySelector(".o_action_manager .o_action, .o_action_manager > *")
        && !document.querySelector(".o_dialog, .o_home_menu")) return "an action";
    if (document.querySelector(".o_view_controller .o_skeleton, .o-placeholder-glow"))
        return "its content";
    if ([...document.images].some((img) => !img.complete && img.loading !== "lazy"))
        return "images";
    const moving = document.getAnimations().some((animation) =>
        animation.playState === "running"
        && Number.isFinite(animation.effect?.getComputedTiming().endTime));
    if (moving) return "an animation";
    await document.fonts.ready;
    const frame = () => new Promise(requestAnimationFrame);
    await frame().then(frame);
    return "";
})()"""

# The first visible element of a selector (with :contains(text) at its end, if wanted),
# scrolled into view.
FIND = """((selector) => {
    const [, css, text] = selector.match(/^(.*?)(?::contains\\((.*)\\))?$/s);
    const found = [...document.querySelectorAll(css || "*")]
        .filter((el) => !text || el.textContent.includes(text))
        .filter((el) => el.checkVisibility({ visibilityProperty: true }));
    // Without a selector the innermost element with the text is meant.
    const element = css ? found[0] : found.at(-1);
    if (!element) return null;
    element.scrollIntoView({ block: "nearest", behavior: "instant" });
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
})(%s)"""

QUIET = 0.3  # seconds without a request: what the page asks next, it asks at once


class ShotError(Exception):
    pass


class Page:
    """One tab of a headless Chromium, driven over its DevTools protocol."""

    def __init__(self, size, timeout):
        self.timeout = timeout
        self.ids = itertools.count(1)
        self.requests = {}  # under way: id -> address
        self.last_traffic = time.monotonic()
        self.errors = []
        self.profile = tempfile.mkdtemp(prefix="shot-")
        self.log = pathlib.Path(self.profile, "stderr.log")
        with self.log.open("wb") as log:
            self.chromium = subprocess.Popen(
                [
                    "chromium",
                    "--headless",
                    "--remote-debugging-port=0",
                    f"--user-data-dir={self.profile}",
                    "--disable-dev-shm-usage",
                    "--disable-extensions",
                    "--font-render-hinting=none",
                    "--force-device-scale-factor=1",
                    f"--window-size={size[0]},{size[1]}",
                    "about:blank",
                ],
                stdout=log,
                stderr=log,
            )
        port = self._until(self._devtools_port, "Chromium")
        tabs = requests.get(f"http://127.0.0.1:{port}/json", timeout=timeout).json()
        address = next(t["webSocketDebuggerUrl"] for t in tabs if t["type"] == "page")
        self.socket = websocket.create_connection(address, suppress_origin=True)
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        # The office's clock, whatever this machine's.
        self.send("Emulation.setTimezoneOverride", timezoneId="Asia/Shanghai")
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=size[0],
            height=size[1],
            deviceScaleFactor=1,
            mobile=False,
        )

    def close(self):
        with contextlib.suppress(Exception):
            self.send("Browser.close")
        try:
            self.chromium.wait(5)
        except subprocess.TimeoutExpired:
            self.chromium.kill()
            self.chromium.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _devtools_port(self):
        if self.chromium.poll() is not None:
            raise ShotError(f"Chromium does not start:\n{self.log.read_text()}")
        port = pathlib.Path(self.profile, "DevToolsActivePort")
        lines = port.read_text().splitlines() if port.exists() else []
        return len(lines) > 1 and lines[0]

    def _until(self, look, what):
        """Poll until ``look`` returns something true, and return that."""
        deadline = time.monotonic() + self.timeout
        while not (found := look()):
            if time.monotonic() > deadline:
                raise ShotError(f"waited {self.timeout} s in vain for {what}")
            time.sleep(0.05)
        return found

    # --- the protocol -------------------------------------------------------------

    def send(self, method, **params):
        number = next(self.ids)
        message = {"id": number, "method": method, "params": params}
        self.socket.send(json.dumps(message))
        self.socket.settimeout(self.timeout)
        while True:
            try:
                answer = json.loads(self.socket.recv())
            except websocket.WebSocketTimeoutException:
                raise ShotError(f"the page hangs ({method})") from None
            if answer.get("id") == number:
                if "error" in answer:
                    raise ShotError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if "method" in answer:
                self._event(answer["method"], answer["params"])

    def _event(self, method, params):
        if method == "Network.requestWillBeSent":
            # The bus keeps its connections open for ever.
            if "/websocket" not in params["request"]["url"]:
                self.requests[params["requestId"]] = params["request"]["url"]
            self.last_traffic = time.monotonic()
        elif method in ("Network.loadingFinished", "Network.loadingFailed"):
            self.requests.pop(params["requestId"], None)
            self.last_traffic = time.monotonic()
        elif method == "Page.frameNavigated" and not params["frame"].get("parentId"):
            self.requests.clear()
        elif method == "Page.javascriptDialogOpening":
            message = {"id": 0, "method": "Page.handleJavaScriptDialog"}
            self.socket.send(json.dumps(message | {"params": {"accept": True}}))
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            thrown = details.get("exception", {}).get("description", details["text"])
            self.errors.append(thrown)
        elif method == "Runtime.consoleAPICalled" and params["type"] == "error":
            texts = (a.get("value") or a.get("description", "") for a in params["args"])
            self.errors.append(" ".join(map(str, texts)))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            entry = params["entry"]
            self.errors.append(f"{entry['text']} {entry.get('url', '')}")

    def evaluate(self, expression):
        answer = self.send(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        if details := answer.get("exceptionDetails"):
            thrown = details.get("exception", {}).get("description", details["text"])
            raise ShotError(thrown)
        return answer["result"].get("value")

    # --- what a person does -------------------------------------------------------

    def go(self, address):
        answer = self.send("Page.navigate", url=address)
        if answer.get("errorText"):
            raise ShotError(f"{address}: {answer['errorText']}")
        self.settle()

    def settle(self):
        missing = "the page"

        def settled():
            nonlocal missing
            try:
                missing = self.evaluate(UNREADY)
            except ShotError as error:  # the page was left while it was asked
                if "context" not in str(error) and "navigated" not in str(error):
                    raise
                missing = "the next page"
            if not missing and self.requests:
                missing = ", ".join(self.requests.values())
            return not missing and time.monotonic() - self.last_traffic > QUIET

        try:
            self._until(settled, "the page")
        except ShotError as error:
            raise ShotError(f"{error}: still missing {missing or 'quiet'}") from None

    def wait(self, selector):
        return self._until(lambda: self.evaluate(FIND % json.dumps(selector)), selector)

    def click(self, selector):
        place = self.wait(selector)
        self.send("Input.dispatchMouseEvent", type="mouseMoved", **place)
        for event in ("mousePressed", "mouseReleased"):
            self.send(
                "Input.dispatchMouseEvent",
                type=event,
                button="left",
                clickCount=1,
                **place,
            )
        self.settle()

    def fill(self, selector, text):
        self.click(selector)
        self.evaluate("document.activeElement.select?.()")
        self.send("Input.insertText", text=text)
        self.settle()

    def picture(self, path):
        image = self.send("Page.captureScreenshot", format="png")["data"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(image))


class Server:
    """The web session of one login."""

    def __init__(self, address, database, login, password):
        self.address = address
        self.session = requests.Session()
        self.who = {"db": database, "login": login, "password": password}
        self.log_in()

    def log_in(self):
        try:
            user = self.call("/web/session/authenticate", **self.who)
        except ShotError as error:
            raise ShotError(f"{self.who['login']} cannot log in: {error}") from None
        self.uid = user["uid"]

    def call(self, path, **params):
        body = {"jsonrpc": "2.0", "params": params}
        answer = self.session.post(f"{self.address}{path}", json=body, timeout=120)
        answer = answer.json()
        if "error" in answer:
            raise ShotError(answer["error"]["data"]["message"])
        return answer["result"]

    def method(self, model, method, *args):
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self.call(path, model=model, method=method, args=args, kwargs={})

    @contextlib.contextmanager
    def speaking(self, lang):
        """A page's language is the user's: lend another for the time of the picture."""
        if not lang:
            yield
            return
        installed = dict(self.method("res.lang", "get_installed"))
        if lang not in installed:
            raise ShotError(f"{lang} is not installed here, but {', '.join(installed)}")
        [user] = self.method("res.users", "read", [self.uid], ["lang"])
        self.method("res.users", "write", [self.uid], {"lang": lang})
        self.log_in()  # the session keeps the language of its beginning
        try:
            yield
        finally:
            self.method("res.users", "write", [self.uid], {"lang": user["lang"]})


class Step(argparse.Action):
    def __call__(self, parser, options, value, option_string=None):
        options.steps = [*(options.steps or []), (self.option_strings[0][2:], value)]


def arguments():
    parser = argparse.ArgumentParser(prog="dev/shot", description=__doc__)
    parser.add_argument("address")
    parser.add_argument("database")
    parser.add_argument("login")
    parser.add_argument("path")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--size", default="1366x768")
    parser.add_argument("--lang")
    parser.add_argument("--timeout", type=float, default=60)
    parser.set_defaults(steps=[])
    for step in ("--click", "--fill", "--wait"):
        parser.add_argument(step, action=Step, dest="steps")
    options = parser.parse_args()
    if not re.fullmatch(r"\d+x\d+", options.size):
        parser.error("--size is WIDTHxHEIGHT")
    return options


def run(page, server, options):
    cookie = server.session.cookies["session_id"]
    page.send("Network.setCookie", name="session_id", value=cookie, url=options.address)
    page.go(f"{options.address}/{options.path.lstrip('/')}")
    for step, value in options.steps:
        if step == "fill":
            # The text begins after the first = that is not within [brackets].
            selector, text = re.fullmatch(
                r"((?:\[[^]]*\]|[^=\[])+)=(.*)", value, re.S
            ).groups()
            page.fill(selector, text)
        else:
            getattr(page, step)(value)
    page.settle()


def main():
    options = arguments()
    password = os.environ.get("PASSWORD") or options.login
    try:
        server = Server(options.address, options.database, options.login, password)
        page = Page(list(map(int, options.size.split("x"))), options.timeout)
    except ShotError as error:
        sys.exit(f"error: {error}")
    try:
        with server.speaking(options.lang):
            try:
                run(page, server, options)
            except ShotError as error:
                page.errors.append(str(error))
            # Also where it went wrong: the picture often tells why.
            page.picture(options.out)
            where = page.evaluate("location.href")
            if said := page.evaluate(
                "document.querySelector('.o_error_dialog')?.innerText"
            ):
                page.errors.append(said)
    except ShotError as error:
        sys.exit(f"error: {error}")
    finally:
        page.close()
    print(f"{options.out}: {where}")
    if page.errors:
        sys.exit("\n".join(f"error: {error}" for error in page.errors))


if __name__ == "__main__":
    main()
