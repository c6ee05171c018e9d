const TYPES = ["int4", "int8", "numeric", "text", "bytea"];

/**
 * The aggregates behind `first` and `last`, with graph-node's names: `arg_min_T((arg, value))` gives the `arg` of the
 * smallest `value`, of equal ones the first; `arg_max_T` that of the largest, of equal ones the last.
 */
export function rollupFunctionsSql(): string {
  return TYPES.map(functionsOf).join("\n");
}

function functionsOf(type: string): string {
  const pair = `public.${type}_and_value`;
  const choose = (name: string, operator: string): string => `
  create or replace function public.${name}_agg_${type}(a ${pair}, b ${pair}) returns ${pair}
    language sql immutable strict parallel safe as
    'select case when a.arg is null then b when b.arg is null then a when a.value ${operator} b.value then a else b end';
  create aggregate public.${name}_${type}(${pair}) (
    sfunc = public.${name}_agg_${type}, stype = ${pair}, finalfunc = public.arg_from_${type}_and_value, parallel = safe
  );`;
  return `
do $$ begin
  if to_regtype('${pair}') is not null then return; end if;
  create type ${pair} as (arg ${type}, value int8);
  create function public.arg_from_${type}_and_value(a ${pair}) returns ${type}
    language sql immutable strict parallel safe as 'select a.arg';
  ${choose("arg_min", "<=")}
  ${choose("arg_max", ">")}
end $$;`;
}
