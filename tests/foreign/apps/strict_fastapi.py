"""Listings under FastAPI that refuse every field they do not know, their own included.

Argument: a port.
"""

import itertools
import sys
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel


class ListingIn(BaseModel, extra="forbid"):
    name: str
    address: str = ""
    bedrooms: int = 1
    notes: str = ""


class Listing(ListingIn):
    id: int
    created: datetime


class Listings(BaseModel):
    data: list[Listing]
    count: int


app = FastAPI()
listings: dict[int, Listing] = {}
ids = itertools.count(1)


def existing(listing_id: int) -> Listing:
    if listing_id not in listings:
        raise HTTPException(404, "Listing not found")
    return listings[listing_id]


@app.get("/properties")
def read_listings(skip: int = 0, limit: int = 2) -> Listings:
    return Listings(data=list(listings.values())[skip : skip + limit], count=len(listings))


@app.post("/properties", status_code=201)
def create_listing(listing: ListingIn) -> Listing:
    new = Listing(id=next(ids), created=datetime.now(UTC), **listing.model_dump())
    listings[new.id] = new
    return new


@app.get("/properties/{listing_id}")
def read_listing(listing_id: int) -> Listing:
    return existing(listing_id)


@app.put("/properties/{listing_id}")
def replace_listing(listing_id: int, listing: ListingIn) -> Listing:
    created = existing(listing_id).created
    listings[listing_id] = Listing(id=listing_id, created=created, **listing.model_dump())
    return listings[listing_id]


@app.patch("/properties/{listing_id}")
def update_listing(listing_id: int, changes: dict[str, str | int]) -> Listing:
    listings[listing_id] = existing(listing_id).model_copy(update=changes)
    return listings[listing_id]


@app.delete("/properties/{listing_id}", status_code=204)
def delete_listing(listing_id: int) -> None:
    existing(listing_id)
    del listings[listing_id]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
