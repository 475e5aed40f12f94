"""What tests of bills begin with: the small works, its meters and its contract."""

from __future__ import annotations

import pytest

from services.bills.contracts import contract_named
from services.database import Connection
from tests.billing import billed_plant
from tests.billing.billed_plant import Works


@pytest.fixture
async def works(connection: Connection) -> Works:
    plant = await billed_plant.make(connection)
    return connection, plant, await contract_named(connection, "plant", "grid")
