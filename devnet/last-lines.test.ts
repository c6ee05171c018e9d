import { LastLines } from "./last-lines.ts";

it("LastLines keeps the last lines, oldest first, and no more", () => {
  const said = new LastLines(3);
  for (const line of ["a", "b", "c", "d", "e"]) said.push(line);
  expect(said.lines).toEqual(["c", "d", "e"]);
});
