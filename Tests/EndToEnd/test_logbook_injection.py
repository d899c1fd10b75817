"""Five hundred texts that would like to be more than text, in every place where a recipe, a note or a run can put one."""

import collections
import itertools
import json
import re
import subprocess

import pytest

import chromium
from conftest import BINARY

DEEDS = [
    "window.__pwned=1", "alert(1)", "console.log('pwned')", "fetch('https://x.invalid/')", "document.title='pwned'", "new Image().src='//x.invalid/'",
    "location='https://x.invalid/'", "import('data:text/javascript,window.__pwned=1')",
]
FORMS = [
    "<script>{}</script>", "<ScRiPt >{}</sCrIpT\t>", "</script><script>{}</script>", "</style><script>{}</script>", "</title><script>{}</script>",
    "--><script>{}</script>", "]]><script>{}</script>", "<!--><script>{}</script>", "<img src=x onerror={}>", "<img src=\"x\" onerror=\"{}\">",
    "\"><img src=x onerror={}>", "' onmouseover='{}' x='", "\" autofocus onfocus=\"{}\" x=\"", "\" onpointerover={} ", "` onerror={} `",
    "<svg onload={}>", "<svg><script>{}</script></svg>", "</svg><svg onload={}>", "</title></g></svg><script>{}</script>",
    "<svg><animate onbegin={} attributeName=x dur=1s>", "<svg><a xlink:href=\"javascript:{}\"><text>x</text></a></svg>",
    "<svg><foreignObject><body onload={}></foreignObject></svg>", "<math><mtext><img src onerror={}></mtext></math>",
    "<a href=\"javascript:{}\">x</a>", "<a href=\"java&#10;script:{}\">x</a>", "<iframe srcdoc=\"<script>{}</script>\"></iframe>",
    "<iframe src=\"javascript:{}\"></iframe>", "<object data=\"data:text/html,<script>{}</script>\"></object>", "<embed src=\"javascript:{}\">",
    "<link rel=stylesheet href=\"https://x.invalid/{}\">", "<style>@import 'https://x.invalid/{}';</style>", "<base href=\"https://x.invalid/\"><script src={}></script>",
    "<meta http-equiv=refresh content=\"0;url=javascript:{}\">", "<form action=\"javascript:{}\"><button autofocus>x</button></form>",
    "<details open ontoggle={}>x</details>", "<video src=x onerror={}></video>", "<input autofocus onfocus={}>", "<body onpageshow={}>", "<marquee onstart={}>x</marquee>",
    "{{{{{}}}}}", "{{{{{{{}}}}}}}", "{{{{#answers}}}}<script>{}</script>{{{{/answers}}}}", "{{{{> page}}}}{}", "{{{{=<% %>=}}}}<%& about %>{}", "${{{}}}", "<%= {} %>",
    "&lt;script&gt;{}&lt;/script&gt;", "&#60;script&#62;{}&#60;/script&#62;", "\\u003cscript\\u003e{}\\u003c/script\\u003e", "%3Cscript%3E{}%3C/script%3E",
    "\uff1cscript\uff1e{}\uff1c/script\uff1e", "\u202e<script>{}</script>\u202c", "<\u200bscript>{}</\u200bscript>", "\u2028<script>{}</script>\u2029",
    "\ufeff<img src=x onerror={}>", "<scr\u0131pt>{}</scr\u0131pt>", "\U0001f980<svg/onload={}>", "e\u0301<img/src/onerror={}>", "<img src=x:x onerror\u3000={}>",
    "<a id=answers name=__pwned>{}</a>", "<noscript><p title=\"</noscript><img src=x onerror={}>\">", "<template shadowrootmode=open><script>{}</script></template>",
    "[x](javascript:{})",
]
PAYLOADS = list(itertools.islice(dict.fromkeys(form.format(deed) for deed, form in itertools.product(DEEDS, FORMS)), 500))
ABLATIONS, NOTES, FAILURES = 60, 120, 78


