import "uplot/dist/uPlot.min.css";
import "./styles/theme.css";
import "./styles/bar.css";
import "./styles/panels.css";
import "./styles/charts.css";
import "./styles/values.css";
import "./styles/phone.css";
import { AskError, askDashboard } from "./state/ask.ts";
import { DashboardView } from "./view/dashboard.ts";
import { showHome } from "./view/home.ts";
import { pageFault, setTheme, shell, themeNow } from "./view/shell.ts";

let view: DashboardView | undefined;
let uid: string | undefined;

/** The dashboard that the address names; undefined on the home page. */
const uidNow = (): string | undefined => {
  const [, name] = /^\/d\/([^/]+)/.exec(location.pathname) ?? [];
  return name === undefined ? undefined : decodeURIComponent(name);
};

async function show(): Promise<void> {
  setTheme(themeNow());
  view?.close();
  view = undefined;
  uid = uidNow();
  try {
    if (uid === undefined) return await showHome();
    view = new DashboardView(await askDashboard(uid));
    await view.show();
  } catch (error) {
    const main = document.querySelector("main") ?? shell("", () => undefined).main;
    main.replaceChildren(
      pageFault(error instanceof Error ? error.message : String(error), error instanceof AskError ? error.hints : []),
    );
    main.dataset["ready"] = "true";
  }
}

/** Links within the page need no new page. */
function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest?.("a");
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || link.target === "_blank" || link.origin !== location.origin || link.hash !== "") return;
  if (link.pathname !== "/" && !link.pathname.startsWith("/d/")) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  scrollTo(0, 0);
  void show();
}

addEventListener("popstate", () => {
  if (view && uid === uidNow()) view.read().catch(() => undefined);
  else void show();
});
document.addEventListener("click", follow);
void show();
