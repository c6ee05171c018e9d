import type { Choice, Dashboard, DashboardSummary, QueryRequest, Scope, TableData } from "../../model.ts";

/** What the server said against a question. */
export class AskError extends Error {
  readonly hints: readonly string[];

  constructor(message: string, hints: readonly string[] = []) {
    super(message);
    this.name = "AskError";
    this.hints = hints;
  }
}

/** How far the server's clock is ahead of this browser's: a network can be brought to a later time. */
let aheadMs = 0;

/** The time in the network. */
export const networkNow = (): number => Date.now() + aheadMs;

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new AskError("The preview's server does not answer.", ["npm start, or npm run dashboards, starts it"]);
  });
  const body = (await response.json().catch(() => ({}))) as T & { error?: { message: string; hints: string[] } };
  if (response.ok) return body;
  throw new AskError(body.error?.message ?? `the server answered ${response.status}`, body.error?.hints);
}

const post = <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> =>
  ask<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });

/** The dashboards there are. @throws AskError */
export async function askList(): Promise<DashboardSummary[]> {
  return keepTime(await ask<{ now: number; dashboards: DashboardSummary[] }>("/api/dashboards")).dashboards;
}

/** One dashboard. @throws AskError */
export async function askDashboard(uid: string): Promise<Dashboard> {
  return keepTime(await ask<{ now: number; dashboard: Dashboard }>(`/api/dashboards/${encodeURIComponent(uid)}`))
    .dashboard;
}

function keepTime<T extends { now: number }>(answer: T): T {
  const ahead = answer.now - Date.now();
  aheadMs = Math.abs(ahead) > 60_000 ? ahead : 0;
  return answer;
}

/** A panel's data. @throws AskError */
export async function askPanel(request: QueryRequest, signal: AbortSignal): Promise<TableData[]> {
  return (await post<{ tables: TableData[] }>("/api/query", request, signal)).tables;
}

/** A variable's choices. @throws AskError */
export async function askChoices(dashboard: string, name: string, scope: Scope): Promise<Choice[]> {
  return (await post<{ choices: Choice[] }>("/api/choices", { dashboard, name, ...scope })).choices;
}

/** An annotation's marks. @throws AskError */
export async function askMarks(
  dashboard: string,
  name: string,
  scope: Scope,
  signal: AbortSignal,
): Promise<TableData["columns"]> {
  return (await post<{ columns: TableData["columns"] }>("/api/marks", { dashboard, name, ...scope }, signal)).columns;
}
