import { createInbox, type Msg, type NatsConnection, type NatsError } from 'nats';
import { headerNames, headersOf } from './headers.ts';

/** Takes what comes for one stream: a frame, or why none can come. */
export type TakeFrame = (failure: NatsError | null, frame: Msg) => void;

/**
 * Where the frames of all streams of a connection arrive: under one subscription, since a subscription for
 * each would cost the server more than the frames. The server of a stream asks here, by a ping, whether its
 * client is still there.
 */
export class StreamInbox {
  readonly #prefix = createInbox();
  readonly #streams = new Map<string, TakeFrame>();
  #next = 0;

  private constructor(nats: NatsConnection) {
    nats.subscribe(`${this.#prefix}.*`, {
      callback: (failure, frame) => {
        if (failure) {
          for (const take of this.#streams.values()) take(failure, frame);
          return;
        }
        const take = this.#streams.get(frame.subject);
        // Answered here, not where the frames are read: a slow reader is still a reader.
        if (frame.headers?.get(headerNames.frame) === 'ping') frame.respond(undefined, take === undefined ? { headers: headersOf({ [headerNames.frame]: 'gone' }) } : undefined);
        take?.(null, frame);
      },
    });
  }

  static readonly #inboxes = new WeakMap<NatsConnection, StreamInbox>();

  static of(nats: NatsConnection): StreamInbox {
    const known = StreamInbox.#inboxes.get(nats) ?? new StreamInbox(nats);
    StreamInbox.#inboxes.set(nats, known);
    return known;
  }

  /** A subject for one more stream, until it is closed. */
  open(take: TakeFrame): { subject: string; close(): void } {
    const subject = `${this.#prefix}.${(this.#next++).toString(36)}`;
    this.#streams.set(subject, take);
    return { subject, close: () => void this.#streams.delete(subject) };
  }
}
