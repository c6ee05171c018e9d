import { setColorTheme } from "../data/colors.ts";
import { h } from "../dom.ts";

type Theme = "dark" | "light";
const KEY = "theme";

/** The theme that the reader chose, or that the system prefers; `?theme=` as in Grafana wins. */
export function themeNow(): Theme {
  const given = new URLSearchParams(location.search).get("theme") ?? localStorage.getItem(KEY);
  if (given === "light" || given === "dark") return given;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** Puts a theme on. */
export function setTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  setColorTheme(theme);
}

/**
 * The page around a dashboard: where one is, and what one can do there.
 *
 * @param onTheme called when the theme has changed: canvases are to be drawn anew
 */
export function shell(
  title: string,
  onTheme: () => void,
  ...controls: readonly (Node | undefined)[]
): { main: HTMLElement; bar: HTMLElement } {
  const main = h("main", { id: "main" });
  const toggle = h("button", {
    type: "button",
    class: "control icon",
    "aria-label": "Dark or light",
    title: "Dark or light",
    text: "◐",
  });
  toggle.addEventListener("click", () => {
    const theme = themeNow() === "dark" ? "light" : "dark";
    localStorage.setItem(KEY, theme);
    setTheme(theme);
    onTheme();
  });
  const notice = h("span", {
    class: "badge",
    text: "Preview, not Grafana",
    title:
      "Drawn from the same JSON that Grafana loads, by a small page of this project. Grafana itself has not been asked.",
  });
  const crumbs = h(
    "nav",
    { class: "crumbs", "aria-label": "Where this is" },
    h("a", { href: "/", text: "Dashboards" }),
    title === "" ? undefined : h("span", { "aria-hidden": "true", text: "›" }),
    title === "" ? undefined : h("h1", { text: title }),
  );
  const tools = h("div", { class: "tools" }, ...controls, toggle);
  const bar = h("header", { class: "topbar" }, crumbs, notice, tools);
  document.title = title === "" ? "Berkeley Compute dashboards" : `${title} – Berkeley Compute`;
  document.body.replaceChildren(h("a", { class: "skip", href: "#main", text: "Skip to the panels" }), bar, main);
  return { main, bar };
}

/** A dashboard's title without the network's name, which stands on every page. */
export const shortTitle = (title: string): string => title.replace(/^Berkeley Compute\s*\/\s*/, "");

/** What is said where a page can't be shown. */
export const pageFault = (message: string, hints: readonly string[] = []): HTMLElement =>
  h(
    "div",
    { class: "page-fault fault", role: "alert" },
    h("strong", { text: message }),
    ...hints.map((hint) => h("span", { text: `Try: ${hint}` })),
  );
