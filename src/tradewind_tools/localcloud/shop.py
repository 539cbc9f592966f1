"""The shop itself, deployed: the template and the package that the blueprint exports."""

from __future__ import annotations

import json

from tradewind_tools.exports import cloudformation, openapi
from tradewind_tools.localcloud import package
from tradewind_tools.localcloud.deploy import BUCKET, Change, Deployer

STAGE = "local"


def deploy(deployer: Deployer) -> Change:
    """Build the package, upload it and deploy the shop's template. Raises `StackFailed`."""
    document = json.dumps(openapi.document(), separators=(",", ":")).encode()
    built = package.build({"tradewind/service/openapi.json": document})
    deployer.upload(built)
    return deployer.deploy(cloudformation.template(stage=STAGE, code=cloudformation.Code(BUCKET, built.key)))
