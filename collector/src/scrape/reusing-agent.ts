import { Agent } from "node:http";
import { connect, type NetConnectOpts, type Socket } from "node:net";

/** What all connections read into, one read after the other: more than a host of eight GPUs prints. */
const READ_BUFFER = Buffer.allocUnsafeSlow(262_144);

/**
 * Connections that share the memory that they read into. Node makes a buffer for each read otherwise, which V8 counts
 * against its heap: at hundreds of bodies a second it would do little but look for garbage. Responses must have an
 * encoding set as soon as they come, so that each part is decoded, and so copied, before the next read.
 */
export class ReusingAgent extends Agent {
  override createConnection(options: NetConnectOpts): Socket {
    const callback = (length: number, bytes: Uint8Array): boolean => {
      socket.emit("data", (bytes as Buffer).subarray(0, length));
      return true;
    };
    const socket = connect({ ...options, onread: { buffer: READ_BUFFER, callback } });
    return socket;
  }
}
