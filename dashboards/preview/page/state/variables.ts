import { ALL, type Choice, type Variable, type VariableValues } from "../../model.ts";

/** A variable with its choices and what it stands at. */
export interface Chosen {
  variable: Variable;
  choices: readonly Choice[];
  value: string | readonly string[];
}

/** Gives a query variable's choices, given what those before it stand at. */
export type AskChoices = (name: string, variables: VariableValues) => Promise<Choice[]>;

/**
 * What every variable stands at, in their order: what is wanted if it can be chosen, else the dashboard's own choice, else
 * "All" or the first. A later variable sees those before it.
 *
 * @param wanted values by name, from the address or from before a change
 */
export async function chooseAll(
  variables: readonly Variable[],
  wanted: Readonly<Record<string, readonly string[]>>,
  ask: AskChoices,
): Promise<Chosen[]> {
  const all: Chosen[] = [];
  for (const variable of variables.filter(({ type }) => type !== "datasource")) {
    const choices = variable.type === "query" ? await ask(variable.name, valuesOf(all)) : fixedChoices(variable);
    all.push({ variable, choices, value: choose(variable, choices, wanted[variable.name]) });
  }
  return all;
}

/** What variables stand at, by name. */
export const valuesOf = (all: readonly Chosen[]): Record<string, string | readonly string[]> =>
  Object.fromEntries(all.map(({ variable, value }) => [variable.name, value]));

const fixedChoices = ({ options = [] }: Variable): Choice[] =>
  options.map(({ text = "", value = text }) => ({ text, value }));

function choose(
  variable: Variable,
  choices: readonly Choice[],
  wanted: readonly string[] | undefined,
): Chosen["value"] {
  const own = [variable.current?.value].flat().filter((value) => typeof value === "string");
  if (variable.type === "textbox" || variable.type === "constant") {
    return wanted?.[0] ?? own[0] ?? (typeof variable.query === "string" ? variable.query : "");
  }
  const canBe = (value: string): boolean =>
    choices.some((choice) => choice.value === value) || (value === ALL && variable.includeAll === true);
  const first = variable.includeAll ? ALL : (choices[0]?.value ?? "");
  const found = [wanted ?? [], own].map((values) => values.filter(canBe)).find((values) => values.length > 0) ?? [
    first,
  ];
  if (!variable.multi) return found[0] ?? first;
  return found.includes(ALL) ? [ALL] : found;
}

/** A variable's value as a person reads it: "All", "3 chosen" or the names. */
export function textOf({ choices, value }: Chosen): string {
  const values = [value].flat();
  if (values.includes(ALL)) return "All";
  const texts = values.map((one) => choices.find((choice) => choice.value === one)?.text ?? one);
  const text = texts.join(" + ");
  return texts.length > 1 && text.length > 28 ? `${texts.length} selected` : text;
}
