import type { Page } from "playwright-core";

/** A panel as the page shows it. */
export interface SeenPanel {
  id: number;
  title: string;
  state: string;
  /** what stands in the place of a picture, and notes */
  text: string;
}

/** What went wrong on a page: messages of the console, requests that failed. */
export function listen(page: Page): string[] {
  const faults: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 400)
      faults.push(`${response.status()} of ${response.url()} ${response.request().postData() ?? ""}`);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "failed";
    if (why !== "net::ERR_ABORTED") faults.push(`${why}: ${request.url()}`); // a newer question took its place
  });
  return faults;
}

/** Resolves when every panel of the page has its answer. */
export async function settled(page: Page, timeoutMs = 60_000): Promise<void> {
  await page.waitForSelector("main[data-ready=true]", { timeout: timeoutMs });
}

/** The panels of the page that is shown. */
export function panelsOn(page: Page): Promise<SeenPanel[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(".panel")].map((panel) => ({
      id: Number(panel.dataset["panel"]),
      title: panel.querySelector(".panel-title")?.textContent ?? "",
      state: panel.dataset["state"] ?? "",
      text: ["nothing", "fault", "panel-notes"]
        .map((name) => panel.querySelector(`.${name}`)?.textContent ?? "")
        .join(""),
    })),
  );
}
