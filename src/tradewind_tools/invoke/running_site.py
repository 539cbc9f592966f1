"""The shop in the running local cloud, as a function that runs there has it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from io import StringIO

from botocore.exceptions import ClientError

from tradewind.identity.reads import find_user_by_email
from tradewind.shop import Shop, production
from tradewind_tools.blueprint.model import Function
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.exports.examples import ADMIN_ID, CUSTOMER_ID, EMAIL, ORDER_ID, PASSWORD
from tradewind_tools.exports.sample_events import sample_event
from tradewind_tools.invoke.functions import find_entry_point, find_function
from tradewind_tools.invoke.site import Site
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.seed import demo_shop
from tradewind_tools.localcloud.state import Running, StateFolder
from tradewind_tools.ministack.environment import CREDENTIALS, REGION


def open_running_site(folder: StateFolder, function: Function) -> Site:
    """Take the function's environment from the cloud, and the demo customer for its sample event. Raises NotRunning."""
    running, customer = folder.find_running(), demo_shop()["customer"]
    os.environ.update(_environment(running, function))
    site = Site(production(), f"the local cloud at {running.front_door_url}")
    site.names |= {
        EMAIL: lambda: customer["email"],
        PASSWORD: lambda: customer["password"],
        CUSTOMER_ID: lambda: _user_id(site.shop, customer["email"]),
        ADMIN_ID: lambda: _user_id(site.shop, folder.admin_login().email),
        ORDER_ID: lambda: _newest_order(site),
    }
    return site


def _environment(running: Running, function: Function) -> Mapping[str, str]:
    """As a worker of the function has it; a function that is not deployed yet gets the settings' defaults."""
    lambdas = local_session().client("lambda", endpoint_url=running.endpoint_url)
    name = StageNames(LOCAL).of(function.name)
    environment = {
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": running.endpoint_url,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(running.cloud_port),
    }
    with suppress(ClientError):
        configuration = lambdas.get_function_configuration(FunctionName=name)
        environment |= configuration.get("Environment", {}).get("Variables", {})
    return environment


def _user_id(shop: Shop, email: str) -> str | None:
    user = find_user_by_email(shop.table, email)
    return user.user_id if user else None


def _newest_order(site: Site) -> str | None:
    """The newest order of the customer, by the operation that lists them."""
    event = site.localize(sample_event(find_function("order-list")))
    with redirect_stdout(StringIO()):
        answer = find_entry_point("order-list")(event, None, site.shop)
    orders = json.loads(answer["body"]).get("items", [])
    return orders[0]["orderId"] if orders else None
