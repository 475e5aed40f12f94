/** The first page: the site's power by building above, its devices below. */
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { DeviceList } from "../devices/device_list";
import { Buildings } from "./buildings";
import { EmptySite } from "./empty_site";
import { SitePower } from "./site_power";
import "./live_page.css";

export function LivePage() {
  const { view } = useSite();
  if (view.model.devices.length === 0) return <EmptySite site={view.model.site.code} />;
  return (
    <>
      <h1 class="unseen">{words.value.navigation.live}</h1>
      <div class="live-power">
        <SitePower />
        <Buildings />
      </div>
      <DeviceList />
    </>
  );
}
