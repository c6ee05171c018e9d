import type { ApolloServerPlugin } from "@apollo/server";
import { GraphQLError, visit, type ASTNode } from "graphql";
import type { Context } from "../context.ts";

/** Refuses arguments that hold U+0000: PostgreSQL's text can't, so nothing of ours is called that. */
export const usePlainText: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ request, document }) => {
      visit(document, {
        StringValue(node) {
          if (holdsNul(node.value)) throw nulError("a string", node);
        },
      });
      for (const [name, value] of Object.entries(request.variables ?? {})) {
        if (holdsNul(value)) throw nulError(`$${name}`);
      }
    },
  }),
};

/** Looks into lists and objects too; without recursion, because a client decides how deep they go. */
function holdsNul(value: unknown): boolean {
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === "string" && next.includes("\0")) return true;
    if (typeof next === "object" && next !== null) for (const part of Object.values(next)) open.push(part);
  }
  return false;
}

function nulError(what: string, node?: ASTNode): GraphQLError {
  return new GraphQLError(`${what} must not hold U+0000`, {
    ...(node ? { nodes: node } : {}),
    extensions: { code: "BAD_USER_INPUT", http: { status: 400 } },
  });
}
