import type { HostContext } from "../context.ts";
import { EntityCodec } from "../entity-codec.ts";
import type { Pointer } from "../heap.ts";
import type { HostFunctions } from "../instance.ts";

/** `store.*`: entities. */
export function storeImports(context: HostContext): HostFunctions {
  const codec = new EntityCodec(context);
  const load = (type: Pointer, id: Pointer, isInBlockOnly: boolean): Pointer => {
    const entityType = context.cache.entityType(context.reader.string(type));
    const row = context.cache.get(entityType, context.reader.string(id), isInBlockOnly);
    return row ? codec.write(entityType, row) : 0;
  };
  return {
    "store.get": (type: Pointer, id: Pointer) => load(type, id, false),
    "store.get_in_block": (type: Pointer, id: Pointer) => load(type, id, true),
    "store.set": (type: Pointer, id: Pointer, data: Pointer) => {
      const entityType = context.cache.entityType(context.reader.string(type));
      context.cache.set(entityType, context.reader.string(id), codec.read(entityType, data));
    },
    "store.remove": (type: Pointer, id: Pointer) => {
      context.cache.remove(context.cache.entityType(context.reader.string(type)), context.reader.string(id));
    },
    "store.loadRelated": (type: Pointer, id: Pointer, field: Pointer) => {
      const entityType = context.cache.entityType(context.reader.string(type));
      const related = context.cache.loadRelated(entityType, context.reader.string(id), context.reader.string(field));
      return codec.writeAll(related.type, related.rows);
    },
  };
}
