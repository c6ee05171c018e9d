/** An event of a stream. */
export interface StreamEvent {
  event: string;
  data: string;
}

/** More than any message of the API: a stream without an end to its line isn't one. */
const MAX_CHARS = 64 * 2 ** 20;

/**
 * The events of a `text/event-stream`, as they come; comments, which keep the connection alive, are left out. An event
 * that the stream's end cut off is none.
 *
 * @throws RangeError for an event of over 64 Mi characters
 */
export async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split(/\r?\n\r?\n/);
    text = blocks.pop() ?? "";
    if (text.length > MAX_CHARS) throw new RangeError("an event of the stream is too long");
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event) yield event;
    }
  }
}

function parseEvent(block: string): StreamEvent | undefined {
  const [data, found]: [string[], { event: string | undefined }] = [[], { event: undefined }];
  for (const line of block.split(/\r?\n/)) {
    const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === "event") found.event = value;
    if (name === "data") data.push(value);
  }
  return found.event === undefined && data.length === 0
    ? undefined
    : { event: found.event ?? "message", data: data.join("\n") };
}
