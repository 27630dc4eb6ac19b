import type { NatsConnection, NatsError, PublishOptions } from 'nats';

/** Larger messages leave at once: they fill a write of their own. */
const gatheredBytes = 65_536;

/**
 * What a connection sends within one turn of the event loop leaves in one write, in the order in which it was
 * given: each write wakes the server and whoever reads there. The client itself gathers until the next
 * microtask only, which parts the last frame of a stream from its end.
 */
export class Outbox {
  readonly #nats: NatsConnection;
  readonly #waiting: { subject: string; body: Uint8Array | undefined; options: PublishOptions | undefined }[] = [];

  private constructor(nats: NatsConnection) {
    this.#nats = nats;
  }

  static readonly #outboxes = new WeakMap<NatsConnection, Outbox>();

  static of(nats: NatsConnection): Outbox {
    const known = Outbox.#outboxes.get(nats) ?? new Outbox(nats);
    Outbox.#outboxes.set(nats, known);
    return known;
  }

  /** Throws what the client throws for a message that is too large, or a connection that has ended (`unlessEnded`). */
  publish(subject: string, body?: Uint8Array, options?: PublishOptions): void {
    if (this.#nats.isClosed() || this.#nats.isDraining() || (body?.length ?? 0) > gatheredBytes) {
      this.flush();
      this.#nats.publish(subject, body, options);
      return;
    }
    if (this.#waiting.push({ subject, body, options }) === 1) setImmediate(() => this.flush());
  }

  /** Sends what waits now. A connection that has ended since loses it, as it loses what it has not written. */
  flush(): void {
    for (const { subject, body, options } of this.#waiting.splice(0)) unlessEnded(() => this.#nats.publish(subject, body, options));
  }
}

/** Sends what nobody misses when the connection has ended, or drains and takes nothing more. */
export function unlessEnded(send: () => void): void {
  try {
    send();
  } catch (error) {
    if (!ended.has((error as NatsError).code)) throw error;
  }
}
const ended = new Set(['CONNECTION_CLOSED', 'CONNECTION_DRAINING']);
