/** Asks the API for all that the registry says of a site. The answers are independent, so they are asked for at once. */
import { ask, askAll, type Listed } from "../api/client";
import type { Device, OrgUnit, Point, Site, SitePower, Space } from "../api/types";
import { buildSiteModel, type SiteModel } from "./site_model";

export async function loadSites(): Promise<readonly Site[]> {
  return (await ask<Listed<Site>>("sites")).items;
}

export async function loadSiteModel(code: string): Promise<SiteModel> {
  const [site, spaces, power, org_units, devices, points] = await Promise.all([
    ask<Site>(`sites/${encodeURIComponent(code)}`),
    askAll<Space>("spaces", { site: code }),
    ask<SitePower>("live/power", { site: code }),
    askAll<OrgUnit>("org-units", { site: code }),
    askAll<Device>("devices", { site: code }),
    askAll<Point>("points", { site: code }),
  ]);
  return buildSiteModel({ site, spaces, power: power.spaces, org_units, devices, points });
}
