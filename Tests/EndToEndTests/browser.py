"""What a person's browser does: log in, change the first password, read pages, listen to the live stream."""
import http.client
import http.cookiejar
import json
import re
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request


class Browser:
    """One person at `url` (the collector, or a proxy before it)."""

    def __init__(self, url):
        self.url = url
        self.cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(strict_ns_domain=0))
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path, seconds=15):
        """(status, text)"""
        return self._open(urllib.request.Request(self.url + path, headers={"Accept": "text/html"}), seconds)

    def post(self, path, form, seconds=30):
        body = urllib.parse.urlencode(form).encode()
        return self._open(urllib.request.Request(self.url + path, body, {"Accept": "text/html"}), seconds)

    def _open(self, request, seconds):
        try:
            with self._opener.open(request, timeout=seconds) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")

    def log_in(self, login, password):
        """Logs in; answers the page that comes then."""
        _, page = self.get("/login")
        status, page = self.post("/login", {"login": login, "password": password, "to": "", "token": _token(page)})
        if status != 200 or "/logout" not in page and 'name="old"' not in page:
            raise AssertionError(f"log-in failed ({status})")
        return page

    def log_in_first(self, collector):
        """Logs in with the one-time password of a new collector and chooses another."""
        login, password = first_login(collector)
        page = self.log_in(login, password)
        new = "Thu nghiem " + secrets.token_hex(8)
        status, page = self.post("/password", {"old": password, "new": new, "again": new, "token": _token(page)})
        if status != 200 or 'name="old"' in page:
            raise AssertionError(f"the first password could not be changed ({status})")
        self.login, self.password = login, new
        return self

    @property
    def cookie_header(self):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)


def _token(page):
    found = re.search(r'name="token"[^>]*value="([^"]+)"', page) or re.search(r'value="([^"]+)"[^>]*name="token"', page)
    if found is None:
        raise AssertionError("the page has no form of ours")
    return found.group(1)


def first_login(collector):
    """(login, password) that a new collector printed."""
    found = re.search(r"^first-login (\S+) (\S+)$", collector.log(), re.MULTILINE)
    if found is None:
        raise AssertionError("the collector printed no first log-in")
    return found.groups()


class LiveStream:
    """Server-sent events, read by a thread; `events` are (seconds since 1970 at arrival, name, id, data)."""

    def __init__(self, browser, path="/live/stream", after=None):
        address = urllib.parse.urlsplit(browser.url)
        self.events, self.problem = [], None
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        headers = {"Cookie": browser.cookie_header, "Accept": "text/event-stream", "Accept-Encoding": "gzip, deflate"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        self._connection.request("GET", path, headers=headers)
        self._answer = self._connection.getresponse()
        if self._answer.status != 200:
            raise AssertionError(f"the live stream is refused: {self._answer.status}")
        self.headers = dict(self._answer.getheaders())
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        fields = {}
        try:
            for line in self._answer:
                text = line.decode().rstrip("\r\n")
                if text:
                    name, _, value = text.partition(":")
                    fields[name] = value.lstrip()
                elif "data" in fields:
                    self.events.append((time.time(), fields.get("event"), fields.get("id"), json.loads(fields["data"])))
                    fields = {}
        except (OSError, ValueError, http.client.HTTPException, AttributeError) as error:
            self.problem = error  # the stream ended; the test sees it by what is missing

    def passages(self):
        """cursor -> seconds since 1970 when it was told."""
        return {int(element["id"].removeprefix("passage-")): at for at, name, _, data in list(self.events) if name != "snapshot"
                for element in data.get("passages", ())}

    def close(self):
        connection = self._connection
        if connection.sock is not None:
            connection.sock.close()
        connection.close()
