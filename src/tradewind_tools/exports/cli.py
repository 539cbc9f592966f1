"""`./dev export`: the documents that are made from the blueprint."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

export_app = typer.Typer(help="Write what is made from the blueprint.", no_args_is_help=True, add_completion=False)

Output = Annotated[Path | None, typer.Option("--output", "-o", help="A file; otherwise it is printed.")]


@export_app.command()
def openapi(output: Output = None) -> None:
    """The HTTP API as an OpenAPI 3.1 document."""
    from tradewind_tools.exports import openapi as export  # noqa: PLC0415 - imports every handler

    _write(export.document(), output)


@export_app.command()
def cloudformation(
    stage: Annotated[str, typer.Option(help="local, dev, prod …")],
    bucket: Annotated[str, typer.Option(help="The S3 bucket of the functions' package.")],
    key: Annotated[str, typer.Option(help="Its key in the bucket.")],
    output: Output = None,
) -> None:
    """The shop as a CloudFormation template."""
    from tradewind_tools.exports import cloudformation as export  # noqa: PLC0415 - imports every handler

    _write(export.template(stage, export.Code(bucket, key)), output)


@export_app.command()
def docs() -> None:
    """The reference pages in docs/reference, and the diagrams of docs/architecture.md."""
    from tradewind_tools.exports import architecture, reference  # noqa: PLC0415 - imports every handler

    for path in (*reference.write(), architecture.write()):
        typer.echo(f"wrote {path}")


def _write(document: dict[str, Any], output: Path | None) -> None:
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")
