"""What does the chart cost? One update of 330 rows with 1,000, 10,000 and 50,000 bars, against a bare canvas that draws the same bars in the same run.

`python -m benchmarks.chart` opens the page of the benchmark in Chromium and prints its table in a minute or two; `--show` serves the page for a person, until
Ctrl-C. Ratios are of script times within one run: milliseconds are those of the machine and of what else it does. Frame rates are not limited here, so that a
frame takes as long as its work.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from playwright.sync_api import sync_playwright

from nodeviz.runs.palette import palette
from tests.surroundings import CHECKOUT, chromium

PAGE = "/benchmarks/chart.html"
OPEN = ("/benchmarks/", "/static/")
"""Nothing else of the checkout is served."""
ARGUMENTS = ("--no-sandbox", "--disable-frame-rate-limit", "--disable-gpu-vsync")
WIDTH_PX, AROUND_PX = 1300, 700
"""The window: as wide as the page wants, and so much taller than the chart."""


class Handler(SimpleHTTPRequestHandler):
    """Files of the checkout, and the server's palette."""

    def do_GET(self) -> None:
        """Only what the page needs."""
        path = self.path.partition("?")[0]
        if path == "/benchmarks/palette.json":
            body = json.dumps(palette()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        elif path.startswith(OPEN) and ".." not in path:
            super().do_GET()
        else:
            self.send_error(404)

    def end_headers(self) -> None:
        """A module that was just edited is measured, not the one of before; and a page that shares nothing gets a finer clock."""
        for name, value in (("Cache-Control", "no-store"), ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Embedder-Policy", "require-corp")):
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Requests are of no interest."""


@contextmanager
def served() -> Iterator[str]:
    """The address of the page, as long as it is served; this machine only."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(Path(CHECKOUT))))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{PAGE}"
    finally:
        server.shutdown()
        server.server_close()


def measured(url: str) -> Iterator[dict[str, Any]]:
    """One line of the table after another."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        page = browser.new_page()
        page.goto(url)
        page.locator("html[data-ready]").wait_for()
        for height_px in page.evaluate("benchmark.heightsPx"):
            page.set_viewport_size({"width": WIDTH_PX, "height": height_px + AROUND_PX})
            for bars in page.evaluate("benchmark.bars"):
                yield from page.evaluate("([bars, heightPx]) => benchmark.measure(bars, heightPx)", [bars, height_px])
        browser.close()


def main() -> None:
    """The table."""
    write = sys.stdout.write
    with served() as url:
        if "--show" in sys.argv[1:]:
            write(f"{url}\n")
            sys.stdout.flush()
            Event().wait()
        write(f"{'':34}{'script ms':>16}{'bare canvas':>16}{'':>7}{'frame ms':>16}{'bare canvas':>16}\n")
        pair = f"{'median':>8}{'p95':>8}"
        write(f"{'bars':>7}{'rows':>5}{'in sight':>9}{'painted':>8} {'':5}{pair * 2}{'ratio':>7}{pair * 2}\n")
        for line in measured(url):
            columns = [line[name][part] for name in ("script", "bareScript", "frame", "bareFrame") for part in ("median", "p95")]
            ratio = columns[0] / max(columns[2], 0.001)
            write(f"{line['bars']:>7}{line['rows']:>5}{line['drawn']:>9}{line['painted']:>8} {line['update']:<5}")
            write("".join(f"{value:>8.2f}" for value in columns[:4]) + f"{ratio:>7.2f}" + "".join(f"{value:>8.2f}" for value in columns[4:]) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
