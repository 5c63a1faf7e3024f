"""Values to rows and back."""

import hashlib
import sqlite3
from datetime import UTC, datetime
from typing import Any

import msgspec

from listener.tag.gazetteer import located
from listener.types import Evidence, Finding, Match, Moment, Post, Reach, Score, Sentiment, Span, Tags


def iso(time: datetime) -> str:
    """UTC with microseconds and "Z": sorts as text."""
    # strftime would write the year 1 as "1", which does not sort.
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def at(text: str) -> datetime:
    """The time that `iso` wrote."""
    return datetime.fromisoformat(text)


def dumps(value: object) -> str:
    """JSON text."""
    return msgspec.json.encode(value).decode()


def loads(text: str) -> Any:  # noqa: ANN401  # any JSON
    """The value of JSON text."""
    return msgspec.json.decode(text)


def digest(post: Post) -> str:
    """Changes when the words of a post do."""
    return hashlib.blake2b(post.words.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def post_row(post: Post, stream: str, now: datetime) -> dict[str, object]:
    """The columns of `posts` but for id, revision and what erasing fills."""
    return {
        "key": post.key,
        "source": post.source,
        "stream": stream,
        "url": post.url,
        "author": post.author,
        "text": post.text,
        "title": post.title,
        "community": post.community,
        "kind": post.kind,
        "parent": post.parent,
        "tags": dumps(post.tags),
        "links": dumps(post.links),
        "lang": post.lang,
        "place": post.place,
        "followers": post.reach.followers,
        "likes": post.reach.likes,
        "replies": post.reach.replies,
        "flags": dumps(post.flags),
        "hash": digest(post),
        "created_at": iso(post.created_at),
        "fetched_at": iso(now),
        "checked_at": iso(now),
    }


def post_of(row: sqlite3.Row) -> Post:
    """The post of a row of `posts`."""
    return Post(
        source=row["source"],
        id=row["key"].partition(":")[2],
        text=row["text"],
        title=row["title"],
        url=row["url"],
        author=row["author"],
        community=row["community"],
        kind=row["kind"],
        parent=row["parent"],
        tags=tuple(loads(row["tags"])),
        links=tuple(loads(row["links"])),
        lang=row["lang"],
        place=row["place"],
        reach=Reach(row["followers"], row["likes"], row["replies"]),
        flags=tuple(loads(row["flags"])),
        created_at=at(row["created_at"]),
    )


def tag_row(finding: Finding) -> dict[str, object]:
    """The columns of `findings` that tagging and scoring fill."""
    tags, score = finding.tags, finding.score
    return {
        "top_moment": tags.top_moment,
        "moments": dumps(tags.labels),
        **{f'"{m}"': tags.moments.get(m, 0.0) for m in Moment},
        "question": tags.question,
        "is_question": tags.is_question,
        "urgency": tags.urgency,
        "sentiment": tags.sentiment.label,
        "compound": tags.sentiment.compound,
        "sentiment_p": dumps(tags.sentiment.p),
        "place": tags.place,
        "signals": dumps(tags.signals),
        "lang": tags.lang,
        "score": score.value,
        "intent": score.intent,
        "urgency_score": score.urgency,
        "relevance": score.relevance,
        "expires_at": iso(score.expires_at),
        "evidence": dumps(tags.evidence),
        "leaves": dumps(finding.match.leaves),
        "spans": dumps(finding.match.spans),
        "vector": tags.vector,
        "tagger_version": tags.model,
    }


def finding_of(row: sqlite3.Row, post: Post) -> Finding:
    """The finding of a row of `named_findings` about this post."""
    return Finding(
        post=post,
        match=Match(
            row["topic"],
            tuple(loads(row["leaves"])),
            msgspec.json.decode(row["spans"], type=tuple[Span, ...]),
            row["topic_name"],
        ),
        tags=_tags_of(row, post.words),
        score=Score(
            row["score"], row["intent"], row["urgency_score"], row["relevance"], expires_at=at(row["expires_at"])
        ),
    )


def _tags_of(row: sqlite3.Row, words: str) -> Tags:
    negative, neutral, positive = loads(row["sentiment_p"])
    return Tags(
        moments={m: row[m.value] for m in Moment},
        labels=tuple(Moment(m) for m in loads(row["moments"])),
        question=row["question"],
        is_question=bool(row["is_question"]),
        urgency=row["urgency"],
        sentiment=Sentiment(row["sentiment"], row["compound"], (negative, neutral, positive)),
        signals=tuple(loads(row["signals"])),
        place=row["place"],
        where=located(row["place"], words) if row["place"] else None,
        lang=row["lang"],
        evidence=msgspec.json.decode(row["evidence"], type=tuple[Evidence, ...]),
        vector=row["vector"],
        model=row["tagger_version"],
    )
