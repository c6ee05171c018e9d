import { h } from "../dom.ts";

/** One line of a tooltip. */
export interface TooltipLine {
  color: string;
  name: string;
  text: string;
}

let box: HTMLElement | undefined;

/** Shows values beside the pointer, within the window. */
export function showTooltip(
  at: { clientX: number; clientY: number },
  title: string,
  lines: readonly TooltipLine[],
): void {
  if (!box) document.body.append((box = h("div", { class: "tooltip", role: "status" })));
  const most = 18;
  box.replaceChildren(
    h("div", { class: "tooltip-title", text: title }),
    ...lines
      .slice(0, most)
      .map(({ color, name, text }) =>
        h("div", { class: "tooltip-line" }, swatch(color), h("span", { text: name }), h("b", { text })),
      ),
    lines.length > most ? h("div", { class: "muted", text: `and ${lines.length - most} more` }) : "",
  );
  box.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = at.clientX + 14 + width > innerWidth ? at.clientX - width - 14 : at.clientX + 14;
  const top = Math.min(at.clientY + 14, innerHeight - height - 8);
  box.style.left = `${Math.max(4, left)}px`;
  box.style.top = `${Math.max(4, top)}px`;
}

/** Takes the tooltip away. */
export function hideTooltip(): void {
  if (box) box.hidden = true;
}

/** A small bar in a series' color. */
export const swatch = (color: string): HTMLElement =>
  h("i", { class: "swatch", style: { background: color }, "aria-hidden": "true" });
