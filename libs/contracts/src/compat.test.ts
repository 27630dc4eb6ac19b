import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { incompatibilities, type Lock } from '../scripts/reflect.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const lock = JSON.parse(await readFile(new URL('../../../proto/minchat/v1/contract.lock.json', import.meta.url), 'utf8')) as Lock;

function changed(change: (next: Lock) => void): string[] {
  const next = structuredClone(lock);
  change(next);
  return incompatibilities(lock, next);
}

describe('contracts', () => {
  it('are what proto/ gives, and break nothing that is in use', async () => {
    await promisify(execFile)(process.execPath, ['scripts/generate.ts', '--check'], { cwd: folder });
  });

  it('may gain messages and fields', () => {
    expect(changed((next) => Object.assign(next, { New: { a: '1 string' } }))).toEqual([]);
    expect(changed((next) => Object.assign(next['Job'] ?? {}, { extra: '99 string' }))).toEqual([]);
  });

  it('may not lose, renumber, retype or reuse a field', () => {
    expect(changed((next) => delete next['Job'])).toEqual(['Job was removed']);
    expect(changed((next) => delete next['Job']?.['seed'])).toEqual(['Job.seed (6 uint32) was removed']);
    expect(changed((next) => Object.assign(next['Job'] ?? {}, { seed: '60 uint32' }))).toEqual(['Job.seed was 6 uint32, now 60 uint32']);
    expect(changed((next) => Object.assign(next['Job'] ?? {}, { seed: '6 string' }))).toEqual(['Job.seed was 6 uint32, now 6 string']);
    expect(changed((next) => Object.assign(next['Job'] ?? {}, { seed: '6 repeated uint32' }))).toHaveLength(1);
    expect(changed((next) => Object.assign(next['Job'] ?? {}, { extra: '6 string' }))).toEqual(['Job.extra takes the number 6 of seed']);
    expect(changed((next) => delete next['JobState']?.['JOB_STATE_HELD'])).toEqual(['JobState.JOB_STATE_HELD (1) was removed']);
  });
});
