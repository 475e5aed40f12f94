/** Asks the API for all that the registry says of a site. The answers are independent, so they are asked for at once. */
import { ask, askAll } from "../api/client";
import type { Site } from "../api/types";
import { buildSiteModel, type SiteModel } from "./site_model";

export async function loadSites(): Promise<readonly Site[]> {
  return (await ask("/api/v1/sites")).items;
}

export async function loadSiteModel(site: Site): Promise<SiteModel> {
  const here = { site: site.code };
  const [spaces, power, org_units, devices, points] = await Promise.all([
    askAll("/api/v1/spaces", here),
    ask("/api/v1/live/power", here),
    askAll("/api/v1/org-units", here),
    askAll("/api/v1/devices", here),
    askAll("/api/v1/points", here),
  ]);
  return buildSiteModel({ site, spaces, power: power.spaces, org_units, devices, points });
}
