import { statSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";

/** The largest picture that is kept in the repository, bytes. */
const MOST_BYTES = 150 * 1_024;

/**
 * Takes a picture of a page from its top, as WebP: as good as it can be within 150 KB.
 *
 * @returns its size in bytes
 */
export async function shoot(
  page: Page,
  file: string,
  { width, height }: { width: number; height: number },
): Promise<number> {
  await page.setViewportSize({ width, height });
  await page.waitForTimeout(300); // charts take their new size
  const session = await page.context().newCDPSession(page);
  for (const quality of [90, 80, 70, 60, 50, 40]) {
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality });
    const bytes = Buffer.from(data, "base64");
    if (bytes.length > MOST_BYTES && quality > 40) continue;
    writeFileSync(file, bytes);
    break;
  }
  await session.detach();
  return statSync(file).size;
}
