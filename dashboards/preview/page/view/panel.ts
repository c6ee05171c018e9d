import type { Panel, TableData } from "../../model.ts";
import { unknownUnits } from "../data/display.ts";
import { framesOf } from "../data/fields.ts";
import { h } from "../dom.ts";
import { DRAWS } from "../panels/index.ts";
import { NoPicture, type Scene } from "../panels/panel.ts";
import { AskError } from "../state/ask.ts";

/** What a panel stands at; tests and screenshots wait for it. */
type State = "loading" | "ready" | "empty" | "error";

/** A panel on the page: its frame, and what is drawn in it. */
export class PanelView {
  readonly element: HTMLElement;
  readonly panel: Panel;
  readonly #body = h("div", { class: "panel-body" });
  readonly #notes = h("div", { class: "panel-notes" });
  #takeDown: (() => void) | undefined;
  #abort = new AbortController();

  constructor(panel: Panel) {
    this.panel = panel;
    const { x, y, w, h: height } = panel.gridPos;
    const style = { "--x": String(x + 1), "--y": String(y + 1), "--w": String(w), "--h": String(height) };
    const title = h("h3", { class: "panel-title", text: panel.title ?? "" });
    const attributes = {
      "data-panel": panel.id,
      "data-type": panel.type,
      "data-state": "loading",
      "aria-label": panel.title,
    };
    const more = panel.description ? description(panel.description) : undefined;
    const head = panel.title || more ? h("header", {}, title, more) : undefined;
    this.element = h(
      "section",
      { class: `panel${panel.transparent ? " transparent" : ""}`, style, ...attributes },
      head,
      this.#body,
      this.#notes,
    );
  }

  /**
   * Asks and draws. What was drawn before stays until then; a later call takes the place of an earlier one.
   *
   * @param ask gives the panel's data
   */
  async load(ask: (signal: AbortSignal) => Promise<TableData[]>, scene: Scene): Promise<void> {
    this.#abort.abort();
    const { signal } = (this.#abort = new AbortController());
    this.#set("loading");
    try {
      const tables = (this.panel.targets ?? []).length > 0 ? await ask(signal) : [];
      if (!signal.aborted) this.#draw(tables, scene);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** Takes the picture down and asks no more. */
  close(): void {
    this.#abort.abort();
    this.#takeDown?.();
  }

  #set(state: State): void {
    this.element.dataset["state"] = state;
    this.element.toggleAttribute("aria-busy", state === "loading");
  }

  #clear(): void {
    this.#takeDown?.();
    this.#takeDown = undefined;
    this.#body.replaceChildren();
    this.#body.classList.remove("beside");
    this.#notes.replaceChildren();
  }

  #draw(tables: readonly TableData[], scene: Scene): void {
    this.#clear();
    const draw = DRAWS[this.panel.type];
    if (!draw)
      throw new AskError(`Panels of type "${this.panel.type}" are not drawn by this preview.`, ["Grafana draws them"]);
    const frames = framesOf(this.panel, tables);
    this.#takeDown = draw(this.#body, frames, scene);
    this.#note(frames.flatMap(({ fields }) => unknownUnits(fields)));
    this.#set("ready");
  }

  #note(units: readonly string[]): void {
    const notes = [...new Set(units)].map((unit) => `The unit "${unit}" is not known to this preview.`);
    if ((this.panel.transformations ?? []).length > 0) notes.push("Transformations are not applied by this preview.");
    this.#notes.replaceChildren(...notes.map((text) => h("p", { text })));
  }

  #fail(error: unknown): void {
    this.#clear();
    if (error instanceof NoPicture) {
      this.#body.append(h("p", { class: "nothing", text: error.message }));
      return this.#set("empty");
    }
    const hints = error instanceof AskError ? error.hints : [];
    this.#body.append(
      h(
        "div",
        { class: "fault", role: "alert" },
        h("strong", { text: error instanceof Error ? error.message : String(error) }),
        ...hints.map((hint) => h("span", { text: `Try: ${hint}` })),
      ),
    );
    this.#set("error");
  }
}

/** What a panel shows and where from, for who hovers, or comes by with the keyboard. */
function description(text: string): HTMLElement {
  const tip = h("span", { class: "tip", role: "tooltip", text });
  return h("button", { type: "button", class: "info", "aria-label": `About this panel: ${text}` }, "i", tip);
}