def quoted(text: str) -> str:
    """A YAML scalar in double quotes; what is beyond the first plane stands for itself, as JSON's pairs are no YAML."""
    return "".join(char if ord(char) > 0xffff else json.dumps(char)[1:-1] for char in text).join('""')


def write(project, texts: list[str]) -> None:
    """Puts 500 texts where texts can stand."""
    texts = iter(texts)
    recipe = project.recipe.read_text().replace("recipe: small\n", f"recipe: small\nabout: {quoted(next(texts))}\n")
    train = next(texts).replace("/", "\u2215").replace("\t", " ")[:80]
    (project.folder / "train.csv").rename(project.folder / f"{train}.csv")
    recipe = recipe.replace("train: train.csv", f"train: {quoted(train + '.csv')}")
    entries = "".join(
        f"  own-{index}:\n    hypothesis: {quoted(next(texts))}\n    conclusion: {quoted(next(texts))}\n"
        f"    tags: [{quoted(next(texts))}, {quoted(next(texts))}, {quoted(next(texts))}]\n    of: words\n    vary: {{tfidf.min-count: [1, 2]}}\n"
        for index in range(ABLATIONS))
    project.recipe.write_text(recipe.replace("submission:", f"{entries}submission:"))
    names = ["words", "tiny", "final", "rank: lora.rank=2", "rank: lora.rank=4", "own-0: tfidf.min-count=2"]
    notes = project.folder / ".ablate" / "runs" / "_notes.small"
    notes.mkdir()
    for index in range(NOTES):
        note = {"format": 1, "result": names[index % len(names)], "leaderboard": 0.7, "text": next(texts), "predictions": None}
        (notes / f"{index + 1:08}.json").write_text(json.dumps(note))
    last = max((project.folder / ".ablate" / "runs" / "small").glob("*.json"))
    document = json.loads(last.read_text())
    document["failed"] = [{"address": f"step-{index}", "message": next(texts)} for index in range(FAILURES)]
    for seal in ("seal", "store_format"):  # as documents were before they were sealed
        document.pop(seal)
    last.write_text(json.dumps(document))
    assert next(texts, None) is None, "every text has a place"


def tags(page) -> collections.Counter:
    return collections.Counter(page.evaluate("[...document.querySelectorAll('*')].map((one) => one.tagName + [...one.attributes].map((attribute) => ' ' + attribute.name).sort().join(''))"))


@pytest.mark.skipif(chromium.BINARY is None, reason="there is no chromium on the PATH")
def test_no_text_is_more_than_text(finished, tmp_path):
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 500
    plain, hostile = finished.copy(tmp_path / "plain"), finished.copy(tmp_path / "hostile")
    write(plain, [f"text {index}" for index in range(500)])
    write(hostile, PAYLOADS)
    browser = chromium.Chromium()
    try:
        counts = []
        for project in (plain, hostile):
            result = project.ablate("logbook")
            assert result.returncode == 0, result.stderr
            page = browser.page().open((project.folder / "logbook" / "index.html").as_uri())
            counts.append(tags(page))
            for event in ("pointerover", "mouseover", "focusin", "click", "toggle"):
                page.evaluate(f"document.querySelectorAll('main *').forEach((one) => one.dispatchEvent(new Event('{event}', {{bubbles: true}})))")
            page.evaluate("document.querySelectorAll('th button').forEach((one) => one.click())")
            page.evaluate("new Promise((done) => setTimeout(done, 300))")
            assert page.complaints() == [] and len(page.requests()) == 1
            assert page.evaluate("window.__pwned === undefined && document.title === 'small — logbook'")
        text = page.evaluate("document.body.textContent")
    finally:
        browser.close()
    assert counts[0] == counts[1], "the same elements with the same attributes, whatever the texts"
    # Marks of direction and separators of lines are shown as escapes: they would turn or break the text around them.
    shown = [re.sub("[\u2028-\u202e]", lambda mark: f"\\u{{{ord(mark[0]):x}}}", payload) for payload in PAYLOADS]
    missing = [payload for index, payload in enumerate(shown) if index != 1 and payload not in text]
    assert missing == []
    markdown = (hostile.folder / "logbook" / "LOGBOOK.md").read_text()
    assert "<script" not in markdown.replace("\\<", "").lower() and "<img" not in markdown.replace("\\<", "")


