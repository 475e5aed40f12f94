/** Starts the console: preferences, address, the page. */
import { render } from "preact";
import { App } from "./app";
import { watchWidth } from "./shell/narrow";
import { startPreferences } from "./shell/preferences";
import { startRouter } from "./shell/router";
import { startTitle } from "./shell/title";
import "./styles/tokens.css";
import "./styles/page.css";

startPreferences();
startRouter();
watchWidth();
startTitle();

const root = document.getElementById("console");
if (root === null) throw new Error("index.html has no element #console: the page was built from another version.");
render(<App />, root);
