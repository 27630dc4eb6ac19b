import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { t } from './preferences.ts';

// The few things that every page is made of.

/** Loads again at an interval while the page is looked at; the last good value stays on errors. */
export function usePolled<T>(load: (signal: AbortSignal) => Promise<T>, everyMs: number, key = ''): { value: T | undefined; error: string; reload: () => void } {
  const [state, setState] = useState<{ key: string; value: T | undefined; error: string }>({ key, value: undefined, error: '' });
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => whileSeen(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = async (): Promise<void> => {
      try {
        const value = await loader.current(controller.signal);
        if (!controller.signal.aborted) setState({ key, value, error: '' });
      } catch (error) {
        if (!controller.signal.aborted) setState((last) => ({ key, value: last.key === key ? last.value : undefined, error: messageOf(error) }));
      }
      if (!controller.signal.aborted) timer = setTimeout(() => void tick(), everyMs);
    };
    void tick();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }), [key, everyMs, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { value: state.key === key ? state.value : undefined, error: state.key === key ? state.error : '', reload };
}

/** Does something as long as the page is looked at, anew each time. */
export function whileSeen(begin: () => () => void): () => void {
  let stop: (() => void) | undefined;
  const change = (): void => {
    stop?.();
    stop = document.hidden ? undefined : begin();
  };
  change();
  document.addEventListener('visibilitychange', change);
  return () => {
    document.removeEventListener('visibilitychange', change);
    stop?.();
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Says something to screen readers without moving the focus. */
export function announce(text: string): void {
  const node = document.getElementById('announcer');
  if (node) node.textContent = text;
}

export function PageHead({ title, note, children }: { title: string; note?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · minchat`;
  }, [title]);
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        {note === undefined ? null : <p className="quiet">{note}</p>}
      </div>
      <div className="actions">{children}</div>
    </header>
  );
}

export function Problem({ text }: { text: string }) {
  return text === '' ? null : <p className="problem" role="alert">{text}</p>;
}

/** Stands where something is waited for, `unless` a problem keeps it away; seen only after a moment. */
export function Loading({ text = t('Loading…'), unless = '' }: { text?: string | undefined; unless?: string }) {
  return unless === '' ? <p className="quiet late" role="status">{text}</p> : null;
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Meter({ value, max, label }: { value: number; max: number; label: string }) {
  const share = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div className="meter" role="progressbar" aria-label={label} aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100}>
      <i style={{ width: `${share * 100}%` }} />
    </div>
  );
}

/** A labelled control, which takes the id; and that of the hint, for aria-describedby, where there is one. */
export function Field({ label, hint, children }: { label: string; hint?: string; children: (id: string, hintId: string) => ReactNode }) {
  const [id, hintId] = [useId(), useId()];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, hintId)}
      {hint === undefined ? null : <small id={hintId} className="quiet">{hint}</small>}
    </div>
  );
}

/** Turns pages of which each begins behind the one before; `pages` tells where those so far begin, `next` (if anything) where the next would. */
export function Pager<T extends string | number>({ pages, next, back = t('Back'), forth = t('Next'), onTurn }: { pages: readonly T[]; next: T | undefined; back?: string; forth?: string; onTurn: (pages: T[]) => void }) {
  // Each page is read from its top. Pages may be of any height: only then is it known where that is.
  const turned = useRef(pages.length);
  useEffect(() => {
    if (turned.current === pages.length) return;
    turned.current = pages.length;
    scrollTo(0, 0);
  }, [pages.length]);
  return (
    <div className="pager">
      <button type="button" disabled={pages.length < 2} onClick={() => onTurn(pages.slice(0, -1))}>{back}</button>
      <span className="quiet">{t('Page {n}', { n: pages.length })}</span>
      <button type="button" disabled={!next} onClick={() => { if (next) onTurn([...pages, next]); }}>{forth}</button>
    </div>
  );
}

/** A modal dialog; Escape and the close button call onClose. The focus goes back to where it was before. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Not after the paint: only a dialog that is still on the page gives the focus back when it is closed.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon" aria-label={t('Close')} onClick={onClose}>×</button>
      </div>
      {children}
    </dialog>
  );
}

export function StatusTag({ status }: { status: string }) {
  return <span className={`tag ${status}`}><i className="dot" aria-hidden="true" />{t(status)}</span>;
}

export function Conversation({ messages }: { messages: readonly { role: string; content: string }[] }) {
  return (
    <div className="conversation">
      {messages.map((message, i) => (
        <div key={i} className={`turn ${message.role}`}>
          {messages.length > 1 || message.role !== 'user' ? <span className="who">{t(message.role)}</span> : null}
          <div dir="auto">{message.content}</div>
        </div>
      ))}
    </div>
  );
}
