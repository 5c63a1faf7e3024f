"""The style figures: each is measured on a small invented code base."""

from pathlib import Path
from textwrap import dedent

import pytest

from scripts.style import Figure, annotated, comments, cycle, docstrings, figures, functions, lines, main, modules

Files = dict[str, str]


def write(folder: Path, files: Files) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def package(tmp_path: Path, files: Files) -> Path:
    return write(tmp_path / "shop", {"__init__.py": '"""A shop."""\n', **files})


def test_functions_are_measured_from_def_to_their_last_line(tmp_path: Path) -> None:
    code = modules(
        package(
            tmp_path,
            {
                "a.py": """\
                    def short() -> int: return 1

                    class Till:
                        @property
                        def total(self) -> int:
                            '''All of it.'''
                            async def later() -> int:
                                return 2
                            return 3
                    """
            },
        )
    )
    assert sorted(functions(code).values()) == [1, 2, 5]


def test_every_parameter_and_result_counts_but_self_and_cls(tmp_path: Path) -> None:
    code = modules(package(tmp_path, {"a.py": "def f(self, a: int, *b, c=1, **d: int): ...\n"}))
    assert annotated(code) == pytest.approx(100 * 2 / 5)


def test_docstrings_are_wanted_on_modules_and_public_names_only(tmp_path: Path) -> None:
    text = '''\
        """A module."""
        class Open:
            """Open."""
            def bare(self) -> None:
                def inner() -> None: ...
            def __len__(self) -> int: return 0
        class _Closed:
            def quiet(self) -> None: ...
        @overload
        def told(a: int) -> None: ...
        def told() -> None:
            """Told."""
        '''
    code = modules(package(tmp_path, {"a.py": text}))
    told = {place.rpartition("shop/")[2]: told for place, told in docstrings(code).items()}
    assert told == {"__init__.py:0": True, "a.py:0": True, "a.py:2": True, "a.py:4": False, "a.py:11": True}


def test_comments_are_told_from_strings(tmp_path: Path) -> None:
    (_, module) = modules(package(tmp_path, {"a.py": 'a = "# no"  # yes\n\n# and yes\n'}))
    assert comments(module) == 2
    assert lines(module) == 2


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "import shop.b\n", "b.py": "import shop.a\n"},
        {"a.py": "from shop import b\n", "b.py": "from shop.a import name\n"},
        {"a.py": "from . import b\n", "b.py": "from .a import name\n"},
        {"a.py": "from shop.b import name\n", "b.py": "def later() -> None:\n    from shop.a import name\n"},
        {"a/__init__.py": "from .c import x\n", "a/c.py": "from ..b import y\n", "b.py": "from shop.a import x\n"},
    ],
)
def test_a_cycle_is_found_however_it_is_written(tmp_path: Path, files: Files) -> None:
    found = cycle(modules(package(tmp_path, files)))
    assert {name.split(".")[1] for name in found} == {"a", "b"}


def test_a_package_that_gathers_its_modules_is_no_cycle(tmp_path: Path) -> None:
    files = {
        "a/__init__.py": "from .c import x\nfrom .d import y\n",
        "a/c.py": "from . import d\nfrom shop.a import d as e\nx = 1\n",
        "a/d.py": "import json\nfrom collections.abc import Set\ny = 1\n",
    }
    assert cycle(modules(package(tmp_path, files))) == []


def test_a_figure_beyond_its_aim_is_marked() -> None:
    long = Figure("files, longest", 401, most=400, where="a.py")
    fair = Figure("comments", 3, least=3, most=6)
    assert not long.met
    assert str(long).split() == ["✗", "files,", "longest", "401", "≤", "400", "a.py"]
    assert fair.met
    assert str(fair).split() == ["comments", "3", "≥", "3", "and", "≤", "6"]


GOOD = {
    "listener/__init__.py": '"""Good."""\n',
    "listener/a.py": '"""Good."""\n\ndef f() -> int:\n    """One."""\n    return 1  # because\n',
    "tests/test_a.py": "def test() -> None:\n    assert True\n" * 5,
}


def test_good_code_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = '"""Good."""\n' + "x = 1\n" * 20
    assert main(write(tmp_path, {**GOOD, "listener/long.py": long, "tests/test_long.py": long})) == 0
    assert "✗" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("long", '"""M."""\n' + "x = 1\n" * 400, "files, longest"),
        ("deep", '"""M."""\ndef f() -> None:\n    """F."""\n' + "    g()\n" * 60, "functions, longest"),
        ("bare", '"""M."""\ndef f(x) -> None:\n    """F."""\n', "annotated"),
        ("mute", "x = 1\n", "docstrings"),
        ("chat", '"""M."""\n' + "# well\n" * 30, "comments"),
        ("loop", '"""M."""\ndef f() -> None:\n    """F."""\n    import listener.a\n', "import cycles"),
    ],
)
def test_each_excess_fails_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, complaint: str
) -> None:
    folder = write(tmp_path, {**GOOD, f"listener/{name}.py": text})
    if name == "loop":
        write(folder, {"listener/a.py": '"""M."""\nimport listener.loop\n'})
    assert main(folder) == 1
    marked = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(complaint in line for line in marked)


def test_tests_must_not_be_fewer_than_code(tmp_path: Path) -> None:
    write(tmp_path, {**GOOD, "tests/test_a.py": "x = 1\n"})
    (ratio,) = [
        figure
        for figure in figures(modules(tmp_path / "listener"), modules(tmp_path / "tests"))
        if figure.what.startswith("lines of tests")
    ]
    assert ratio.value == pytest.approx(1 / 5)
    assert not ratio.met
