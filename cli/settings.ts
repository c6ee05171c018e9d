import { Option, type Command } from "commander";
import { readSettings, SETTINGS, type SettingName, type Settings } from "#kernel/settings.ts";

/** Gives a command the flags of these settings; `helps` where one means something else to it than to a network. */
export function addSettings(
  command: Command,
  names: readonly SettingName[],
  helps: Partial<Record<SettingName, string>> = {},
): Command {
  for (const name of names) command.addOption(optionOf(name, helps[name]));
  return command;
}

/**
 * The settings of a command from its flags, the environment and the defaults.
 *
 * @throws BaseError `BAD_SETTINGS`
 */
export function settingsOf<K extends SettingName>(command: Command, names: readonly K[]): Pick<Settings, K> {
  const given = command.opts<Record<string, string | undefined>>();
  return readSettings(names, Object.fromEntries(names.map((name) => [name, given[optionOf(name).attributeName()]])));
}

function optionOf(name: SettingName, help: string = SETTINGS[name].help): Option {
  const { flag, env, fallback } = SETTINGS[name];
  const text = `${help} [${env}${fallback === "" ? "" : `, ${fallback}`}]`;
  return name === "allowPrivate"
    ? new Option(`${flag} [value]`, text).preset("yes")
    : new Option(`${flag} <value>`, text);
}

/** The database's URL: the server named, or the embedded one on this machine. */
export function databaseUrlOf(settings: Pick<Settings, "databaseUrl" | "databasePort">): string {
  return settings.databaseUrl || `postgres://postgres@127.0.0.1:${settings.databasePort}/berkeley`;
}

/** The node's URL: the one named, or the local chain on this machine. */
export function rpcUrlOf(settings: Pick<Settings, "rpcUrl" | "chainPort">): string {
  return settings.rpcUrl || `http://127.0.0.1:${settings.chainPort}`;
}
