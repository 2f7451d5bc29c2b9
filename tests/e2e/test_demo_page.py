"""The demo's page in a real browser: what a newcomer does first."""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest
from demo_process import Demo, running_demo
from needs import missing
from playwright.async_api import Browser, Page, async_playwright, expect

pytestmark = [pytest.mark.browser, pytest.mark.redis, pytest.mark.models]

ANSWER_WITHIN_MS = 30_000
# A machine that runs the rest of the suite shows what it must a little later than five seconds.
expect.set_options(timeout=ANSWER_WITHIN_MS)
WATER = "Can I drink water before surgery? Until what time?"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        missing("chromium not found: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, demo: Demo) -> AsyncIterator[Page]:
    """A page that complains about nothing and asks no other machine, in a conversation of its own."""
    context = await browser.new_context()
    page = await context.new_page()
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    await page.goto(f"{demo.url}/demo")
    await fresh_conversation(page)
    yield page
    assert complaints == []
    assert hosts == {urlsplit(demo.url).netloc}
    await context.close()


async def fresh_conversation(page: Page) -> None:
    """The next number of this language that nobody has written from; tests share one demo."""
    while True:
        address = f"whatsapp:{await page.locator('#number').inner_text()}"
        await expect(page.locator("#screen")).to_have_attribute("data-conversation", address)
        if await page.locator(".bubble").count() == 0:
            return
        await page.locator("#fresh").click()


async def write(page: Page, text: str) -> None:
    await page.locator("#message").fill(text)
    await page.locator("#message").press("Enter")


async def reply(page: Page, number: int) -> str:
    """The text of the reply of that number, counted from 1."""
    bubble = page.locator(".theirs:not(.typing) .text").nth(number - 1)
    await expect(bubble).to_be_visible(timeout=ANSWER_WITHIN_MS)
    return await bubble.inner_text()


async def test_a_question_is_answered_and_what_happened_is_told(page: Page) -> None:
    await write(page, WATER)
    text = await reply(page, 1)
    assert "Hello, Emma!" in text
    assert "2 hours" in text
    story = page.locator("#story")
    await expect(story.locator(".headline")).to_have_attribute("data-action", "answer")
    await expect(story).to_contain_text(WATER)
    await expect(story).to_contain_text("fasting.clear_liquids")
    await expect(story).to_contain_text("Sent, in approved wording")
    await expect(story).to_contain_text("Took")
    assert re.fullmatch("[0-9a-f]{64}", await story.locator(".hash").inner_text())
    await expect(page.locator(".mine .ticks")).to_have_attribute("data-state", "read")
    await expect(page.locator(".theirs .ticks")).to_have_attribute("data-state", "read")
    await expect(page.locator(".typing")).to_have_count(0)


async def test_a_follow_up_is_understood_and_earlier_turns_can_be_looked_at_again(page: Page) -> None:
    await write(page, WATER)
    await reply(page, 1)
    await write(page, "and coffee?")
    assert "black coffee" in await reply(page, 2)
    await expect(page.locator("#which")).to_have_text("Turn 2 of 2")
    await page.locator(".why").first.click()
    await expect(page.locator("#which")).to_have_text("Turn 1 of 2")
    await expect(page.locator("#story")).to_contain_text(WATER)


async def test_an_emergency_gets_its_route(page: Page) -> None:
    await write(page, "my chest hurts and I can't breathe")
    assert "112" in await reply(page, 1)
    await expect(page.locator(".headline")).to_have_attribute("data-action", "emergency")
    await expect(page.locator(".headline")).to_contain_text("staff alerted")


async def test_arabic_is_written_from_the_right(page: Page) -> None:
    await page.locator("#language").select_option("ar")
    await fresh_conversation(page)
    await page.locator("#samples button").first.click()
    text = await reply(page, 1)
    assert "2 ساعة" in text
    bubble = page.locator(".theirs:not(.typing) .text").first
    assert await bubble.evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert await page.locator("#log").evaluate("one => getComputedStyle(one).direction") == "rtl"
    mine, theirs = page.locator(".mine").first, page.locator(".theirs").first
    boxes = [await mine.bounding_box(), await theirs.bounding_box()]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] < boxes[1]["x"]


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_nothing_is_cut_off_on_a_narrow_screen(page: Page, language: str) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.locator("#language").select_option(language)
    await fresh_conversation(page)
    await page.locator("#samples button").first.click()
    await reply(page, 1)
    await expect(page.locator(".hash")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_the_keyboard_is_enough(page: Page) -> None:
    # Where a mouse has clicked before, Tab would go on from there.
    await page.reload()
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type(WATER)
    await expect(page.locator("#message")).to_have_value(WATER)
    outline = await page.locator("#message").evaluate("one => getComputedStyle(one).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    await reply(page, 1)
    await expect(page.locator("#message")).to_have_value("")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("x")
    assert await page.locator("#message").input_value() == "\nx"


async def test_a_photo_is_sent_and_declined(page: Page) -> None:
    await page.locator("#attach summary").click()
    await page.get_by_role("button", name="Photo").click()
    await reply(page, 1)
    await expect(page.locator(".headline")).to_have_attribute("data-action", "unsupported_media")


async def test_a_reload_finds_the_same_conversation(page: Page) -> None:
    await write(page, WATER)
    await reply(page, 1)
    await page.reload()
    assert "2 hours" in await reply(page, 1)
    await expect(page.locator(".mine")).to_have_count(1)


async def test_a_screen_reader_has_names_for_everything(page: Page) -> None:
    await expect(page.get_by_role("log", name="Messages")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Message", exact=True)).to_be_visible()
    await expect(page.get_by_role("combobox", name="Language")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_be_visible()
    await expect(page.get_by_role("region", name="What happened")).to_be_visible()
    assert await page.locator("#log").get_attribute("aria-live") == "polite"
    nameless = await page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, summary")].filter((one) =>
            one.offsetParent && !(one.textContent.trim() || one.ariaLabel || one.labels?.length)).length"""
    )
    assert nameless == 0
