/**
 * How the console is built: one script, one style sheet, nothing inline.
 *
 * A strict Content-Security-Policy forbids inline scripts and data: addresses, so no asset is inlined and the
 * preload polyfill (an inline script in older builds) is left out. `npm run dev` passes the API on to a running `ioe api`.
 */
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  base: "./",
  build: {
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: loadEnv(mode, ".", "IOE_")["IOE_API_URL"] ?? "http://127.0.0.1:8080" } },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
}));
