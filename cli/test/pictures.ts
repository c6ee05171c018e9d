import { DASHBOARDS } from "#dashboards/src/index.ts";
import { panelsOf } from "#dashboards/src/spec.ts";
import { tour } from "#dashboards/preview/browser/tour.ts";
import { chromium } from "#dashboards/server/chromium.ts";
import { describeError } from "#kernel/errors.ts";

/**
 * Finds a browser, or installs one, beside other work.
 *
 * @returns undefined where none can be had; what installs one has then been said
 */
export async function findBrowser(): Promise<string | undefined> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return chromium(say).catch((error: unknown) => {
    say(`skipped: the dashboards in a browser\n${describeError(error)}`);
    return undefined;
  });
}

/** What is wrong with the dashboards of a network as a browser shows them, in words; nothing where there is no browser. */
export async function picturesOf(url: string, executablePath: string | undefined): Promise<string[]> {
  if (executablePath === undefined) return [];
  const allowed = new Set(
    DASHBOARDS.flatMap((spec) =>
      panelsOf(spec).flatMap((panel) =>
        "mayBeEmpty" in panel && panel.mayBeEmpty ? [`${spec.uid} ${panel.title}`] : [],
      ),
    ),
  );
  return tour(url, { executablePath, mayBeEmpty: (uid, title) => allowed.has(`${uid} ${title}`) });
}
