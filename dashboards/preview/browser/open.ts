import { createRequire } from "node:module";
import type * as Playwright from "playwright-core";

/** Opens a browser without a window. `executablePath` is a Chromium's. */
export function openBrowser(executablePath: string): Promise<Playwright.Browser> {
  // Where this runs as part of a bundle, an import would look beside the bundle.
  const { chromium } = createRequire(import.meta.url)("playwright-core") as typeof Playwright;
  const isRoot = process.getuid?.() === 0; // whom Chromium's sandbox refuses
  return chromium.launch({
    executablePath,
    args: ["--hide-scrollbars", "--disable-gpu", ...(isRoot ? ["--no-sandbox"] : [])],
  });
}
