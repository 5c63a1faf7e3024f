from datetime import timedelta

import pytest

from listener.errors import Ambiguous, ChannelError, SourceError
from listener.testing import START, FakeChannel, FakeClock, FakeSource, edited, posts
from listener.types import Ask, Bad, Editable, Gap, Message, Recheck, Traceable


def message(key: str) -> Message:
    return Message(key=key, channel="fake", notice=f"about {key}")


def test_a_fake_clock_moves_only_when_told() -> None:
    clock = FakeClock()
    assert clock() == clock() == START
    assert clock.advance(90) == clock() == START + timedelta(seconds=90)
    assert clock.advance(-90) == START


def test_invented_posts_are_ordered_distinct_and_take_fields() -> None:
    made = posts(7, every=10, source="reddit", community="diy")
    assert [p.key for p in made] == [f"reddit:{n}" for n in range(1, 8)]
    assert [p.created_at for p in made] == [START + timedelta(seconds=10 * n) for n in range(7)]
    assert {p.community for p in made} == {"diy"}


def test_a_fake_source_pages_and_goes_on_from_its_cursor() -> None:
    source = FakeSource(posts(5))
    first = source.fetch(Ask(now=START, limit=3))
    rest = source.fetch(Ask(now=START, limit=3, cursors=first.cursors))
    assert ([p.id for p in first.posts], first.more) == (["1", "2", "3"], True)
    assert ([p.id for p in rest.posts], rest.more) == (["4", "5"], False)
    source.add(*posts(1, id="6"))
    assert [p.id for p in source.fetch(Ask(now=START, cursors=rest.cursors)).posts] == ["6"]
    assert len(source.asked) == 3


def test_a_fake_source_fails_repeats_and_reports_as_switched() -> None:
    source = FakeSource(posts(2))
    source.errors = [SourceError("fake", "503", code="503")]
    source.bad, source.gaps = [Bad("forum", "9", "{", "not JSON")], [Gap("posts", START, START, "lost")]
    with pytest.raises(SourceError, match="503"):
        source.fetch(Ask(now=START))
    page = source.fetch(Ask(now=START))
    assert (len(page.bad), len(page.gaps)) == (1, 1)
    assert source.fetch(Ask(now=START)).bad == ()
    source.repeat = True
    again = [source.fetch(Ask(now=START, limit=1)) for _ in range(2)]
    assert again[0] == again[1] and again[0].more


def test_a_fake_source_knows_edits_and_deletions() -> None:
    one, two = posts(2)
    source = FakeSource([one, two])
    source.add(edited(one, "sold, thanks"))
    source.delete(two.key)
    now = source.recheck(["1", "2"], START)
    assert isinstance(source, Recheck)
    assert ([p.text for p in now.posts], now.deleted) == (["sold, thanks"], ("forum:2",))


def test_a_fake_channel_keeps_what_arrived_and_finds_it() -> None:
    channel = FakeChannel()
    ref = channel.send(message("a"))
    assert isinstance(channel, Editable) and isinstance(channel, Traceable)
    assert channel.find([message("a"), message("b")], START) == {"a": ref}
    channel.update(message("a2"), ref)
    assert ([m.key for m in channel.messages], channel.updates) == (["a2"], [(ref, message("a2"))])


def test_a_fake_channel_refuses_loses_drops_and_hides_as_switched() -> None:
    channel = FakeChannel()
    channel.errors, channel.lose, channel.drop = [ChannelError("fake", "429", wait=3.0)], 1, 1
    seen: list[str] = []
    channel.on_send = lambda m: seen.append(m.key)
    with pytest.raises(ChannelError):
        channel.send(message("refused"))
    with pytest.raises(Ambiguous, match="cut"):
        channel.send(message("dropped"))
    with pytest.raises(Ambiguous, match="lost"):
        channel.send(message("arrived"))
    assert [m.key for m in channel.messages] == ["arrived"]
    assert seen == ["refused", "dropped", "arrived"]
    channel.hide = 1
    assert channel.find([message("arrived")], START) == {}
    channel.hide = 0
    assert channel.find([message("arrived")], START) == {"arrived": "fake/1"}
