/** One JSON-RPC call. */
interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Answer {
  id: number;
  result?: unknown;
  error?: { message: string };
}

/** The least of a JSON-RPC client. */
export class Rpc {
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async call<T>(method: string, ...params: readonly unknown[]): Promise<T> {
    const [result] = await this.batch<T>([{ method, params }]);
    return result as T;
  }

  /** Several calls in one request; results in their order. */
  async batch<T>(calls: readonly Call[]): Promise<T[]> {
    const body = calls.map((call, id) => ({ jsonrpc: "2.0", id, ...call }));
    const headers = { "content-type": "application/json" };
    const response = await fetch(this.url, { method: "POST", headers, body: JSON.stringify(body) });
    const results: T[] = [];
    for (const { id, result, error } of (await response.json()) as Answer[]) {
      if (error) throw new Error(`${calls[id]?.method ?? "?"} failed: ${error.message}`);
      results[id] = result as T;
    }
    return results;
  }
}
