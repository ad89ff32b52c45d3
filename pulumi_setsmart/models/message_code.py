"""The codes of messages: what programs, tests and the documentation know a message by.

A message may be reworded at any time, its code stays. The page on troubleshooting has an entry for
each.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class MessageCode(StrEnum):
    """What a message to the user is about."""

    # Declarations
    INVALID_VALUE = "invalid-value"
    REQUIRED = "required"
    FIELD_HAS_ARGUMENT = "field-has-argument"
    ID_NOT_DECLARABLE = "id-not-declarable"
    IDENTITY_NOT_DECLARED = "identity-not-declared"
    NOT_A_LIST = "not-a-list"
    NOT_AN_OBJECT = "not-an-object"
    CLEARED_AND_DECLARED = "cleared-and-declared"
    NOT_JSON = "not-json"
    MISSING_VALUE = "missing-value"
    INEXACT_NUMBER = "inexact-number"
    INVALID_RESOURCE = "invalid-resource"
    IMPORT_OPTION = "import-option"
    MOCKED_ACCOUNT = "mocked-account"
    UNREADABLE_OBJECT = "unreadable-object"

    # Objects that exist already
    ALREADY_EXISTS = "already-exists"
    ALREADY_MANAGED = "already-managed"
    EXISTING_ID_NOT_FOUND = "existing-id-not-found"
    EXISTING_ID_MANAGED = "existing-id-managed"
    EXISTING_ID_CHANGED = "existing-id-changed"
    EXISTING_OBJECT_RETURNED = "existing-object-returned"
    ADOPTED = "adopted"
    MORE_ADOPTED = "more-adopted"
    RENAMED_KEY = "renamed-key"
    SHIFTED_ROWS = "shifted-rows"

    # What SetSmart made of a declaration
    VALUE_NORMALISED = "value-normalised"
    VALUE_NOT_APPLIED = "value-not-applied"
    DRIFT_REVERTED = "drift-reverted"
    FIELD_LEFT_OUT = "field-left-out"
    NOT_READ_BACK = "not-read-back"
    SOFT_DELETED = "soft-deleted"

    # Keys, accounts and settings
    MISSING_KEY = "missing-key"
    MALFORMED_KEY = "malformed-key"
    KEY_REJECTED = "key-rejected"
    OTHER_KEY_USED = "other-key-used"
    PLAINTEXT_KEY = "plaintext-key"
    PERMISSION_DENIED = "permission-denied"
    INVALID_SETTING = "invalid-setting"
    INVALID_ACCOUNTS = "invalid-accounts"
    INVALID_BASE_URL = "invalid-base-url"
    PLACE_OF_IMPORT = "place-of-import"
    ACCOUNT_NOT_KNOWN = "account-not-known"
    NOT_IN_THIS_ACCOUNT = "not-in-this-account"
    UNKNOWN_ACCOUNT = "unknown-account"
    DIFFERENT_OBJECT = "different-object"
    OTHER_ACCOUNT_ADOPTED = "other-account-adopted"
    BACKUP_OF_OTHER_ACCOUNT = "backup-of-other-account"
    DAMAGED_METADATA = "damaged-metadata"
    NEWER_METADATA = "newer-metadata"

    # Requests
    REJECTED_VALUES = "rejected-values"
    NOT_FOUND = "not-found"
    INVALID_ID = "invalid-id"
    RATE_LIMITED = "rate-limited"
    IMPLAUSIBLE_RESET = "implausible-reset"
    RETRYING = "retrying"
    SERVER_ERROR = "server-error"
    CONNECTION_FAILED = "connection-failed"
    CONNECTION_LOST = "connection-lost"
    TIMED_OUT = "timed-out"
    UNTRUSTED_SERVER = "untrusted-server"
    DEADLINE_EXCEEDED = "deadline-exceeded"
    REDIRECTED = "redirected"
    REQUEST_REJECTED = "request-rejected"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    CONFLICT = "conflict"
    INVALID_RESPONSE = "invalid-response"
    RESPONSE_TOO_LARGE = "response-too-large"
    UNEXPECTED_RESPONSE = "unexpected-response"
    CIRCULAR_LIST = "circular-list"
    INCOMPLETE_LIST = "incomplete-list"
    UNUSABLE_NEXT_PAGE = "unusable-next-page"
    UNUSABLE_LIST = "unusable-list"
    CONTRADICTORY_RESPONSES = "contradictory-responses"
    UNKNOWN_OUTCOME = "unknown-outcome"
    CREATE_UNRESOLVED = "create-unresolved"

    # Deletions
    DELETION_LIMIT = "deletion-limit"
    DELETION_DENIED = "deletion-denied"
    DELETION_SKIPPED = "deletion-skipped"
    DELETION_STOPPED = "deletion-stopped"
    NOT_DEACTIVATED = "not-deactivated"
    RUN_NOT_SHARED = "run-not-shared"

    # Files
    UNUSABLE_FILE = "unusable-file"
    NOT_A_FILE = "not-a-file"
    FILE_EXISTS = "file-exists"
    FOLDER_LOCKED = "folder-locked"
    OUTPUT_CLOSED = "output-closed"
    NOT_ENCODABLE = "not-encodable"
    INVALID_SYNTAX = "invalid-syntax"
    UNSUPPORTED_YAML = "unsupported-yaml"
    DUPLICATE_KEY = "duplicate-key"
    NUMBER_TOO_LONG = "number-too-long"
    TOO_DEEP = "too-deep"
    TOO_MANY_VALUES = "too-many-values"
    INVALID_TABLE = "invalid-table"
    INVALID_PORTFOLIO = "invalid-portfolio"
    NO_STACK_NAMED = "no-stack-named"
    NOTHING_SELECTED = "nothing-selected"
    NOTHING_FOUND = "nothing-found"
    SEVERAL_OBJECTS = "several-objects"
    UNKNOWN_FIELD = "unknown-field"
    SECRET_IN_FILE = "secret-in-file"  # noqa: S105 - the name of a message
    FORMER_KEY_USED = "former-key-used"
    NOTHING_TO_REMOVE = "nothing-to-remove"
    NOT_IN_BASE = "not-in-base"
    SAME_IDENTITY = "same-identity"
    SIMILAR_KEY = "similar-key"
    UNKNOWN_EVENT = "unknown-event"
    NOT_EXTENDABLE = "not-extendable"
    NOT_AN_IMPORT_FILE = "not-an-import-file"
    NOT_A_BACKUP = "not-a-backup"

    # Spreadsheets
    SPREADSHEETS_NOT_INSTALLED = "spreadsheets-not-installed"
    UNREADABLE_SHEET = "unreadable-sheet"
    ENCODING_GUESSED = "encoding-guessed"
    UNCERTAIN_COLUMN = "uncertain-column"
    UNKNOWN_COLUMN = "unknown-column"
    INVALID_MAPPING = "invalid-mapping"
    INVALID_CELL = "invalid-cell"
    AMBIGUOUS_NUMBERS = "ambiguous-numbers"
    AMBIGUOUS_ROW = "ambiguous-row"
    HIDDEN_SHEETS = "hidden-sheets"
    MERGED_CELLS = "merged-cells"
    ROWS_LEFT_OUT = "rows-left-out"
    REPEATED_LISTING = "repeated-listing"
    KEY_KEPT = "key-kept"
    POSSIBLE_RENAME = "possible-rename"

    # Pulumi's projects, stacks and previews
    NO_PROJECT = "no-project"
    NOT_PYTHON = "not-python"
    DEFAULT_PROVIDER = "default-provider"
    NO_PLUGIN = "no-plugin"
    NO_STACK = "no-stack"
    STACK_LOCKED = "stack-locked"
    PULUMI_FAILED = "pulumi-failed"
    PULUMI_TIMED_OUT = "pulumi-timed-out"
    NOT_LOGGED_IN = "not-logged-in"
    UNUSABLE_BACKEND = "unusable-backend"
    FOREIGN_CODE = "foreign-code"
    UNREADABLE_STATE = "unreadable-state"
    NOT_A_PREVIEW = "not-a-preview"
    DAMAGED_PREVIEW = "damaged-preview"
    SEVERAL_PREVIEWS = "several-previews"
    UNKNOWN_ENCODING = "unknown-encoding"
    TOO_MANY_CHANGES = "too-many-changes"
    TOO_MANY_DELETIONS = "too-many-deletions"
    PLAN_CHANGED = "plan-changed"
    BULK_REFUSED = "bulk-refused"
    BULK_UNFINISHED = "bulk-unfinished"
    BULK_CHANGED = "bulk-changed"
    NO_BROWSER = "no-browser"
    NOT_NOTIFIED = "not-notified"

    # Commands
    LEFT_OUT = "left-out"
    NOT_IN_CSV = "not-in-csv"
    UNCLEAR_RENAME = "unclear-rename"
    OTHER_STACK = "other-stack"
    UNASSIGNED = "unassigned"
    MANAGED_ELSEWHERE = "managed-elsewhere"
    NOT_RESTORED = "not-restored"
    SECRET_NOT_RESTORED = "secret-not-restored"  # noqa: S105 - the name of a message
    NOT_IN_BACKUP = "not-in-backup"
    NOT_IN_STATE = "not-in-state"
    NO_LONGER_IN_ACCOUNT = "no-longer-in-account"
    WOULD_CHANGE = "would-change"
    OTHERS_WOULD_CHANGE = "others-would-change"
    PORTFOLIO_NOT_DECLARED = "portfolio-not-declared"
    NO_PORTFOLIO_FILE = "no-portfolio-file"
    SEVERAL_PORTFOLIOS = "several-portfolios"
    CHANGED_IN_BOTH = "changed-in-both"
    DECLARED_ELSEWHERE = "declared-elsewhere"
    DELETED_OUTSIDE = "deleted-outside"
    FILE_CHANGED = "file-changed"
    NO_PULUMI = "no-pulumi"
    OLD_PULUMI = "old-pulumi"
    NO_REFRESH = "no-refresh"
    FOREIGN_PLUGIN = "foreign-plugin"
    SERVER_TIME_UNKNOWN = "server-time-unknown"
    CLOCK_DIFFERS = "clock-differs"
    RATE_LIMIT_UNKNOWN = "rate-limit-unknown"
    FEW_REQUESTS_LEFT = "few-requests-left"
    NO_WEBHOOKS = "no-webhooks"
    NOT_A_RECORDING = "not-a-recording"
    NOTHING_RECORDED = "nothing-recorded"
    NAMES_REPLACED = "names-replaced"

    # The sandbox
    SANDBOX_NOT_INSTALLED = "sandbox-not-installed"
    UNUSABLE_DATABASE = "unusable-database"
    CANNOT_LISTEN = "cannot-listen"
    NO_SANDBOX = "no-sandbox"

    # Deliveries of webhooks
    RECEIVER_SETUP = "receiver-setup"
    NOT_A_REQUEST = "not-a-request"
    MALFORMED_DELIVERY = "malformed-delivery"
    WRONG_SIGNATURE = "wrong-signature"
    OUTDATED_DELIVERY = "outdated-delivery"
    INVALID_PAYLOAD = "invalid-payload"
    REPLAYED_DELIVERY = "replayed-delivery"

    UNEXPECTED_ERROR = "unexpected-error"


def with_code(message: str, code: MessageCode) -> str:
    """Return a message with its code at the end of its first line."""
    first, separator, rest = message.partition("\n")
    return f"{first} [{code}]{separator}{rest}"


def without_code(text: str) -> tuple[str, MessageCode | None]:
    """Return what `with_code` was given; a text without one of our codes as it is, and None."""
    first, separator, rest = text.partition("\n")
    for code in MessageCode:
        if first.endswith(suffix := f" [{code}]"):
            return f"{first.removesuffix(suffix)}{separator}{rest}", code
    return text, None


@frozen
class Notice:
    """A message that is not an error: a command goes on after it.

    Attributes:
        code: What it is about.
        message: The message, without the code.
    """

    code: MessageCode
    message: str

    def __str__(self) -> str:
        """Return the message, with the code at the end of the first line."""
        return with_code(self.message, self.code)
