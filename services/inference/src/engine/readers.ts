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

  /** One pass, if it is time for one. `fail` is told of a reader that throws, which is over then. Whether there was a pass. */
  async pass(areAnswersRunning: boolean, fail: (id: number, error: unknown) => void): Promise<boolean> {
    const began = performance.now();
    if (areAnswersRunning && began < this.#nextAt) return false;
    const reader = this.#readers.shift();
    if (reader === undefined) return false;
    try {
      if (await reader.pass()) this.#readers.push(reader);
    } catch (error) {
      fail(reader.id, error);
    }
    const ended = performance.now();
    this.#nextAt = ended + (ended - began);
    return true;
  }
}
