"""A logbook of a thousand variants in a browser: how soon it is there, sorts, filters and scrolls. Prints one JSON document.

    swift build -c release && .build/release/bench logbook /tmp/thousand && python Tests/Benchmarks/logbook.py /tmp/thousand
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))
import chromium  # noqa: E402

TABLE = "document.querySelector('article table')"
# One frame is asked for after the work: what is measured is what a reader waits for.
TIMED = """(async () => {{
  const began = performance.now();
  {};
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began;
}})()"""
SCROLL = """(async () => {
  const gaps = [], height = document.documentElement.scrollHeight;
  let last = performance.now();
  for (let step = 0; step < 120; step += 1) {
    window.scrollTo(0, height * step / 120);
    await new Promise((done) => requestAnimationFrame(done));
    gaps.push(performance.now() - last);
    last = performance.now();
  }
  return gaps.sort((a, b) => a - b);
})()"""


def main(folder: Path) -> dict:
    page_file = folder / "logbook" / "index.html"
    browser = chromium.Chromium()
    try:
        page = browser.page().open(page_file.as_uri())
        timing = page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
        rows = page.evaluate(f"{TABLE}.tBodies[0].rows.length")
        sort = [page.evaluate(TIMED.format(f"{TABLE}.querySelectorAll('th button')[{column}].click()")) for column in (1, 1, 0, 3)]
        find = page.evaluate(TIMED.format("const field = document.querySelector('input[type=search]'); field.value = 'tiny'; field.dispatchEvent(new Event('input'))"))
        gaps = page.evaluate(SCROLL)
        complaints = page.complaints()
    finally:
        browser.close()
    return {"rows": rows, "bytes": page_file.stat().st_size, "load_ms": timing["loadEventEnd"], "sort_ms": max(sort), "filter_ms": find,
            "frame_ms": {"median": gaps[60], "p95": gaps[114], "worst": gaps[-1]}, "complaints": len(complaints)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), indent=2))
