"""Content negotiation picks the best offered type that the caller accepts."""

import pytest

from service.accept import choose_media_type
from service.errors import AcceptError

OFFERED = ("application/json", "image/jpeg")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("image/jpeg", "image/jpeg"),
        ("IMAGE/JPEG", "image/jpeg"),
        ("image/*", "image/jpeg"),
        ("text/html, image/jpeg;q=0.2", "image/jpeg"),
        ("application/json;q=0.5, image/jpeg", "image/jpeg"),
        ("application/json;q=0.5, */*;q=0.1", "application/json"),
        ("application/json;q=0, */*", "image/jpeg"),
        ("image/jpeg;q=7", "image/jpeg"),
        ("image/jpeg; level=1; q=0.3, application/json;q=0.4", "application/json"),
    ],
)
def test_the_best_accepted_type_is_chosen(accept, chosen):
    assert choose_media_type(accept, OFFERED) == chosen


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "image/jpeg;q=much", "nonsense"])
def test_nothing_acceptable_is_an_error(accept):
    with pytest.raises(AcceptError):
        choose_media_type(accept, OFFERED)
