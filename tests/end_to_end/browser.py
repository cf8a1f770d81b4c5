"""A real browser without a screen, driven over its DevTools protocol.

It speaks JSON over two pipes (``--remote-debugging-pipe``), so no port is open. The messages are
those of https://chromedevtools.github.io/devtools-protocol/.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure
from twisted.trial.unittest import SkipTest, TestCase

#: seconds that one command, or what a page is waited for, may take
PATIENCE = 60.0
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)
#: waits for what `find` gives, in the page itself, looking at each change
UNTIL = """
new Promise((done) => {
  const find = () => %s;
  const look = () => { const found = find(); if (found) { watch.disconnect(); done(found); } };
  const watch = new MutationObserver(look);
  watch.observe(document, {childList: true, subtree: true, attributes: true, characterData: true});
  look();
})
"""


class BrowserError(Exception):
    """The browser refused a command, or a script in a page failed."""


class Pipe(ProcessProtocol):
    """The browser's process: messages that end in NUL, on descriptors 3 and 4."""

    def __init__(self) -> None:
        self.ended: Deferred[None] = Deferred()
        self.over = False
        #: what it complains of, for who wonders why a test fails
        self.said = b""
        self.events: list[dict[str, Any]] = []
        self._unread = b""
        self._waiting: dict[int, Deferred[Any]] = {}
        self._watched: list[tuple[str, Deferred[dict[str, Any]]]] = []

    def send(self, method: str, session: str | None, words: dict[str, Any]) -> Deferred[Any]:
        """Have the browser carry a command out; fires with its result."""
        from twisted.internet import reactor

        number = len(self._waiting) + 1
        answered = self._waiting[number] = Deferred()
        message: dict[str, Any] = {"id": number, "method": method, "params": words}
        if session is not None:
            message["sessionId"] = session
        process: Any = self.transport
        process.writeToChild(3, json.dumps(message).encode() + b"\0")
        answered.addTimeout(PATIENCE, reactor)  # type: ignore[arg-type]
        return answered

    def event(self, method: str) -> Deferred[dict[str, Any]]:
        """Fires with the next event of that name."""
        from twisted.internet import reactor

        happened: Deferred[dict[str, Any]] = Deferred()
        self._watched.append((method, happened))
        return happened.addTimeout(PATIENCE, reactor)  # type: ignore[arg-type]

    def childDataReceived(self, child: int, data: bytes) -> None:
        if child != 4:
            self.said += data
            return
        *whole, self._unread = (self._unread + data).split(b"\0")
        for message in map(json.loads, whole):
            if "id" in message:
                self._answer(message)
            else:
                self._happen(message)

    def _answer(self, message: dict[str, Any]) -> None:
        waiting = self._waiting[message["id"]]
        if waiting.called:  # it came too late
            return
        if "error" in message:
            waiting.errback(BrowserError(message["error"]["message"]))
        else:
            waiting.callback(message["result"])

    def _happen(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        for each in [each for each in self._watched if each[0] == event["method"]]:
            self._watched.remove(each)
            if not each[1].called:
                each[1].callback(event["params"])

    def processEnded(self, reason: Failure) -> None:  # type: ignore[override]
        self.over = True
        for waiting in self._waiting.values():
            if not waiting.called:
                waiting.errback(BrowserError(self.said[-2000:].decode("utf-8", "replace")))
        self.ended.callback(None)


@define(eq=False)
class Page:
    """One tab, and all that happened in it."""

    _pipe: Pipe
    _session: str = field(default="", init=False)

    async def open(self, url: str) -> None:
        """Show `url`, and wait until it is loaded."""
        target = await self._pipe.send("Target.createTarget", None, {"url": "about:blank"})
        words = {"targetId": target["targetId"], "flatten": True}
        attached = await self._pipe.send("Target.attachToTarget", None, words)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self.command(f"{domain}.enable")
        loaded = self._pipe.event("Page.loadEventFired")
        await self.command("Page.navigate", url=url)
        await loaded

    async def command(self, method: str, **words: Any) -> Any:
        """Carry out a command of the protocol in this tab."""
        return await self._pipe.send(method, self._session, words)

    async def evaluate(self, script: str) -> Any:
        """The value of an expression in the page, waited for if it is a promise."""
        words = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = await self.command("Runtime.evaluate", **words)
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    async def until(self, find: str) -> Any:
        """Wait until the expression `find` is true in the page; its value."""
        return await self.evaluate(UNTIL % find)

    async def click(self, selector: str) -> None:
        """Wait for an element, and click on it."""
        there = f"document.querySelector({json.dumps(selector)})"
        await self.until(f"!!{there}")
        await self.evaluate(f"{there}.click()")

    @property
    def asked(self) -> list[str]:
        """The addresses of all requests that the page made."""
        return [event["request"]["url"] for event in self._events("Network.requestWillBeSent")]

    @property
    def complaints(self) -> list[str]:
        """Errors and warnings of scripts, of the console, of the network and of its policies."""
        consoled = self._events("Runtime.consoleAPICalled")
        return [
            *(str(one) for one in self._events("Runtime.exceptionThrown")),
            *(str(one) for one in consoled if one["type"] in ("error", "warning", "assert")),
            *(str(one["entry"]) for one in self._events("Log.entryAdded")),
        ]

    def _events(self, method: str) -> Iterator[dict[str, Any]]:
        return (one["params"] for one in self._pipe.events if one["method"] == method)


async def new_page(test: TestCase) -> Page:
    """A tab of a browser of its own, which ends with the test. Skips it where there is none."""
    from twisted.internet import reactor

    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise SkipTest("no Chromium is installed")
    profile = Path(test.mktemp()).resolve()
    profile.mkdir()
    switches = [*SWITCHES, f"--user-data-dir={profile}"]
    if os.geteuid() == 0:
        switches.append("--no-sandbox")
    pipe, system = Pipe(), reactor
    process = system.spawnProcess(  # type: ignore[attr-defined]
        pipe,
        program,
        [program, *switches, "about:blank"],
        env={"HOME": str(profile), "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
        childFDs={0: "w", 1: "r", 2: "r", 3: "w", 4: "r"},
    )
    test.addCleanup(lambda: Deferred.fromCoroutine(_end(pipe, process)))
    return Page(pipe)


async def _end(pipe: Pipe, process: Any) -> None:
    from twisted.internet import reactor

    if pipe.over:
        return
    closing = pipe.send("Browser.close", None, {})
    closing.addErrback(lambda failure: failure.trap(BrowserError, TimeoutError))
    pipe.ended.addTimeout(10.0, reactor)  # type: ignore[arg-type]
    try:
        await pipe.ended
    except TimeoutError:
        pipe.ended = Deferred()
        process.signalProcess("KILL")
        await pipe.ended
