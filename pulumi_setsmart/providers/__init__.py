"""The classes that Pulumi pickles into the state.

PERMANENT: users' states refer to them by module and name. They keep both for ever, and their
instances hold nothing. Whatever they do stands elsewhere.
"""
