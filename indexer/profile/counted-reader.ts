import type { EntityReader } from "../entities/current.ts";
import type { Row, Value } from "../entities/row.ts";
import type { EntityType } from "../schema/schema.ts";

/** A reader that counts its queries and how long they took. */
export class CountedReader implements EntityReader {
  queries = 0;
  ms = 0;
  private readonly reader: EntityReader;

  constructor(reader: EntityReader) {
    this.reader = reader;
  }

  rows(type: EntityType, ids: readonly string[]): Promise<Map<string, Row>> {
    return this.count(this.reader.rows(type, ids));
  }

  rowsWhere(type: EntityType, column: number, value: Value): Promise<Map<string, Row>> {
    return this.count(this.reader.rowsWhere(type, column, value));
  }

  allRows(type: EntityType, limit: number): Promise<Map<string, Row> | undefined> {
    return this.count(this.reader.allRows(type, limit));
  }

  private async count<T>(answer: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    this.queries++;
    try {
      return await answer;
    } finally {
      this.ms += performance.now() - startedAt;
    }
  }
}
