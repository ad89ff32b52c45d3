"""`pulumi-setsmart convert`: spreadsheets as portfolio files, and newer ones applied to them."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.messages import message
from support.spreadsheets import convert, listings, ods, text, xls, xlsx

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3, "bathrooms": 1.5, "max_guests": 6}
LOFT: dict[str, Json] = {"name": "Loft", "bedrooms": 1, "bathrooms": 1, "max_guests": 2}
BOTH: dict[str, Json] = {"villa": VILLA, "loft": LOFT}
HEADER = ["Name", "Bedrooms", "Bathrooms", "Max guests"]
ROWS: list[list[Any]] = [["Villa", 3, 1.5, 6], ["Loft", 1, 1, 2]]
SUMMARY = (
    "id,name,host_id,host_name,neighbourhood_group,neighbourhood,latitude,longitude,room_type,"
    "price,minimum_nights,number_of_reviews,last_review,reviews_per_month,"
    "calculated_host_listings_count,availability_365"
)
"""The header of Inside Airbnb's summary, as github.com/SaraKmair/NYC-Airbnb describes it."""


SUMMARY_ROW = (
    "2539,Home by the park,2787,John,Brooklyn,Kensington,40.6,-73.9,Private room,149,1,9,"
    "2018-10-19,0.21,6,365\n"
)


PLAIN = text(HEADER, *ROWS)


