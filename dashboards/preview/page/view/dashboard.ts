import type { Dashboard, Link, Scope } from "../../model.ts";
import { h } from "../dom.ts";
import type { Mark } from "../panels/panel.ts";
import { readAddress, writeAddress } from "../state/address.ts";
import { askChoices, askList, askPanel, networkNow } from "../state/ask.ts";
import { linkAddress, type LinkScope } from "../state/links.ts";
import { rangeOf, type RawRange, type Range } from "../state/time.ts";
import { chooseAll, valuesOf, type Chosen } from "../state/variables.ts";
import { marksOf } from "./marks.ts";
import type { PanelView } from "./panel.ts";
import { rangePicker } from "./picker.ts";
import { refreshControl, Refresher } from "./refresh.ts";
import { rowsOf, rowView } from "./rows.ts";
import { pageFault, shell, shortTitle } from "./shell.ts";
import { variableControl } from "./variable.ts";

const DEFAULT_RANGE: RawRange = { from: "now-6h", to: "now" };

/** One dashboard on the page. */
export class DashboardView {
  readonly #dashboard: Dashboard;
  readonly #refresher = new Refresher(() => this.#load());
  readonly #controls = h("div", { class: "variables" });
  readonly #tools = h("div", { class: "tools-holder" });
  readonly #links = h("nav", { class: "links", "aria-label": "Other dashboards" });
  #views: PanelView[] = [];
  #raw: RawRange = DEFAULT_RANGE;
  #chosen: Chosen[] = [];
  #refresh = "";
  /** annotations that the reader has turned off */
  readonly #off = new Set<string>();
  #round = 0;

  constructor(dashboard: Dashboard) {
    this.#dashboard = dashboard;
    for (const { name, enable } of dashboard.annotations?.list ?? []) if (enable === false) this.#off.add(name);
  }

