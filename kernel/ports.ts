import { createServer } from "node:net";
import { listenError } from "./metrics.ts";

/**
 * Checks that a port can be had, before anything is started that needs it.
 *
 * @throws BaseError `PORT_TAKEN` or `PORT_FORBIDDEN`, naming the setting to change
 */
export async function checkPort(host: string, port: number, portSetting: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port, portSetting)));
    server.listen(port, host, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}
