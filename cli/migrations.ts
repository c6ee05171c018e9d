import { fileURLToPath } from "node:url";

const room = (name: string) => ({ room: name, dir: fileURLToPath(new URL(`../${name}/sql`, import.meta.url)) });

/** Every room's migrations, in the order in which the rooms build on each other. */
export const MIGRATIONS = [room("collector"), room("api")];
