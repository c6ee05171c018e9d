import { h } from "../dom.ts";
import { popup } from "./popup.ts";

const SPANS = ["5s", "10s", "30s", "1m", "5m", "15m"];
const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Asks again every so often, while somebody looks. */
export class Refresher {
  readonly #ask: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: () => Promise<void>) {
    this.#ask = ask;
  }

  /** From now on every "30s"; "": no more. Each round begins when the one before has ended. */
  every(span: string): void {
    clearTimeout(this.#timer);
    const [, count, unit = ""] = /^(\d+)([smh])$/.exec(span) ?? [];
    const pause = Number(count) * (UNITS[unit] ?? NaN);
    if (!(pause > 0)) return;
    const again = async (): Promise<void> => {
      const isSeen = document.visibilityState === "visible" && !document.querySelector(".popup:not([hidden])");
      if (isSeen) await this.#ask();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void again(), pause);
    };
    this.#timer = setTimeout(() => void again(), pause);
  }
}

/** A button that asks again at once, and how often that is done by itself. */
export function refreshControl(every: string, choose: (every: string) => void, ask: () => void): HTMLElement[] {
  const now = h("button", {
    type: "button",
    class: "control icon",
    "aria-label": "Refresh",
    title: "Refresh",
    text: "⟳",
    on: { click: ask },
  });
  const spans = SPANS.includes(every) || every === "" ? SPANS : [every, ...SPANS];
  const list = popup("refresh", every || "Off", `Refresh every: ${every || "off"}`, (close) =>
    ["", ...spans].map((span) =>
      h("button", {
        type: "button",
        class: "choice",
        "aria-pressed": String(span === every),
        text: span || "Off",
        on: { click: () => (close(), choose(span)) },
      }),
    ),
  );
  return [now, list];
}
