import { ALL } from "../../model.ts";
import { h } from "../dom.ts";
import { textOf, type Chosen } from "../state/variables.ts";
import { popup } from "./popup.ts";

/** The control of one variable. */
export function variableControl(chosen: Chosen, choose: (value: string | string[]) => void): HTMLElement {
  const { variable } = chosen;
  const label = variable.label || variable.name;
  const control = variable.type === "textbox" ? textbox(chosen, label, choose) : list(chosen, label, choose);
  return h(
    "div",
    { class: "variable", "data-variable": variable.name },
    h("span", { class: "variable-label", text: label }),
    control,
  );
}

function textbox({ value }: Chosen, label: string, choose: (value: string) => void): HTMLElement {
  const input = h("input", {
    type: "text",
    class: "control",
    value: String(value),
    "aria-label": label,
    maxlength: 500,
  });
  input.addEventListener("change", () => choose(input.value));
  return input;
}

/** A list to choose one from, or several; long ones can be searched. */
function list(chosen: Chosen, label: string, choose: (value: string | string[]) => void): HTMLElement {
  const { variable, choices, value } = chosen;
  const all = variable.includeAll ? [{ text: "All", value: ALL }, ...choices] : choices;
  return popup(`var-${variable.name}`, textOf(chosen) || "none", `${label}: ${textOf(chosen) || "none"}`, (close) => {
    let picked = [value].flat();
    const search = h("input", {
      type: "search",
      class: "search",
      placeholder: "Search",
      "aria-label": `Search ${label}`,
    });
    const options = h("div", { class: "options", role: "group", "aria-label": label });
    const pick = (one: string): void => {
      if (!variable.multi) return (close(), choose(one));
      picked = toggled(picked, one);
      render();
    };
    const render = (): void => {
      const wanted = search.value.toLowerCase();
      const found = all.filter(({ text }) => text.toLowerCase().includes(wanted)).slice(0, 500);
      options.replaceChildren(
        ...found.map((one) => option(one.text, picked.includes(one.value), () => pick(one.value))),
      );
    };
    search.addEventListener("input", render);
    render();
    const apply = h("button", {
      type: "button",
      class: "primary",
      text: "Apply",
      on: { click: () => (close(), choose(picked)) },
    });
    return [all.length > 10 ? search : "", options, variable.multi ? apply : ""].filter(
      (node) => node !== "",
    ) as Node[];
  });
}

/** All by itself, or some; never none. */
function toggled(picked: readonly string[], one: string): string[] {
  if (one === ALL) return [ALL];
  const others = picked.filter((value) => value !== ALL && value !== one);
  const next = picked.includes(one) ? others : [...others, one];
  return next.length > 0 ? next : [...picked];
}

const option = (text: string, isPicked: boolean, onClick: () => void): HTMLElement =>
  h("button", { type: "button", class: "choice", "aria-pressed": String(isPicked), text, on: { click: onClick } });
