/** Asks the API for all that the registry says of a site. The answers are independent, so they are asked for at once. */
import { ask, askAll } from "../api/client";
import type { Device, Point, Site, Space } from "../api/types";
import { buildSiteModel, type SiteModel } from "./site_model";

export async function loadSites(): Promise<readonly Site[]> {
  return askAll<Site>("sites");
}

export async function loadSiteModel(code: string): Promise<SiteModel> {
  const [site, spaces, devices, points] = await Promise.all([
    ask<Site>(`sites/${encodeURIComponent(code)}`),
    askAll<Space>("spaces", { site: code }),
    askAll<Device>("devices", { site: code }),
    askAll<Point>("points", { site: code }),
  ]);
  return buildSiteModel({ site, spaces, devices, points });
}