  /** Draws it as the address says. @throws AskError when the variables' choices can't be had */
  async show(): Promise<void> {
    const { title, panels } = this.#dashboard;
    const { main, bar } = shell(shortTitle(title), () => void this.#load(), this.#tools);
    bar.after(h("div", { class: "subbar" }, this.#controls, this.#links));
    const rows = rowsOf(panels).map((row) => rowView(row, (views) => void this.#load(views)));
    this.#views = rows.flatMap(({ views }) => views);
    main.append(...rows.map(({ element }) => element));
    await this.read();
  }

  /** Takes range and variables from the address: at first, and when the reader goes back. */
  async read(): Promise<void> {
    const address = readAddress(location.search);
    this.#raw = address.range ?? this.#dashboard.time ?? DEFAULT_RANGE;
    if (!rangeOf(this.#raw, networkNow())) this.#raw = this.#dashboard.time ?? DEFAULT_RANGE;
    this.#refresh = address.refresh ?? (location.search.includes("from=") ? "" : (this.#dashboard.refresh ?? ""));
    await this.#choose(address.variables);
  }

  /** Stops asking. */
  close(): void {
    this.#refresher.every("");
    for (const view of this.#views) view.close();
  }

  async #choose(wanted: Readonly<Record<string, readonly string[]>>): Promise<void> {
    const { uid, templating } = this.#dashboard;
    const { from, to } = this.#range();
    try {
      this.#chosen = await chooseAll(templating?.list ?? [], wanted, (name, variables) =>
        askChoices(uid, name, { from, to, variables }),
      );
    } catch (error) {
      this.#controls.replaceChildren(pageFault((error as Error).message, (error as { hints?: string[] }).hints));
      throw error;
    }
    this.#write(false);
    this.#drawControls();
    this.#refresher.every(this.#refresh);
    await this.#load();
  }

  #range(): Range {
    const now = networkNow();
    return rangeOf(this.#raw, now) ?? { from: now - 6 * 3_600_000, to: now };
  }

  #scope(): Scope {
    return { ...this.#range(), variables: valuesOf(this.#chosen) };
  }

  #linkScope(): LinkScope {
    return { range: this.#raw, variables: valuesOf(this.#chosen) };
  }

  /** Puts the state into the address, so that it can be shared; as a step to go back from, if it is the reader's. */
  #write(isStep: boolean): void {
    const address = `${location.pathname}?${writeAddress(this.#raw, valuesOf(this.#chosen), this.#refresh)}${location.hash}`;
    if (isStep) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }

  #setRange(raw: RawRange): void {
    this.#raw = raw;
    this.#write(true);
    void this.#choose(this.#wanted());
  }

  #wanted(): Record<string, readonly string[]> {
    return Object.fromEntries(this.#chosen.map(({ variable, value }) => [variable.name, [value].flat()]));
  }

  #setVariable(name: string, value: string | string[]): void {
    const wanted = { ...this.#wanted(), [name]: [value].flat() };
    this.#chosen = this.#chosen.map((one) => (one.variable.name === name ? { ...one, value } : one));
    this.#write(true);
    void this.#choose(wanted);
  }

  #drawControls(): void {
    const shown = this.#chosen.filter(({ variable }) => variable.hide !== 2);
    const marks = (this.#dashboard.annotations?.list ?? []).filter(({ hide }) => hide !== true);
    const switches = marks.map(({ name, iconColor }) => this.#markSwitch(name, iconColor ?? "blue"));
    this.#controls.replaceChildren(
      ...shown.map((one) => variableControl(one, (value) => this.#setVariable(one.variable.name, value))),
      ...switches,
    );
    const setRefresh = (every: string): void => {
      this.#refresh = every;
      this.#write(false);
      this.#refresher.every(every);
      this.#drawControls();
    };
    this.#tools.replaceChildren(
      rangePicker(this.#raw, networkNow, (raw) => this.#setRange(raw)),
      ...refreshControl(this.#refresh, setRefresh, () => void this.#load()),
    );
    void this.#drawLinks();
  }

  #markSwitch(name: string, color: string): HTMLElement {
    const button = h("button", {
      type: "button",
      class: "control mark",
      "aria-pressed": String(!this.#off.has(name)),
      text: name,
      "data-color": color,
    });
    button.addEventListener("click", () => {
      if (!this.#off.delete(name)) this.#off.add(name);
      button.setAttribute("aria-pressed", String(!this.#off.has(name)));
      void this.#load();
    });
    return button;
  }

  async #drawLinks(): Promise<void> {
    const scope = this.#linkScope();
    const links = (this.#dashboard.links ?? []).map(async (link) => {
      if (link.type !== "dashboards")
        return [anchor(shortTitle(link.title ?? ""), linkAddress(link, link.url ?? "#", scope), link)];
      const list = await askList().catch(() => []);
      const found = list.filter(
        ({ uid, tags }) => uid !== this.#dashboard.uid && (link.tags ?? []).every((tag) => tags.includes(tag)),
      );
      return found.map(({ uid, title }) => anchor(shortTitle(title), linkAddress(link, `/d/${uid}`, scope), link));
    });
    this.#links.replaceChildren(...(await Promise.all(links)).flat());
  }

  async #load(views: readonly PanelView[] = this.#views): Promise<void> {
    const round = ++this.#round;
    const main = document.querySelector<HTMLElement>("main");
    if (main) delete main.dataset["ready"];
    const { uid } = this.#dashboard;
    const scope = this.#scope();
    const marks = await marksOf(this.#dashboard, scope, this.#off);
    const open = views.filter(({ element }) => element.closest("[hidden]") === null);
    await Promise.all(
      open.map((view) => {
        const maxDataPoints = Math.min(20_000, Math.max(100, Math.round(view.element.clientWidth)));
        const request = { ...scope, dashboard: uid, panel: view.panel.id, maxDataPoints };
        return view.load((signal) => askPanel(request, signal), this.#scene(view, scope, marks));
      }),
    );
    if (round === this.#round && main) main.dataset["ready"] = "true";
  }

  #scene({ panel }: PanelView, { from, to }: Scope, marks: readonly Mark[]) {
    return {
      panel,
      marks,
      range: { from, to },
      links: this.#linkScope(),
      isShared: (this.#dashboard.graphTooltip ?? 0) > 0,
      zoom: (range: Range) => this.#setRange({ from: String(range.from), to: String(range.to) }),
    };
  }
}

const anchor = (text: string, href: string, { targetBlank }: Link): HTMLElement =>
  h("a", { class: "link", href, text, ...(targetBlank ? { target: "_blank", rel: "noopener" } : {}) });
