import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes, MinchatError, toMinchatError } from './index.ts';
import { errorsPage } from './page.ts';

test('docs/errors.md holds the table (npm run page -w @minchat/errors)', () => {
  expect(readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')).toBe(errorsPage());
});

test.each(Object.entries(errorCodes))('%s can be shown to a person', (code, entry) => {
  expect(code).toMatch(/^MC_[A-Z_]+$/);
  expect(entry.meaning).toMatch(/\.$/);
  expect(entry.todo).toMatch(/\.$/);
  expect(entry.http).toBeGreaterThanOrEqual(400);
  expect(entry.exit).toBeGreaterThan(0);
});

test('an error says what to do: its own hint, else the table’s', () => {
  expect(new MinchatError('MC_DISK_FULL', 'x').hint).toBe(errorCodes.MC_DISK_FULL.todo);
  expect(new MinchatError('MC_DISK_FULL', 'x', { hint: 'y' }).hint).toBe('y');
  expect(new MinchatError('MC_TIMEOUT', 'x').retryable).toBe(true);
});

test.each([
  ['ENOSPC', 'MC_DISK_FULL'],
  ['EACCES', 'MC_ACCESS_DENIED'],
  ['EROFS', 'MC_ACCESS_DENIED'],
  ['ENOMEM', 'MC_MEMORY_FULL'],
  ['EADDRINUSE', 'MC_PORT_TAKEN'],
  ['EOTHER', 'MC_INTERNAL'],
])('an error of the system, %s, gets the code %s', (system, code) => {
  const error = Object.assign(new Error('no'), { code: system });
  expect(toMinchatError(error)).toMatchObject({ code, message: 'no', cause: error });
});

test('what is thrown that is no error gets a code too', () => {
  expect(toMinchatError('oops')).toMatchObject({ code: 'MC_INTERNAL', message: 'oops' });
});
