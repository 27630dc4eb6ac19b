import { toMinchatError } from '@minchat/errors';
import { multipliesInBfloat16 } from './backends/native.ts';
import { startBackend } from './backends/start.ts';
import type { Check } from './parity/compare.ts';
import { checkForward, checkGreedy } from './parity/gpt2-files.ts';
import { checkAdamW, checkAdaptiveKl, checkPpo, checkRewardLoss, checkSampling, checkSchedule } from './parity/json-files.ts';

export interface FileParity {
  readonly file: string;
  readonly ok: boolean;
  /** Numbers compared in groups; the one closest to (or furthest over) its tolerance. */
  readonly checks: number;
  readonly worst: Check | undefined;
  /** Why the file could not be checked. */
  readonly error?: string;
}

export interface Parity {
  readonly backend: string;
  readonly reason: string;
  readonly files: readonly FileParity[];
  readonly ok: boolean;
}

/**
 * Compares this library with numbers from float64 PyTorch: a folder with adamw, adaptive_kl, ppo,
 * reward_loss, sampling and schedule (.json), and gpt2/ (a model, forward.json, greedy.json), of any seed
 * and size. On the backend: logits, loss and gradients within 1e-3 relative (3e-2 where the native backend
 * multiplies in bfloat16), greedy tokens equal, other numbers within 1e-5; plain arithmetic within 1e-10.
 */
export async function runParity(folder: string, backend?: string): Promise<Parity> {
  const { name, reason } = await startBackend(backend);
  const tolerance = (await multipliesInBfloat16()) ? 3e-2 : 1e-3;
  const files: FileParity[] = [];
  for (const [file, check] of [
    ['adamw.json', checkAdamW],
    ['adaptive_kl.json', checkAdaptiveKl],
    ['ppo.json', checkPpo],
    ['reward_loss.json', checkRewardLoss],
    ['sampling.json', checkSampling],
    ['schedule.json', checkSchedule],
    ['gpt2/forward.json', (dir: string) => checkForward(dir, tolerance)],
    ['gpt2/greedy.json', (dir: string) => checkGreedy(dir, tolerance)],
  ] as const) {
    files.push(await checkFile(file, () => check(folder)));
  }
  return { backend: name, reason, files, ok: files.every(({ ok }) => ok) };
}

async function checkFile(file: string, check: () => Promise<Check[]>): Promise<FileParity> {
  try {
    const checks = await check();
    const worst = checks.toSorted((a, b) => share(b) - share(a))[0];
    return { file, ok: checks.length > 0 && checks.every(({ difference, tolerance }) => difference <= tolerance), checks: checks.length, worst };
  } catch (error) {
    return { file, ok: false, checks: 0, worst: undefined, error: toMinchatError(error).message };
  }
}

/** How much of its tolerance a check uses up. */
function share({ difference, tolerance }: Check): number {
  if (difference === 0) return 0;
  return tolerance === 0 ? Infinity : difference / tolerance;
}

/** The result as lines for people. */
export function formatParity({ backend, reason, files, ok }: Parity): string {
  const lines = files.map(({ file, ok: good, checks, worst, error }) => {
    const what = error ?? (worst === undefined ? 'nothing to compare' : `largest difference ${worst.difference.toExponential(2)} of ${worst.tolerance.toExponential(0)} allowed, in ${worst.what} (${checks} comparisons)`);
    return `${good ? 'pass' : 'MISS'}  ${file.padEnd(18)} ${what}`;
  });
  return [`backend ${backend} (${reason})`, ...lines, ok ? 'all agree' : 'some do not agree'].join('\n');
}
