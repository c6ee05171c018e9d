import type { MadeQuote, NamedOffer } from "#api/src/graphql/quotes.ts";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits, PRICE_DECIMALS } from "#kernel/units.ts";
import { alignTable } from "./tables.ts";

const dc = (amount: bigint | null): string => (amount === null ? "-" : formatUnits(amount, DC_DECIMALS));
/** Of BCT's 18 decimals people compare the first; `--json` has all. Rounded up: it must suffice. */
const bct = (amount: bigint | null): string =>
  amount === null ? "-" : formatUnits((amount + 10n ** 12n - 1n) / 10n ** 12n, BCT_DECIMALS - 12);
const time = (seconds: number | null): string =>
  seconds === null ? "-" : new Date(seconds * 1_000).toISOString().replace(/(:00)?\.000Z$/, "Z");
const percent = (part: number | null): string => (part === null ? "?" : `${(100 * part).toFixed(1)} %`);

const LEFT = {
  REGION: "in another region",
  TAKEN: "taken: not in service, rented, or booked in that time",
  SCORE: "of operators without the score asked for",
} as const;

/** What `bc quote` prints: the best offers, what they come to, and why others aren't among them. */
export function quoteTable(made: MadeQuote, shownCount: number): string {
  const { request, offers, totalDc, totalBctUp, price, left, isIntakePaused } = made;
  const hours = `${request.hours} hours from ${time(request.startAt)}`;
  const head = `${request.count} × ${request.model}, ${request.tier}, ${hours}`;
  const shown = offers.slice(0, Math.max(shownCount, request.count));
  const notes = [
    totalDc === null
      ? `only ${offers.length} of ${request.count} can be had`
      : `the first ${request.count}: ${dc(totalDc)} DC, ${bct(totalBctUp)} BCT${price === null ? " (no price yet)" : ` at $${formatUnits(price, PRICE_DECIMALS)} a BCT`}`,
    ...(offers.length > shown.length ? [`${offers.length - shown.length} more offers; --limit shows them`] : []),
    ...left.flatMap(({ reason, count }) => (count === 0 ? [] : [`${count} more ${LEFT[reason]}`])),
    ...cheaperNotes(shown),
    ...(isIntakePaused ? ["new rentals and slots are stopped on the chain: nothing can be bought now"] : []),
    `as of ${time(made.asOf)}; rates hold until their pool changes them, and nothing is held`,
  ];
  return [head, ...(shown.length === 0 ? [] : [offersTable(shown, request.hours)]), notes.join("\n")].join("\n\n");
}

/** A row for all GPUs of a pool that are alike; their ids in the order of the offers. */
function offersTable(offers: readonly NamedOffer[], hours: number): string {
  const hasEviction = offers.some(({ eviction }) => eviction !== null);
  const head = ["operator", "pool", "region", "DC/h", "DC in all", "BCT in all", "free until", "score"];
  const evictionHead = ["taken in 1 h", "6 h", "24 h", "n"];
  const alike = new Map<string, { cells: string[]; gpuIds: string[] }>();
  for (const offer of offers) {
    const cells = [...cellsOf(offer, hours), ...(hasEviction ? evictionCells(offer) : [])];
    const row = alike.get(cells.join("\n")) ?? { cells, gpuIds: [] };
    row.gpuIds.push(offer.gpuId);
    alike.set(cells.join("\n"), row);
  }
  const rows = [...alike.values()].map(({ cells, gpuIds }) => [
    ...[String(gpuIds.length), ...cells],
    gpuIds.length > MOST_IDS ? `${gpuIds.slice(0, MOST_IDS).join(", ")}, …` : gpuIds.join(", "),
  ]);
  const columns = ["GPUs", ...head, ...(hasEviction ? evictionHead : []), "ids"];
  return alignTable([columns, ...rows], new Set([0, 2, 4, 5, 6, ...(hasEviction ? [9, 10, 11, 12] : [])]));
}

/** GPU ids shown of a row; `--json` has all. */
const MOST_IDS = 6;

function cellsOf({ poolId, totalDc, totalBctUp, score, fact }: NamedOffer, hours: number): string[] {
  return [
    ...[fact.operatorName, poolId, fact.region, dc(totalDc / BigInt(hours)), dc(totalDc), bct(totalBctUp)],
    time(fact.nextBookingAt),
    score === null ? "-" : `${score.score.toFixed(1)} (${score.low.toFixed(1)} to ${score.high.toFixed(1)})`,
  ];
}

function evictionCells({ eviction }: NamedOffer): string[] {
  if (eviction === null) return ["-", "-", "-", "-"];
  return [...eviction.within.map(({ chance }) => percent(chance.value)), String(eviction.takenCount)];
}

/** One line a pool where a longer slot costs less. */
function cheaperNotes(offers: readonly NamedOffer[]): string[] {
  const notes = offers.flatMap(({ cheaper, totalDc, poolId }) =>
    cheaper === null
      ? []
      : [
          `pool ${poolId}: ${cheaper.hours} hours cost ${dc(cheaper.totalDc)} DC instead of ${dc(totalDc)}; split off and sell what isn't needed`,
        ],
  );
  return [...new Set(notes)];
}

/** The same as JSON: amounts in base units as decimal strings, times in ISO 8601. */
export function quoteJson({ request, offers, price, totalDc, totalBctUp, asOf, ...made }: MadeQuote) {
  const iso = (seconds: number | null): string | null =>
    seconds === null ? null : new Date(seconds * 1_000).toISOString();
  const text = (amount: bigint | null): string | null => (amount === null ? null : String(amount));
  return {
    ...made,
    asOf: iso(asOf),
    request: { ...request, startAt: iso(request.startAt) },
    ...{ price: text(price), totalDc: text(totalDc), totalBct: text(totalBctUp) },
    offers: offers.map(({ fact, eviction, cheaper, ...offer }) => ({
      ...{ gpuId: offer.gpuId, poolId: offer.poolId, operatorId: offer.operatorId, operatorName: fact.operatorName },
      ...{ region: fact.region, totalDc: text(offer.totalDc), totalBct: text(offer.totalBctUp) },
      nextBookingAt: iso(fact.nextBookingAt),
      eviction: eviction && { ...eviction, endsBy: iso(eviction.endsBy) },
      cheaper: cheaper && { hours: cheaper.hours, totalDc: text(cheaper.totalDc) },
      score: offer.score,
    })),
  };
}
