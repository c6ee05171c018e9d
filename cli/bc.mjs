#!/usr/bin/env node
// `bc` from any folder: paths on the command line are those of the folder it is called in.
import { register } from "tsx/esm/api";

register();
await import("./main.ts");