READ: dict[str, tuple[str | bytes, Sequence[str], Any]] = {
    "csv": (PLAIN, (), BOTH),
    "no-line-end": (PLAIN.rstrip("\n"), (), BOTH),
    "bom": ("\ufeff" + PLAIN, (), BOTH),
    "crlf": (PLAIN.replace("\n", "\r\n"), (), BOTH),
    "tsv": (text(HEADER, *ROWS, separator="\t"), (), BOTH),
    "utf-16": (text(HEADER, *ROWS, separator="\t").encode("utf-16"), (), BOTH),
    "utf-16-unmarked": (text(HEADER, *ROWS, separator="\t").encode("utf-16-le"), (), BOTH),
    "semicolon": (text(HEADER, *ROWS, separator=";"), (), BOTH),
    "decimal-comma": (text(HEADER, *ROWS, separator=";").replace("1.5", "1,5"), (), BOTH),
    "sep": ("sep=;\n" + text(HEADER, *ROWS, separator=";"), (), BOTH),
    "sep-pipe": ("sep=|\n" + text(HEADER, *ROWS, separator="|"), (), BOTH),
    "pipe": (text(HEADER, *ROWS, separator="|"), (), BOTH),
    "title-rows": ("Our listings\n\nMay 2026\n" + PLAIN, (), BOTH),
    "empty-columns": (PLAIN.replace("\n", ",,\n"), (), BOTH),
    "empty-rows": (PLAIN + ",,,\n\n,,,\n", (), BOTH),
    "capitals": (PLAIN.replace("Name", " NAME ").replace("Max guests", "MAX-GUESTS"), (), BOTH),
    "whole-as-3.0": (PLAIN.replace("3", "3.0").replace("6", "6.00"), (), BOTH),
    "header-again": (PLAIN + text(HEADER), (), BOTH),
    "german": (PLAIN.replace(",".join(HEADER), "Titel,Schlafzimmer,Bäder,Max. Gäste"), (), BOTH),
    "french": (
        PLAIN.replace(",".join(HEADER), "Titre,Chambres,Salles de bains,Voyageurs max."),
        (),
        BOTH,
    ),
    "spanish": (PLAIN.replace(",".join(HEADER), "Nombre,Dormitorios,Baños,Plazas"), (), BOTH),
    "italian": (
        PLAIN.replace(",".join(HEADER), "Titolo,Camere da letto,Bagni,Posti letto"),
        (),
        BOTH,
    ),
    "portuguese": (
        PLAIN.replace(",".join(HEADER), "Título,Quartos,Banheiros,Hóspedes máximos"),
        (),
        BOTH,
    ),
    "synonyms": (
        PLAIN.replace(",".join(HEADER), "listing name,Bedroom Count,Baths,Sleeps"),
        (),
        BOTH,
    ),
    "xlsx": (xlsx(HEADER, *ROWS), (), BOTH),
    "xlsx-text-numbers": (xlsx(HEADER, *([str(cell) for cell in row] for row in ROWS)), (), BOTH),
    "xlsx-title": (xlsx(["Our listings"], [], HEADER, *ROWS, merged="A1:D1"), (), BOTH),
    "xlsx-merged-header": (
        xlsx(["Name", "Rooms", None, "Max guests"], HEADER, *ROWS, merged="B1:C1"),
        (),
        BOTH,
    ),
    "xlsx-sheet": (xlsx(HEADER, *ROWS, sheets=("A", "B")), ("--sheet", "B"), BOTH),
    "xls": (xls(HEADER, *ROWS), (), BOTH),
    "ods": (ods(HEADER, *ROWS), (), BOTH),
    "windows-1252": (
        "Name;Adresse\nCafé Müller;Straße 1\n".encode("cp1252"),
        (),
        {"café-müller": {"name": "Café Müller", "address": "Straße 1"}},
    ),
    "encoding": (
        "Name;Address\nŁódź;Ulica 1\n".encode("cp1250"),
        ("--encoding", "cp1250"),
        {"łódź": {"name": "Łódź", "address": "Ulica 1"}},
    ),
    "quoted-line-break": (
        'Name,Address\nVilla,"1 Road\nTown"\n',
        (),
        {"villa": {"name": "Villa", "address": "1 Road, Town"}},
    ),
    "date": (
        xlsx(["Name", "Since"], ["Villa", dt.datetime(2026, 5, 1)]),
        ("--map", "since=attributes.since"),
        {"villa": {"name": "Villa", "attributes": {"since": "2026-05-01"}}},
    ),
    "thousands": (
        'Name;Rent\nVilla;"1.200,50 €"\nLoft;900,00 €\n',
        ("--map", "Rent=attributes.rent:number"),
        {
            "villa": {"name": "Villa", "attributes": {"rent": 1200.5}},
            "loft": {"name": "Loft", "attributes": {"rent": 900}},
        },
    ),
    "dollars": (
        'Name,Price\nVilla,"$1,200.00"\nLoft,$90.50\n',
        ("--map", "Price=attributes.price:number"),
        {
            "villa": {"name": "Villa", "attributes": {"price": 1200}},
            "loft": {"name": "Loft", "attributes": {"price": 90.5}},
        },
    ),
    "decided-decimal": (
        "Name;Rent\nVilla;1.200\n",
        ("--map", "Rent=attributes.rent:number:comma"),
        {"villa": {"name": "Villa", "attributes": {"rent": 1200}}},
    ),
    "list": (
        "Name,Amenities\nVilla,Wifi; Kitchen\n",
        ("--map", "Amenities=attributes.amenities:list"),
        {"villa": {"name": "Villa", "attributes": {"amenities": ["Wifi", "Kitchen"]}}},
    ),
    "json-list": (
        'Name,Amenities\nVilla,"[""Wifi"", ""Hot, tub""]"\n',
        ("--map", "Amenities=attributes.amenities:list"),
        {"villa": {"name": "Villa", "attributes": {"amenities": ["Wifi", "Hot, tub"]}}},
    ),
    "boolean": (
        "Name,Pets\nVilla,ja\nLoft,Nein\n",
        ("--map", "Pets=attributes.pets:boolean"),
        {
            "villa": {"name": "Villa", "attributes": {"pets": True}},
            "loft": {"name": "Loft", "attributes": {"pets": False}},
        },
    ),
    "attributes": (
        "Name,Zip code,Price\nVilla,04109,$90\n",
        ("--unmapped", "attributes"),
        {"villa": {"name": "Villa", "attributes": {"zip_code": "04109", "price": "$90"}}},
    ),
    "joined": (
        "Name,City,Street,Zip\nVilla,Town,1 Road,04109\n",
        ("--map", "Street+Zip+City=address"),
        {"villa": {"name": "Villa", "address": "1 Road, 04109, Town"}},
    ),
    "key": (
        "Name,Code\nVilla,A-1\n",
        ("--key", "code"),
        {"A-1": {"name": "Villa"}},
    ),
    "formula": (
        "Name,Address\n'=1+1,+49 Road\n",
        (),
        {"1-1": {"name": "=1+1", "address": "+49 Road"}},
    ),
    "old-mac": (PLAIN.replace("\n", "\r"), (), BOTH),
    "inch": (
        'Name,Address\nVilla,5" pipe\n',
        (),
        {"villa": {"name": "Villa", "address": '5" pipe'}},
    ),
    "japanese": (
        "Name,Address\n海の家,東京都\n".encode("cp932"),
        (),
        {"海の家": {"name": "海の家", "address": "東京都"}},
    ),
    "camel-case": (PLAIN.replace("Max guests", "maxGuests"), (), BOTH),
    "twins": (
        "Name\nVilla\nVilla\n",
        (),
        {"villa": {"name": "Villa"}, "villa-2": {"name": "Villa"}},
    ),
    "inside-airbnb-summary": (
        f"{SUMMARY}\n{SUMMARY_ROW}",
        ("--map", "neighbourhood=skip"),
        {"home-by-the-park": {"name": "Home by the park"}},
    ),
}


