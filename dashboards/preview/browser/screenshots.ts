import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { DashboardSummary } from "../model.ts";
import { openBrowser } from "./open.ts";
import { shoot } from "./shoot.ts";
import { settled } from "./visit.ts";

/** Where the pictures of the README lie. */
export const PICTURES = fileURLToPath(new URL("../screenshots/", import.meta.url));
const WIDTH = 1_280;
/** Longer pages are cut here: a picture shows what one sees first, and some of what is below. */
const MOST_HEIGHT = 1_700;

/**
 * Takes a picture of each dashboard, as WebP, over the range that its address opens with.
 *
 * @param options a Chromium, and who is told of each file
 */
export async function takeScreenshots(
  url: string,
  folder: string,
  options: { executablePath: string; say: (line: string) => void },
): Promise<void> {
  const { dashboards } = (await (await fetch(new URL("/api/dashboards", url))).json()) as {
    dashboards: DashboardSummary[];
  };
  mkdirSync(folder, { recursive: true });
  const browser = await openBrowser(options.executablePath);
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, colorScheme: "dark" });
    for (const { uid } of dashboards) {
      await page.goto(new URL(`/d/${uid}?refresh=`, url).href);
      await settled(page);
      const file = join(folder, `${uid}.webp`);
      const bytes = await shoot(page, file, { width: WIDTH, height: Math.min(MOST_HEIGHT, await heightOf(page)) });
      options.say(`${file}: ${Math.ceil(bytes / 1_024)} KB`);
    }
  } finally {
    await browser.close();
  }
}

const heightOf = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollHeight);
