import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";

/** Connections that are kept open. */
const CONNECTIONS = 8;

/** Asks a server over connections that stay. */
export class Asker {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  /** One request's answer as text; with a query a POST. */
  ask(url: string, query?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const method = query === undefined ? "GET" : "POST";
      const sent = request(
        url,
        { agent: this.#agent, method, headers: { "content-type": "application/json" } },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (part: string) => (text += part));
          response.on("end", () => {
            if (response.statusCode === 200) resolve(text);
            else reject(new Error(`${url} answers ${response.statusCode}: ${text.slice(0, 200)}`));
          });
        },
      );
      sent.on("error", reject).end(query === undefined ? undefined : JSON.stringify({ query }));
    });
  }

  /** Asks the same so many times, as many at once as there are connections. */
  async repeat(count: number, url: string, query?: string): Promise<void> {
    let left = count;
    const work = async (): Promise<void> => {
      while (left-- > 0) await this.ask(url, query);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
  }

  /**
   * Asks `perSecond` times a second, whether answers have come or not: how long each took from when it was due,
   * milliseconds, ascending.
   */
  async steadily(perSecond: number, seconds: number, url: string, query: string): Promise<number[]> {
    const from = performance.now();
    const asked = Array.from({ length: perSecond * seconds }, async (_, place) => {
      const due = from + (place * 1_000) / perSecond;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      await this.ask(url, query);
      return performance.now() - due;
    });
    return (await Promise.all(asked)).sort((a, b) => a - b);
  }

  close(): void {
    this.#agent.destroy();
  }
}
