import { h } from "../dom.ts";
import { formatDate } from "../format/dates.ts";
import { QUICK_RANGES, rangeOf, type RawRange } from "../state/time.ts";
import { popup } from "./popup.ts";

/** How a range is called: as the quick ranges do, or by its ends. */
export function rangeText(raw: RawRange, now: number): string {
  const quick = QUICK_RANGES.find(([, from, to]) => from === raw.from && to === raw.to);
  if (quick) return quick[0];
  const range = rangeOf(raw, now);
  if (!range) return `${raw.from} to ${raw.to}`;
  const last = /^now-(\d+)([smhdwMy])$/.exec(raw.from);
  if (last && raw.to === "now") return `Last ${last[1]}${last[2]}`;
  const [from, to] = [formatDate(range.from, "YYYY-MM-DD HH:mm"), formatDate(range.to, "YYYY-MM-DD HH:mm")];
  return `${from} to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
}

/** The choice of a time range: quick ones, or two ends. */
export function rangePicker(raw: RawRange, now: () => number, choose: (raw: RawRange) => void): HTMLElement {
  const panel = popup("time-range", rangeText(raw, now()), `Time range: ${rangeText(raw, now())}, UTC`, (close) => {
    const quick = QUICK_RANGES.map(([label, from, to]) =>
      h("button", {
        type: "button",
        class: "choice",
        "aria-pressed": String(from === raw.from && to === raw.to),
        text: label,
        on: { click: () => (close(), choose({ from, to })) },
      }),
    );
    return [
      h(
        "div",
        { class: "range-box" },
        absolute(raw, now, (next) => (close(), choose(next))),
        h("div", { class: "quick" }, ...quick),
      ),
    ];
  });
  return panel;
}

function absolute(raw: RawRange, now: () => number, choose: (raw: RawRange) => void): HTMLElement {
  const fault = h("p", { class: "fault-line", role: "alert" });
  const [from, to] = (["from", "to"] as const).map((name) =>
    h("input", { type: "text", name, value: written(raw[name]), spellcheck: "false", autocomplete: "off" }),
  ) as [HTMLInputElement, HTMLInputElement];
  const submit = (event: Event): void => {
    event.preventDefault();
    const next = { from: from.value.trim(), to: to.value.trim() };
    const range = rangeOf(next, now());
    if (!range) fault.textContent = 'Write times as "now-6h" or "2026-11-22 10:00", the first one earlier.';
    else
      choose(
        next.from.startsWith("now") || next.to.startsWith("now")
          ? next
          : { from: String(range.from), to: String(range.to) },
      );
  };
  return h(
    "form",
    { class: "absolute", on: { submit } },
    h("label", {}, "From (UTC)", from),
    h("label", {}, "To (UTC)", to),
    fault,
    h("button", { type: "submit", class: "primary", text: "Apply time range" }),
  );
}

const written = (text: string): string => (/^\d+$/.test(text) ? formatDate(Number(text), "YYYY-MM-DD HH:mm:ss") : text);
