"""A bucket that asks who somebody is: moto's S3 and IAM, as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3  # type: ignore[import-untyped]  # it has no types
import httpx
from attrs import frozen

from support.receiver_process import free_port
from support.state_backend import StateBackend
from support.waiting import HANG_GUARD, wait_until

NAME, REGION = "states", "us-east-1"
ACTIONS = {"writer": ["s3:*"], "reader": ["s3:GetObject", "s3:ListBucket"]}
UNASKED = 1 + 3 * len(ACTIONS)
"""Requests that moto answers before it asks for permissions: those that set them up."""


@frozen
class S3Server:
    """A bucket for states, with a folder for each backend."""

    _client: Any
    _address: str
    _keys: dict[str, dict[str, str]]

    def backend(self, name: str) -> StateBackend:
        """Return the backend in the folder with this name."""
        options = f"endpoint={self._address}&disableSSL=true&s3ForcePathStyle=true&region={REGION}"
        address = {"PULUMI_BACKEND_URL": f"s3://{NAME}/{name}?{options}"}
        return StateBackend(
            writer={**address, **self._keys["writer"]},
            reader={**address, **self._keys["reader"]},
            content=lambda: self._content(f"{name}/"),
        )

    def _content(self, folder: str) -> dict[str, str]:
        listed = self._client.list_objects_v2(Bucket=NAME, Prefix=folder).get("Contents", [])
        return {
            entry["Key"].removeprefix(folder): self._client.get_object(
                Bucket=NAME, Key=entry["Key"]
            )["Body"]
            .read()
            .decode()
            for entry in listed
        }


@contextmanager
def running_s3() -> Iterator[S3Server]:
    """Run a bucket that nobody but its two users can reach."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
        env={"INITIAL_NO_AUTH_ACTION_COUNT": str(UNASKED)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            address = f"127.0.0.1:{port}"
            wait_until(lambda: _is_up(address))
            yield _set_up(address)
        finally:
            server.terminate()


def _is_up(address: str) -> bool:
    try:
        httpx.get(f"http://{address}/moto-api/", trust_env=False, timeout=HANG_GUARD)
    except httpx.TransportError:
        return False
    return True


def _set_up(address: str) -> S3Server:
    _client("s3", address, "anybody", "anything").create_bucket(Bucket=NAME)
    iam = _client("iam", address, "anybody", "anything")
    keys = {}
    for user, actions in ACTIONS.items():
        arn = f"arn:aws:s3:::{NAME}"
        allowed = {"Effect": "Allow", "Action": actions, "Resource": [arn, f"{arn}/*"]}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName="states", PolicyDocument=policy)
        made = iam.create_access_key(UserName=user)["AccessKey"]
        keys[user] = {
            "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        }
    writer = keys["writer"]
    client = _client("s3", address, writer["AWS_ACCESS_KEY_ID"], writer["AWS_SECRET_ACCESS_KEY"])
    return S3Server(client, address, keys)


def _client(service: str, address: str, key: str, secret: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=f"http://{address}",
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )
