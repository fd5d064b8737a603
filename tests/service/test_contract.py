"""The service does what its OpenAPI document says, whatever callers make of that document."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.app import create_app
from service.settings import Settings
from tests.service.clients import open_server, wait_until_ready
from tests.service.fakes import FakeBuilder

EXAMPLES = 60
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
document = create_app(Settings(), build=FakeBuilder()).openapi()
schema = schemathesis.openapi.from_dict(document)


@pytest.fixture(scope="module")
def url():
    with open_server() as client:
        wait_until_ready(client)
        yield str(client.base_url)


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_document_promises(case, url):
    response = case.call(base_url=url)
    case.validate_response(response, checks=CHECKS)


def test_every_operation_is_checked():
    operations = {
        (operation.ok().method.upper(), operation.ok().path)
        for operation in schema.get_all_operations()
    }
    assert ("POST", "/v1/detect") in operations
    assert ("GET", "/v1/models") in operations