@pytest.mark.parametrize(("content", "arguments", "expected"), READ.values(), ids=READ)
def test_a_spreadsheet_is_read(
    tmp_path: Path, content: str | bytes, arguments: Sequence[str], expected: Json
) -> None:
    """What a program loads is what the sheet says, whatever wrote it."""
    result = convert(tmp_path, content, *arguments)
    assert (result.exit_code, result.stderr) == (0, result.stderr)
    assert listings(tmp_path) == expected


STOPPED: dict[str, tuple[str | bytes, Sequence[str], MessageCode, Sequence[object]]] = {
    "possible": (
        "Name,Beds\nVilla,3\n",
        (),
        MessageCode.UNCERTAIN_COLUMN,
        ["Beds=bedrooms", "Beds=skip"],
    ),
    "two-names": ("Name,Title\nA,B\n", (), MessageCode.UNCERTAIN_COLUMN, ["Name", "Title"][:1]),
    "repeated-title": (
        "Name,Bedrooms,Bedrooms\nA,1,2\n",
        (),
        MessageCode.UNCERTAIN_COLUMN,
        ["Bedrooms", "Bedrooms=bedrooms"],
    ),
    "turned": (
        "Name,A,B\nBedrooms,1,2\nBathrooms,1,1\n",
        (),
        MessageCode.UNCERTAIN_COLUMN,
        ["Name", "Bedrooms"],
    ),
    "range": (
        "Name,Max guests\nA,4-6\n",
        (),
        MessageCode.UNCERTAIN_COLUMN,
        ["Max guests", "4-6"],
    ),
    "fraction": ("Name,Baths\nA,1½\n", (), MessageCode.UNCERTAIN_COLUMN, ["Baths", "1½"]),
    "not-available": ("Name,Baths\nA,n/a\n", (), MessageCode.UNCERTAIN_COLUMN, ["Baths", "n/a"]),
    "two-tables": (
        "Name,Bedrooms\nA,1\n\nName,Address\nB,Road\n",
        (),
        MessageCode.UNCERTAIN_COLUMN,
        ["Name", "Name=name"],
    ),
    "address-parts": (
        "Name,City,Street\nVilla,Town,1 Road\n",
        (),
        MessageCode.UNCERTAIN_COLUMN,
        ["Street+City=address"],
    ),
    "status": ("Name,Status\nVilla,Listed\n", (), MessageCode.UNCERTAIN_COLUMN, ["Status=status"]),
    "text-in-numbers": (
        "Name,Bathrooms\nVilla,1.5 shared baths\n",
        (),
        MessageCode.UNCERTAIN_COLUMN,
        ["Bathrooms", "1.5 shared baths"],
    ),
    "ambiguous": (
        "Name;Rent\nVilla;1.200\n",
        ("--map", "Rent=attributes.rent:number"),
        MessageCode.AMBIGUOUS_NUMBERS,
        ["Rent=attributes.rent:number:comma", "Rent=attributes.rent:number:point"],
    ),
    "mixed-decimals": (
        "Name;Baths\nA;1,5\nB;2,5\nC;1.5\n",
        ("--map", "Baths=bathrooms"),
        MessageCode.INVALID_CELL,
        ["4", "1.5"],
    ),
    "no-name": ("Bedrooms,Sleeps\n1,2\n", (), MessageCode.UNCERTAIN_COLUMN, ["COLUMN=name"]),
    "nameless-row": ("Name,Bedrooms\nA,1\n,2\n", (), MessageCode.INVALID_CELL, ["3"]),
    "total": ("Name,Bedrooms\nA,1\nTotal,1\n", (), MessageCode.INVALID_CELL, ["3", "Total"]),
    "error-value": (
        "Name,Address\nA,#REF!\n",
        (),
        MessageCode.UNCERTAIN_COLUMN,
        ["Address", "REF"],
    ),
    "unknown-column": (
        PLAIN,
        ("--map", "Bedroms=bedrooms"),
        MessageCode.UNKNOWN_COLUMN,
        ["Bedroms", "Bedrooms"],
    ),
    "unknown-field": (
        PLAIN,
        ("--map", "Bedrooms=bedroms"),
        MessageCode.INVALID_MAPPING,
        ["bedroms", "bedrooms"],
    ),
    "no-equals": (PLAIN, ("--map", "Bedrooms"), MessageCode.INVALID_MAPPING, ["Bedrooms"]),
    "several-sheets": (
        xlsx(HEADER, *ROWS, sheets=("North", "South")),
        (),
        MessageCode.UNREADABLE_SHEET,
        ["North", "South", "--sheet"],
    ),
    "no-such-sheet": (
        xlsx(HEADER, *ROWS),
        ("--sheet", "West"),
        MessageCode.UNREADABLE_SHEET,
        ["West", "Sheet"],
    ),
    "formula-without-value": (
        xlsx(["Name", "Bedrooms"], ["Villa", "=1+1"]),
        (),
        MessageCode.UNREADABLE_SHEET,
        ["1"],
    ),
    "damaged": (b"PK\x03\x04 no archive", (), MessageCode.UNREADABLE_SHEET, ["sheet"]),
    "binary": (b"\x00\x01\x02\x03" * 9, (), MessageCode.UNREADABLE_SHEET, ["sheet"]),
    "empty": ("", (), MessageCode.UNREADABLE_SHEET, ["sheet"]),
    "wrong-encoding": (
        "Name\nCafé\n".encode("cp1252"),
        ("--encoding", "utf-8"),
        MessageCode.UNKNOWN_ENCODING,
        ["utf-8"],
    ),
    "repeated-key": (
        "Name,Code\nA,1\nB,1\n",
        ("--key", "Code"),
        MessageCode.DUPLICATE_KEY,
        ["1", "2", "3"],
    ),
}


