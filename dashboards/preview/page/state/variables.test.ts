import type { Choice, Variable } from "../../model.ts";
import { chooseAll, textOf, valuesOf } from "./variables.ts";

const OPERATOR: Variable = { name: "operator", type: "query", multi: true, includeAll: true };
const GPU: Variable = { name: "gpu", type: "query" };
const gpus: Record<string, string[]> = { "1": ["10", "11"], "2": ["20"] };

/** Operators 1 and 2; GPUs of the operators that are chosen. */
const ask = async (name: string, variables: Readonly<Record<string, unknown>>): Promise<Choice[]> => {
  const chosen = [variables["operator"]].flat() as string[];
  const operators = chosen.includes("$__all") ? ["1", "2"] : chosen;
  const values = name === "operator" ? ["1", "2"] : operators.flatMap((one) => gpus[one] ?? []);
  return values.map((value) => ({ value, text: `#${value}` }));
};
const choose = async (wanted: Record<string, string[]>, variables = [OPERATOR, GPU]) =>
  valuesOf(await chooseAll(variables, wanted, ask));

it("takes All, or else the first, where nothing is wanted", async () => {
  expect(await choose({})).toEqual({ operator: ["$__all"], gpu: "10" });
});

it("offers a later variable what fits those before it, and drops what doesn't", async () => {
  expect(await choose({ operator: ["2"], gpu: ["10"] })).toEqual({ operator: ["2"], gpu: "20" });
  expect(await choose({ operator: ["1", "2"], gpu: ["20"] })).toEqual({ operator: ["1", "2"], gpu: "20" });
});

it("takes from an address only what can be chosen", async () => {
  expect(await choose({ operator: ["' or true --"], gpu: ["11"] })).toEqual({ operator: ["$__all"], gpu: "11" });
});

it("takes any text for a text box, and its own where none is given", async () => {
  const box: Variable = { name: "tariff", type: "textbox", query: "0.12" };
  expect(await choose({ tariff: ["0.3"] }, [box])).toEqual({ tariff: "0.3" });
  expect(await choose({}, [box])).toEqual({ tariff: "0.12" });
});

it("begins with the dashboard's own choice", async () => {
  const term: Variable = {
    name: "term",
    type: "custom",
    current: { value: "b" },
    options: [
      { text: "A", value: "a" },
      { text: "B", value: "b" },
    ],
  };
  const [chosen] = await chooseAll([term], {}, ask);
  expect([chosen?.value, chosen && textOf(chosen)]).toEqual(["b", "B"]);
});
