import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from "graphql";

/** How large an operation may be. */
export interface Limits {
  /** of what is asked of the network; how deep the schema may be asked for, GraphQL's own rule says */
  depth: number;
  aliases: number;
  rootFields: number;
  /** fields with all fragments spread out */
  selections: number;
  /** `@skip`, `@include` and their like, with all fragments spread out */
  directives: number;
  /** fragments that the document defines */
  fragments: number;
}

/** What the API allows one operation. */
export const DEFAULT_LIMITS: Limits = {
  depth: 12,
  aliases: 20,
  rootFields: 10,
  selections: 2_000,
  directives: 50,
  fragments: 50,
};

/** A validation rule that refuses operations beyond the limits. Cycles of fragments are left to GraphQL's own rule. */
export const limitRule =
  (limits: Limits): ValidationRule =>
  (context: ValidationContext): ASTVisitor => ({
    OperationDefinition(operation) {
      const walk = new Walk(limits, context);
      if (
        context.getDocument().definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).length >
        limits.fragments
      )
        walk.fail("fragments");
      walk.enter(operation.selectionSet, 1);
      if (walk.rootFields > limits.rootFields) walk.fail("rootFields");
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
  /** those within fragments of the root too */
  rootFields = 0;
  readonly #limits: Limits;
  readonly #context: ValidationContext;
  readonly #open = new Set<FragmentDefinitionNode>();
  #aliases = 0;
  #selections = 0;
  #directives = 0;

  constructor(limits: Limits, context: ValidationContext) {
    this.#limits = limits;
    this.#context = context;
  }

  fail(limit: keyof Limits): void {
    this.exceeded ??= limit;
  }

  enter(set: SelectionSetNode, depth: number, isOfSchema = false): void {
    if (depth > this.#limits.depth && !isOfSchema) this.fail("depth");
    for (const selection of set.selections) {
      if (this.exceeded !== undefined) return;
      this.#count(selection);
      if (selection.kind === Kind.INLINE_FRAGMENT) this.enter(selection.selectionSet, depth, isOfSchema);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) this.#enterFragment(selection.name.value, depth, isOfSchema);
      else {
        if (depth === 1) this.rootFields++;
        const isMeta = isOfSchema || selection.name.value.startsWith("__");
        if (selection.selectionSet) this.enter(selection.selectionSet, depth + 1, isMeta);
      }
    }
  }

  #count(selection: SelectionNode): void {
    if (++this.#selections > this.#limits.selections) this.fail("selections");
    this.#directives += selection.directives?.length ?? 0;
    if (this.#directives > this.#limits.directives) this.fail("directives");
    if (selection.kind === Kind.FIELD && selection.alias && ++this.#aliases > this.#limits.aliases)
      this.fail("aliases");
  }

  #enterFragment(name: string, depth: number, isOfSchema: boolean): void {
    const fragment = this.#context.getFragment(name);
    if (!fragment || this.#open.has(fragment)) return;
    this.#open.add(fragment);
    this.enter(fragment.selectionSet, depth, isOfSchema);
    this.#open.delete(fragment);
  }
}
