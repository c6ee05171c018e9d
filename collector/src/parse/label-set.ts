import { canonicalUuid } from "../identity/uuid.ts";
import type { Attributes, Entity } from "./entity.ts";
import { attributesOf, readLabels, type SeriesLabels } from "./entity.ts";
import { shortText } from "./short-text.ts";
import type { ScannedSeries } from "./series.ts";

/** Where a value belongs, and what its labels say of that. */
export interface Place {
  readonly entity: Entity;
  readonly attributes: Attributes;
  /** number of the last body whose entity was told of them */
  body: number;
}

/** What only some labels say. */
interface Special {
  readonly isOtherEntity: boolean;
  readonly xidText: string | undefined;
  /** of a counted XID; 0: none was counted */
  readonly xid: number;
}

const NOTHING_SPECIAL: Special = { isOtherEntity: false, xidText: undefined, xid: 0 };

/** What labels say of where a value belongs. */
export interface LabelPlaces {
  /** for fields of the whole GPU, and for those of its slice; undefined for what isn't of a GPU, or doesn't say of which */
  readonly device: Place | undefined;
  readonly instance: Place | undefined;
  readonly special: Special;
}

/**
 * The labels of a series as they stand in a body, braces included. The series of a GPU have the same, so that what they
 * say is worked out once, and kept per GPU rather than per series. Of the text itself, which is long, only a hash is kept.
 */
export class LabelSet {
  /** number of the last body that had it */
  body = 0;
  /** in that body: 0, 1, … in the order of appearance */
  index = 0;
  /** what followed it last time */
  next: LabelSet | undefined;
  /** while a body is read that has it */
  text = "";
  readonly device: Place | undefined;
  readonly instance: Place | undefined;
  readonly special: Special;

  constructor(
    /** `hashOf` the text, and how long it is */
    readonly hash: number,
    readonly length: number,
    { device, instance, special }: LabelPlaces,
  ) {
    this.device = device;
    this.instance = instance;
    this.special = special;
  }

  /** Whether the labels that begin at a place are these. */
  isAt(text: string, start: number): boolean {
    if (this.text !== "") return text.startsWith(this.text, start);
    const end = start + this.length;
    return this.length > 0 && end <= text.length && hashOf(text, start, end) === this.hash;
  }
}

/** 53 bits of a text: two that differ and have the same are not met by chance. (cyrb53, public domain.) */
export function hashOf(text: string, start: number, end: number): number {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 2_654_435_761);
    other = Math.imul(other ^ code, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909);
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return 2 ** 32 * (other & 0x1fffff) + (one >>> 0);
}

/** @param entityFor of a canonical UUID; with the second argument, of that slice of it */
export function placesOf(
  labels: ScannedSeries["labels"],
  entityFor: (uuid: string, migId: string | undefined) => Entity,
): LabelPlaces {
  const read = readLabels(labels);
  const { isOtherEntity, migId } = read;
  const uuid = isOtherEntity || read.uuid === undefined ? undefined : canonicalUuid(read.uuid);
  const xidText = read.xidText === undefined ? undefined : shortText(read.xidText);
  const xid = codeOf(read);
  const isSpecial = isOtherEntity || xidText !== undefined || xid > 0;
  const special = isSpecial ? { isOtherEntity, xidText, xid } : NOTHING_SPECIAL;
  if (uuid === undefined) return { special, device: undefined, instance: undefined };
  const place = (slice: string | undefined): Place => entityFor(uuid, slice).placeOf(attributesOf(read, slice));
  const device = place(undefined);
  return { special, device, instance: migId === undefined ? device : place(migId) };
}

function codeOf({ xid }: SeriesLabels): number {
  return xid !== undefined && /^\d{1,6}$/.test(xid) ? Number(xid) : 0;
}
