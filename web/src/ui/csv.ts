/**
 * A table as a CSV file in the browser: RFC 4180, UTF-8 with a byte order mark, because spreadsheets read Chinese
 * names wrongly without it. A cell that a spreadsheet would run as a formula is made text.
 */
import { serverNow_ms } from "../live/clock";

export type Cell = string | number | null;

const BYTE_ORDER_MARK = "\ufeff";

export function csvText(rows: readonly (readonly Cell[])[]): string {
  return BYTE_ORDER_MARK + rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

/** `devices-kunshan` is saved as `devices-kunshan-2026-11-23T061500Z.csv`. */
export function saveCsv(name: string, rows: readonly (readonly Cell[])[]): void {
  const stamp = new Date(serverNow_ms()).toISOString().slice(0, 19).replaceAll(":", "");
  const address = URL.createObjectURL(new Blob([csvText(rows)], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}-${stamp}Z.csv`;
  link.click();
  URL.revokeObjectURL(address);
}

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
