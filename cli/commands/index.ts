import type { Command } from "commander";
import { runIndexer } from "#indexer/index.ts";
import { closeServer, createRegistry, serveStatus } from "#kernel/metrics.ts";
import { createLogger } from "#kernel/log.ts";
import { checkDatabase } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
