import { hashOf } from "./label-set.ts";

it("a text's hash is cyrb53's, whatever stands around it", () => {
  // As its author gives them: github.com/bryc/code, jshash/experimental/cyrb53.js
  const known = { a: 7929297801672961, b: 8684336938537663, revenge: 4051478007546757, revenue: 8309097637345594 };
  for (const [text, hash] of Object.entries(known)) {
    expect(hashOf(`{${text}}`, 1, 1 + text.length)).toBe(hash);
  }
});
