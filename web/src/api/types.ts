/** Short names for the shapes in schema.ts, which is generated from docs/openapi.json (`npm run types`). */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Site = Schemas["Site"];
export type Space = Schemas["Space"];
export type SpacePower = Schemas["SpacePower"];
export type OrgUnit = Schemas["OrgUnit"];
export type Device = Schemas["Device"];
export type Point = Schemas["Point"];
export type Worker = Schemas["Worker"];
export type Check = Schemas["Check"];
