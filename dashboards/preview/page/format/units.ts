import { formatDate, fromNow } from "./dates.ts";
import { fixed } from "./decimals.ts";

/** A number as text, unit and all. */
export type Formatter = (value: number, decimals?: number) => string;

/** Steps of `factor` with a name each, beginning with `names[first]`. */
function scaled(factor: number, names: readonly string[], first = 0): Formatter {
  return (value, decimals) => {
    let [scaledValue, place] = [value, first];
    while (Math.abs(scaledValue) >= factor && place < names.length - 1)
      [scaledValue, place] = [scaledValue / factor, place + 1];
    while (scaledValue !== 0 && Math.abs(scaledValue) < 1 && place > 0)
      [scaledValue, place] = [scaledValue * factor, place - 1];
    return `${fixed(scaledValue, decimals)}${names[place] ?? ""}`;
  };
}

const SI = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
/** `shift` in thousands: 1 for a unit that begins at kilo. */
const si = (unit: string, shift = 0): Formatter =>
  scaled(
    1_000,
    SI.map((prefix) => ` ${prefix}${unit}`),
    SI.indexOf("") + shift,
  );
const binary = (unit: string): Formatter =>
  scaled(
    1_024,
    ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((prefix) => ` ${prefix}${unit}`),
  );
const plain =
  (unit: string): Formatter =>
  (value, decimals) =>
    `${fixed(value, decimals)}${unit}`;
const short = scaled(1_000, ["", " K", " Mil", " Bil", " Tri", " Quadr"]);
/** Grafana's counts of events: 1.2K ops/s. */
const count = (unit: string): Formatter =>
  scaled(
    1_000,
    ["", "K", "M", "B", "T"].map((prefix) => `${prefix} ${unit}`),
  );
const currency = (sign: string): Formatter => {
  const scale = scaled(1_000, ["", "K", "M", "B", "T"]);
  return (value, decimals) => `${value < 0 ? "-" : ""}${sign}${scale(Math.abs(value), decimals)}`;
};

const SPANS: readonly (readonly [seconds: number, name: string])[] = [
  [1e-9, "ns"],
  [1e-6, "µs"],
  [1e-3, "ms"],
  [1, "s"],
  [60, "mins"],
  [3_600, "hours"],
  [86_400, "days"],
  [604_800, "weeks"],
  [31_536_000, "years"],
];
/** A span of time whose numbers are in units of so many seconds. */
const span =
  (unitSeconds: number): Formatter =>
  (value, decimals) => {
    const seconds = Math.abs(value) * unitSeconds;
    if (seconds === 0) return `0 ${SPANS.find(([size]) => size === unitSeconds)?.[1] ?? "s"}`;
    const [size, name] = SPANS.findLast(([from]) => seconds >= from * (1 - 1e-9)) ?? [1e-9, "ns"];
    return `${fixed((value * unitSeconds) / size, decimals)} ${name}`;
  };

const UNITS: Readonly<Record<string, Formatter>> = {
  none: plain(""),
  string: plain(""),
  locale: (value, decimals) => value.toLocaleString("en-US", { maximumFractionDigits: decimals ?? 2 }),
  short,
  sishort: scaled(1_000, SI, SI.indexOf("")),
  percent: plain("%"),
  percentunit: (value, decimals) => `${fixed(value * 100, decimals)}%`,
  celsius: plain(" °C"),
  fahrenheit: plain(" °F"),
  watt: si("W"),
  kwatt: si("W", 1),
  watth: si("Wh"),
  kwatth: si("Wh", 1),
  joule: si("J"),
  volt: si("V"),
  hertz: si("Hz"),
  mhertz: si("Hz", 2),
  bytes: binary("B"),
  kbytes: (value, decimals) => binary("B")(value * 1_024, decimals),
  mbytes: (value, decimals) => binary("B")(value * 1_048_576, decimals),
  decbytes: si("B"),
  Bps: si("B/s"),
  binBps: binary("B/s"),
  bps: si("b/s"),
  ops: count("ops/s"),
  cps: count("c/s"),
  reqps: count("req/s"),
  rps: count("rd/s"),
  wps: count("wr/s"),
  recps: count("rec/s"),
  rowsps: count("rows/s"),
  eps: count("events/s"),
  rotrpm: plain(" rpm"),
  currencyUSD: currency("$"),
  currencyEUR: currency("€"),
  ns: span(1e-9),
  µs: span(1e-6),
  ms: span(1e-3),
  s: span(1),
  m: span(60),
  h: span(3_600),
  d: span(86_400),
  bool: (value) => (value ? "True" : "False"),
  bool_yes_no: (value) => (value ? "Yes" : "No"),
  bool_on_off: (value) => (value ? "On" : "Off"),
  dateTimeAsIso: (value) => formatDate(value, "YYYY-MM-DD HH:mm:ss"),
  dateTimeAsIsoNoDateIfToday: (value) => formatDate(value, isToday(value) ? "HH:mm:ss" : "YYYY-MM-DD HH:mm:ss"),
  dateTimeAsSystem: (value) => formatDate(value, "YYYY-MM-DD HH:mm:ss"),
  dateTimeAsLocal: (value) => formatDate(value, "YYYY-MM-DD HH:mm:ss"),
  dateTimeFromNow: (value) => fromNow(value),
};

const isToday = (value: number): boolean => formatDate(value, "YYYY-MM-DD") === formatDate(Date.now(), "YYYY-MM-DD");

/**
 * How a unit is written. Times are in UTC, as the dashboards ask.
 *
 * @param unit Grafana's id of it, e.g. "percentunit", "suffix:BCT", "time:YYYY-MM-DD"
 * @returns undefined for a unit that the preview doesn't know
 */
export function formatterOf(unit: string): Formatter | undefined {
  const known = UNITS[unit];
  if (known) return known;
  const [kind = "", rest = ""] = splitOnce(unit);
  if (kind === "suffix") return (value, decimals) => `${fixed(value, decimals)} ${rest.trim()}`;
  if (kind === "prefix") return (value, decimals) => `${rest}${fixed(value, decimals)}`;
  if (kind === "currency") return currency(rest);
  if (kind === "si") return si(rest);
  if (kind === "count") return count(rest);
  if (kind === "time") return (value) => formatDate(value, rest);
  return undefined;
}

function splitOnce(unit: string): string[] {
  const place = unit.indexOf(":");
  return place < 0 ? [] : [unit.slice(0, place), unit.slice(place + 1)];
}
