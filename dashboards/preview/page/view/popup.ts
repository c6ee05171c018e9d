import { h } from "../dom.ts";

/**
 * A button that opens a box under it; Escape, a click elsewhere, or the box's own `close` closes it.
 *
 * @param fill makes the box's content, each time it opens
 */
export function popup(name: string, text: string, label: string, fill: (close: () => void) => Node[]): HTMLElement {
  const box = h("div", { class: "popup", hidden: true });
  const button = h(
    "button",
    { type: "button", class: "control", "aria-expanded": "false", "aria-haspopup": "true", "aria-label": label },
    h("span", { text }),
    h("span", { class: "caret", "aria-hidden": "true", text: "▾" }),
  );
  const element = h("div", { class: "popup-holder", "data-control": name }, button, box);
  const outside = (event: Event): void => {
    if (!element.contains(event.target as Node)) close();
  };
  const close = (): void => {
    box.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside);
  };
  button.addEventListener("click", () => {
    if (!box.hidden) return close();
    box.replaceChildren(...fill(close));
    box.hidden = false;
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside);
    box.classList.remove("from-right");
    box.classList.toggle("from-right", box.getBoundingClientRect().right > innerWidth - 8);
    box.querySelector<HTMLElement>("input, [aria-pressed=true], button")?.focus({ preventScroll: true });
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    close();
    button.focus();
  });
  return element;
}
