"""`./dev export`: the documents that are made from the blueprint."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tradewind_tools.options import in_a_folder
from tradewind_tools.places import PACKAGE, STACKS

if TYPE_CHECKING:
    from tradewind_tools.exports.artifacts import Artifacts

export_app = typer.Typer(help="Write what is made from the blueprint.", no_args_is_help=True, add_completion=False)

DeployedStage = Annotated[str, typer.Option("--stage", help="dev, prod …")]
Package = Annotated[Path, typer.Option(help="What ./dev package built.", show_default="build/package")]
Code = Annotated[str | None, typer.Option(help="The address of one archive with all code, in place of the package.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", dir_okay=False, callback=in_a_folder, help="A file; otherwise it is printed."),
]


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
    output: Annotated[
        Path, typer.Option("--output", "-o", file_okay=False, help="A folder.", show_default="build/cloudformation")
    ] = STACKS,
) -> None:
    """The shop as CloudFormation templates: a root, and nested stacks for `aws cloudformation package` to upload."""
    from tradewind_tools.exports.cloudformation import stacks as export  # noqa: PLC0415 - imports every handler

    made = export.stacks(stage, export.Code(bucket, key))
    typer.echo(f"wrote {export.write(made, output)}, with {len(made.nested)} nested stacks")


@export_app.command()
def terraform(stage: Annotated[str, typer.Option(help="local, dev, prod …")], output: Output = None) -> None:
    """What the Terraform modules in infra/terraform make, as JSON."""
    from tradewind_tools.exports.terraform import blueprint as export  # noqa: PLC0415 - imports every handler

    _write(export.document(stage), output)


@export_app.command()
def sam(stage: DeployedStage, package: Package = PACKAGE, code: Code = None, output: Output = None) -> None:
    """The shop as a SAM template, for `sam deploy`."""
    from tradewind_tools.exports import sam as export  # noqa: PLC0415 - imports every handler

    _write_yaml(export.template(stage, _artifacts(package, code, output)), output)


@export_app.command()
def serverless(stage: DeployedStage, package: Package = PACKAGE, code: Code = None, output: Output = None) -> None:
    """The shop as a serverless.yml, for osls, the maintained fork of the Serverless Framework 3."""
    from tradewind_tools.exports import serverless as export  # noqa: PLC0415 - imports every handler

    _write_yaml(export.document(stage, _artifacts(package, code, output)), output)


@export_app.command()
def countries() -> None:
    """The postal rules of countries in src/tradewind/kernel, after a change of the packages that they are made from."""
    from tradewind_tools.exports import country_rules  # noqa: PLC0415 - these packages are for tests

    typer.echo(f"wrote {country_rules.write()}")


@export_app.command()
def docs() -> None:
    """The pages in docs/reference, the diagrams of docs/architecture.md, the sample events in tests/events."""
    from tradewind_tools.exports import architecture, reference, sample_events  # noqa: PLC0415 - imports every handler

    for path in (*reference.write(), architecture.write()):
        typer.echo(f"wrote {path}")
    typer.echo(f"wrote {len(sample_events.write())} events into {sample_events.FOLDER}")


def _artifacts(package: Path, code: str | None, output: Path | None) -> Artifacts:
    """Where the code is, seen from the file that is written: so SAM and osls look for it."""
    from tradewind_tools.exports.artifacts import Artifacts  # noqa: PLC0415 - as above

    folder = Path() if output is None else output.parent
    return Artifacts.in_folder(package, folder) if code is None else Artifacts(code)


def _write(document: dict[str, Any], output: Path | None) -> None:
    _write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", output)


def _write_yaml(document: dict[str, Any], output: Path | None) -> None:
    from tradewind_tools.exports import yaml_text  # noqa: PLC0415 - the other exports need no YAML

    _write_text(yaml_text.text(document), output)


def _write_text(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")
