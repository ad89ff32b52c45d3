"""Every command that prints, while servers, files and arguments hold texts that mean harm."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from support.canary import HEADER_KEY, assert_absent, forms
from support.hostile_text import (
    HOSTILE_TEXTS,
    NO_STYLE_OF_RICH,
    WHOLE_TEXTS,
    raw_characters,
    seen_by_a_terminal,
)
from support.preview_document import PreviewDocument
from support.raw_json_server import RawJsonServer, raw_json_server

from pulumi_setsmart.cli import main
from pulumi_setsmart.specification.reading import read_portfolio

STYLE = re.compile("\x1b\\[[0-9;?]*[A-Za-z]|\r")
"""What rich writes on a terminal."""

REPEATED_KEYS = st.sampled_from(sorted(forms(HEADER_KEY)))
"""The key as a server may repeat it."""

TEXTS = HOSTILE_TEXTS | st.builds("{}{}".format, HOSTILE_TEXTS, REPEATED_KEYS)

JSON_VALUES = st.recursive(
    TEXTS | st.integers(-9, 9) | st.none(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
FIELDS = st.dictionaries(TEXTS, JSON_VALUES, max_size=3)
LISTINGS = st.lists(
    st.builds(
        lambda name, status, fields: {**fields, "name": name, "status": status},
        TEXTS,
        TEXTS | st.just("active"),
        FIELDS,
    ),
    max_size=3,
).map(
    lambda listings: [{**listing, "id": f"prop_{place}"} for place, listing in enumerate(listings)]
)
HEADERS = (WHOLE_TEXTS | REPEATED_KEYS).map(
    lambda text: "".join(
        letter for letter in text if letter.isprintable() or not letter.isascii()
    ).strip()
)
ERRORS = st.one_of(
    FIELDS,
    st.builds(
        lambda message, code, field: {
            "error": {"message": message, "code": code, "field": field, "details": [message]},
            "errors": [{"field": field, "message": message}, {"field": code, "message": code}],
        },
        TEXTS,
        TEXTS,
        TEXTS,
    ),
)


@pytest.fixture(scope="module")
def server() -> Iterator[RawJsonServer]:
    """One for all examples."""
    with raw_json_server() as account:
        yield account


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose account is there, on a machine without Pulumi."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    (folder / "empty.yaml").write_text("properties: {}\n")
    return folder


def run(server: RawJsonServer, *arguments: str, **environment: str) -> Result:
    """Run a command; whatever it is given, it fails in lines, and prints no control characters."""
    result = CliRunner().invoke(
        main,
        [*arguments],
        env={
            "SETSMART_BASE_URL": server.url,
            "SETSMART_API_KEY": HEADER_KEY,
            "PATH": "/nowhere",
            **environment,
        },
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), arguments
    errors = STYLE.sub("", result.stderr) if "FORCE_COLOR" in environment else result.stderr
    assert seen_by_a_terminal(errors), ascii(errors)
    assert NO_STYLE_OF_RICH not in result.stderr
    assert "Traceback" not in result.output
    assert_absent(HEADER_KEY, result.stderr)
    if arguments[0] != "export":  # an export is data, which is exact
        assert_absent(HEADER_KEY, result.stdout)
    assert not any(line.startswith(("error: ", "forged")) for line in result.stderr.splitlines())
    assert sum(line.startswith("Error: ") for line in errors.splitlines()) <= 1
    return result


def assert_exact_json(text: str) -> Any:
    """Return what the text is, which a terminal may be shown."""
    assert raw_characters(text) == set()
    return json.loads(text)


@settings(max_examples=15)
@given(listings=LISTINGS, hooks=FIELDS, form=st.sampled_from(["yaml", "json", "csv"]))
def test_what_is_left_out_of_an_export_is_reported(
    server: RawJsonServer, listings: list[Any], hooks: Any, form: str
) -> None:
    """Data goes to standard output as it is, sentences to standard error as they are to be seen."""
    server.respond({"properties": listings, "webhooks": [{"id": "wh_1", **hooks}]})
    run(server, "export", "--env", "--format", form)


@settings(max_examples=15)
@given(texts=st.lists(WHOLE_TEXTS.filter(str.strip), max_size=3))
def test_what_is_exported_to_a_pipe_is_exact(
    server: RawJsonServer, tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    """Nothing that the display does to messages is done to data."""
    listings = [
        {"id": f"prop_{place}", "name": text, "status": "active"}
        for place, text in enumerate(texts)
    ]
    server.respond({"properties": listings, "webhooks": []})
    exported = run(server, "export", "--env", "--format", "json")
    assert exported.exit_code == 0
    file = tmp_path_factory.mktemp("exported") / "portfolio.json"
    file.write_bytes(exported.stdout_bytes)
    assert [listing.name for listing in read_portfolio(file).properties.values()] == texts


@settings(max_examples=15)
@given(listings=LISTINGS, hooks=FIELDS)
def test_an_account_is_as_its_backup(
    server: RawJsonServer,
    tmp_path_factory: pytest.TempPathFactory,
    listings: list[Any],
    hooks: dict[str, Any],
) -> None:
    """Whatever it holds: nothing differs that nobody changed, and what is left out is reported."""
    server.respond({"properties": listings, "webhooks": [{"id": "wh_1", **hooks}]})
    file = str(tmp_path_factory.mktemp("backup") / "account.json")
    if run(server, "backup", file, "--env").exit_code == 0:
        restored = run(server, "restore", file, "--env", "--dry-run")
        assert (restored.exit_code, restored.stdout) == (0, "no differences\n")


@settings(max_examples=15)
@given(listings=LISTINGS, hooks=FIELDS)
def test_a_comparison_shows_and_obeys_nothing(
    server: RawJsonServer, project: Path, listings: list[Any], hooks: Any
) -> None:
    """As a table, in colours or not, and as JSON."""
    server.respond({"properties": listings, "webhooks": [{"id": "wh_1", **hooks}]})
    sides = ("account", str(project / "empty.yaml"), "--env")
    plain = run(server, "compare", *sides)
    assert seen_by_a_terminal(plain.stdout), ascii(plain.stdout)
    coloured = run(server, "compare", *sides, FORCE_COLOR="1", TERM="xterm-256color")
    assert NO_STYLE_OF_RICH not in coloured.stdout
    assert seen_by_a_terminal(STYLE.sub("", coloured.stdout)), ascii(coloured.stdout)
    as_json = run(server, "compare", *sides, "--json")
    assert as_json.exit_code == plain.exit_code
    assert plain.stdout or plain.stderr.startswith("Error: ")
    if plain.stdout:
        assert len(assert_exact_json(as_json.stdout)["differences"]) >= len(listings)


@settings(max_examples=15)
@given(listings=LISTINGS, form=st.sampled_from(["yaml", "json", "csv"]), as_json=st.booleans())
def test_an_adoption_reports_what_it_did(
    server: RawJsonServer,
    tmp_path_factory: pytest.TempPathFactory,
    listings: list[Any],
    form: str,
    as_json: bool,  # noqa: FBT001 -- Hypothesis gives it by name
) -> None:
    """By names that it made of titles, whatever these are."""
    server.respond({"properties": listings, "webhooks": []})
    folder = tmp_path_factory.mktemp("adopted")
    (folder / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    options = ("--cwd", str(folder), "--file", f"portfolio.{form}", "--fields", "all", "--env")
    result = run(server, "adopt", *options, *(["--json"] if as_json else []))
    assert seen_by_a_terminal(result.stdout)
    if as_json and not result.stderr.startswith("Error"):
        assert_exact_json(result.stdout)


@settings(max_examples=20)
@given(
    body=ERRORS,
    status=st.sampled_from([400, 401, 403, 404, 405, 409, 422, 302]),
    header=HEADERS,
    command=st.sampled_from([("export",), ("compare", "account", "empty.yaml"), ("adopt",)]),
)
def test_an_error_contains_no_foreign_lines(
    server: RawJsonServer, project: Path, body: Any, status: int, header: str, command: Any
) -> None:
    """Nothing of a response begins one: neither a message, a code, a field, an id, nor a header."""
    server.respond(
        {"properties": body, "webhooks": body}, status, X_Request_Id=header, Location=f"/{header}"
    )
    result = run(server, *command, "--env", "--cwd", str(project))
    assert result.exit_code in (1, 2)
    assert result.stderr.startswith("Error: ")


@settings(max_examples=20)
@given(
    name=st.sampled_from(
        ["next", "next_url", "next_cursor", "nextPage", "cursor", "total", "more"]
    ),
    following=JSON_VALUES,
    extra=FIELDS,
    header=HEADERS,
)
def test_links_to_other_pages_are_reported(
    server: RawJsonServer, name: str, following: Any, extra: Any, header: str
) -> None:
    """Next links, cursors and totals of any form, in the body and in headers."""
    page = {**extra, "data": [{"id": "prop_1", "name": "a"}], name: following, "meta": extra}
    server.respond({"properties": page}, Link=f'<{header}>; rel="next"', X_Total_Count=header)
    run(server, "export", "--env")


@settings(max_examples=20)
@given(
    body=ERRORS,
    status=st.sampled_from([200, 301, 400, 401, 403, 404, 422, 429, 500, 503]),
    header=HEADERS,
    as_json=st.booleans(),
)
def test_the_doctor_shows_and_obeys_nothing(
    server: RawJsonServer,
    project: Path,
    body: Any,
    status: int,
    header: str,
    as_json: bool,  # noqa: FBT001 -- Hypothesis gives it by name
) -> None:
    """Whatever the account says of budgets, clocks and errors."""
    server.respond(
        {"properties": body, "webhooks": body},
        status,
        X_RateLimit_Limit=header,
        X_RateLimit_Remaining="7",
        Retry_After=header,
        X_Request_Id=header,
    )
    options = ("--cwd", str(project), *(["--json"] if as_json else []))
    result = run(server, "doctor", *options)
    assert seen_by_a_terminal(result.stdout), ascii(result.stdout)
    if as_json:
        assert_exact_json(result.stdout)


@settings(max_examples=20)
@given(
    last=FIELDS,
    planned=FIELDS,
    current=FIELDS,
    texts=st.lists(HOSTILE_TEXTS, min_size=4, max_size=4),
    metadata=JSON_VALUES,
    form=st.sampled_from(["markdown", "html", "json"]),
)
def test_a_report_shows_and_obeys_nothing(
    server: RawJsonServer,
    tmp_path_factory: pytest.TempPathFactory,
    last: Any,
    planned: Any,
    current: Any,
    texts: list[str],
    metadata: Any,
    form: str,
) -> None:
    """Fields, names, messages and what the state remembers are all somebody else's."""
    name, title, warning, error = texts
    preview = PreviewDocument()
    preview.listing(
        name or "villa",
        last={**last, "name": title, "__setsmart": metadata},
        current={**current, "name": title, "__setsmart": metadata},
        planned={**planned, "name": warning, "__setsmart": metadata},
    )
    preview.says("warning", f"warning: {warning}")
    preview.says("error", f"error: {error}")
    file = tmp_path_factory.mktemp("report") / "preview.json"
    file.write_text(re.sub("[\ud800-\udfff]", lambda half: ascii(half[0])[1:-1], preview.text))
    result = run(server, "report", str(file), "--format", form)
    assert raw_characters(result.stdout, "\n\t") == set(), ascii(result.stdout)
    if form == "json" and result.stdout:
        assert_exact_json(result.stdout)


