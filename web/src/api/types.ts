export interface Site { code: string; name: string; name_zh: string | null; time_zone: string }
export interface Space { site: string; path: string; code: string; kind: "building" | "floor" | "area"; name: string; name_zh: string | null; parent: string | null; floor_area_m2: number | null }
export interface SpacePower { space: string | null; points: string[] }
export interface SitePower { spaces: SpacePower[] }
export interface Device { id: string; site: string; code: string; name: string; name_zh: string | null; template: string | null; kind: string | null; space: string | null; org_unit: string | null; equipment: string | null; gateway: string | null; online: boolean | null; online_since: string | null }
export interface Point { id: string; device: string; key: string; name: string; name_zh: string | null; quantity: string; unit: string; kind: "gauge" | "counter" | "state"; minimum: number | null; maximum: number | null; expected_interval_s: number; states: Record<string, number> | null }
export interface Reading { time: string; value: number }
export interface Worker { name: string; state: "receiving" | "paused" | "disconnected" | "stopped"; detail: string; seen_at: string }
export interface Readings { point: string; stands_for: number; readings: Reading[] | null }
export interface OrgUnit { path: string; name: string; name_zh: string | null; parent: string | null }
export interface HealthCheck { name: string; status: "ok" | "warning" | "failed"; detail: string; value: number | null; unit: string | null }
