import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onParentGone } from "#kernel/child.ts";
import { bodyOf, openTemplates } from "./bodies.ts";

/** As often as dcgm-exporter reads its GPUs. */
const COLLECT_MS = 5_000;

/**
 * A process that is a whole fleet: each address of 127.0.0.0/8 is a host of eight GPUs, with readings that change every
 * five seconds. It prints its port.
 */
const templateAt = openTemplates();
let template = templateAt(Date.now());
setInterval(() => (template = templateAt(Date.now())), COLLECT_MS).unref();

const server = createServer((request, response) => {
  const [, high = 0, middle = 0, low = 0] = (request.socket.localAddress ?? "").split(".").map(Number);
  const body = Buffer.from(bodyOf(template, (high * 256 + middle) * 256 + low));
  response.writeHead(200, { "content-type": "text/plain; version=0.0.4", "content-length": body.length });
  response.end(body);
});
server.keepAliveTimeout = 120_000;
server.listen(0, "0.0.0.0", 4_096, () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`));
onParentGone(() => process.exit());
