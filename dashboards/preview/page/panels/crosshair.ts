/** Told where the crosshair of another chart stands: a time in milliseconds since 1970, or null for nowhere. */
type Listener = (at: number | null) => void;

const listeners = new Map<object, Listener>();

/** Follows the others' crosshair; gives what ends that. `self` is not told of its own. */
export function followCrosshair(self: object, listener: Listener): () => void {
  listeners.set(self, listener);
  return () => void listeners.delete(self);
}

/** Tells the others where one's own crosshair stands. */
export function moveCrosshair(self: object, at: number | null): void {
  for (const [other, listener] of listeners) if (other !== self) listener(at);
}
