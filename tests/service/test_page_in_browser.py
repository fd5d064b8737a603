"""The camera page in a real Chromium, before a server whose pipeline is of our making."""

import dataclasses
import re
from contextlib import suppress

import cv2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as Overdue

from service.keys import Key, digest_secret, write_keys
from service.records import Box, Host, LinkLine, Point
from service.settings import AccessSettings, Settings, StreamSettings
from tests.service.browser import (
    DESKTOP,
    INSECURE_HOST,
    PAGE,
    PHONE,
    open_browser,
    open_tab,
    write_video,
)
from tests.service.clients import open_server, open_stream, wait_until_ready
from tests.service.fakes import LINK, FakeBuilder, FakePipeline

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SECRET = "plk_test-key"
TAPS, TAP_MS = 5, 5000
FALSE_URL = "http://аpple.com/"  # Its first letter is Cyrillic.


def place(link, *, top, **changes):
    """Return `link` as it stands 60 pixels high in a camera frame of 540 x 720."""
    corners = (Point(40, top), Point(500, top), Point(500, top + 60), Point(40, top + 60))
    return dataclasses.replace(
        link,
        box=Box(40, top, 500, top + 60),
        polygon=corners,
        lines=(LinkLine(corners, link.raw),),
        prefix=dataclasses.replace(link.prefix, box=Box(40, top, 160, top + 60)),
        **changes,
    )


