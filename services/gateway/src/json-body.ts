import type { FastifyInstance } from 'fastify';
import { ApiError } from './errors.ts';

/** Lists and objects in one another at most: what is nested by the thousand ends whoever goes through it by calling itself. */
const mostNested = 100;

/** A pair of surrogates, one alone, or any other escape of JSON. */
const escapes = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F][0-9a-fA-F]{2})|[^])/g;

/** How bodies are read: as JSON and nothing else. */
export function readJson(app: FastifyInstance): void {
  // Pages of other origins may send text/plain unasked.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
    parse(request, wellFormed(body), (error, value) => {
      if (error === null && isNested(value, mostNested)) done(new ApiError(400, `The request body is nested too deeply; expected at most ${String(mostNested)} lists and objects in one another.`, { code: 'invalid_value' }));
      else done(error, value);
    }));
}

/** Half a character, as clients send it that cut texts anywhere, becomes U+FFFD as bytes do that are no UTF-8: there is no way to write it in a message. */
function wellFormed(json: string): string {
  return json.replace(escapes, (escape, alone?: string) => (alone === undefined ? escape : '\\ufffd'));
}

/** Whether lists and objects are in more than so many others. */
function isNested(value: unknown, levels: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return true;
    level = level.filter((one) => typeof one === 'object' && one !== null).flatMap((one) => Object.values(one as object));
  }
  return false;
}
