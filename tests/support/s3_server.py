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
from attrs import define

from support.receiver_process import free_port
from support.state_backend import StateBackend
from support.waiting import HANG_GUARD, wait_until

NAME, REGION = "states", "us-east-1"
ACTIONS = {"writer": ["s3:*"], "reader": ["s3:GetObject", "s3:ListBucket"]}
UNASKED = 1 + 3 * len(ACTIONS)
"""Requests that moto answers before it asks for permissions: those that set them up."""


@define
class S3Server:
    """A bucket for states, with a folder for each backend."""

    port: int
    _client: Any
    _keys: dict[str, dict[str, str]]
    _process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop it."""
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Kill it, and start it again with what it has stored, which nobody may write meanwhile.

        moto stores in memory, the keys too: from then on it asks nobody who they are.
        """
        stored = self._objects("")
        self.stop()
        self._process = _start(self.port, unasked=sys.maxsize)
        self._client.create_bucket(Bucket=NAME)
        for name, content in stored.items():
            self._client.put_object(Bucket=NAME, Key=name, Body=content)

    def backend(self, name: str, port: int | None = None) -> StateBackend:
        """Return the backend in the folder with this name.

        Args:
            name: The name.
            port: Through which port Pulumi reaches it, if not its own.
        """
        endpoint = f"endpoint=127.0.0.1:{port or self.port}"
        options = f"{endpoint}&disableSSL=true&s3ForcePathStyle=true&region={REGION}"
        address = {"PULUMI_BACKEND_URL": f"s3://{NAME}/{name}?{options}"}
        return StateBackend(
            writer={**address, **self._keys["writer"]},
            reader={**address, **self._keys["reader"]},
            content=lambda: self._content(f"{name}/"),
        )

    def _content(self, folder: str) -> dict[str, str]:
        objects = self._objects(folder)
        return {name.removeprefix(folder): each.decode() for name, each in objects.items()}

    def _objects(self, prefix: str) -> dict[str, bytes]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=NAME, Prefix=prefix)
        names = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return {
            name: self._client.get_object(Bucket=NAME, Key=name)["Body"].read() for name in names
        }


@contextmanager
def running_s3() -> Iterator[S3Server]:
    """Run a bucket that nobody but its two users can reach."""
    port = free_port()
    process = _start(port, UNASKED)
    try:
        server = _set_up(port, process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    try:
        yield server
    finally:
        server.stop()


def _start(port: int, unasked: int) -> subprocess.Popen[bytes]:
    """Start it, and wait until it is ready.

    Args:
        port: Its port.
        unasked: How many requests it answers before it asks for permissions.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
        env={"INITIAL_NO_AUTH_ACTION_COUNT": str(unasked)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: _is_up(f"127.0.0.1:{port}"))
    return process


def _is_up(address: str) -> bool:
    try:
        httpx.get(f"http://{address}/moto-api/", trust_env=False, timeout=HANG_GUARD)
    except httpx.TransportError:
        return False
    return True


def _set_up(port: int, process: subprocess.Popen[bytes]) -> S3Server:
    address = f"127.0.0.1:{port}"
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
    return S3Server(port, client, keys, process)


def _client(service: str, address: str, key: str, secret: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=f"http://{address}",
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )
