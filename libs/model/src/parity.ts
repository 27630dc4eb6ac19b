import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MinchatError, toMinchatError } from '@minchat/errors';
import { multipliesInBfloat16 } from './backends/native.ts';
import { startBackend } from './backends/start.ts';
import type { Check } from './parity/compare.ts';
import { checkAdamW, checkAdaptiveKl, checkPpo, checkRewardLoss, checkSampling, checkSchedule } from './parity/json-files.ts';
import { checkForward, checkGreedy } from './parity/model-folder.ts';

const hint = 'Name a folder of reference numbers, as libs/model/reference is one.';

/** Files of arithmetic: where a folder has one, it has all. */
const arithmetic = [
  ['adamw.json', checkAdamW],
  ['adaptive_kl.json', checkAdaptiveKl],
  ['ppo.json', checkPpo],
  ['reward_loss.json', checkRewardLoss],
  ['sampling.json', checkSampling],
  ['schedule.json', checkSchedule],
] as const;

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
 * Compares this library with numbers from float64 PyTorch: a folder with adamw, adaptive_kl, ppo, reward_loss,
 * sampling and schedule (.json), with folders of models (each with forward.json and greedy.json), or both, or one
 * model's; of any seed and size. On the backend: logits, loss and gradients within 1e-3 relative (3e-2 where the
 * native backend multiplies in bfloat16), greedy tokens equal, other numbers within 1e-5; plain arithmetic within
 * 1e-10. Throws MC_DATA_INVALID where there is nothing to compare.
 */
export async function runParity(folder: string, backend?: string): Promise<Parity> {
  const { files: present, models } = await contentsOf(folder);
  const { name, reason } = await startBackend(backend);
  const tolerance = (await multipliesInBfloat16()) ? 3e-2 : 1e-3;
  const files: FileParity[] = [];
  if (arithmetic.some(([file]) => present.includes(file))) for (const [file, check] of arithmetic) files.push(await checkFile(file, () => check(folder)));
  for (const model of models) {
    for (const [file, check] of [['forward.json', checkForward], ['greedy.json', checkGreedy]] as const) {
      files.push(await checkFile(join(model, file), () => check(join(folder, model), tolerance)));
    }
  }
  if (files.length === 0) throw new MinchatError('MC_DATA_INVALID', `expected reference numbers in ${folder}, found neither ${arithmetic.map(([file]) => file).join(', ')} nor a model`, { hint });
  return { backend: name, reason, files, ok: files.every(({ ok }) => ok) };
}

/** The names of a folder's files, and of its models: folders with a config.json, which it may be itself ('.'). */
async function contentsOf(folder: string): Promise<{ files: string[]; models: string[] }> {
  const entries = await entriesOf(folder);
  const models: string[] = entries.some(({ name }) => name === 'config.json') ? ['.'] : [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() && (await entriesOf(join(folder, entry.name))).some(({ name }) => name === 'config.json')) models.push(entry.name);
  }
  return { files: entries.map(({ name }) => name), models };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw new MinchatError('MC_DATA_INVALID', `expected a folder of reference numbers, found: ${(cause as Error).message}`, { hint, cause });
  }
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
    return `${good ? 'pass' : 'MISS'}  ${file.padEnd(26)} ${what}`;
  });
  return [`backend ${backend} (${reason})`, ...lines, ok ? 'all agree' : 'some do not agree'].join('\n');
}
