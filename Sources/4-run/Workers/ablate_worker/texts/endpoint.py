"""A client of chat endpoints that speak the widespread protocol `POST .../chat/completions`: one question, one answer.

Knows HTTP, its failures, and when to ask again. Does not know what is asked, or what an answer means. The key travels in one
header, is never followed to another address, and is taken out of every message.
"""

import email.utils
import http.cookiejar
import json
import random
import ssl
import threading
import time

import httpx

from ..protocol.step import invalid, unavailable

AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 529}  # a later try may succeed
LONGEST_WAIT = 600.0  # seconds that a server may ask to wait for; a longer pause is better taken by the user
LARGEST = 8 << 20  # bytes of an answer


class Trouble(Exception):
    """A failure that a later try may not meet. `after`: seconds that the server asks to wait for, or None."""

    def __init__(self, message, after=None):
        super().__init__(message)
        self.after = after


class Unstructured(Exception):
    """The endpoint does not take a request that says which form the answer has. The message is the endpoint's own."""


class Stopped(Exception):
    """Another question has failed for good, so this one is not asked."""


class Client:
    """Asks one endpoint, from several threads; connections are kept between questions. To be closed, as a context or by `close`."""

    def __init__(self, endpoint, key, timeout, retries, rate, form=None):
        """form: the `response_format` to ask for; an endpoint that does not take it is asked without from then on."""
        self.url = endpoint if endpoint.endswith("/chat/completions") else endpoint.rstrip("/") + "/chat/completions"
        self.key, self.timeout, self.retries = key, timeout, retries
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity",
                   "User-Agent": "ablate"}
        headers |= {"Authorization": f"Bearer {key}"} if key else {}
        self.http = httpx.Client(
            headers=headers, timeout=timeout, follow_redirects=False, limits=httpx.Limits(max_connections=None),
            verify=ssl.create_default_context(),  # what this machine trusts
            cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[])))
        self.gap = 60 / rate if rate else 0.0  # seconds between the starts of two requests
        self.lock, self.next, self.stopped = threading.Lock(), 0.0, threading.Event()
        self.requests = self.repeats = 0
        self.form = form

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def ask(self, body):
        """The answer {text, prompt-tokens, completion-tokens} to a request, tried again as long as that may help."""
        for turn in range(self.retries + 1):
            self.wait()
            with self.lock:
                self.requests += 1
                self.repeats += turn > 0
            try:
                return self.shaped(body)
            except Trouble as trouble:
                last = trouble
            if last.after is not None:
                if last.after > LONGEST_WAIT:
                    raise unavailable(f"{self.url} asks to wait for {last.after:.0f} s ({last}): run again then; what was "
                                      "answered is kept")
                self.pause(last.after)  # for everyone: the limit is on the key, not on this question
            elif turn < self.retries:
                self.stopped.wait(min(60.0, 0.5 * 2**turn) * random.uniform(0.5, 1))
        raise unavailable(f"{self.url} gave no answer in {self.retries + 1} tries; the last: {last}. What was answered is kept: "
                          "run again to ask for the rest only")

    def shaped(self, body):
        """`once`, with the form where the endpoint takes it."""
        form = self.form
        if form is None:
            return self.once(body)
        try:
            return self.once(body | {"response_format": form})
        except Unstructured:
            with self.lock:
                self.form = None
                self.requests += 1
            return self.once(body)

    def wait(self):
        """Until it is this request's turn."""
        while True:
            if self.stopped.is_set():
                raise Stopped
            with self.lock:
                now = time.monotonic()
                if now >= self.next:
                    self.next = now + self.gap
                    return
                left = self.next - now
            self.stopped.wait(left)

    def pause(self, seconds):
        with self.lock:
            self.next = max(self.next, time.monotonic() + seconds)

    def once(self, body):
        deadline = time.monotonic() + self.timeout
        try:
            with self.http.stream("POST", self.url, content=json.dumps(body).encode()) as response:
                if response.is_success:
                    return self.understood(self.all_of(response, deadline))
                self.refused(response, deadline, "response_format" in body)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise invalid(f"endpoint is '{self.url}', which is no address: {error}") from None
        except (httpx.TransportError, OSError) as error:  # connection, time limit, a body cut short
            raise Trouble(self.clean(f"{type(error).__name__}: {error}")) from None

    def all_of(self, response, deadline):
        """The body. The client's time limit is on each read, so a server that trickles is caught here."""
        parts, size = [], 0
        for part in response.iter_raw():
            parts.append(part)
            size += len(part)
            if time.monotonic() > deadline:
                raise TimeoutError(f"no whole answer in {self.timeout} s")
            if size > LARGEST:
                raise Trouble(f"an answer of more than {LARGEST >> 20} MiB")
        return b"".join(parts)

    def understood(self, data):
        try:
            whole = json.loads(data)
            text, usage = whole["choices"][0]["message"]["content"], whole.get("usage") or {}
            tokens = [int(usage.get(name) or 0) for name in ("prompt_tokens", "completion_tokens")]
            if text is None:  # a refusal, or nothing said
                text = ""
            if not isinstance(text, str):
                raise TypeError("the content is no text")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            shown = data[:200].decode("utf-8", "replace")
            raise Trouble(self.clean(f"not a chat completion ({type(error).__name__}: {error}): {shown}")) from None
        return {"text": text, "prompt-tokens": tokens[0], "completion-tokens": tokens[1]}

    def refused(self, response, deadline, is_shaped):
        """Raise what an HTTP status other than success means."""
        try:
            said = self.clean(self.all_of(response, deadline)[:500].decode("utf-8", "replace"))
        except (httpx.TransportError, OSError, Trouble):
            said = ""
        code = response.status_code
        what = f"HTTP {code} from {self.url}: {said}".rstrip(": ")
        if is_shaped and code in (400, 422, 501):
            raise Unstructured(what)
        if code in AGAIN:
            raise Trouble(what, seconds(response.headers.get("Retry-After")))
        if code in (401, 403):
            raise unavailable(f"{what}. The endpoint wants another key: check the variable that key-variable names")
        if code in (400, 413, 422):
            raise invalid(f"{what}. The endpoint does not take such a request: check model, max-tokens and the length of texts")
        if 300 <= code < 400:
            raise unavailable(f"{what}. It redirects to {response.headers.get('Location')}: give that address, if you trust it")
        raise unavailable(f"{what}. Check endpoint (it ends before /chat/completions) and model")

    def clean(self, text):
        """On one line and without the key, which servers like to repeat."""
        text = " ".join(text.split())
        return text.replace(self.key, "***") if self.key else text


def seconds(header):
    """The value of Retry-After, a number or a date, in seconds from now; None for none."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