@settings(max_examples=30)
@given(
    texts=st.lists(HOSTILE_TEXTS.filter(lambda text: "\0" not in text), min_size=1, max_size=2),
    command=st.sampled_from(
        ["", "compare", "export", "report", "doctor --stack", "doctor --cwd", "adopt --file",
         "adopt --name", "adopt --fields", "schema", "webhook-secret", "sandbox --database",
         "sandbox --key-for-network", "sandbox --largest", "export --output", "export --format",
         "doctor --record", "report --fail-on", "--"]
    ),
)  # fmt: skip
def test_messages_about_arguments_contain_no_foreign_lines(
    server: RawJsonServer,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch_module: pytest.MonkeyPatch,
    texts: list[str],
    command: str,
) -> None:
    """A stack, a file or an option is often the name of a branch, which anybody may choose."""
    monkeypatch_module.chdir(tmp_path_factory.mktemp("anywhere"))
    server.respond({"properties": [], "webhooks": []})
    if command.startswith("sandbox"):
        texts = [*texts, "--port", "no port"]  # it must not run
    result = run(server, *command.split(), *texts)
    assert seen_by_a_terminal(result.stdout), ascii(result.stdout)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """One for all examples."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield monkeypatch


@pytest.mark.parametrize("command", [["schema"], ["webhook-secret"], ["--help"], ["--version"]])
def test_what_prints_our_own_texts_prints_no_others(
    server: RawJsonServer, command: list[str]
) -> None:
    """They hold nothing that a terminal obeys."""
    result = run(server, *command)
    assert result.exit_code == 0
    assert seen_by_a_terminal(result.stdout)


def test_what_a_terminal_is_shown_can_be_encoded(server: RawJsonServer, project: Path) -> None:
    """Under LANG=C, too: characters that ASCII lacks are escapes, and JSON stays exact."""
    listing = {"id": "prop_1", "name": "Åre 👨\u200d👩\u200d👧 \u202e\ud83d", "status": "active"}
    server.respond({"properties": [listing], "webhooks": []})
    arguments = ["compare", "account", str(project / "empty.yaml"), "--env"]
    environment = {"SETSMART_BASE_URL": server.url, "SETSMART_API_KEY": HEADER_KEY}
    shown = CliRunner(charset="ascii").invoke(main, arguments, env=environment)
    assert shown.exit_code == 1, shown.output
    assert "\\xc5re" in shown.stdout
    as_json = CliRunner(charset="ascii").invoke(main, [*arguments, "--json"], env=environment)
    assert as_json.exit_code == 1
    [difference] = json.loads(as_json.stdout_bytes.decode())["differences"]
    assert difference["title"] == listing["name"]
