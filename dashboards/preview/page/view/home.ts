import { h } from "../dom.ts";
import { askList } from "../state/ask.ts";
import { shell, shortTitle } from "./shell.ts";

/** The list of all dashboards. @throws AskError */
export async function showHome(): Promise<void> {
  const { main } = shell("", () => undefined);
  const list = await askList();
  const cards = list.map(({ uid, title, description, panelCount }) =>
    h(
      "a",
      { class: "card", href: `/d/${encodeURIComponent(uid)}` },
      h("h2", { text: shortTitle(title) }),
      h("p", { text: description }),
      h("span", { class: "muted", text: `${panelCount} panels` }),
    ),
  );
  const words = h("p", {
    class: "lead",
    text: "The Grafana dashboards of this network, drawn in the browser for machines without Grafana. Each shows the committed JSON with the data of the database that runs here, read-only.",
  });
  main.append(
    h(
      "div",
      { class: "home" },
      h("h1", { text: "Berkeley Compute dashboards" }),
      words,
      h("div", { class: "cards" }, ...cards),
    ),
  );
  main.dataset["ready"] = "true";
}
