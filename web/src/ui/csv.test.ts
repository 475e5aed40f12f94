import { expect, it } from "vitest";
import { csvText } from "./csv";

it("quotes what must be quoted and leaves figures alone", () => {
  expect(csvText([["name", "power_kw"], ['Feeder "A", west', -3.5], ["空压机", null]])).toBe(
    '\ufeffname,power_kw\r\n"Feeder ""A"", west",-3.5\r\n空压机,\r\n',
  );
});

it("does not let a name become a formula", () => {
  expect(csvText([["=1+1"], ["-x"]])).toBe("\ufeff'=1+1\r\n'-x\r\n");
});
