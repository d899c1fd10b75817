"""A real Chromium without a window, spoken to over two pipes in its DevTools protocol. Knows nothing of logbooks."""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time

BINARY = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Chromium:
    """The browser. Commands are answered in order of their numbers; events pile up until a page reads them."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ablate-chromium-")
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def hand_over():
            # Far away first, or one of the two could be closed by the other's move.
            read, write = os.dup2(theirs_in, 20), os.dup2(theirs_out, 21)
            os.dup2(read, 3), os.dup2(write, 4)

        self.process = subprocess.Popen(
            [BINARY, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
             "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
             f"--user-data-dir={self.folder}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=hand_over)
        os.close(theirs_in), os.close(theirs_out)
        self.reading, self.writing = ours_in, ours_out
        self.rest, self.number, self.events = b"", 0, []

    def call(self, method: str, session: str | None = None, timeout: float = 60, **parameters) -> dict:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.writing, data):]
        end = time.monotonic() + timeout
        while True:
            answer = self.receive(end - time.monotonic())
            assert answer is not None, f"{method} was not answered within {timeout} s"
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def receive(self, timeout: float) -> dict | None:
        """The next answer, None after `timeout` seconds. Events are put aside on the way."""
        while b"\0" not in self.rest:
            if not select.select([self.reading], [], [], max(0, timeout))[0]:
                return None
            data = os.read(self.reading, 1 << 20)
            assert data, "the browser is gone"
            self.rest += data
        line, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(line)
        if "id" not in message:
            self.events.append(message)
        return message

    def wait(self, method: str, session: str, timeout: float = 60) -> dict:
        end = time.monotonic() + timeout
        while True:
            for event in self.events:
                if event["method"] == method and event.get("sessionId") == session:
                    return event["params"]
            assert self.receive(end - time.monotonic()) is not None, f"no {method} within {timeout} s"

    def page(self, **options) -> "Page":
        return Page(self, **options)

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        os.close(self.reading), os.close(self.writing)
        shutil.rmtree(self.folder, ignore_errors=True)


class Page:
    """One tab, of a size and in a colour scheme. What it asks for and complains of is kept in the browser's events."""

    def __init__(self, browser: Chromium, width: int = 1100, height: int = 900, scheme: str = "light", script: bool = True):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)

    def call(self, method: str, **parameters) -> dict:
        return self.browser.call(method, self.session, **parameters)

    def open(self, address: str) -> "Page":
        self.browser.events.clear()
        self.call("Page.navigate", url=address)
        self.browser.wait("Page.loadEventFired", self.session)
        return self

    def evaluate(self, expression: str):
        """The value of JavaScript, run in a world of its own beside the page's."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **({"text": text} if text and kind == "keyDown" else {}))

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def seen(self, *methods: str) -> list[dict]:
        """The events of these kinds since the page was opened."""
        self.evaluate("new Promise((done) => setTimeout(done, 50))")
        return [event for event in self.browser.events if event["method"] in methods and event.get("sessionId") == self.session]

    def complaints(self) -> list[dict]:
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Audits.issueAdded", "Page.javascriptDialogOpening")
        return self.seen(*kinds)

    def requests(self) -> list[str]:
        return [event["params"]["request"]["url"] for event in self.seen("Network.requestWillBeSent")]

    def answers(self) -> list[str]:
        """What came back for the page itself. A request that its policy stops is reported, but never answered."""
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        return [event["params"]["response"]["url"] for event in self.seen("Network.responseReceived") if event["params"].get("frameId") == frame]

    def close(self) -> None:
        self.browser.call("Target.closeTarget", targetId=self.target)
