import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';

/** Characters of one piece, and an item. */
const pieceLength = 65_536;

/** Answers with an object whose last member is a list of what is JSON already. */
export async function sendList(reply: FastifyReply, head: object, name: string, items: Iterable<string>): Promise<FastifyReply> {
  const pieces = listPieces(head, name, items);
  const [first, second] = [await pieces.next(), await pieces.next()];
  const all = async function* (): AsyncGenerator<string, void, undefined> {
    for (const { value } of [first, second]) if (value !== undefined) yield value;
    yield* pieces;
  };
  // Most have one piece, and tell their length.
  return reply.type('application/json; charset=utf-8').send(second.done === true ? first.value : Readable.from(all()));
}

/** The JSON in pieces, with a turn for everybody else between them: at once a large answer would hold up the gateway for seconds. */
export async function* listPieces(head: object, name: string, items: Iterable<string>): AsyncGenerator<string, void, undefined> {
  let piece = `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(name)}:[`;
  let comma = '';
  for (const item of items) {
    piece += comma + item;
    comma = ',';
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
    await setImmediate();
  }
  yield `${piece}]}`;
}

/** A choice as JSON, with its log-probabilities if there are any. */
export function withLogprobs(choice: object, logprobs: JoinedLists | undefined): string {
  return `${JSON.stringify(choice).slice(0, -1)},"logprobs":${logprobs?.json ?? 'null'}}`;
}

/** An object of lists that come bit by bit, kept as the JSON that they become, which is a fraction of their size. */
export class JoinedLists {
  readonly #lists = new Map<string, string | null>();

  add(lists: Readonly<Record<string, readonly unknown[] | null>>): void {
    for (const [name, list] of Object.entries(lists)) {
      const known = this.#lists.get(name) ?? '';
      const more = list === null ? null : JSON.stringify(list).slice(1, -1);
      this.#lists.set(name, more === null ? null : known + (known === '' || more === '' ? '' : ',') + more);
    }
  }

  get json(): string {
    return `{${Array.from(this.#lists, ([name, list]) => `${JSON.stringify(name)}:${list === null ? 'null' : `[${list}]`}`).join()}}`;
  }
}
