const TOLERANCE = 1e-15;
const MAX_ITERATIONS = 200;

/**
 * A root of `f` between `a` and `b`, where it has opposite signs: Brent's method, which is bisection made faster by
 * secants and inverse parabolas where they behave (R. Brent, Algorithms for Minimization without Derivatives, ch. 4).
 *
 * @throws RangeError if the signs aren't opposite
 */
export function findRoot(f: (x: number) => number, a: number, b: number): number {
  let [left, fLeft] = [a, f(a)];
  let [best, fBest] = [b, f(b)];
  if (fLeft * fBest > 0) throw new RangeError(`no sign change between ${a} and ${b}`);
  let [other, fOther] = [left, fLeft];
  let [step, lastStep] = [best - left, best - left];
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    if (fBest * fOther > 0) {
      [other, fOther] = [left, fLeft];
      step = lastStep = best - left;
    }
    if (Math.abs(fOther) < Math.abs(fBest)) {
      [left, fLeft] = [best, fBest];
      [best, fBest, other, fOther] = [other, fOther, best, fBest];
    }
    const tolerance = 2 * Number.EPSILON * Math.abs(best) + TOLERANCE / 2;
    const half = (other - best) / 2;
    if (Math.abs(half) <= tolerance || fBest === 0) return best;
    const trial = Math.abs(lastStep) >= tolerance && Math.abs(fLeft) > Math.abs(fBest) ? interpolated() : null;
    lastStep = trial === null ? half : step;
    step = trial ?? half;
    [left, fLeft] = [best, fBest];
    best += Math.abs(step) > tolerance ? step : Math.sign(half) * tolerance;
    fBest = f(best);

    /** The secant's step, or the inverse parabola's; null where bisection is surer. */
    function interpolated(): number | null {
      const s = fBest / fLeft;
      let [p, q] = [2 * half * s, 1 - s];
      if (left !== other) {
        const [u, v] = [fLeft / fOther, fBest / fOther];
        p = s * (2 * half * u * (u - v) - (best - left) * (v - 1));
        q = (u - 1) * (v - 1) * (s - 1);
      }
      if (p > 0) q = -q;
      p = Math.abs(p);
      return 2 * p < Math.min(3 * half * q - Math.abs(tolerance * q), Math.abs(lastStep * q)) ? p / q : null;
    }
  }
  return best;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Where `f` is least between `a` and `b`, if it falls and then rises: golden sections, to some eight digits. */
export function findMinimum(f: (x: number) => number, a: number, b: number): number {
  let [low, high] = [a, b];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [fLeft, fRight] = [f(left), f(right)];
  for (let i = 0; i < 60; i++) {
    if (fLeft < fRight) {
      [high, right, fRight] = [right, left, fLeft];
      left = high - GOLDEN * (high - low);
      fLeft = f(left);
    } else {
      [low, left, fLeft] = [left, right, fRight];
      right = low + GOLDEN * (high - low);
      fRight = f(right);
    }
  }
  return (low + high) / 2;
}