@pytest.mark.parametrize(("content", "arguments", "code", "facts"), STOPPED.values(), ids=STOPPED)
def test_what_is_not_certain_stops(
    tmp_path: Path,
    content: str | bytes,
    arguments: Sequence[str],
    code: MessageCode,
    facts: Sequence[object],
) -> None:
    """One line says what to do, and nothing is written."""
    result = convert(tmp_path, content, *arguments)
    [line] = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert (result.exit_code, line) == (1, message(code, *facts))
    assert [file.name for file in tmp_path.iterdir()] == ["sheet"]


def test_a_title_with_a_note_is_asked_about(tmp_path: Path) -> None:
    """The note may change what it means, so the column is neither used nor left out silently."""
    result = convert(tmp_path, "Name,Max guests (adults),Code [internal]\nA,4,9\n", "--yes")
    facts = ("Max guests (adults)=max_guests",)
    assert result.stderr.splitlines() == [message(MessageCode.UNCERTAIN_COLUMN, *facts)]


def test_names_that_look_the_same_are_one_listing_twice(tmp_path: Path) -> None:
    """Whatever their case and spaces; both become listings, and a message says so."""
    result = convert(tmp_path, "Name,Sleeps\nSea Villa,4\nsea  villa,4\n", "--yes")
    assert result.exit_code == 0
    notice = message(MessageCode.REPEATED_LISTING, "Sea Villa", "2, 3")
    assert result.stderr.splitlines() == [notice]
    assert len(listings(tmp_path)) == 2


def test_all_that_is_not_certain_is_said_at_once(tmp_path: Path) -> None:
    """Each column has its own line, with the option that decides."""
    result = convert(tmp_path, "Name,Guests,Where,Baths\nA,4,Sea Road 1,none\n", "--yes")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert [line == message(MessageCode.UNCERTAIN_COLUMN) for line in lines] == [True, True]
    assert ["--map 'Guests=max_guests'" in lines[0], "'Baths=skip'" in lines[1]] == [True, True]


def test_all_cells_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """In the order of the rows: the first ten, and how many more there are."""
    rows = "".join(f"Villa {number},many,x\n" for number in range(6))
    maps = ("--map", "Guests=max_guests", "--map", "Baths=bathrooms")
    result = convert(tmp_path, f"Name,Guests,Baths\n{rows}", "--yes", *maps)
    assert result.exit_code == 1
    *lines, last = result.stderr.splitlines()
    assert [line == message(MessageCode.INVALID_CELL) for line in lines] == [True] * 10
    assert [line.split(": ")[-2:][0] for line in lines[1:3]] == ["Baths", "Guests"]
    assert last == "and 2 more"
    assert not (tmp_path / "portfolio.yaml").exists()


