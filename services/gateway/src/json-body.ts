import type { FastifyInstance } from 'fastify';
import { ApiError } from './errors.ts';

/** Lists and objects in one another at most: what is nested by the thousand ends whoever goes through it by calling itself. */
const mostNested = 100;

/** A pair of surrogates, one alone, or any other escape of JSON. */
const escapes = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F][0-9a-fA-F]{2})|[^])/g;
const surrogate = /\\u[dD][89a-fA-F]/;

/** How bodies are read: as JSON and nothing else. */
export function readJson(app: FastifyInstance): void {
  // Pages of other origins may send text/plain unasked.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const { 'content-encoding': encoding = 'identity' } = request.headers;
    if (encoding !== 'identity') done(new ApiError(415, `The request body is compressed (${encoding.slice(0, 64)}); send it as it is.`));
    else if (isNested(body, mostNested)) done(new ApiError(400, `The request body is nested too deeply; expected at most ${String(mostNested)} lists and objects in one another.`, { code: 'invalid_value' }));
    else void parse(request, wellFormed(body), done);
  });
}

/** Half a character, as clients send it that cut texts anywhere, becomes U+FFFD as bytes do that are no UTF-8: there is no way to write it in a message. */
function wellFormed(json: string): string {
  // Looking at every escape of a long text takes a hundred times as long as seeing that there is none of these.
  return surrogate.test(json) ? json.replace(escapes, (escape, alone?: string) => (alone === undefined ? escape : '\\ufffd')) : json;
}

/** Whether lists and objects are in more than so many others; of what is no JSON it may say anything. */
function isNested(json: string, levels: number): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < json.length; i += 1) {
    const character = json[i];
    if (character === '"') inText = !inText;
    else if (inText) {
      if (character === '\\') i += 1;
    } else if (character === '[' || character === '{') {
      depth += 1;
      if (depth > levels) return true;
    } else if (character === ']' || character === '}') depth -= 1;
  }
  return false;
}
