/** All devices of the site, with the whole page to themselves. */
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { EmptySite } from "../live/empty_site";
import { DeviceList } from "./device_list";

export function DevicesPage() {
  const { view } = useSite();
  return (
    <>
      <h1 class="unseen">{words.value.navigation.devices}</h1>
      {view.model.devices.length === 0 ? <EmptySite site={view.model.site.code} /> : <DeviceList />}
    </>
  );
}