def test_a_far_cell_or_a_large_archive_is_rejected_before_it_takes_memory(tmp_path: Path) -> None:
    """python-calamine would make room for each cell up to the last one."""
    workbook = openpyxl.Workbook()
    workbook.active.append(HEADER)
    workbook.active["XFD1048576"] = 1
    stream = io.BytesIO()
    workbook.save(stream)
    result = convert(tmp_path, stream.getvalue())
    assert result.stderr.strip() == message(MessageCode.TOO_MANY_VALUES, "sheet:")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * (100 * 1024 * 1024))
    result = convert(tmp_path, bomb.getvalue())
    assert result.stderr.strip() == message(MessageCode.UNUSABLE_FILE, "sheet:", "96 MiB")


def test_an_existing_file_is_replaced_by_nothing_but_an_update(tmp_path: Path) -> None:
    """A person may have edited it."""
    convert(tmp_path, PLAIN)
    before = (tmp_path / "portfolio.yaml").read_bytes()
    result = convert(tmp_path, "Name\nOther\n")
    assert result.stderr.strip() == message(MessageCode.FILE_EXISTS, "--update")
    assert (tmp_path / "portfolio.yaml").read_bytes() == before


def test_a_decision_is_stored_for_the_next_sheet(tmp_path: Path) -> None:
    """What the command line said once is not asked again."""
    convert(tmp_path, "Name,Beds\nVilla,3\n", "--map", "Beds=skip")
    result = convert(tmp_path, "Name,Beds\nVilla,4\n", "--update")
    assert (result.exit_code, listings(tmp_path)) == (0, {"villa": {"name": "Villa"}})


@pytest.mark.parametrize("package", ["python_calamine", "charset_normalizer"])
def test_a_missing_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """Only workbooks and old encodings need it."""
    monkeypatch.setitem(sys.modules, package, None)
    content = xlsx(HEADER) if package == "python_calamine" else "Name\nCafé\n".encode("cp1252")
    result = convert(tmp_path, content)
    assert result.stderr.strip() == message(
        MessageCode.SPREADSHEETS_NOT_INSTALLED, "pulumi-setsmart[spreadsheets]"
    )


def test_converting_loads_no_pulumi(tmp_path: Path) -> None:
    """The command starts without it, and so fast."""
    (tmp_path / "sheet.csv").write_text(PLAIN)
    program = (
        "import sys; from pulumi_setsmart.cli import main\n"
        "try: main(['convert', 'sheet.csv'])\n"
        "except SystemExit as end: sys.exit(end.code or 'pulumi' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)


@pytest.mark.parametrize("suffix", ["xlsx", "ods", "xls", "csv"])
def test_what_libreoffice_writes_is_read(tmp_path: Path, suffix: str) -> None:
    """One workbook, saved four times: merged title, dates, formulas, currencies, line breaks.

    Each file is as `soffice --headless --convert-to` of LibreOffice 7.4 wrote it.
    """
    content = (Path(__file__).parent / "spreadsheets" / f"libreoffice.{suffix}").read_bytes()
    maps = ("Preis=attributes.price:number", "Seit=attributes.since", "Aktiv=attributes.on:boolean")
    result = convert(tmp_path, content, *(part for each in maps for part in ("--map", each)))
    assert result.exit_code == 0, result.output
    assert listings(tmp_path) == {
        "haus-seeblick": {
            "name": "Haus Seeblick",
            "address": "Seestraße 1, 18609 Binz",
            "bedrooms": 3,
            "bathrooms": 1.5,
            "max_guests": 6,
            "attributes": {"price": 1234.5, "since": "2020-05-01", "on": True},
        },
        "kajüte": {
            "name": "Kajüte",
            "address": "Hafen 2",
            "bedrooms": 1,
            "bathrooms": 1,
            "max_guests": 2,
            "attributes": {"price": 90, "since": "2021-06-02", "on": False},
        },
        "łódź-ćma": {
            "name": "Łódź & Ćma",
            "address": "Ulica 3",
            "bedrooms": 2,
            "bathrooms": 1,
            "max_guests": 4,
            "attributes": {"price": 2469, "since": "2022-07-03", "on": True},
        },
    }


def test_hidden_sheets_are_named(tmp_path: Path) -> None:
    """Somebody may miss their listings."""
    workbook = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        workbook.active.append(row)
    hidden = workbook.create_sheet("Last year")
    hidden.append(HEADER)
    hidden.sheet_state = "hidden"
    stream = io.BytesIO()
    workbook.save(stream)
    result = convert(tmp_path, stream.getvalue())
    assert message(MessageCode.HIDDEN_SHEETS, "Last year") in result.stderr.splitlines()
    assert listings(tmp_path) == BOTH
