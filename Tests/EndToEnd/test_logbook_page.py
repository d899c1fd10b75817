"""The logbook's page in a real browser: it asks for nothing, runs nothing but its own script, and can be read and worked by all."""

import base64
import importlib.util
import json
import re
from pathlib import Path

import pytest

import chromium

pytestmark = pytest.mark.skipif(chromium.BINARY is None, reason="there is no chromium on the PATH")

JUDGE = (Path(__file__).parent / "page_judge.js").read_text()
SIZES = [(1100, 900), (390, 844)]


@pytest.fixture(scope="module")
def browser():
    browser = chromium.Chromium()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def noted(finished, tmp_path_factory):
    """The finished project with a leaderboard score and a remark, and its page written anew."""
    project = finished.copy(tmp_path_factory.mktemp("noted") / "project")
    assert project.ablate("note", "final", "--leaderboard", "0.736", "--text", "first submission").returncode == 0
    result = project.ablate("logbook")
    assert result.returncode == 0, result.stderr
    project.address = (project.folder / "logbook" / "index.html").as_uri()
    return project


@pytest.fixture
def open_page(browser, noted):
    pages = []

    def open(address=noted.address, **options):
        pages.append(browser.page(**options).open(address))
        return pages[-1]

    yield open
    for page in pages:
        page.close()


def column(page, index, table="document.querySelector('#scores').closest('section').querySelector('table')"):
    rows = page.evaluate(f"[...{table}.tBodies[0].rows].filter((row) => !row.hidden).map((row) => (row.cells[{index}].querySelector('a') || row.cells[{index}]).textContent)")
    return rows


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_asks_for_nothing_and_complains_of_nothing(open_page, noted, scheme):
    page = open_page(scheme=scheme)
    assert page.requests() == [noted.address]
    assert page.complaints() == []
    assert page.evaluate("document.title") == "small — logbook"
    assert page.evaluate("document.querySelectorAll('svg').length") >= 7
    assert (noted.folder / "logbook" / "index.html").stat().st_size < 2 << 20


def test_the_policy_lets_only_the_pages_own_script_and_style_pass(open_page, noted, tmp_path):
    text = (noted.folder / "logbook" / "index.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert "unsafe" not in policy and policy.startswith("default-src 'none'; ") and policy.count("'sha256-") == 2
    foreign = ("<script>window.__pwned = 1</script><img src=x onerror='window.__pwned = 2'><style>h1 { color: rgb(1, 2, 3) }</style>"
               "<iframe src='data:text/html,x'></iframe><form action='x.html'><button id=send>x</button></form><h2 style='color: rgb(1, 2, 3)'>x</h2>")
    (tmp_path / "index.html").write_text(text.replace("</main>", foreign + "</main>"))
    page = open_page((tmp_path / "index.html").as_uri())
    page.evaluate("document.querySelector('#send').click()")
    assert page.evaluate("window.__pwned") is None
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") != "rgb(1, 2, 3)"
    assert page.evaluate("getComputedStyle([...document.querySelectorAll('h2')].pop()).color") != "rgb(1, 2, 3)"
    assert page.evaluate("document.querySelector('th button') !== null"), "the page's own script ran"
    assert page.answers() == [(tmp_path / "index.html").as_uri()] and len(page.complaints()) >= 3


def test_the_score_table_sorts_and_what_is_absent_comes_last(open_page):
    page = open_page()
    assert column(page, 0) == ["words", "tiny", "blend", "final"]
    click = "document.querySelectorAll('#scores ~ .wide th button')[{}].click()"
    page.evaluate(click.format(1))
    losses = [float(text) for text in column(page, 1)]
    assert losses == sorted(losses) and column(page, 0)[0] == "final"
    assert page.evaluate("document.querySelectorAll('#scores ~ .wide th')[1].ariaSort") == "ascending"
    page.evaluate(click.format(1))
    assert [float(text) for text in column(page, 1)] == sorted(losses, reverse=True)
    page.evaluate(click.format(0))
    assert column(page, 0) == ["blend", "final", "tiny", "words"]
    page.evaluate(click.format(3))
    gains = column(page, 3)
    assert gains[2:] == ["–", "–"] and [float(text.replace("−", "-")) for text in gains[:2]] == sorted(
        float(text.replace("−", "-")) for text in gains[:2]), "what improves on nothing comes last"
    for _ in range(2):
        page.evaluate(click.format(8))
        assert column(page, 8) == ["0.736", "–", "–", "–"]
    assert page.evaluate("document.querySelectorAll('#scores ~ .wide [aria-sort]').length") == 1


def test_the_score_table_filters_by_every_word(open_page):
    page = open_page()
    page.evaluate("document.querySelector('input[type=search]').focus()")
    page.type("mean TINY")
    assert column(page, 0) == ["blend"]
    assert page.evaluate("document.querySelector('output').textContent") == "1 of 4"
    page.evaluate("document.querySelector('input').value = ''; document.querySelector('input').dispatchEvent(new Event('input'))")
    assert len(column(page, 0)) == 4


def test_a_row_and_its_marks_light_up_together(open_page):
    page = open_page()
    page.evaluate("document.querySelector('tr[data-name=tiny]').scrollIntoView({block: 'center'})")
    box = page.evaluate("(({x, y, height}) => [x + 5, y + height / 2])(document.querySelector('tr[data-name=tiny]').getBoundingClientRect())")
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])
    assert page.evaluate("[...document.querySelectorAll('.lit')].map((one) => one.tagName + ' ' + one.dataset.name)") == ["TR tiny", "g tiny", "g tiny"]


