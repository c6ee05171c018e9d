/** Grafana's named colors: shades from dark to super-light for each hue. */
const HUES: Readonly<Record<string, readonly string[]>> = {
  red: ["#C4162A", "#E02F44", "#F2495C", "#FF7383", "#FFA6B0"],
  orange: ["#FA6400", "#FF780A", "#FF9830", "#FFB357", "#FFCB7D"],
  yellow: ["#CC9D00", "#F2CC0C", "#FADE2A", "#FFEE52", "#FFF899"],
  green: ["#37872D", "#56A64B", "#73BF69", "#96D98D", "#C8F2C2"],
  blue: ["#1F60C4", "#3274D9", "#5794F2", "#8AB8FF", "#C0D8FF"],
  purple: ["#8F3BB8", "#A352CC", "#B877D9", "#CA95E5", "#DEB6F2"],
};
const SHADES = ["dark", "semi-dark", "", "light", "super-light"];
const PALETTE = [
  ...["green", "yellow", "blue", "orange", "red", "purple"],
  ...["light-blue", "semi-dark-green", "light-orange", "light-purple", "semi-dark-yellow", "light-red"],
  ...["semi-dark-blue", "light-green", "semi-dark-orange", "semi-dark-purple", "super-light-yellow", "semi-dark-red"],
];

/** Whether the page is light; colors are then darker, to stand out from it. */
let isLight = false;

/** Tells which theme colors are for. */
export function setColorTheme(theme: "dark" | "light"): void {
  isLight = theme === "light";
}

/**
 * A color of Grafana's, by name ("semi-dark-red"), or as CSS has it.
 *
 * @returns something that a canvas takes
 */
export function colorOf(name: string): string {
  if (name === "text") return isLight ? "#24292e" : "#ccccdc";
  if (name === "transparent") return "rgba(0, 0, 0, 0)";
  const [, shade = "", hue = ""] = /^(?:(dark|semi-dark|light|super-light)-)?(\w+)$/.exec(name) ?? [];
  const shades = HUES[hue];
  if (!shades) return name;
  const place = SHADES.indexOf(shade);
  return shades[isLight ? Math.max(0, place - (hue === "yellow" ? 2 : 1)) : place] ?? name;
}

/** The color of the series at this place. */
export const paletteColor = (index: number): string => colorOf(PALETTE[index % PALETTE.length] ?? "green");

/** A color as seen through; `alpha` 0 to 1. */
export function faded(color: string, alpha: number): string {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!match) return color;
  const parts = match.slice(1).map((part) => parseInt(part, 16));
  return `rgba(${parts.join(", ")}, ${alpha})`;
}

/** Black or white, whichever is read better on a color (WCAG's relative luminance). */
export function inkOn(color: string): string {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!match) return colorOf("text");
  const [red = 0, green = 0, blue = 0] = match.slice(1).map((part) => {
    const share = parseInt(part, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.22 ? "#111217" : "#ffffff";
}
