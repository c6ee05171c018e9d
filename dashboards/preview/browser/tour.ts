import type { Locator, Page } from "playwright-core";
import type { DashboardSummary } from "../model.ts";
import { openBrowser } from "./open.ts";
import { listen, panelsOn, settled } from "./visit.ts";

/** How a tour is made. */
export interface TourOptions {
  /** a Chromium's */
  executablePath: string;
  /** whether a panel of a dashboard may have nothing to show */
  mayBeEmpty: (uid: string, title: string) => boolean;
}

/**
 * Opens every dashboard of a preview in a browser, then does on one of each kind what a reader does: another value of a
 * variable, another range, a span dragged over, a series hidden, a link followed.
 *
 * @returns what went wrong, in words: messages of the console, requests that failed, panels with errors or nothing to show
 */
export async function tour(url: string, options: TourOptions): Promise<string[]> {
  const browser = await openBrowser(options.executablePath);
  try {
    const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } });
    const heard = listen(page);
    const faults: string[] = [];
    const look = async (where: string): Promise<void> => {
      await settled(page);
      faults.push(...heard.splice(0).map((fault) => `${where}: ${fault}`));
    };
    const response = await fetch(new URL("/api/dashboards", url));
    const { dashboards } = (await response.json()) as { dashboards: DashboardSummary[] };
    await page.goto(url);
    await look("home");
    const cards = await page.locator(".card").count();
    if (cards !== dashboards.length) faults.push(`home lists ${cards} dashboards of ${dashboards.length}`);
    for (const { uid } of dashboards) {
      await page.goto(new URL(`/d/${uid}?refresh=`, url).href);
      await look(uid);
      faults.push(...(await panelFaults(page, uid, options)));
    }
    for (const [name, act] of ACTS) {
      const said = await tryOn(page, url, dashboards, act);
      if (said !== undefined) faults.push(`${name}: ${said}`);
      await look(name);
      const broken = (await panelsOn(page)).filter(({ state }) => state === "error");
      faults.push(...broken.map(({ title, text }) => `${name}: panel "${title}": ${text}`));
    }
    return faults;
  } finally {
    await browser.close();
  }
}

async function panelFaults(page: Page, uid: string, { mayBeEmpty }: TourOptions): Promise<string[]> {
  return (await panelsOn(page)).flatMap(({ title, state, text }) => {
    const isFine = state === "ready" ? text === "" : state === "empty" && mayBeEmpty(uid, title);
    return isFine ? [] : [`${uid}, panel "${title}" is ${state}: ${text}`];
  });
}

/** Something that a reader does; undefined: this page has nothing to do it on; else whether it did what it should. */
type Act = (page: Page) => Promise<boolean | undefined>;

const ACTS: readonly (readonly [string, Act])[] = [
  ["another value of a variable", chooseValue],
  ["another range", chooseRange],
  ["a span dragged over", dragSpan],
  ["a series hidden", hideSeries],
  ["a link followed", followLink],
];

/** Does it on the first dashboard that has something to do it on. */
async function tryOn(
  page: Page,
  url: string,
  dashboards: readonly DashboardSummary[],
  act: Act,
): Promise<string | undefined> {
  for (const { uid } of dashboards) {
    await page.goto(new URL(`/d/${uid}?refresh=`, url).href);
    await settled(page);
    const done = await act(page);
    if (done !== undefined) return done ? undefined : `did nothing on ${uid}`;
  }
  return "there is no dashboard to do it on";
}

const addressWith = async (page: Page, isRight: (query: URLSearchParams) => boolean): Promise<boolean> =>
  page
    .waitForURL((url) => isRight(url.searchParams), { timeout: 10_000 })
    .then(
      () => true,
      () => false,
    );

async function chooseValue(page: Page): Promise<boolean | undefined> {
  const variable = page.locator(".variable:has(.popup-holder)").first();
  if ((await variable.count()) === 0) return undefined;
  const name = `var-${(await variable.getAttribute("data-variable")) ?? ""}`;
  const before = new URL(page.url()).searchParams.getAll(name).join();
  await variable.locator("button.control").click();
  const others = variable.locator(".choice[aria-pressed=false]");
  if ((await others.count()) === 0) return undefined;
  await others.first().click();
  const apply: Locator = variable.locator(".primary");
  if (await apply.isVisible().catch(() => false)) await apply.click();
  return addressWith(page, (query) => query.getAll(name).join() !== before);
}

async function chooseRange(page: Page): Promise<boolean | undefined> {
  await page.locator("[data-control=time-range] button.control").click();
  await page.getByRole("button", { name: "Last 7 days", exact: true }).click();
  return addressWith(page, (query) => query.get("from") === "now-7d" && query.get("to") === "now");
}

async function dragSpan(page: Page): Promise<boolean | undefined> {
  const chart = page.locator(".chart .u-over").first();
  if ((await chart.count()) === 0) return undefined;
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (!box) return undefined;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.3, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, y, { steps: 4 });
  await page.mouse.up();
  return addressWith(page, (query) => /^\d+$/.test(query.get("from") ?? "") && /^\d+$/.test(query.get("to") ?? ""));
}

async function hideSeries(page: Page): Promise<boolean | undefined> {
  const item = page.locator("button.legend-item").first();
  if ((await item.count()) === 0) return undefined;
  await item.click();
  return (await item.getAttribute("aria-pressed")) === "false";
}

async function followLink(page: Page): Promise<boolean | undefined> {
  const link = page.locator("td a[href^='/d/']").first();
  if ((await link.count()) === 0) return undefined;
  const before = page.url();
  await link.click();
  return page
    .waitForURL((url) => url.href !== before && url.searchParams.has("from"), { timeout: 10_000 })
    .then(
      () => true,
      () => false,
    );
}