def test_links_lead_to_each_result_and_each_ablation(open_page, noted):
    page = open_page()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids)), "ids are unique"
    key = noted.record("ablations/rank/lora.rank=4/evaluate")["key"]
    assert {f"run/{key[:12]}", f"run/{noted.record('final/evaluate')['key'][:12]}", "ablation/rank"} <= set(ids)
    for link in page.evaluate("[...document.querySelectorAll('a')].map((one) => one.getAttribute('href'))"):
        assert link.startswith("#") and link[1:] in ids
    there = open_page(f"{noted.address}#run/{key[:12]}", height=400)
    assert there.evaluate("document.querySelector(':target th').textContent") == "lora.rank=4"
    top = there.evaluate("document.querySelector(':target').getBoundingClientRect().top")
    assert 0 <= top < 400 and there.evaluate("getComputedStyle(document.querySelector(':target')).backgroundColor") != "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width, height", SIZES)
def test_every_text_has_the_contrast_that_wcag_asks_for(open_page, scheme, width, height):
    page = open_page(scheme=scheme, width=width, height=height)
    judgement = page.evaluate(JUDGE)
    assert judgement["failures"] == [] and judgement["texts"] > 150
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 24, 28)")


def test_the_judge_of_contrast_finds_what_is_faint(open_page):
    page = open_page()
    page.evaluate("document.querySelector('h2').style.color = '#999999'")
    assert page.evaluate(JUDGE)["failures"] == ["In short: 2.85"]


def axe() -> str:
    """axe-core, as its package for another browser driver carries it."""
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None:
        pytest.skip("there is no axe-core: Tests/requirements.txt names the package")
    return (Path(package.submodule_search_locations[0]) / "axe.min.js").read_text()


