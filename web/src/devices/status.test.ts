import { describe, expect, it } from "vitest";
import type { Sample } from "../live/freshness";
import { deviceStatus, type Connectivity } from "./status";

const NOW_MS = 1_795_420_800_000;
const POINTS = [
  { id: "fast", expected_interval_s: 1 },
  { id: "slow", expected_interval_s: 60 },
];
const at = (age_s: number): Sample => ({ value: 1, time_ms: NOW_MS - age_s * 1000, heard_ms: NOW_MS - age_s * 1000 });

const judge = (samples: Record<string, Sample>, connectivity?: Connectivity) =>
  deviceStatus(POINTS, (id) => samples[id], connectivity, NOW_MS);

describe("a device's state", () => {
  it("follows its points, each by its own interval", () => {
    expect(judge({ fast: at(15), slow: at(180) }).state).toBe("fresh");
    expect(judge({ fast: at(16), slow: at(180) })).toEqual({ state: "partly", age_s: 16, stale_points: 1 });
    expect(judge({ fast: at(16), slow: at(181) })).toEqual({ state: "stale", age_s: 16, stale_points: 2 });
    expect(judge({})).toEqual({ state: "missing", age_s: null, stale_points: 0 });
  });

  it("does not look fresh because its clock runs ahead", () => {
    const ahead: Sample = { value: 1, time_ms: NOW_MS + 240_000, heard_ms: NOW_MS - 60_000 };
    expect(judge({ fast: ahead }).state).toBe("stale");
  });

  it("is offline by its last will until something newer is heard", () => {
    const gone = { online: false, since_ms: NOW_MS - 5000 };
    expect(judge({ fast: at(6) }, gone).state).toBe("offline");
    expect(judge({ fast: at(4) }, gone).state).toBe("fresh");
    expect(judge({}, gone).state).toBe("offline");
    expect(judge({ fast: at(6) }, { online: true, since_ms: NOW_MS }).state).toBe("fresh");
  });
});
