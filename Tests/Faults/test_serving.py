"""`logbook --serve` and visitors that mean no good, or have gone."""

import http.client
import os
import re
import signal
import socket
import subprocess
import time

import pytest

from command import BINARY, Project, write_tables


class Served:
    def __init__(self, project, limit: int | None = None):
        arguments = [str(BINARY), "logbook", str(project.recipe), "--serve", "--port", "0"]
        if limit:
            arguments = ["sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh", *arguments]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", line), line + self.process.stderr.read()
        self.port = int(line.split(":")[2].rstrip("/"))

    def status(self, path: str = "/", host: str | None = None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest("GET", path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{self.port}")
        connection.endheaders()
        try:
            return connection.getresponse().status
        finally:
            connection.close()

    def listen(self) -> socket.socket:
        """A stream of events that is open."""
        visitor = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        visitor.sendall(f"GET /events HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n".encode())
        return visitor

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0


@pytest.fixture
def small(tmp_path) -> Project:
    folder = tmp_path / "small"
    folder.mkdir()
    write_tables(folder)
    (folder / "recipe.yaml").write_text(
        'recipe: small\ndata: {train: train.csv, columns: {id: id, prompt: question, answer: answer, label: who}, labels: [a, b, c], '
        'template: "{prompt} {answer}"}\nfolds: {kind: k-fold, count: 2, seed: 1}\nmodels: {words: {tfidf: {}}}\n')
    return Project(folder)


@pytest.fixture
def serve(small):
    servers = []

    def start(**options) -> Served:
        servers.append(Served(small, **options))
        return servers[-1]
    yield start
    for server in servers:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()


def test_only_this_machines_own_names_are_answered(serve):
    server = serve()
    port = server.port
    for host in ("localhost", f"localhost:{port}", f"127.0.0.1:{port}", "127.0.0.1", "[::1]", f"[::1]:{port}"):
        assert server.status(host=host) == 200, host
    for host in ("127.evil.com", "127.0.0.1.evil.com", f"127.0.0.1.evil.com:{port}", "localhost.", "127.0.0.1.", "2130706433", "0x7f000001",
                 "0x7f.1", "127.1", "0177.0.0.1", "localhost.evil.com", "[::1].evil.com", "[::ffff:127.0.0.1]", "evil.com", " ", "127.0.0.1@evil.com"):
        assert server.status(host=host) == 421, host
        assert server.status("/events", host=host) == 421, host
    with socket.create_connection(("127.0.0.1", port), timeout=60) as visitor:
        visitor.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.com\r\n\r\n".encode())
        assert visitor.recv(100).startswith(b"HTTP/1.1 421")
    server.end()


def until(condition) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def test_visitors_that_have_gone_leave_no_descriptor_behind(serve):
    server = serve()
    assert server.status() == 200
    before = server.descriptors()
    visitors = [server.listen() for _ in range(30)]
    for visitor in visitors:
        assert visitor.recv(12) == b"HTTP/1.1 200"
    until(lambda: server.descriptors() >= before + 29)  # the visitor of before may have been counted
    # Nothing is said meanwhile: no event is there that would find them gone.
    for visitor in visitors:
        visitor.close()
    until(lambda: server.descriptors() <= before + 1)
    server.end()


@pytest.mark.parametrize("limit", [32, 256])
def test_more_visitors_than_files_may_be_open_wait_their_turn(serve, small, limit):
    """Where none is to spare, the system's own libraries end a process."""
    server = serve(limit=limit)
    visitors = [server.listen() for _ in range(limit + 40)]
    served = server.descriptors()
    assert served < limit
    os.utime(small.recipe)
    for visitor in visitors[: limit // 8]:
        assert visitor.recv(12) == b"HTTP/1.1 200"
    for visitor in visitors:
        visitor.close()
    assert server.status() == 200
    server.end()


def test_a_signal_ends_it_while_it_reads_what_never_ends(serve, small):
    server = serve()
    events = server.listen()
    os.mkfifo(small.folder / "endless.yaml")
    small.edit("recipe: small\n", "recipe: small\ninclude: [endless.yaml]\n")
    # It is read within a second or so, or refused; either way it goes on serving, and ends when it is told to.
    received = b""
    end = time.monotonic() + 5
    while time.monotonic() < end and b"cannot be read" not in received and not reads(server, small.folder / "endless.yaml"):
        events.settimeout(0.1)
        try:
            received += events.recv(65536)
        except TimeoutError:
            pass
    assert server.status() == 200
    server.end()


def reads(server: Served, path) -> bool:
    """Whether a thread of the server waits for the other end of the pipe."""
    for task in os.listdir(f"/proc/{server.process.pid}/task"):
        try:
            with open(f"/proc/{server.process.pid}/task/{task}/wchan") as file:
                if "fifo" in file.read():
                    return True
        except OSError:
            pass
    return False


def test_a_signal_before_it_serves_is_no_failure(small):
    """Whenever it comes after the first instant, the code is the one of an order that was carried out."""
    process = subprocess.Popen([str(BINARY), "logbook", str(small.recipe), "--serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("http://")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
