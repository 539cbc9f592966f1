"""Requests and responses about personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.edge.messages import RequestMessage
from tradewind.kernel.text import END
from tradewind.privacy.model import Export, ExportStatus

ExportId = Annotated[
    str,
    Meta(
        max_length=26,
        pattern=f"^[0-9A-HJKMNP-TV-Z]{{26}}{END}",
        description="an export's id: a ULID of 26 capitals and digits",
    ),
]


class ExportPath(RequestMessage, frozen=True):
    export_id: ExportId


class ExportLink(RequestMessage, frozen=True):
    """`first` is the part that the answer begins with."""

    token: Annotated[
        str,
        Meta(max_length=100, pattern=f"^[A-Za-z0-9._-]+{END}", description="what the link in the email ends with"),
    ]
    first: Annotated[int, Meta(ge=1, le=9_999, description="the part that the answer begins with")] = 1


class ExportView(Struct, frozen=True, rename="camel"):
    """`expiresAt` is when what was exported is removed."""

    export_id: str
    status: ExportStatus
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime

    @classmethod
    def of(cls, export: Export, expires_at: datetime) -> ExportView:
        return cls(export.export_id, export.status, export.requested_at, export.ready_at, expires_at)
