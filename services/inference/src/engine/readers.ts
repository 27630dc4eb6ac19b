/** A request that reads whole texts in forward passes of their own. */
export interface Reader {
  readonly id: number;
  /** Who asks. */
  readonly client: string;
  /** One pass more. Whether others follow. */
  pass(): Promise<boolean>;
}

/** Gives each client a pass in turn, and of one client each reader; while answers run, none before they had as much time as the last pass took. */
export class Readers {
  /** By client, in the order of their turns; none without a reader. */
  readonly #readers = new Map<string, Reader[]>();
  #nextAt = -Infinity;

  add(reader: Reader): void {
    this.#readers.set(reader.client, [...(this.#readers.get(reader.client) ?? []), reader]);
  }

  remove(id: number): void {
    for (const [client, readers] of this.#readers) this.#keep(client, readers.filter((reader) => reader.id !== id));
  }

  /** Whether it is time for a pass. */
  isDue(areAnswersRunning: boolean): boolean {
    return this.#readers.size > 0 && (!areAnswersRunning || performance.now() >= this.#nextAt);
  }

  /** One pass. `fail` is told of a reader that throws, which is over then. */
  async pass(fail: (id: number, error: unknown) => void): Promise<void> {
    const [turn] = this.#readers;
    if (turn === undefined) return;
    const [client, [reader, ...others]] = turn as [string, [Reader, ...Reader[]]];
    // Behind the other clients.
    this.#readers.delete(client);
    this.#keep(client, others);
    const began = performance.now();
    try {
      if (await reader.pass()) this.add(reader);
    } catch (error) {
      fail(reader.id, error);
    }
    const ended = performance.now();
    this.#nextAt = ended + (ended - began);
  }

  #keep(client: string, readers: Reader[]): void {
    if (readers.length === 0) this.#readers.delete(client);
    else this.#readers.set(client, readers);
  }
}
