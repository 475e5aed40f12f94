/** The words of the maintenance page (plans that fall due, parts) in Chinese. */
import type { maintenance as english } from "./maintenance_en";

export const maintenance: typeof english = {
  title: "保养",
  parts: { due: "到期", calendar: "日历", parts: "备件", label: "保养页面" },
  due: {
    columns: { plan: "计划", machine: "机器", due: "到期", used: "已用", order: "工单" },
    overdue: (age) => `逾期 ${age}`,
    now: "已到期",
    in: (age) => `${age}后`,
    unknown: "无法预计",
    forecast: "预测",
    usedOf: (used, allowed) => `已用 ${used} / ${allowed}`,
    none: "没有到期的计划。计划写在厂区文件夹的 maintenance.toml 中。",
    shown: (count) => `${count} 项计划`,
  },
  calendar: { before: "上个月", after: "下个月", today: "本月", nothing: "本月没有到期的计划。", more: (count) => `另有 ${count} 项` },
  stock: {
    columns: { name: "备件", stock: "库存", minimum: "最低库存", location: "库位", cost: "单价" },
    low: "不足",
    onlyLow: "库存不足",
    none: "尚未配置备件：请在厂区文件夹中填写 parts.csv。",
    noMatch: "没有符合筛选条件的备件。",
    searchHint: "名称、编号或库位",
    shown: (shown, count) => (shown === count ? `${count} 种备件` : `${shown} / ${count} 种备件`),
  },
};
