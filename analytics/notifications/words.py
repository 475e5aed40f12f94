"""The words of messages, in English and Chinese. A line with figures is filled in by `texts.py`."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.notifications.model import Language

PRIORITIES: Mapping[Language, Mapping[str, str]] = {
    "en": {"critical": "CRITICAL", "high": "HIGH", "medium": "MEDIUM", "low": "LOW"},
    "zh": {"critical": "紧急", "high": "高", "medium": "中", "low": "低"},
}

#: What happened to a work order.
ORDER_EVENTS: Mapping[Language, Mapping[str, str]] = {
    "en": {"opened": "WORK ORDER", "assigned": "ASSIGNED", "escalated": "NOT BEGUN", "overdue": "OVERDUE"},
    "zh": {"opened": "新工单", "assigned": "已派工", "escalated": "无人响应", "overdue": "已逾期"},
}

_EN = {
    "title_one": "[{priority}] {machine}: {name}",
    "title_more": "{first} and {more} more",
    "title_returned": "[returned] {machine}: {name}",
    "title_escalation": "[NOT ACKNOWLEDGED] {first}",
    "title_flood_began": "[ALARM FLOOD] {site}: {alarms} so far",
    "title_flood_ended": "[flood over] {site}: {alarms}",
    "title_test": "[test] {site}: a test message of IOE Energy",
    "value_limit": "value {value}{unit}, limit {limit}{unit}",
    "value": "value {value}{unit}",
    "worsened": "got worse",
    "re_alarmed": "asks again: it still stands",
    "since": "since {since}",
    "likely": "Likely cause: {cause}",
    "also": "Also possible: {causes}",
    "action": "What to do: {action}",
    "first_out": "first of its group, {count} followed",
    "is_back": "normal again since {at}",
    "others": "Also:",
    "returned": "Normal again:",
    "not_acknowledged": "Nobody has acknowledged for {minutes:.0f} min.",
    "flood_began": "More alarms than anybody can read. You get one more message, when it is over; "
    "look at the first one and at the machines that have most.",
    "flood_ended": "The flood that began at {began} is over: {alarms} on this route.",
    "alarm": "1 alarm",
    "alarms": "{count} alarms",
    "priorities": "By priority: {counts}",
    "machines": "Most alarms: {machines}",
    "first": "First one: {alarm}",
    "standing": "Still standing: {count}",
    "more": "... and {count} more",
    "order_priority": "priority {value}",
    "order_due": "due {value}",
    "order_assignee": "assigned to {value}",
    "order_team": "team {value}",
    "console": "Console: {address}",
    "test": "This channel works. Nothing is wrong: somebody asked for a test message.",
}
_ZH = {
    "title_one": "[{priority}] {machine}:{name}",
    "title_more": "{first} 等 {all} 条",
    "title_returned": "[已恢复] {machine}:{name}",
    "title_escalation": "[未确认] {first}",
    "title_flood_began": "[报警泛滥] {site}:目前 {alarms}",
    "title_flood_ended": "[报警泛滥结束] {site}:共 {alarms}",
    "title_test": "[测试] {site}:IOE Energy 测试消息",
    "value_limit": "当前值 {value}{unit},限值 {limit}{unit}",
    "value": "当前值 {value}{unit}",
    "worsened": "已加重",
    "re_alarmed": "再次提醒:仍未消除",
    "since": "开始时间 {since}",
    "likely": "可能原因:{cause}",
    "also": "其他可能:{causes}",
    "action": "处理建议:{action}",
    "first_out": "本组首发,随后 {count} 条",
    "is_back": "已于 {at} 恢复正常",
    "others": "另有:",
    "returned": "已恢复正常:",
    "not_acknowledged": "已 {minutes:.0f} 分钟无人确认。",
    "flood_began": "报警数量过多,泛滥期间不再逐条通知,结束时再发一条消息;请先查看首发报警和报警最多的设备。",
    "flood_ended": "始于 {began} 的报警泛滥已结束:本路由共 {alarms}。",
    "alarm": "1 条报警",
    "alarms": "{count} 条报警",
    "priorities": "按优先级:{counts}",
    "machines": "报警最多:{machines}",
    "first": "首发报警:{alarm}",
    "standing": "仍未消除:{count} 条",
    "more": "……另有 {count} 条",
    "order_priority": "优先级 {value}",
    "order_due": "期限 {value}",
    "order_assignee": "负责人 {value}",
    "order_team": "班组 {value}",
    "console": "控制台:{address}",
    "test": "此通道工作正常。这是一条测试消息,无需处理。",
}
WORDS: Mapping[Language, Mapping[str, str]] = {"en": _EN, "zh": _ZH}
