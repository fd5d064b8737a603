"""The outermost layer leaves alone what is no request, and counts what breaks off."""

import pytest

from service.access import AccessMiddleware
from service.metrics import Metrics
from service.traces import Traces

pytestmark = pytest.mark.anyio

REQUEST = {"type": "http", "method": "BREW", "path": "/x", "headers": []}


async def test_other_protocols_pass_untouched():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    scope = {"type": "lifespan"}
    await AccessMiddleware(app, Metrics(), Traces())(scope, None, None)
    assert seen == [{"type": "lifespan"}]


async def test_a_request_that_breaks_off_is_counted_as_499_and_odd_methods_as_other():
    async def app(scope, receive, send):
        raise ZeroDivisionError

    metrics = Metrics()
    with pytest.raises(ZeroDivisionError):
        await AccessMiddleware(app, metrics, Traces())(dict(REQUEST), None, None)
    labels = {"route": "unmatched", "method": "other", "status": "499"}
    assert metrics.registry.get_sample_value("printlink_http_requests_total", labels) == 1
