import type { LoadedModel, Started } from './requests.ts';

/** The answers that get a slot, up to `room`: each time one of the client that has the fewest, and of its requests the first. */
export function inTurns(waiting: readonly Started[], { answers }: LoadedModel, room: number): { started: Started; index: number }[] {
  const joining: { started: Started; index: number }[] = [];
  const slots = new Map<string, number>();
  const count = ({ client }: Started): void => void slots.set(client, (slots.get(client) ?? 0) + 1);
  if (room > 0) for (const { started } of answers.values()) count(started);
  while (joining.length < room) {
    const started = waiting.reduce<Started | undefined>((least, one) => {
      if (one.next === one.request.n) return least;
      return least === undefined || (slots.get(one.client) ?? 0) < (slots.get(least.client) ?? 0) ? one : least;
    }, undefined);
    if (started === undefined) break;
    joining.push({ started, index: started.next++ });
    count(started);
  }
  return joining;
}
