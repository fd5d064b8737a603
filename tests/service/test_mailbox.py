"""The newest frame wins; what waited is dropped and counted."""

import asyncio

import pytest

from service.mailbox import Mailbox

pytestmark = pytest.mark.anyio


async def test_frames_are_numbered_in_order_of_arrival_and_the_newest_wins():
    mailbox = Mailbox()
    assert mailbox.put(b"a") is None
    assert mailbox.put(b"b").data == b"a"
    assert mailbox.put(b"c").data == b"b"
    newest = mailbox.take()
    assert (newest.frame_id, newest.data, mailbox.dropped) == (2, b"c", 2)
    assert mailbox.take() is None


async def test_a_frame_that_was_taken_is_not_dropped_by_the_next():
    mailbox = Mailbox()
    mailbox.put(b"a")
    mailbox.take()
    assert mailbox.put(b"b") is None
    assert mailbox.dropped == 0


async def test_waiting_ends_when_a_frame_comes_and_when_the_mailbox_closes():
    mailbox = Mailbox()
    waiting = asyncio.create_task(mailbox.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    mailbox.put(b"a")
    assert await waiting is True
    mailbox.take()
    waiting = asyncio.create_task(mailbox.wait())
    await asyncio.sleep(0)
    mailbox.close()
    assert await waiting is False


async def test_a_frame_grows_old():
    mailbox = Mailbox()
    mailbox.put(b"a")
    await asyncio.sleep(0.01)
    assert 0.01 <= mailbox.take().age_s < 5
