import { connect, type Socket } from "node:net";

/** A connection that a test speaks byte by byte. */
export interface RawSocket {
  socket: Socket;
  /** what the server has said so far */
  said(): string;
  /** resolves once the server has closed it */
  closed: Promise<void>;
}

/** Opens a connection to a server and says something, or nothing. */
export function openSocket(url: string, text = ""): RawSocket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  if (text !== "") socket.write(text);
  return { socket, said: () => Buffer.concat(chunks).toString("latin1"), closed };
}

/** The head of a POST of so many bytes, as a client would send it. */
export const postHead = (bytes: number): string =>
  `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`;
