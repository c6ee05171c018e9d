import { renameSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SECOND_MS, systemClock } from "#kernel/time.ts";
import { closeServer, listen } from "#kernel/metrics.ts";
import { deliver } from "./deliver.ts";
import { createFleetModel } from "./model.ts";
import { FaultDesk, isFaultDesk } from "./fault-desk.ts";
import type { ClearFault, Fault, Fleet, FleetHost, FleetModel, StartFleet } from "./types.ts";

const STILL_HELD = "the fleet's past is still being written\n";

/** Starts a simulated fleet on one port, and writes the list of its exporters. */
export const startFleet: StartFleet = async (options) => {
  const { address = "127.0.0.1", port, targetsFile, hosts } = options;
  const model = options.model ?? createFleetModel(options);
  let isHeld = options.isHeld ?? false;
  const now = (): FleetModel => {
    if (!isHeld) model.advanceTo(systemClock.now());
    return model;
  };
  const order = (fault: Fault): ClearFault => {
    const clear = now().order(fault);
    // A fault ends at the moment at which it is taken back, not at the last look before.
    return () => (now(), clear());
  };
  const desk = new FaultDesk(order);
  const names = new Set(hosts.map(({ name }) => name));
  const server = createServer((request, response) => {
    if (isHeld) response.writeHead(503, { "content-type": "text/plain; charset=utf-8" }).end(STILL_HELD);
    else if (isFaultDesk(request)) void desk.answer(request, response);
    else answer(request, response, names, now());
  });
  // Go's server keeps idle connections; Node's would close them between two scrapes.
  server.keepAliveTimeout = 0;
  await listen(server, address, port, "FLEET_PORT");
  const url = `http://${address}:${(server.address() as AddressInfo).port}`;
  if (targetsFile !== undefined) writeTargets(targetsFile, url, hosts);
  const fleet: Fleet = {
    url,
    gpus: model.gpus,
    hosts,
    model,
    hold: () => void (isHeld = true),
    open: () => void (isHeld = false),
    setLoad: (uuid, load) => now().setLoad(uuid, load),
    order,
    stop: () => closeServer(server, 0),
  };
  return fleet;
};

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  names: ReadonlySet<string>,
  model: FleetModel,
): void {
  const [, host = "", page] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
  if (page !== "metrics" || !names.has(host)) {
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("404 page not found\n");
    return;
  }
  const body = model.body(host);
  if (body === undefined) {
    request.socket.destroy();
    return;
  }
  const date = new Date(systemClock.now() + model.clockDriftSeconds(host) * SECOND_MS).toUTCString();
  // Go finds the type by the body's first bytes, and sends none for an empty one.
  const type = body === "" ? {} : { "content-type": "text/plain; charset=utf-8" };
  response.writeHead(200, { date, ...type, "content-length": Buffer.byteLength(body) });
  deliver(response, Buffer.from(body), model.delivery(host));
}

/** The fleet's exporters, in the shape of Prometheus' file_sd: one group a host. */
export function fileSdOf(
  url: string,
  hosts: readonly FleetHost[],
): { targets: string[]; labels: Record<string, string> }[] {
  return hosts.map(({ name, labels }) => ({
    targets: [new URL(url).host],
    labels: { ...labels, host: name, __metrics_path__: `/${name}/metrics` },
  }));
}

/** Replaced in one go, so that nobody reads half of it. */
function writeTargets(path: string, url: string, hosts: readonly FleetHost[]): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(fileSdOf(url, hosts), null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
