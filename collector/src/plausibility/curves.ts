/** Power of a model in watts, with nothing to do and at most. */
export interface ModelPower {
  idleWatts: number;
  limitWatts: number;
}

/**
 * Idle and limit in watts by what a model's name holds; the first that fits counts. Limits are NVIDIA's data sheets',
 * idle power is of public readings of real boards, the lowest where those differ.
 */
const MODELS: readonly [pattern: RegExp, idleWatts: number, limitWatts: number][] = [
  [/\bB200\b/, 100, 1_000],
  [/\bH200 NVL\b/, 60, 600],
  [/\bH200\b/, 65, 700],
  [/\bH100 (PCIe|NVL)\b/, 40, 400],
  [/\bH100\b/, 60, 700],
  [/\bA100.*(SXM|HGX)/, 42, 400],
  [/\bA100\b/, 33, 300],
  [/\bL40S\b/, 30, 350],
  [/\bL40\b/, 30, 300],
  [/\bL4\b/, 11, 72],
  [/\bA40\b/, 25, 300],
  [/\bA30\b/, 22, 165],
  [/\bA10G?\b/, 14, 300],
  [/\bV100\b/, 22, 300],
  [/\bT4\b/, 8, 70],
  [/\bRTX 6000 Ada\b/, 15, 300],
  [/\bRTX A6000\b/, 15, 300],
  [/\bRTX 5090\b/, 10, 575],
  [/\bRTX 4090\b/, 8, 450],
  [/\bRTX 3090\b/, 10, 370],
];

/**
 * What a model's power can be.
 *
 * @param model as DCGM names it
 * @returns null for one not listed: its exporter's power limit counts then
 */
export function modelPower(model: string | null): ModelPower | null {
  const known = MODELS.find(([pattern]) => pattern.test(model ?? ""));
  return known ? { idleWatts: known[1], limitWatts: known[2] } : null;
}
