import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from "graphql";

/** How large an operation may be. */
export interface Limits {
  depth: number;
  aliases: number;
  rootFields: number;
  /** fields with all fragments spread out */
  selections: number;
}

/** What the API allows one operation. */
export const DEFAULT_LIMITS: Limits = { depth: 12, aliases: 20, rootFields: 10, selections: 2_000 };

/** A validation rule that refuses operations beyond the limits. Cycles of fragments are left to GraphQL's own rule. */
export const limitRule =
  (limits: Limits): ValidationRule =>
  (context: ValidationContext): ASTVisitor => ({
    OperationDefinition(operation) {
      const walk = new Walk(limits, context);
      walk.enter(operation.selectionSet, 1);
      if (operation.selectionSet.selections.length > limits.rootFields) walk.fail("rootFields");
      const { exceeded } = walk;
      if (exceeded === undefined) return;
      const max = limits[exceeded];
      context.reportError(
        new GraphQLError(`the operation exceeds the limit of ${max} ${exceeded}`, {
          nodes: operation,
          extensions: { limit: exceeded, max },
        }),
      );
    },
  });

class Walk {
  exceeded: keyof Limits | undefined;
  readonly #limits: Limits;
  readonly #context: ValidationContext;
  readonly #open = new Set<FragmentDefinitionNode>();
  #aliases = 0;
  #selections = 0;

  constructor(limits: Limits, context: ValidationContext) {
    this.#limits = limits;
    this.#context = context;
  }

  fail(limit: keyof Limits): void {
    this.exceeded ??= limit;
  }

  enter(set: SelectionSetNode, depth: number): void {
    if (depth > this.#limits.depth) this.fail("depth");
    for (const selection of set.selections) {
      if (this.exceeded !== undefined) return;
      if (++this.#selections > this.#limits.selections) this.fail("selections");
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.enter(selection.selectionSet, depth);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) this.#enterFragment(selection.name.value, depth);
      else if (!selection.name.value.startsWith("__")) {
        if (selection.alias && ++this.#aliases > this.#limits.aliases) this.fail("aliases");
        if (selection.selectionSet) this.enter(selection.selectionSet, depth + 1);
      }
    }
  }

  #enterFragment(name: string, depth: number): void {
    const fragment = this.#context.getFragment(name);
    if (!fragment || this.#open.has(fragment)) return;
    this.#open.add(fragment);
    this.enter(fragment.selectionSet, depth);
    this.#open.delete(fragment);
  }
}
