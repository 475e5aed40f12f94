"""Silence is health: a gateway, the engine or the evaluation that falls silent is an alarm within a minute."""

from __future__ import annotations

from collections.abc import Callable

from deploy.embedded.stack import Stack
from tests.acceptance.silence import platform

GATEWAY = "gw-campus"
BEHIND_IT = {"me-office", "me-dorm", "gas-boiler"}
ELSEWHERE = {"me-b1-f1", "comp-1"}


async def test_who_falls_silent_alone_is_an_alarm_and_the_others_go_on(private_stack: Callable[[], Stack]) -> None:
    async with platform(private_stack()) as seen:
        # Who accounts: its figures stand still, live values go on. One gateway: its devices are silent with it, and one
        # alarm says so. Neither has to do with the other.
        await seen.kill("energy")
        await seen.order(f"drop-out@{GATEWAY}:duration=1h")
        await seen.raised("service/engine-silent/energy")
        await seen.raised(f"kunshan/gateway-silent/{GATEWAY}")
        fresh = await seen.fresh()
        assert fresh.isdisjoint({GATEWAY, *BEHIND_IT})
        assert fresh >= ELSEWHERE

        # Who evaluates alarms: what returns meanwhile is told when another has taken over.
        await seen.kill("alarms")
        await seen.start(["energy"])
        await seen.order("clear all")
        await seen.raised("service/alarms-silent/alarms")
        await seen.returned("service/engine-silent/energy")
        assert (await seen.alarms())[f"kunshan/gateway-silent/{GATEWAY}"] == "unacknowledged"
        await seen.start(["alarms"])
        await seen.returned("service/alarms-silent/alarms")
        await seen.returned(f"kunshan/gateway-silent/{GATEWAY}")
