"""A Dockerfile is read as its builder would read it."""

from bench.dockerfile import (
    DOCKERFILE,
    Instruction,
    list_context,
    read_command,
    read_stages,
    read_variables,
)

TEXT = """\
# syntax=docker/dockerfile:1
FROM one:1.2 AS build
RUN --mount=type=cache,target=/c --network=none make \\
    # why it is installed
    && make install
FROM two:3
COPY --from=build /a /b
CMD ["serve", "--all"]
CMD ["serve"]
"""


def test_stages_have_their_instructions_with_flags_and_joined_lines():
    build, last = read_stages(TEXT)
    assert (build.image, build.name, last.image, last.name) == ("one:1.2", "build", "two:3", "")
    flags = {"mount": "type=cache,target=/c", "network": "none"}
    assert build.instructions == (Instruction("RUN", flags, "make && make install"),)
    assert last.instructions[0] == Instruction("COPY", {"from": "build"}, "/a /b")


def test_the_last_command_counts():
    assert read_command(read_stages(TEXT)[1].find("CMD").rest) == ["serve"]


def test_the_words_of_a_health_check_follow_its_command():
    assert read_command('CMD ["python", "-c", "pass"]') == ["python", "-c", "pass"]


def test_variables_are_filled_in_by_those_before():
    known = {"PATH": "/bin"}
    assert read_variables("A=1 PATH=/app:$PATH", known) == {"A": "1", "PATH": "/app:/bin"}


def test_the_context_has_what_is_let_in_and_no_more(tmp_path):
    (tmp_path / ".dockerignore").write_text(
        "# nothing but\n*\n!keep.txt\n!code/**\n**/__pycache__\n"
    )
    for name in ("keep.txt", "drop.txt", "code/deep/a.py", "code/__pycache__/a.pyc", "other/b.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert sorted(map(str, list_context(tmp_path))) == ["code/deep/a.py", "keep.txt"]


def test_the_image_is_built_from_what_the_package_needs():
    names = set(map(str, list_context(DOCKERFILE.parent)))
    assert {"pyproject.toml", "uv.lock", "README.md", "service/cli.py"} <= names
    assert not any(name.startswith(("tests/", "docs/", "bench/")) for name in names)
