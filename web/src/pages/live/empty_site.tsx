/** A site without devices, or no site at all: what to do next, in commands that can be copied. */
import { words } from "../../i18n";
import { Note } from "../../ui/note";

const APPLY = "ioe site check my-site/\nioe site apply my-site/";

export function EmptySite({ site }: { readonly site: string | null }) {
  const text = words.value.empty;
  const publish = `mosquitto_pub -V 5 -q 1 -t ioe/v1/${site ?? "my-site"}/m-1/telemetry \\\n  -m '{"values": {"active_power_kw": 12.3}}'`;
  return (
    <Note title={site === null ? text.noSite : text.noDevices}>
      <p>{site === null ? text.noSiteAdvice : text.noDevicesAdvice}</p>
      <pre>{APPLY}</pre>
      <p>{text.publish}</p>
      <pre>{publish}</pre>
    </Note>
  );
}
