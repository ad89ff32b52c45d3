"""`pulumi-setsmart convert` reads what the trade exports: headers as published, rows of our own."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from support.messages import message
from support.spreadsheets import convert, listings

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode

INSIDE_AIRBNB = (
    "id,listing_url,scrape_id,last_scraped,source,name,description,neighborhood_overview,"
    "picture_url,host_id,host_url,host_name,host_since,host_location,host_about,"
    "host_response_time,host_response_rate,host_acceptance_rate,host_is_superhost,"
    "host_thumbnail_url,host_picture_url,host_neighbourhood,host_listings_count,"
    "host_total_listings_count,host_verifications,host_has_profile_pic,host_identity_verified,"
    "neighbourhood,neighbourhood_cleansed,neighbourhood_group_cleansed,latitude,longitude,"
    "property_type,room_type,accommodates,bathrooms,bathrooms_text,bedrooms,beds,amenities,price,"
    "minimum_nights,maximum_nights,minimum_minimum_nights,maximum_minimum_nights,"
    "minimum_maximum_nights,maximum_maximum_nights,minimum_nights_avg_ntm,maximum_nights_avg_ntm,"
    "calendar_updated,has_availability,availability_30,availability_60,availability_90,"
    "availability_365,calendar_last_scraped,number_of_reviews,number_of_reviews_ltm,"
    "number_of_reviews_l30d,first_review,last_review,review_scores_rating,"
    "review_scores_accuracy,review_scores_cleanliness,review_scores_checkin,"
    "review_scores_communication,review_scores_location,review_scores_value,license,"
    "instant_bookable,calculated_host_listings_count,calculated_host_listings_count_entire_homes,"
    "calculated_host_listings_count_private_rooms,calculated_host_listings_count_shared_rooms,"
    "reviews_per_month"
)
"""The detailed form: data.insideairbnb.com/united-states/dc/washington-dc/2023-03-19."""

READ: dict[str, tuple[str, Sequence[Mapping[str, str]], Sequence[str], Mapping[str, Json]]] = {
    "inside-airbnb": (
        INSIDE_AIRBNB,
        [
            {
                "id": "1001",
                "name": "Quiet loft",
                "host_id": "7",
                "host_name": "Ana",
                "neighbourhood_cleansed": "Centro",
                "accommodates": "4",
                "bathrooms": "1.5",
                "bathrooms_text": "1.5 baths",
                "bedrooms": "2",
                "beds": "3",
                "price": "$1,200.00",
                "amenities": '["Wifi", "Kitchen, small"]',
                "license": "",
                "room_type": "Entire",
            },
            {
                "id": "1003",
                "name": 'Loft "B"',
                "host_id": "7",
                "host_name": "Ana",
                "accommodates": "2",
                "bathrooms": "1.0",
                "bedrooms": "1",
                "price": "$90.50",
            },
        ],
        (
            *("--map", "amenities=attributes.amenities:list"),
            *("--map", "price=attributes.price:number"),
        ),
        {
            "quiet-loft": {
                "name": "Quiet loft",
                "bedrooms": 2,
                "bathrooms": 1.5,
                "max_guests": 4,
                "attributes": {"amenities": ["Wifi", "Kitchen, small"], "price": 1200},
            },
            "loft-b": {
                "name": 'Loft "B"',
                "bedrooms": 1,
                "bathrooms": 1,
                "max_guests": 2,
                "attributes": {"price": 90.5},
            },
        },
    ),
    # booking-api-docs.guesty.com/reference/definitions, the table of the property, but for a typing
    # error of theirs.
    "guesty": (
        (
            "_id,title,nickname,type,accommodates,accountId,address,amenities,bathrooms,bedrooms,beds,"
            "bedType,defaultCheckInTime,defaultCheckOutTime,propertyType,roomType,tags,timezone"
        ),
        [
            {
                "_id": "59a",
                "title": "Sea Villa",
                "nickname": "SV",
                "accommodates": "6",
                "address": "1 Road, Town",
                "bathrooms": "2.5",
                "bedrooms": "3",
                "beds": "4",
            }
        ],
        (),
        {
            "sea-villa": {
                "name": "Sea Villa",
                "address": "1 Road, Town",
                "bedrooms": 3,
                "bathrooms": 2.5,
                "max_guests": 6,
            }
        },
    ),
    # api.hostaway.com/documentation, the object of a listing.
    "hostaway": (
        (
            "id,propertyTypeId,name,externalListingName,internalListingName,country,countryCode,state,"
            "city,street,address,publicAddress,zipcode,price,personCapacity,bedroomsNumber,bedsNumber,"
            "bathroomsNumber,minNights,maxNights,cleaningFee,currencyCode"
        ),
        [
            {
                "id": "4011",
                "name": "Sea Villa",
                "internalListingName": "SV",
                "city": "Town",
                "address": "1 Road, Town",
                "publicAddress": "Town",
                "personCapacity": "6",
                "bedroomsNumber": "3",
                "bedsNumber": "4",
                "bathroomsNumber": "2.5",
            }
        ],
        (),
        {
            "sea-villa": {
                "name": "Sea Villa",
                "address": "1 Road, Town",
                "bedrooms": 3,
                "bathrooms": 2.5,
                "max_guests": 6,
            }
        },
    ),
    # As help.autohost.ai names them: /knowledge/importing-listings-using-csv
    "autohost": (
        (
            "my_id,name,nickname,property_type,accommodates,bedrooms,bathrooms,beds,check_in_time,"
            "check_out_time,location,status,picture_url_thumbnail,picture_url_regular,picture_url_large"
        ),
        [
            {
                "my_id": "L2",
                "name": "Sea Villa",
                "nickname": "SV",
                "accommodates": "6",
                "bedrooms": "3",
                "bathrooms": "2",
                "beds": "4",
                "location": "1 Road, Town",
                "status": "ACTIVE",
            }
        ],
        ("--map", "location=address", "--map", "status=skip", "--map", "my_id=id"),
        {
            "sea-villa": {
                "name": "Sea Villa",
                "address": "1 Road, Town",
                "bedrooms": 3,
                "bathrooms": 2,
                "max_guests": 6,
            }
        },
    ),
    # academy.stays.net/en/support/solutions/articles/36000227925
    "stays": (
        (
            "Listing ID,Avatar,Building code,Name of the address,Listing title,Listing description,"
            "Owner,Listing subtype,People,Rooms,Beds,Bathrooms,Exclusive,Sublease"
        ),
        [
            {
                "Listing ID": "AB01",
                "Avatar": "SV",
                "Listing title": "Sea Villa",
                "People": "6",
                "Rooms": "3",
                "Beds": "4",
                "Bathrooms": "2",
            }
        ],
        ("--map", "People=max_guests", "--map", "Rooms=bedrooms", "--map", "Beds=skip"),
        {"sea-villa": {"name": "Sea Villa", "bedrooms": 3, "bathrooms": 2, "max_guests": 6}},
    ),
    # bnbfinder.zendesk.com/hc/en-us/articles/8772951867277
    "bnbfinder": (
        "external_id,name,description,show_exact_map_location,address_1,address_2,city",
        [
            {
                "external_id": "x1",
                "name": "Sea Villa",
                "address_1": "1 Road",
                "address_2": "Flat 2",
                "city": "Town",
            }
        ],
        ("--map", "address_1+address_2+city=address", "--map", "external_id=id"),
        {"sea-villa": {"name": "Sea Villa", "address": "1 Road, Flat 2, Town"}},
    ),
    # yougotlistings.uservoice.com/knowledgebase/articles/224951
    "yougotlistings": (
        (
            "ID,Unit Number,Available Date,Fee Paid By Landlord,Price,Beds,Baths,Rent Includes,"
            "Heat Source,Unit Level,Parking,Square Footage,Tenant Contact,Pet Policy,Market Status,"
            "Ad/Public Title,Ad/Public Description,Private Description"
        ),
        [{"ID": "5", "Beds": "3", "Baths": "1.5", "Ad/Public Title": "Sea Villa", "Price": "900"}],
        ("--map", "Beds=bedrooms", "--map", "Ad/Public Title=name"),
        {"sea-villa": {"name": "Sea Villa", "bedrooms": 3, "bathrooms": 1.5}},
    ),
}

ASKED: dict[str, tuple[str, Sequence[object]]] = {
    "autohost": ("location", ["location=address"]),
    "stays": ("People", ["People=max_guests"]),
    "bnbfinder": ("address_1", ["address_1+address_2+city=address"]),
    "yougotlistings": ("Beds", ["Beds=bedrooms"]),
}
"""The first question about each export that leaves one."""


def sheet(header: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows below a header."""
    content = io.StringIO(newline="")
    writer = csv.DictWriter(content, header.split(","))
    writer.writeheader()
    writer.writerows(rows)
    return content.getvalue()


