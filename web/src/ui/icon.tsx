/**
 * The console's few drawings, on a grid of 16. They are decoration: the words beside them, or the name of the button
 * they stand in, say what is meant.
 */
import "./icon.css";

const PATHS = {
  live: "M1.500 9h2.700l2-6 3.200 10.500 2-5.500h3.100",
  devices: "M2.500 3h11v4h-11zM2.500 9.500h11v4h-11zM5 5h.01M5 11.500h.01M8 5h3.500M8 11.500h3.500",
  alarms: "M4 11.500V7a4 4 0 0 1 8 0v4.500M2.500 11.500h11M6.800 13.800h2.400M8 3V1.800",
  check: "M3 8.500l3.200 3.200L13 5",
  energy: "M2.500 13.500h11M4 13V9M8 13V3M12 13V6.500",
  close: "M3.500 3.500l9 9M12.500 3.500l-9 9",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 1 0 0-9M10.300 10.300L14 14",
  download: "M8 2v8M4.800 7L8 10.200L11.200 7M2.500 13.500h11",
  up: "M8 12.500v-9M4.500 7L8 3.500L11.500 7",
  down: "M8 3.500v9M4.500 9L8 12.500L11.500 9",
  system: "M2 3h12v8H2zM5.500 14h5M8 11v3",
  dark: "M13 9.500A5.500 5.500 0 0 1 6.500 3A5.500 5.500 0 1 0 13 9.500Z",
  daylight: "M8 5.200a2.800 2.800 0 1 0 0 5.600a2.800 2.800 0 1 0 0-5.600M8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3.100 3.100l1 1M11.900 11.900l1 1M3.100 12.900l1-1M11.900 4.100l1-1",
  fresh: "M8 4.500a3.500 3.500 0 1 0 0 7a3.500 3.500 0 1 0 0-7",
  partly: "M8 2.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 1 0 0-11M8 2.500v11",
  stale: "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M8 4.800V8l2.400 1.600",
  offline: "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M5.800 5.800l4.400 4.400M10.200 5.800l-4.400 4.400",
  missing: "M4 8h8",
  add: "M8 3.500v9M3.500 8h9",
  camera: "M2 5h3l1-1.500h4L11 5h3v8H2zM8 6.700a2.300 2.300 0 1 0 0 4.600a2.300 2.300 0 1 0 0-4.600",
  lock: "M3.500 7.500h9V14h-9zM5.500 7.500V5a2.500 2.500 0 0 1 5 0v2.500M8 10v1.500",
  orders: "M4 2.500h8v11.500H4zM6 1.500h4V4H6zM6.200 8.500l1.400 1.400L10 7.200",
  machines: "M8 5.500a2.500 2.500 0 1 0 0 5a2.500 2.500 0 1 0 0-5M8 1.500v2M8 12.500v2M1.500 8h2M12.500 8h2M3.400 3.400l1.400 1.400M11.200 11.200l1.400 1.400M3.400 12.600l1.400-1.400M11.200 4.800l1.400-1.400",
  plans: "M2.500 3.500h11v10h-11zM2.500 6.500h11M5.500 2v2.500M10.500 2v2.500M5.500 9.500h1.500M9 9.500h1.500",
  warning: "M8 2L14.500 13.500H1.500ZM8 6.500v3.200M8 11.600h.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
