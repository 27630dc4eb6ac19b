import { injectTrace } from '@minchat/telemetry';
import { headers, type MsgHdrs } from 'nats';

/** Our own headers. */
export const headerNames = {
  /** Set when the body of a reply is an Error. */
  error: 'Mc-Error',
  /**
   * What a frame of a stream is: data, end, error or ping; `taken`, which the client answers once it has read
   * all that came before; or the answer to a ping that the stream is gone.
   */
  frame: 'Mc-Frame',
  /** The number of a data frame, from 0. */
  sequence: 'Mc-Seq',
} as const;

/** Where the client of a stream says that it wants no more, by the subject that its frames go to. All instances hear it. */
export function cancelSubject(subject: string): string {
  return `${subject}.cancel`;
}

/** Headers of a request or an event: they carry the open trace on, with further ones. */
export function outgoing(more: Readonly<Record<string, string>> = {}): MsgHdrs {
  return headersOf({ ...injectTrace(), ...more });
}

/** Headers of an answer, which belongs to the trace of what was asked. */
export function headersOf(entries: Readonly<Record<string, string>>): MsgHdrs {
  const result = headers();
  for (const [name, value] of Object.entries(entries)) result.set(name, value);
  return result;
}

/** The trace context that came with a message. */
export function traceOf(hdrs: MsgHdrs | undefined): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of ['traceparent', 'tracestate']) {
    const value = hdrs?.get(name);
    if (value) result[name] = value;
  }
  return result;
}
