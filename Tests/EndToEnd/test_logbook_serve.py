"""The live logbook: a real client and a real browser watch while a run goes on."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest

import chromium
from conftest import BINARY


class Served:
    """`ablate logbook --serve` at work."""

    def __init__(self, *arguments: str):
        self.process = subprocess.Popen(
            [str(BINARY), "logbook", *arguments, "--serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", line), line + self.process.stderr.read()
        self.address, self.port = line, int(line.split(":")[2].rstrip("/"))

    def get(self, path: str = "/", method: str = "GET", **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, headers=headers)
        return connection.getresponse()

    def events(self):
        """Events as they come: name and data."""
        answer = self.get("/events")
        assert answer.status == 200 and answer.getheader("Content-Type") == "text/event-stream"
        name = None
        assert answer.readline() == b": open\n"
        while True:
            line = answer.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                yield name, line[6:]

    def end(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0
        return time.monotonic() - began


@pytest.fixture
def served(project):
    server = Served(str(project.recipe))
    yield server
    if server.process.poll() is None:
        server.end()


def test_the_page_is_served_with_its_policy_and_nothing_else_is(served, project):
    answer = served.get()
    page = answer.read().decode()
    policy = answer.getheader("Content-Security-Policy")
    assert answer.status == 200 and "connect-src 'self'" in policy and "unsafe" not in policy
    assert re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1] == policy and 'data-live="events"' in page
    assert answer.getheader("X-Content-Type-Options") == "nosniff" and answer.getheader("Cache-Control") == "no-store"
    for path in ("/logbook.json", "/../recipe.yaml", "/%2e%2e/recipe.yaml", "//etc/passwd", "/recipe.yaml"):
        assert served.get(path).status == 404
    assert served.get(method="POST").status == 405
    # A foreign name that points to this machine is not answered: its page could read ours.
    assert served.get(Host="evil.invalid").status == 421 and served.get("/events", Host=f"evil.invalid:{served.port}").status == 421
    assert served.get(Host=f"localhost:{served.port}").status == 200 and served.get(Host=f"[::1]:{served.port}").status == 200
    # Nobody else is listened to than this machine.
    with socket.socket() as other:
        other.settimeout(1)
        hosts = {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1", "127.0.1.1"}
        assert all(other.connect_ex((host, served.port)) != 0 for host in hosts)
    static = project.folder / "logbook" / "index.html"
    assert "data-live" not in static.read_text().split("<script>")[0] and "connect-src" not in static.read_text().split("<style>")[0]


def test_it_ends_at_once_though_somebody_listens(served):
    events = served.events()
    assert next(events)[0] in {"status", "page"}
    assert served.end() < 5


def test_a_port_that_is_taken_is_told(served, project):
    result = subprocess.run([str(BINARY), "logbook", str(project.recipe), "--serve", "--port", str(served.port)], capture_output=True, text=True, timeout=30)
    assert result.returncode == 69 and f"cannot serve at 127.0.0.1:{served.port}" in result.stderr
    result = subprocess.run([str(BINARY), "logbook", str(project.recipe), "--serve", "--host", "here"], capture_output=True, text=True, timeout=30)
    assert result.returncode == 64 and "here" in result.stderr


def test_a_client_hears_of_notes_edits_and_mistakes(served, project):
    events = served.events()
    seen = dict([next(events), next(events)])
    first = seen["page"]
    assert json.loads(seen["status"]) == {"runs": [], "problem": None}
    assert project.ablate("note", "final", "--leaderboard", "0.736").returncode == 0
    assert next(events)[1] != first and "0.736" in served.get().read().decode()
    project.edit("Is rank 4 better than 2?", "Does rank 4 help?")
    assert next(events)[0] == "page" and "Does rank 4 help?" in served.get().read().decode()
    text = project.recipe.read_text()
    project.recipe.write_text(text + "unheard-of: 1\n")
    name, data = next(events)
    assert name == "status" and "cannot be read" in json.loads(data)["problem"] and "Does rank 4 help?" in served.get().read().decode()
    project.recipe.write_text(text)
    assert json.loads(next(events)[1])["problem"] is None


# Every state that the page goes through, not only those that somebody happened to look at.
WATCH = """(() => {
  window.__same = true
  window.__seen = {done: [], curves: 0, best: []}
  const look = () => {
    const panel = document.querySelector('#live'), seen = window.__seen
    const match = panel.hidden ? null : panel.textContent.match(/(\\d+) of (\\d+) steps done/)
    if (match && !seen.done.includes(match[1])) seen.done.push(match[1])
    seen.curves = Math.max(seen.curves, document.querySelectorAll('#live svg polyline').length)
    const best = document.querySelectorAll('tr.best').length
    if (!seen.best.includes(best)) seen.best.push(best)
  }
  look()
  new MutationObserver(look).observe(document.documentElement, {subtree: true, childList: true, attributes: true, characterData: true})
})()"""


@pytest.mark.skipif(chromium.BINARY is None, reason="there is no chromium on the PATH")
def test_a_browser_follows_a_run_without_being_touched(fresh):
    """Progress, curves, and at the end the finished ablation, in one page that is never loaded again."""
    # Fine-tunes that take some seconds, and an ablation that takes none.
    for old, new in (("training: {epochs: 2,", "training: {epochs: 500,"), ("seeds: [1, 2]", "seeds: [1]"), ("of: tiny", "of: words"), ("lora.rank: [2, 4]", "tfidf.min-count: [1, 2]")):
        fresh.edit(old, new)
    server, browser = Served(str(fresh.recipe)), chromium.Chromium()
    try:
        page = browser.page().open(server.address)
        page.evaluate(WATCH)
        assert page.evaluate("document.querySelector('#live').hidden") and page.evaluate("document.querySelectorAll('.verdicts li').length") == 0
        run = subprocess.Popen(fresh.command("run", "--progress", "none"), stdout=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1"})
        end = time.monotonic() + 240
        while time.monotonic() < end:
            if run.poll() is not None and page.evaluate("document.querySelectorAll('.verdicts li').length") == 1 and page.evaluate("document.querySelector('#live').hidden"):
                break
            time.sleep(0.2)
        assert run.wait(10) == 0
        seen = json.loads(page.evaluate("JSON.stringify(window.__seen)"))
        # No best result before there was any, and one at the end; how many steps a second brings is the machine's business.
        assert len(seen["done"]) >= 2 and seen["curves"] >= 1 and (seen["best"][0], seen["best"][-1]) == (0, 1) and set(seen["best"]) == {0, 1}, seen
        assert page.evaluate("window.__same === true") and page.evaluate("document.querySelector('.verdict').textContent") in {"helps", "hurts", "leaning", "unresolved"}
        assert page.evaluate("document.querySelector('main th button') !== null"), "what is new can be sorted, too"
        assert page.complaints() == [] and {address.removeprefix(server.address) for address in page.requests()} == {"", "events"}
    finally:
        browser.close()
        if server.process.poll() is None:
            server.end()