@pytest.mark.parametrize("old, path", [("  words:\n", "models"), ("  blend:", "stack"), ("  rank:", "ablations"), ("recipe: small", "recipe")])
@pytest.mark.parametrize("payload", ["<img src=x onerror=alert(1)>", "\" onfocus=alert(1) x=\"", "{{{about}}}", "a b", "\u202eevil", ".."])
def test_names_can_be_no_markup_at_all(project, old, path, payload):
    new = f"recipe: {quoted(payload)}" if path == "recipe" else f"  {quoted(payload)}:" + ("\n" if old.endswith("\n") else "")
    project.edit(old, new)
    result = project.ablate("logbook")
    assert result.returncode == 65 and "letters, digits, '.', '_' and '-'" in result.stderr


@pytest.mark.skipif(chromium.BINARY is None, reason="there is no chromium on the PATH")
def test_no_row_of_a_table_is_more_than_text(fresh):
    """Rows stand in the details of a variant, words of them in the map of the texts; and all of it on a live page."""
    text = fresh.recipe.read_text()
    model = text[text.index("  tiny:"):text.index("stack:")]
    for old, new in ((model, ""), ("[words, tiny]", "[words]"), ("of: tiny", "of: words"), ("lora.rank: [2, 4]", "tfidf.min-count: [1, 2]")):
        fresh.edit(old, new)
    fresh.recipe.write_text(fresh.recipe.read_text() + "explore: {clusters: 3}\n")
    lines = (fresh.folder / "train.csv").read_text().splitlines()
    payloads = iter(PAYLOADS[::13])
    for index, line in enumerate(lines[1:], 1):
        name, question, answer, label = line.split(",")
        # The rows of a question are a group, and have it in common.
        asked, given = PAYLOADS[index // 3 - (index % 3 == 0)].replace('"', '""'), next(payloads).replace('"', '""')
        lines[index] = f'{name},"{question} {asked}","{given} {answer}",{label}'
    (fresh.folder / "train.csv").write_text("\n".join(lines) + "\n")
    fresh.run()
    browser = chromium.Chromium()
    server = subprocess.Popen([str(BINARY), "logbook", str(fresh.recipe), "--serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        for address in ((fresh.folder / "logbook" / "index.html").as_uri(), server.stdout.readline().strip()):
            page = browser.page().open(address)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            for event in ("pointerover", "mouseover", "focusin", "click", "toggle"):
                page.evaluate(f"document.querySelectorAll('main *').forEach((one) => one.dispatchEvent(new Event('{event}', {{bubbles: true}})))")
            page.evaluate("new Promise((done) => setTimeout(done, 300))")
            assert page.complaints() == [] and page.evaluate("window.__pwned === undefined && document.title === 'small — logbook'")
            assert set(page.requests()) <= {address, f"{address}events"}
            excerpts = page.evaluate("[...document.querySelectorAll('q')].map((one) => one.textContent)")
            assert sum("pwned" in text or "alert" in text or "<" in text for text in excerpts) >= 3
            assert page.evaluate("document.querySelectorAll('main script, main img, main iframe, main style, main [onerror], main [onload]').length") == 0
            assert page.evaluate("document.querySelectorAll('#texts ~ .figures circle').length") == 12, "a point for each question"
    finally:
        browser.close()
        server.terminate()
        server.wait(20)
    assert "<script" not in (fresh.folder / "logbook" / "LOGBOOK.md").read_text().replace("\\<", "").lower()
    figures = [path.read_text() for path in (fresh.folder / "logbook" / "figures").iterdir()]
    assert len(figures) > 5 and not any("<script" in figure or "<img" in figure for figure in figures)
