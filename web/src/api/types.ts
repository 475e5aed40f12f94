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
export type Alarm = Schemas["Alarm"];
export type AlarmDetail = Schemas["AlarmDetail"];
export type ShownCause = Schemas["ShownCause"];
export type ShownEvidence = Schemas["ShownEvidence"];
export type ShownOccurrence = Schemas["ShownOccurrence"];
export type AlarmFigures = Schemas["AlarmFigures"];
export type AlarmFiguresAnswer = Schemas["AlarmFiguresAnswer"];
export type PartFigures = Schemas["PartFigures"];
export type Flood = Schemas["Flood"];
export type AlarmRule = Schemas["AlarmRule"];
export type AlarmRuleDetail = Schemas["AlarmRuleDetail"];
export type RuleLevel = Schemas["RuleLevel"];
export type RuleOverride = Schemas["RuleOverride"];
export type NewOverride = Schemas["NewOverride"];
export type TrialAnswer = Schemas["TrialAnswer"];
export type WorkOrder = Schemas["WorkOrder"];
export type PlanDue = Schemas["PlanDue"];
export type MachineFigures = Schemas["MachineFigures"];
export type MachineEnergy = Schemas["MachineEnergy"];
export type SparePart = Schemas["SparePart"];
