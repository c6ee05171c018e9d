import type { Cell, Link, Panel } from "../../model.ts";
import type { Field, Frame, Kind } from "../data/fields.ts";
import { safeUrl } from "../dom.ts";
import { addressOf, type LinkScope } from "../state/links.ts";
import type { Range } from "../state/time.ts";

/** A moment or span that an annotation marks. */
export interface Mark {
  at: number;
  until: number | undefined;
  text: string;
  color: string;
}

/** What a panel is drawn with, beside its data. */
export interface Scene {
  panel: Panel;
  range: Range;
  marks: readonly Mark[];
  links: LinkScope;
  /** whether the crosshair is shared */
  isShared: boolean;
  /** sets the dashboard's range */
  zoom(range: Range): void;
}

/** Draws frames into an empty element; gives what takes it down again. */
export type Draw = (body: HTMLElement, frames: readonly Frame[], scene: Scene) => (() => void) | undefined;

/** A link of a field's value: its address and its title. */
export function linksOf(field: Field, raw: Cell, text: string, row: number, frame: Frame, scene: Scene): LinkTarget[] {
  const cells = Object.fromEntries(frame.fields.map(({ name, values }) => [name, values[row] ?? null]));
  const scope = { ...scene.links, value: { raw, text }, row: cells, name: field.title };
  return (field.config.links ?? []).map((link) => targetOf(link, scope));
}

/** Where a link leads. */
export interface LinkTarget {
  href: string;
  title: string;
  isNewTab: boolean;
}

const targetOf = (link: Link, scope: LinkScope): LinkTarget => ({
  href: safeUrl(addressOf(link.url ?? "#", scope)),
  title: link.title ?? "",
  isNewTab: link.targetBlank === true,
});

/** An option of a panel, if it has one of this kind. */
export function optionOf<T extends string | number | boolean>(panel: Panel, name: string, fallback: T): Kind<T> {
  const value = panel.options?.[name];
  return (typeof value === typeof fallback ? value : fallback) as Kind<T>;
}

/** An option of a panel that is an object. */
export function optionsOf(panel: Panel, name: string): Readonly<Record<string, unknown>> {
  const value = panel.options?.[name];
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Said in the place of a picture that nothing can be drawn of. */
export class NoPicture extends Error {}
