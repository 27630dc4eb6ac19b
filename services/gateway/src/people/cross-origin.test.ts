import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { refuseCrossOrigin } from './cross-origin.ts';

function passes(method: string, headers: Record<string, string>, sessions = true): boolean {
  try {
    refuseCrossOrigin({ method, headers, host: 'studio.example:8080' } as unknown as FastifyRequest, sessions);
    return true;
  } catch {
    return false;
  }
}
const studio = { 'x-minchat-studio': '1' };

describe('requests of other origins', () => {
  it.each([
    ['reads change nothing', 'GET', { 'sec-fetch-site': 'cross-site' }, true],
    ['the studio', 'POST', { ...studio, 'sec-fetch-site': 'same-origin', 'origin': 'http://studio.example:8080' }, true],
    ['the studio without its header', 'POST', { 'sec-fetch-site': 'same-origin' }, false],
    ['another site', 'POST', { ...studio, 'sec-fetch-site': 'cross-site' }, false],
    ['a neighbour of the same site', 'DELETE', { ...studio, 'sec-fetch-site': 'same-site', 'origin': 'http://studio.example:8080' }, false],
    ['an older browser, own page', 'POST', { ...studio, origin: 'https://studio.example:8080' }, true],
    ['an older browser, another page', 'POST', { ...studio, origin: 'http://evil.example' }, false],
    ['another port', 'POST', { ...studio, origin: 'http://studio.example:9090' }, false],
    ['an origin that is hidden', 'POST', { ...studio, origin: 'null' }, false],
    ['a program without anything', 'POST', {}, false],
    ['a program with a key', 'POST', { authorization: 'Bearer x', origin: 'http://evil.example' }, true],
  ])('%s', (_, method, headers, passed) => {
    expect(passes(method, headers)).toBe(passed);
  });

  it('where there are no sessions programs need no header, and other pages are refused still', () => {
    expect([passes('POST', {}, false), passes('POST', { origin: 'http://evil.example' }, false), passes('POST', { 'sec-fetch-site': 'cross-site' }, false)]).toEqual([true, false, false]);
  });
});
