"""Whatever stands in place of a value, the answer is settings or a list of mistakes with lines: never a traceback."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from listener.config import load
from listener.errors import ConfigError
from tests.config.conftest import GOOD, find

VALUES = (
    *("0", "-1", "1e400", "nan", "true", "1979-05-27", "07:32:00"),
    *('""', '"x"', '"5m"', '"console"', '"@"', '"slack:#x"', '"((("', '"\\u0000\\n/"'),
    *("[]", "[[]]", '["x", 1]', "[{}]", '[{ use = "forum" }]', "{}", '{ a = "b" }', "{ use = { use = 1 } }"),
)
VALUE = re.compile(r"^(\S+ = )(.+)$", re.MULTILINE)
WRITTEN = {name: (GOOD / name).read_text(encoding="utf-8") for name in ("listener.toml", "topics.toml")}
PLACES = [(name, place) for name, text in WRITTEN.items() for place in range(len(VALUE.findall(text)))]


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(VALUES)), min_size=1, max_size=3))
def test_any_value_anywhere_is_taken_or_refused_with_its_line(changes: list[tuple[tuple[str, int], str]]) -> None:
    files = dict(WRITTEN)
    for (name, place), value in changes:
        start, end = list(VALUE.finditer(files[name]))[place].span(2)
        files[name] = files[name][:start] + value + files[name][end:]
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        try:
            load(folder, {}, find)
        except ConfigError as refused:
            for problem in refused.problems:
                assert re.match(rf"{re.escape(temporary)}/\w+\.toml:\d+: \S+: ", problem), problem
