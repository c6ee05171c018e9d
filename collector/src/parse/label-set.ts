import { canonicalUuid } from "../identity/uuid.ts";
import type { Attributes, Entity } from "./entity.ts";
import { attributesOf, readLabels, type SeriesLabels } from "./entity.ts";
import type { ScannedSeries } from "./series.ts";

/** Where a value belongs, and what its labels say of that. */
export interface Place {
  readonly entity: Entity;
  readonly attributes: Attributes;
  /** number of the last body whose entity was told of them */
  body: number;
}

/** What labels say of where a value belongs. */
export interface LabelPlaces {
  /** for fields of the whole GPU, and for those of its slice; undefined for what isn't of a GPU, or doesn't say of which */
  readonly device: Place | undefined;
  readonly instance: Place | undefined;
  readonly isOtherEntity: boolean;
  readonly xidText: string | undefined;
  /** of a counted XID; 0: none was counted */
  readonly xid: number;
}

/**
 * The labels of a series as they stand in a body, braces included. The series of a GPU have the same, so that what they
 * say is worked out once, and kept per GPU rather than per series.
 */
export class LabelSet {
  /** number of the last body that had it */
  body = 0;
  /** in that body: 0, 1, … in the order of appearance */
  index = 0;
  /** what followed it last time */
  next: LabelSet | undefined;

  constructor(
    /** "" without labels */
    readonly text: string,
    readonly places: LabelPlaces,
  ) {}
}

/** @param entityFor of a canonical UUID; with the second argument, of that slice of it */
export function placesOf(
  labels: ScannedSeries["labels"],
  entityFor: (uuid: string, migId: string | undefined) => Entity,
): LabelPlaces {
  const read = readLabels(labels);
  const { isOtherEntity, xidText, migId } = read;
  const uuid = isOtherEntity || read.uuid === undefined ? undefined : canonicalUuid(read.uuid);
  const rest = { isOtherEntity, xidText, xid: codeOf(read) };
  if (uuid === undefined) return { ...rest, device: undefined, instance: undefined };
  const place = (slice: string | undefined): Place => {
    const entity = entityFor(uuid, slice);
    return { entity, attributes: entity.shared(attributesOf(read, slice)), body: 0 };
  };
  const device = place(undefined);
  return { ...rest, device, instance: migId === undefined ? device : place(migId) };
}

function codeOf({ xid }: SeriesLabels): number {
  return xid !== undefined && /^\d{1,6}$/.test(xid) ? Number(xid) : 0;
}