@pytest.mark.parametrize(("header", "rows", "arguments", "expected"), READ.values(), ids=READ)
def test_an_export_of_the_trade_is_read(
    tmp_path: Path,
    header: str,
    rows: Sequence[Mapping[str, str]],
    arguments: Sequence[str],
    expected: Mapping[str, Json],
) -> None:
    """Each value is where the export has it, and ids are stored for the next export."""
    result = convert(tmp_path, sheet(header, rows), *arguments)
    assert result.exit_code == 0, result.output
    assert listings(tmp_path) == expected
    id_column = "my_id" if "my_id" in header else header.split(",", maxsplit=1)[0]
    assert all(row[id_column] in (tmp_path / "portfolio.map.yaml").read_text() for row in rows)


@pytest.mark.parametrize("name", ASKED)
def test_what_an_export_leaves_open_is_asked(tmp_path: Path, name: str) -> None:
    """Nothing is taken for a field that may be something else."""
    header, rows, _, _ = READ[name]
    column, facts = ASKED[name]
    result = convert(tmp_path, sheet(header, rows))
    asked = message(MessageCode.UNCERTAIN_COLUMN, column, *facts)
    assert [line for line in result.stderr.splitlines() if line == asked]
    assert not (tmp_path / "portfolio.yaml").exists()
