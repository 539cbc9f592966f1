"""Removes what Terraform leaves behind on purpose, and nobody needs once a stage is gone."""

from __future__ import annotations

import boto3

from tradewind_tools.deployment.stage import Stage
from tradewind_tools.deployment.traffic import client


def remove_layers(session: boto3.Session, stage: Stage) -> None:
    """Remove every version of the layer, which older versions of the functions needed."""
    functions, layer = client(session, "lambda"), stage.names.of("dependencies")
    for page in functions.get_paginator("list_layer_versions").paginate(LayerName=layer):
        for version in page["LayerVersions"]:
            functions.delete_layer_version(LayerName=layer, VersionNumber=version["Version"])
