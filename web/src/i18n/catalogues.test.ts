import { describe, expect, it } from "vitest";
import { en } from "./en";
import { zh } from "./zh";

/** Every leaf as "path: kind of leaf", a function with the number of figures it takes. */
function leaves(node: unknown, path = ""): string[] {
  if (typeof node === "function") return [`${path}: ${node.length}`];
  if (typeof node !== "object" || node === null) return [`${path}: ${typeof node}`];
  return Object.entries(node).flatMap(([key, child]) => leaves(child, `${path}/${key}`));
}

function texts(node: unknown): string[] {
  if (typeof node === "string") return [node];
  if (typeof node === "function") return [String((node as (...figures: unknown[]) => unknown)(3, 5))];
  if (typeof node !== "object" || node === null) return [];
  return Object.values(node).flatMap(texts);
}

describe("the catalogues", () => {
  it("have the same keys", () => {
    expect(leaves(zh).sort()).toEqual(leaves(en).sort());
  });

  it("leave no text empty", () => {
    expect([...texts(en), ...texts(zh)].filter((text) => text.trim() === "")).toEqual([]);
  });

  it("say different things: a Chinese text without a Chinese letter is one that was forgotten", () => {
    const same = new Set([en.product, zh.preferences.otherLanguage]);
    const foreign = texts(zh).filter((text) => !same.has(text) && !/[\u4e00-\u9fff]/.test(text));
    expect(foreign).toEqual([]);
  });

  it("carry every figure they are given", () => {
    expect(en.devices.shown(3, 5)).toBe("3 of 5 devices");
    expect(zh.devices.shown(3, 5)).toContain("3 / 5");
    expect(en.power.meters(1)).toBe("1 meter");
  });
});
