"""What can go wrong for a client.

ClientError
├── ServiceError            the service said no; `code` is listed in the operator's documentation
└── UnreachableError        no service answered, or it went away and did not come back
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class ClientError(Exception):
    """The base of all errors of the client."""


class UnreachableError(ClientError):
    """No service answered, or it went away and did not come back."""


class ServiceError(ClientError):
    """The service said no; quote `request_id` when asking its operator."""

    def __init__(self, problem: Mapping[str, Any], *, retry_after_s: float | None = None) -> None:
        """Take a problem document (RFC 9457); what is not in it is empty."""
        self.code = str(problem.get("code", "unknown"))
        self.status = int(problem.get("status", 0))
        self.detail = str(problem.get("detail", ""))
        self.request_id = str(problem.get("request_id", ""))
        self.retry_after_s = retry_after_s
        super().__init__(f"{self.code}: {self.detail}")
