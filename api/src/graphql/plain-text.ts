import { GraphQLError, visit, type ASTNode, type DocumentNode } from "graphql";

/** How many values the variables of an operation may hold, nested ones too. */
const MAX_VALUES = 1_000;
/** How many characters all of their texts may have. */
const MAX_CHARACTERS = 64 * 1_024;

/**
 * Refuses arguments that hold U+0000: PostgreSQL's text can't, so nothing of ours is called that.
 *
 * @throws GraphQLError `BAD_USER_INPUT`
 */
export function checkLiterals(document: DocumentNode): void {
  visit(document, {
    StringValue(node) {
      if (node.value.includes("\0")) throw nulError("a string", node);
    },
  });
}

/**
 * Refuses variables that are too many or too long, or hold U+0000. Without recursion, because a client decides how deep
 * they go.
 *
 * @throws GraphQLError `BAD_USER_INPUT`
 */
export function checkVariables(variables: Readonly<Record<string, unknown>>): void {
  let values = 0;
  let characters = 0;
  for (const [name, variable] of Object.entries(variables)) {
    const open: unknown[] = [variable];
    while (open.length > 0) {
      const next = open.pop();
      if (++values > MAX_VALUES) throw badVariables(`hold more than ${MAX_VALUES} values`);
      if (typeof next === "string") {
        characters += next.length;
        if (next.includes("\0")) throw nulError(`$${name}`);
      } else if (typeof next === "object" && next !== null) {
        for (const [key, part] of Object.entries(next)) {
          characters += key.length;
          open.push(part);
        }
      }
      if (characters > MAX_CHARACTERS) throw badVariables(`have more than ${MAX_CHARACTERS} characters`);
    }
  }
}

function nulError(what: string, node?: ASTNode): GraphQLError {
  return new GraphQLError(`${what} must not hold U+0000`, {
    ...(node ? { nodes: node } : {}),
    extensions: { code: "BAD_USER_INPUT", http: { status: 400 } },
  });
}

function badVariables(what: string): GraphQLError {
  return new GraphQLError(`the variables ${what}`, {
    extensions: { code: "BAD_USER_INPUT", http: { status: 400 }, hints: ["ask for less in one operation"] },
  });
}
