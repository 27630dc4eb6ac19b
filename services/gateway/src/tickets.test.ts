import { expect, it } from 'vitest';
import { Tickets } from './tickets.ts';

it('a ticket opens one path for a while', () => {
  const tickets = new Tickets('a=key');
  const url = tickets.issue('/api/runs/a/report', 1000);
  const admits = (other: string, now = 2000, method = 'GET', by = tickets): boolean => by.admit({ method, url: other }, now);
  expect(admits(url)).toBe(true);
  expect(admits(`${url}&format=html`)).toBe(true);
  expect(admits(url.replace('/a/', '/b/'))).toBe(false);
  expect(admits(url, 1000 + 6 * 60_000)).toBe(false);
  expect(admits(url, 2000, 'POST')).toBe(false);
  expect(admits(url, 2000, 'GET', new Tickets('a=other'))).toBe(false);
  expect(admits(url.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).toBe(false);
  expect(admits('/api/runs/a/report')).toBe(false);
});
