import { h, safeUrl } from "../dom.ts";
import { addressOf } from "../state/links.ts";
import { optionOf, type Draw, type Scene } from "./panel.ts";

/** Words in the part of Markdown that our dashboards use. */
export const drawText: Draw = (body, _frames, scene) => {
  body.append(h("div", { class: "words" }, ...blocksOf(optionOf(scene.panel, "content", ""), scene)));
  return undefined;
};

/** Headings, lists, tables' lines as they are, and paragraphs. */
function blocksOf(text: string, scene: Scene): HTMLElement[] {
  return text
    .trim()
    .split(/\n{2,}/)
    .flatMap((block) => groups(block.split("\n")).map((lines) => blockOf(lines, scene)));
}

const kindOf = (line: string): string => {
  if (/^#{1,4} /.test(line)) return "heading";
  if (/^\s*[-*] /.test(line)) return "list";
  return /^\s*\d+\. /.test(line) ? "steps" : "words";
};

/** Lines that belong together: one heading, one list, one paragraph. */
function groups(lines: readonly string[]): string[][] {
  const all: string[][] = [];
  for (const line of lines) {
    const last = all.at(-1);
    if (last && kindOf(line) === kindOf(last[0] ?? "") && kindOf(line) !== "heading") last.push(line);
    else all.push([line]);
  }
  return all;
}

function blockOf(lines: readonly string[], scene: Scene): HTMLElement {
  const kind = kindOf(lines[0] ?? "");
  if (kind === "heading") {
    const [, marks = "", words = ""] = /^(#+) (.*)$/.exec(lines[0] ?? "") ?? [];
    const level = Math.min(4, marks.length + 1) as 2 | 3 | 4;
    return h(`h${level}`, {}, ...inline(words, scene));
  }
  if (kind === "words") return h("p", {}, ...inline(lines.join(" "), scene));
  const items = lines.map((line) => h("li", {}, ...inline(line.replace(/^\s*([-*]|\d+\.) /, ""), scene)));
  return h(kind === "list" ? "ul" : "ol", {}, ...items);
}

/** `code`, **strong**, *emphasis* and [links](…). */
function inline(text: string, scene: Scene): (Node | string)[] {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*|_[^_]+_|\[[^\]]+\]\([^)]+\))/);
  return parts.map((part) => {
    if (part.startsWith("`") && part.length > 2) return h("code", { text: part.slice(1, -1) });
    if (part.startsWith("**") && part.length > 4) return h("strong", {}, ...inline(part.slice(2, -2), scene));
    if (/^(\*[^*]+\*|_[^_]+_)$/.test(part)) return h("em", { text: part.slice(1, -1) });
    const [, words = "", address = ""] = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part) ?? [];
    return words === "" ? part : h("a", { href: safeUrl(addressOf(address, scene.links)), text: words });
  });
}
