"""The two ways in which a program declares resources: dynamic providers and the native plugin."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from attrs import frozen

from pulumi_setsmart.lifecycle.kind import KINDS

_NATIVE_CLASSES = """\
import pulumi
from pulumi_setsmart import CLEAR, DeletionPolicy, IfExists

def _resource_class(token, fields):
    class Resource(pulumi.CustomResource):
        def __init__(self, resource_name, opts=None, **inputs):
            super().__init__(token, resource_name, {**dict.fromkeys(fields), **inputs}, opts)

        @classmethod
        def get(cls, resource_name, id, opts=None):
            read = pulumi.ResourceOptions(id=id)
            return cls(resource_name, pulumi.ResourceOptions.merge(opts, read))

    return Resource

"""


@frozen
class Interface:
    """How the programs of a stack declare resources.

    Attributes:
        name: What a test is called that uses it.
        header: What the programs begin with; the resource classes have the same names in both.
        project: The project file.
        types: What the types of resources begin with.
    """

    name: str
    header: str
    project: str
    types: str


def _native_header() -> str:
    classes = (
        f'{kind.name} = _resource_class("{kind.token}", '
        f"{[*(field.name for field in kind.fields), kind.extra_fields]})\n"
        for kind in KINDS
    )
    return _NATIVE_CLASSES + "".join(classes)


DYNAMIC = Interface(
    name="dynamic",
    header="import pulumi\nfrom pulumi_setsmart import *\n",
    project="""\
name: portfolio
runtime: python
options:
  refresh: always
""",
    types="pulumi-python:dynamic/setsmart:",
)
NATIVE = Interface(
    name="native",
    header=_native_header(),
    project=f"""\
name: portfolio
runtime: python
plugins:
  providers:
    - name: setsmart
      path: {Path(sys.executable).parent}
""",
    types="setsmart:index:",
)

BOTH_INTERFACES = pytest.mark.both_interfaces
"""Marks tests of a stack that hold for both."""