FALSE_HOST = Host("аpple.com", "xn--pple-43d.com", mixed_script=True)
LINKS = (
    place(LINK, top=100),
    place(LINK, top=400, url=FALSE_URL, raw=FALSE_URL, scheme="http", host=FALSE_HOST, repairs=()),
    place(LINK, top=600, url="ftp://ftp.gnu.org/gnu", scheme="ftp", repairs=()),
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    page = cv2.resize(cv2.imread(str(PAGE)), (540, 720), interpolation=cv2.INTER_AREA)
    video = write_video(tmp_path_factory.mktemp("camera") / "page.y4m", [page] * 2)
    with open_browser(video) as browser:
        yield browser


@pytest.fixture(scope="module")
def server():
    with open_server(build=FakeBuilder(FakePipeline(links=LINKS))) as client:
        wait_until_ready(client)
        yield client


@pytest.fixture
def keys_file(tmp_path):
    path = tmp_path / "keys"
    write_keys(path, [Key("phone", digest_secret(SECRET))])
    return path


def visit(tab, server):
    tab.goto(str(server.base_url))


def find_row(tab, url):
    return tab.locator("#links li", has_text=url).get_by_role("button")


def wait_for_state(tab, text):
    tab.locator("#state", has_text=re.compile(f"^{text}$")).wait_for()


def wait_until_settled(tab, count=3):
    tab.locator("#overlay .box:not(.is-unsure)").nth(count - 1).wait_for(state="attached")


def tap_box(tab, url):
    """Tap a box until its card opens, as people do: on a busy machine a tap can be lost."""
    line = tab.locator(f'#overlay .box[data-url="{url}"] .line')
    for _ in range(TAPS):
        x, y, width, height = line.evaluate(
            "one => (({x, y, width, height}) => [x, y, width, height])(one.getBoundingClientRect())"
        )
        tab.touchscreen.tap(x + width / 2, y + height / 2)
        with suppress(Overdue):
            tab.get_by_role("dialog").wait_for(timeout=TAP_MS)
            return
    pytest.fail(f"{url} was tapped {TAPS} times and no card opened")


def test_the_camera_finds_links_and_a_tap_shows_what_they_are(browser, server):
    with open_tab(browser) as tab:
        visit(tab, server)
        wait_until_settled(tab)
        tap_box(tab, LINK.url)
        card = tab.get_by_role("dialog", name="tensorflow.org")
        card.wait_for()
        assert card.locator("#card-url").inner_text() == LINK.url
        assert card.locator("#card-url strong").inner_text() == "tensorflow.org"
        assert "96 %" in card.inner_text()
        assert "htlps:// → https://" in card.inner_text()
        strip = card.get_by_role("img", name="The link as it is printed").bounding_box()
        assert strip["width"] > 4 * strip["height"] > 0


def test_a_link_opens_only_when_it_is_asked_to_and_learns_nothing(browser, server):
    with open_tab(browser) as tab:
        asked = []
        tab.context.route(
            "https://tensorflow.org/**",
            lambda route: (asked.append(route.request), route.fulfill(body="here")),
        )
        visit(tab, server)
        wait_until_settled(tab)
        tap_box(tab, LINK.url)
        tab.get_by_role("dialog").wait_for()
        assert asked == []
        with tab.context.expect_page() as opened:
            tab.get_by_role("link", name="Open link").click()
        opened.value.wait_for_load_state()
        assert opened.value.url == LINK.url
        assert opened.value.evaluate("[opener, document.referrer]") == [None, ""]
        assert [request.headers.get("referer") for request in asked] == [None]


def test_a_false_name_is_warned_of_and_a_foreign_scheme_cannot_be_opened(browser, server):
    with open_tab(browser) as tab:
        visit(tab, server)
        wait_until_settled(tab)
        find_row(tab, FALSE_URL).click()
        warnings = tab.locator("#card-warnings").inner_text()
        assert "mixes alphabets" in warnings
        assert "xn--pple-43d.com" in warnings
        assert "Not encrypted" in warnings
        tab.keyboard.press("Escape")
        find_row(tab, "ftp://ftp.gnu.org/gnu").click()
        assert "Copy it" in tab.locator("#card-warnings").inner_text()
        assert not tab.locator("#card-open").is_visible()
        assert tab.locator("#card-open").get_attribute("href") is None


def test_a_tap_far_from_every_link_does_nothing(browser, server):
    with open_tab(browser) as tab:
        visit(tab, server)
        wait_until_settled(tab)
        view = tab.locator("#view").bounding_box()
        tab.touchscreen.tap(view["x"] + view["width"] / 2, view["y"] + 0.4 * view["height"])
        tab.wait_for_timeout(200)
        assert tab.get_by_role("dialog").count() == 0


def test_the_keyboard_reaches_everything_and_comes_back(browser, server):
    with open_tab(browser, **DESKTOP, has_touch=False, is_mobile=False) as tab:
        visit(tab, server)
        wait_until_settled(tab)
        focused = []
        for _ in range(8):
            tab.keyboard.press("Tab")
            focused.append(tab.evaluate("document.activeElement.innerText.split('\\n')[0]"))
        assert focused[:4] == [
            "Skip to the links",
            "Stop camera",
            "Choose a picture",
            "tensorflow.org",
        ]
        find_row(tab, LINK.url).focus()
        pointed = tab.locator("#overlay .is-pointed")
        assert pointed.get_attribute("data-url") == LINK.url
        # What is shown next has the mark as well.
        drawn = pointed.element_handle()
        tab.wait_for_function("drawn => !drawn.isConnected", arg=drawn)
        assert pointed.get_attribute("data-url") == LINK.url
        tab.keyboard.press("Enter")
        tab.get_by_role("dialog").wait_for()
        tab.keyboard.press("Escape")
        tab.get_by_role("dialog").wait_for(state="hidden")
        assert find_row(tab, LINK.url).evaluate("row => row === document.activeElement")


def test_the_links_are_told_to_who_cannot_see_them(browser, server):
    with open_tab(browser) as tab:
        visit(tab, server)
        wait_until_settled(tab)
        tab.get_by_role("status").filter(has_text="3 links found").wait_for()
        assert LINK.url in tab.get_by_role("status").inner_text()


def test_the_history_outlasts_the_page_until_it_is_cleared(browser, server):
    with open_tab(browser) as tab:
        visit(tab, server)
        wait_until_settled(tab)
        tab.get_by_role("button", name="Stop camera").click()
        tab.reload()
        tab.locator("#history summary").click()
        assert tab.locator("#past li").count() == 3
        tab.get_by_role("button", name="Stop camera").click()
        tab.get_by_role("button", name="Clear history").click()
        assert tab.evaluate("localStorage.getItem('printlink.history')") == "[]"
        assert not tab.locator("#history").is_visible()


def test_a_picture_can_be_chosen_pasted_and_dropped(browser, server):
    with open_tab(browser, camera=False) as tab:
        visit(tab, server)
        with tab.expect_file_chooser() as chooser:
            tab.get_by_role("button", name="Choose a picture").click()
        chooser.value.set_files(PAGE)
        wait_for_state(tab, "3 links found")
        assert tab.locator("#overlay .box").count() == 3
        for kind in ("paste", "drop"):
            tab.reload()
            wait_for_state(tab, "Camera off")
            bring_picture(tab, kind)
            wait_for_state(tab, "3 links found")


def bring_picture(tab, kind):
    tab.evaluate(
        """async (kind) => {
          const canvas = document.createElement("canvas");
          Object.assign(canvas, { width: 540, height: 720 }).getContext("2d");
          const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
          const data = new DataTransfer();
          data.items.add(new File([blob], "page.png", { type: "image/png" }));
          const event = kind === "paste"
            ? new ClipboardEvent(kind, { clipboardData: data })
            : new DragEvent(kind, { dataTransfer: data, cancelable: true });
          dispatchEvent(event);
        }""",
        kind,
    )


def test_what_is_no_picture_is_told_so(browser, server, tmp_path):
    text = tmp_path / "page.jpg"
    text.write_text("not a picture")
    with open_tab(browser, camera=False) as tab:
        visit(tab, server)
        tab.locator("#file").set_input_files(text)
        tab.get_by_role("alert").filter(has_text="JPEG, PNG or WebP").wait_for()


def test_a_key_is_asked_for_kept_in_the_tab_and_never_in_an_address(browser, keys_file):
    settings = Settings(access=AccessSettings(keys_file=keys_file))
    builder = FakeBuilder(FakePipeline(links=LINKS))
    with open_server(settings, builder) as server, open_tab(browser) as tab:
        wait_until_ready(server)
        addresses = []
        tab.on("request", lambda request: addresses.append(request.url))
        tab.on("websocket", lambda socket: addresses.append(socket.url))
        visit(tab, server)
        asked = tab.get_by_role("dialog", name="API key")
        asked.get_by_text("answers only with a key").wait_for()
        give_key(tab, "plk_wrong")
        asked.get_by_text("did not take the key").wait_for()
        give_key(tab, SECRET)
        wait_until_settled(tab)
        tab.locator("#file").set_input_files(PAGE)
        wait_for_state(tab, "3 links found")
        tab.reload()
        wait_until_settled(tab)
        assert tab.evaluate("Object.values(localStorage).join()").count("plk_") == 0
        assert tab.evaluate("Object.values(sessionStorage)") == [SECRET]
    assert any("/v1/stream" in address for address in addresses)
    assert [address for address in addresses if "plk_" in address] == []


def give_key(tab, key):
    tab.get_by_label("Key", exact=True).fill(key)
    tab.get_by_role("button", name="Use key").click()


def test_a_picture_asks_for_the_key_too(browser, keys_file):
    settings = Settings(access=AccessSettings(keys_file=keys_file))
    builder = FakeBuilder(FakePipeline(links=LINKS))
    with open_server(settings, builder) as server, open_tab(browser, camera=False) as tab:
        wait_until_ready(server)
        visit(tab, server)
        tab.locator("#file").set_input_files(PAGE)
        tab.get_by_role("dialog", name="API key").wait_for()
        give_key(tab, SECRET)
        wait_for_state(tab, "3 links found")


def test_a_full_service_is_told_and_waited_for(browser):
    settings = Settings(stream=StreamSettings(max_streams=1))
    builder = FakeBuilder(FakePipeline(links=LINKS))
    with open_server(settings, builder) as server, open_tab(browser) as tab:
        wait_until_ready(server)
        with open_stream(server) as other:
            other.ask(PAGE.read_bytes())
            visit(tab, server)
            tab.get_by_role("alert").filter(has_text="The service is busy").wait_for()
        wait_until_settled(tab)
        assert not tab.get_by_role("alert").is_visible()


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("NotFoundError", "No camera was found"),
        ("NotReadableError", "The camera is in use"),
        ("TypeError", "The camera did not start"),
    ],
)
def test_a_camera_that_fails_is_told_with_what_to_do(browser, server, name, title):
    with open_tab(browser, camera=False) as tab:
        break_camera(tab, name)
        visit(tab, server)
        tab.get_by_role("button", name="Start camera").click()
        alert = tab.get_by_role("alert").filter(has_text=title)
        alert.wait_for()
        assert alert.get_by_role("button", name="Choose a picture").is_visible()


def test_a_camera_that_is_refused_is_told_how_to_allow_it(browser, server):
    with open_tab(browser, camera=False) as tab:
        visit(tab, server)
        tab.get_by_role("button", name="Start camera").click()
        tab.get_by_role("alert").filter(has_text="Allow the camera for this page").wait_for()


def break_camera(tab, name):
    tab.add_init_script(
        "MediaDevices.prototype.getUserMedia = async () => "
        f"{{ throw new DOMException('', '{name}'); }};"
    )


def test_an_address_that_is_not_secure_offers_a_photo_instead(browser, server):
    with open_tab(browser) as tab:
        tab.goto(f"http://{INSECURE_HOST}:{server.base_url.port}/")
        tab.get_by_role("button", name="Start camera").click()
        alert = tab.get_by_role("alert").filter(has_text="needs a secure address")
        alert.wait_for()
        with tab.expect_file_chooser() as chooser:
            alert.get_by_role("button", name="Take a photo").click()
        chooser.value.set_files(PAGE)
        wait_for_state(tab, "3 links found")


def test_torch_and_zoom_are_offered_where_the_camera_has_them(browser, server):
    with open_tab(browser) as tab:
        tab.add_init_script(
            """
            MediaStreamTrack.prototype.getCapabilities = () => ({
              torch: true, zoom: { min: 1, max: 4, step: 0.5 },
            });
            window.wanted = [];
            MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => {
              window.wanted.push(advanced[0]);
            };
            """
        )
        visit(tab, server)
        torch = tab.get_by_role("button", name="Torch")
        torch.click()
        assert torch.get_attribute("aria-pressed") == "true"
        torch.click()
        tab.get_by_role("slider", name="Zoom").fill("2.5")
        assert tab.evaluate("wanted") == [{"torch": True}, {"torch": False}, {"zoom": 2.5}]


MOVE = """
async ([address, moves]) => {
  const { PyramidTaker } = await import(address.replace("main.js", "pyramid.js"));
  const { MotionTracker, toMatrix } = await import(address.replace("main.js", "motion.js"));
  const size = { width: 1080, height: 1440 };
  const page = document.getElementById("still");
  const taker = new PyramidTaker();
  const draw = ([dx, dy, turn, zoom]) => {
    const canvas = Object.assign(document.createElement("canvas"), size);
    const context = canvas.getContext("2d");
    context.fillStyle = "#665544";
    context.fillRect(0, 0, size.width, size.height);
    context.translate(540 + dx, 720 + dy);
    context.rotate(turn);
    context.scale(zoom, zoom);
    context.translate(-540, -720);
    context.drawImage(page, 0, 0);
    return [taker.take(canvas, size), context.getTransform()];
  };
  const tracker = new MotionTracker(draw([0, 0, 0, 1])[0]);
  return moves.map((move) => {
    const [pyramid, truth] = draw(move);
    const motion = tracker.follow(pyramid);
    if (motion === null) return null;
    const values = toMatrix(motion, size, size.height / pyramid[0].height).match(/-?[\\d.e-]+/g);
    const found = new DOMMatrix(values.map(Number));
    return Math.max(...[[200, 300], [900, 300], [540, 900]].map(([x, y]) => {
      const [ours, theirs] = [found, truth].map((m) => new DOMPoint(x, y).matrixTransform(m));
      return Math.hypot(ours.x - theirs.x, ours.y - theirs.y);
    }));
  });
}
"""


def test_boxes_follow_the_print_through_the_moves_of_a_hand(browser, server):
    hand = [[0, 0, 0, 1], [10, 5, 0, 1], [40, -20, 0.02, 1], [60, -40, 0.04, 1.02], [80, 60, 0, 1]]
    jump = [[150, 100, 0, 1]]
    with open_tab(browser, camera=False) as tab:
        visit(tab, server)
        tab.locator("#file").set_input_files(PAGE)
        wait_for_state(tab, "3 links found")
        address = tab.locator("script[type=module]").evaluate("script => script.src")
        errors_px = tab.evaluate(MOVE, [address, hand + jump])
        tab.get_by_role("button", name="Start camera").wait_for()
    # A line of print on this page is 30 pixels high.
    assert all(error is not None and error < 4 for error in errors_px), errors_px


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_keeps_people_out(browser, server, scheme, size):
    options = {**size, "color_scheme": scheme, "reduced_motion": "reduce"}
    with open_tab(browser, camera=False, **options) as tab:
        visit(tab, server)
        tab.get_by_role("button", name="Start camera").wait_for()
        assert find_barriers(tab) == []
        tab.get_by_role("button", name="Start camera").click()
        tab.get_by_role("alert").wait_for()
        assert find_barriers(tab) == []
        tab.locator("#file").set_input_files(PAGE)
        wait_for_state(tab, "3 links found")
        tab.locator("#history summary").click()
        assert find_barriers(tab) == []
        find_row(tab, FALSE_URL).click()
        tab.get_by_role("dialog").wait_for()
        assert find_barriers(tab) == []


def find_barriers(tab):
    """Return what axe-core finds serious or worse."""
    found = Axe().run(tab).response["violations"]
    return [
        (rule["id"], [node["html"] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in {"serious", "critical"}
    ]


def test_the_smallest_phone_scrolls_in_one_direction_only(browser, server):
    with open_tab(browser, viewport={"width": 320, "height": 568}) as tab:
        visit(tab, server)
        wait_until_settled(tab)
        assert tab.evaluate("document.documentElement.scrollWidth") == 320
        for button in tab.get_by_role("button").all():
            if button.is_visible():
                assert button.bounding_box()["height"] >= 44