def violations(page) -> list[str]:
    """What axe-core finds against WCAG 2.2, levels A and AA, and its own advice; everything on the page is opened first."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    page.evaluate(axe() + ";0")
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        ".then((result) => result.violations.map((one) => [one.id, one.help, one.nodes.map((node) => node.html.slice(0, 200)).slice(0, 3)]))")
    return [f"{name}: {text}: {nodes}" for name, text, nodes in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width, height", SIZES)
def test_axe_finds_nothing_against_wcag(open_page, scheme, width, height):
    assert violations(open_page(scheme=scheme, width=width, height=height)) == []


def test_axe_finds_nothing_on_a_page_of_several_recipes(open_page, noted, tmp_path):
    other = noted.copy(tmp_path / "other")
    other.edit("recipe: small", "recipe: other")
    result = noted.ablate("logbook", str(other.recipe), "--output", str(tmp_path / "both"))
    assert result.returncode == 0, result.stderr
    assert violations(open_page((tmp_path / "both" / "index.html").as_uri())) == []


def test_axe_would_find_something(open_page, noted, tmp_path):
    text = (noted.folder / "logbook" / "index.html").read_text()
    (tmp_path / "index.html").write_text(text.replace("</main>", "<img src='data:,'><a href='#x'></a></main>").replace('lang="en"', ""))
    found = " ".join(violations(open_page((tmp_path / "index.html").as_uri())))
    assert all(rule in found for rule in ("html-has-lang", "image-alt", "link-name")), found


@pytest.mark.parametrize("width, height", SIZES + [(320, 640)])
def test_nothing_is_wider_than_the_window(open_page, width, height):
    page = open_page(width=width, height=height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate("[...document.querySelectorAll('body *')].filter((one) => !one.closest('.wide *') && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.tagName + one.textContent.slice(0, 20))")
    assert outside == []
    letters = page.evaluate("[...document.querySelectorAll('svg text')].map((one) => 13 * one.getScreenCTM().a)")
    assert min(letters) >= (10 if width >= 390 else 8.5)


def test_texts_of_figures_stay_inside_and_apart(open_page):
    page = open_page()
    assert page.evaluate("""[...document.querySelectorAll('svg text')].filter((one) => {
        const own = one.getBoundingClientRect(), all = one.closest('svg').getBoundingClientRect();
        return own.left < all.left - 1 || own.right > all.right + 1 || own.top < all.top - 1 || own.bottom > all.bottom + 1;
    }).map((one) => one.textContent)""") == []
    assert page.evaluate("""[...document.querySelectorAll('svg')].flatMap((svg) => {
        const boxes = [...svg.querySelectorAll('text')].map((one) => [one.textContent, one.getBoundingClientRect()]);
        return boxes.flatMap(([name, a], index) => boxes.slice(index + 1).filter(([, b]) =>
            a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 5 && b.top < a.bottom - 5).map(([other]) => name + ' / ' + other));
    })""") == []


def test_everything_can_be_reached_and_worked_with_the_tab_key(open_page):
    page = open_page()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    wanted = page.evaluate("[...document.querySelectorAll('a[href], button, input, summary, [tabindex=\"0\"]')].length")
    seen = []
    for _ in range(wanted):
        page.press("Tab", 9)
        seen.append(page.evaluate("""(() => {
            const one = document.activeElement;
            one.dataset.visit = (one.dataset.visit || 0) * 1 + 1;
            return [one.tagName, getComputedStyle(one).outlineStyle !== 'none'];
        })()"""))
    assert all(is_outlined for _, is_outlined in seen), seen
    assert page.evaluate("document.querySelectorAll('[data-visit=\"1\"]').length") == wanted
    page.evaluate("document.querySelectorAll('#scores ~ .wide th button')[1].focus()")
    page.press("Enter", 13, "\r")
    assert column(page, 0)[0] == "final"


def test_structure_and_names_are_there_for_a_screen_reader(open_page):
    page = open_page()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((one) => one.tagName[1] * 1).every((level, index, all) => index === 0 ? level === 1 : level <= all[index - 1] + 1)")
    assert page.evaluate("[...document.querySelectorAll('svg')].every((one) => one.getAttribute('role') === 'img' && one.getAttribute('aria-label'))")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    nameless = [node["role"]["value"] for node in nodes if not node.get("ignored") and node["role"]["value"] in {"button", "link", "searchbox", "image", "region", "columnheader"} and not node.get("name", {}).get("value")]
    assert nameless == []


def test_without_script_the_page_says_the_same(open_page):
    texts = "[...document.querySelectorAll('main td, main dd, main li, svg text')].map((one) => one.textContent)"
    page, plain = open_page(), open_page(script=False)
    assert plain.evaluate("document.querySelector('th button, input')") is None
    assert plain.evaluate(texts) == page.evaluate(texts)


def test_it_prints_dark_on_white_and_whole(open_page):
    page = open_page(scheme="dark", width=700)
    pdf = base64.b64decode(page.call("Page.printToPDF", printBackground=True)["data"])
    assert pdf.startswith(b"%PDF") and 1 <= pdf.count(b"/Type /Page\n") <= 12
    page.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.evaluate("[...document.querySelectorAll('table')].every((one) => one.getBoundingClientRect().right <= innerWidth)")
    assert page.evaluate(JUDGE)["failures"] == []
