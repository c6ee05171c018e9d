/** What a new element is given: properties by name, listeners by `on<event>`, styles, data, ARIA. */
export interface Attributes {
  class?: string;
  text?: string;
  title?: string;
  style?: Readonly<Record<string, string>>;
  on?: Readonly<Record<string, (event: Event) => void>>;
  [name: string]: unknown;
}

type Child = Node | string | null | undefined | false;

/** Makes an element. Text is set as text: nothing that data says can become markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  const { class: className, text, style, on, ...others } = attributes;
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  // By property: a style attribute would be refused by the page's content security policy.
  for (const [name, value] of Object.entries(style ?? {})) element.style.setProperty(name, value);
  for (const [name, listener] of Object.entries(on ?? {})) element.addEventListener(name, listener);
  for (const [name, value] of Object.entries(others)) {
    if (value === true) element.setAttribute(name, "");
    else if (typeof value === "string" || typeof value === "number") element.setAttribute(name, String(value));
  }
  element.append(
    ...children.filter((child): child is Node | string => child instanceof Node || typeof child === "string"),
  );
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element of SVG. */
export function svg(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly Node[]
): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Only addresses that lead to a page: no `javascript:` from data. */
export function safeUrl(url: string): string {
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(url, location.href).protocol) ? url : "#";
  } catch {
    return "#";
  }
}
