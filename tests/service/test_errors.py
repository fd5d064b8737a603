"""The tree of errors: codes are stable and unique, statuses fit their branch."""

import re

import pytest

from service import errors
from service.errors import (
    CallerError,
    CapacityError,
    InternalError,
    PrintlinkError,
    StartupError,
)


def walk(kind):
    yield kind
    for child in kind.__subclasses__():
        yield from walk(child)


TREE = [kind for kind in walk(PrintlinkError) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", TREE)
def test_the_drawing_shows_every_class(kind):
    assert re.search(rf"\b{kind.__name__}\b", errors.__doc__)


def test_the_drawing_shows_no_class_that_is_not_there():
    drawn = set(re.findall(r"\w+Error\b", errors.__doc__))
    assert drawn == {kind.__name__ for kind in TREE}


def test_codes_of_what_callers_meet_are_unique():
    leaves = [kind for kind in TREE if issubclass(kind, CallerError | CapacityError)]
    own = [kind.code for kind in leaves if "code" in vars(kind)]
    assert len(own) == len(set(own))


@pytest.mark.parametrize(
    ("branch", "allowed"),
    [
        (CallerError, range(400, 429)),
        (CapacityError, (429, 503, 504)),
        (InternalError, (500,)),
        (StartupError, (500,)),
    ],
)
def test_statuses_fit_their_branch(branch, allowed):
    assert {kind.status for kind in walk(branch)} <= set(allowed)


def test_an_error_carries_its_detail_and_when_to_come_back():
    error = errors.QueueFullError("4 wait", retry_after_s=2)
    assert (str(error), error.detail, error.retry_after_s) == ("4 wait", "4 wait", 2)
