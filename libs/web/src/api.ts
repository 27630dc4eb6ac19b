// Requests to the gateway. Where it asks for a key, the key is kept in this tab only.
import { t } from './preferences.ts';
import { tabStorage } from './storage.ts';

export interface StageView {
  stage: string;
  kind: string;
  status: 'waiting' | 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  attempt: number;
  step: number;
  totalSteps: number;
  tokens: number;
  metrics: Record<string, number>;
  startedAt: number;
  finishedAt: number;
  outputs: { name: string; kind: string; digest: string; size: number }[];
  error: ErrorView | null;
}
export interface ErrorView { code: string; message: string; hint: string }
export interface RunView {
  id: string;
  name: string;
  status: 'running' | 'completed' | 'failed' | 'cancelled';
  createdAt: number;
  updatedAt: number;
  forkedFrom: string | null;
  stages: StageView[];
  error: ErrorView | null;
}
export interface RunSpecView { name?: string; seed?: number; stages?: Record<string, { kind?: string; plugin?: string; inputs?: Record<string, string | null>; settings?: Record<string, unknown> } | null> }
export interface RunDetail extends RunView { spec: RunSpecView }
export interface SpecCheck { name: string; problems: { line: number; column: number; message: string }[]; stages: { stage: string; kind: string; after: string[] }[] }
export interface ModelView { id: string; minchat: { run: string; stage: string; kind: string; purpose: 'text' | 'reward' } }
export interface Message { role: 'system' | 'user' | 'assistant'; content: string }
export interface Collection { name: string; prompts: number; demonstrations: number; comparisons: number; texts: number }
export interface StoredRecord {
  id: string;
  messages: Message[];
  completion: string;
  answers: { text: string; rank: number; rating: number; flags: string[]; model: string }[];
  text: string;
  labeler: string;
  note: string;
  useCase: string;
  reference: string;
  /** A split, or why the rules drop the prompt, as a code (data/decision.ts); empty when they were not applied. */
  decision: string;
  user: string;
}
export interface Queue { run: string; stage: string; wanted: number; done: number; open: number; leased: number }
/** What a labeler made of one answer: its rank, 0 being best, a rating of 1 to 7 or 0, and flags. */
export interface Verdict { rank: number; rating: number; flags: string[] }
/** What its labeler may change, as it was handed in: a ranking has verdicts, an answer a completion, a skip neither. */
export interface HandedIn { task: Omit<Task, 'leasedUntil'>; verdicts: Verdict[]; completion: string; note: string; skipped: boolean; reason: string }
export interface Task { id: string; kind: 'rank' | 'write'; run: string; stage: string; messages: Message[]; answers: { text: string; finished: boolean }[]; leasedUntil: number }
/** Why a line of a file cannot be used: in English, and as a sentence of data/bad-record.ts with its values. */
export interface BadRecord { line: number; reason: string; code: string; values: { name: string; value: string }[] }
export interface ImportProgress { bytes: number; totalBytes: number; prompts: number; demonstrations: number; comparisons: number; texts: number; skipped: number; forgotten: number; bad: BadRecord[]; done: boolean }

/** An answer of the gateway that is an error, in words for people. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const keyName = 'key';
let askKey: (wrong: boolean) => Promise<string> = () => Promise.reject(new Error('no one can be asked for a key'));
let asking: Promise<string> | undefined;

/** Sets who asks the user for a key; the shell does. `wrong` when the gateway does not know the last one. */
export function onKeyNeeded(ask: (wrong: boolean) => Promise<string>): void {
  askKey = ask;
}

let sessionOver: () => void = () => undefined;

/** Sets who is told that nobody is logged in (any more) where people have to be. */
export function onSessionOver(tell: () => void): void {
  sessionOver = tell;
}

export function dropKey(): void {
  tabStorage.forget(keyName);
}

export function hasKey(): boolean {
  return tabStorage.recall(keyName) !== null;
}

/** A path of the gateway as seen from the studio, which a proxy may show under a prefix. */
export function addressOf(path: string): string {
  return `.${path}`;
}

/** Throws RequestError; asks for a key where one is needed, once for all requests that wait, until there is one. */
export async function request(path: string, options: RequestInit = {}): Promise<Response> {
  const key = tabStorage.recall(keyName);
  const headers = new Headers(options.headers);
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  // A page of another origin cannot send this: the gateway wants it where a cookie speaks for somebody.
  headers.set('x-minchat-studio', '1');
  const response = await fetch(addressOf(path), { ...options, headers }).catch(unheard(t('The gateway cannot be reached. Is it running, and is this device on its network?')));
  if (response.ok) return response;
  const body = (await response.json().catch(() => undefined)) as { error?: { message?: string; code?: string } } | undefined;
  const code = body?.error?.code ?? '';
  if (code === 'login_required') sessionOver();
  if (code === 'missing_api_key' || code === 'invalid_api_key') {
    // Unless another request has asked since this one went out.
    if (tabStorage.recall(keyName) === key) {
      asking ??= askKey(code === 'invalid_api_key').finally(() => (asking = undefined));
      tabStorage.remember(keyName, await asking);
    }
    return request(path, options);
  }
  throw new RequestError(response.status, code, body?.error?.message ?? t('The gateway answered {status}.', { status: response.status }));
}

/** Of the network browsers tell a TypeError, each in words of its own. */
function unheard(message: string) {
  return (error: unknown): never => {
    throw error instanceof TypeError ? new RequestError(0, '', message) : error;
  };
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request(path, signal === undefined ? {} : { signal })).json() as Promise<T>;
}

export async function postJson<T>(path: string, body?: unknown): Promise<T> {
  const response = await request(path, body === undefined ? { method: 'POST' } : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return response.json() as Promise<T>;
}

/** A request that is neither a GET nor a POST. */
export async function sendJson<T>(method: 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await request(path, body === undefined ? { method } : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return response.json() as Promise<T>;
}

/** The data of each server-sent event of a response, whose id, if it has one, is told before. Throws what the stream tells as its error. */
export async function* serverEvents<T extends object>(response: Response, onId: (id: string) => void = () => undefined): AsyncGenerator<T, void, undefined> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(unheard(t('The connection broke off before the end.')));
      if (done) return;
      const parts = (rest + value).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const field = (name: string): string => part.split('\n').filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join('\n');
        const data = field('data');
        if (data === '[DONE]') return;
        if (data === '') continue;
        const parsed = JSON.parse(data) as T & { error?: { message: string; code?: string | null } | null; kind?: string };
        // A stage's failure is told in an event of its own kind; any other error ends the stream.
        if (parsed.error && parsed.kind === undefined) throw new RequestError(500, parsed.error.code ?? '', parsed.error.message);
        if (field('id') !== '') onId(field('id'));
        yield parsed as Awaited<T>;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
