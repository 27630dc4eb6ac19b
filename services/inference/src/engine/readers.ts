/** A request that reads whole texts in forward passes of their own. */
export interface Reader {
  readonly id: number;
  /** One pass more. Whether others follow. */
  pass(): Promise<boolean>;
}

/** Gives each reader a pass in turn; while answers run, none before they had as much time as the last pass took. */
export class Readers {
  readonly #readers: Reader[] = [];
  #nextAt = -Infinity;

  add(reader: Reader): void {
    this.#readers.push(reader);
  }

  remove(id: number): void {
    const place = this.#readers.findIndex((reader) => reader.id === id);
    if (place >= 0) this.#readers.splice(place, 1);
  }

  /** Whether it is time for a pass. */
  isDue(areAnswersRunning: boolean): boolean {
    return this.#readers.length > 0 && (!areAnswersRunning || performance.now() >= this.#nextAt);
  }

  /** One pass. `fail` is told of a reader that throws, which is over then. */
  async pass(fail: (id: number, error: unknown) => void): Promise<void> {
    const reader = this.#readers.shift();
    if (reader === undefined) return;
    const began = performance.now();
    try {
      if (await reader.pass()) this.#readers.push(reader);
    } catch (error) {
      fail(reader.id, error);
    }
    const ended = performance.now();
    this.#nextAt = ended + (ended - began);
  }
}
