/**
 * How many decimals Grafana gives a value when its panel names none (`getDecimalsForValue` of @grafana/data).
 *
 * @example decimalsFor(0.0123) // 4; decimalsFor(12.3) // 1; decimalsFor(1200) // 0
 */
export function decimalsFor(value: number): number {
  if (value === 0 || !Number.isFinite(value) || value % 1 === 0) return 0;
  const size = Math.abs(value);
  const magnitude = Math.floor(Math.log(size) / Math.LN10);
  const decimals = 1 - magnitude;
  return Math.max(0, size / Math.pow(10, -decimals) > 2.25 ? decimals + 1 : decimals);
}

/** A number with these decimals, or with as many as fit it. */
export function fixed(value: number, decimals?: number): string {
  if (!Number.isFinite(value)) return String(value);
  const text = value.toFixed(Math.min(20, decimals ?? decimalsFor(value)));
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
}
