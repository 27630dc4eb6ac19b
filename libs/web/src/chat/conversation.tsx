import { useRef, useState } from 'react';
import { enterSends, isComposing } from '../keys.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { saveFile } from '../save-file.ts';
import { Problem } from '../ui.tsx';
import { AnswerView } from './answer-view.tsx';
import { Composer, Ideas } from './composer.tsx';
import { CopyButton } from '../copy-button.tsx';
import { canChoose, conversationOf, type Column, type Turn } from './thread.ts';
import type { ConversationState } from './use-conversation.ts';
import { useFollowing } from './use-following.ts';

/** Questions and answers, one column for each model; what can be done with them stands under them. */
export function ConversationView({ state, title, raw }: { state: ConversationState; title: string; raw: boolean }) {
  const { turns, busy, problem } = state;
  useFollowing(turns);
  const last = turns.at(-1);
  const choosing = last !== undefined && canChoose(last);
  const thread = useRef<HTMLDivElement>(null);
  const composer = useRef<HTMLTextAreaElement>(null);
  // What was pressed is gone by then: the focus stays where things go on.
  const stay = (): void => thread.current?.focus({ preventScroll: true });
  const begin = (): void => composer.current?.focus();
  return (
    <>
      <div ref={thread} className={turns.some((turn) => turn.columns.length > 1) ? 'thread wide' : 'thread'} tabIndex={0} role="group" aria-label={t('Conversation')}>
        {turns.length === 0 ? <Ideas title={title} onPick={(text) => { stay(); void state.ask(text); }}>{state.canBringBack ? <button type="button" className="quiet-button" onClick={() => { stay(); state.bringBack(); }}>{t('What stood here before')}</button> : null}</Ideas> : null}
        {turns.map((turn, index) => <TurnView key={index} turn={turn} state={state} index={index} raw={raw || (turn === last && isCompared(turn))} />)}
        {last && !busy ? <AfterLast turn={last} state={state} choosing={choosing} onStay={stay} onBegin={begin} /> : null}
        <Problem text={problem} />
      </div>
      <Composer area={composer} busy={busy} disabled={choosing && last.blind} onSend={(text) => void state.ask(text)} onStop={state.stop} />
    </>
  );
}

/** Whether somebody is to say which of the last turn's answers is better: of that they see exactly what they judge. */
function isCompared({ columns, best }: Turn): boolean {
  return columns.length > 1 ? best === undefined : may('label') && columns[0]?.before !== undefined;
}

function TurnView({ turn, index, state, raw }: { turn: Turn; index: number; state: ConversationState; raw: boolean }) {
  const hidden = turn.blind && turn.best === undefined;
  const rateable = may('label') && !hidden && !(state.busy && index === state.turns.length - 1);
  return (
    <div className="exchange">
      <Question text={turn.question} locked={state.busy} onEdit={(text) => void state.edit(index, text)} />
      {turn.columns.length === 1 ? <AnswerWithThumbs column={turn.columns[0]!} index={index} place={0} state={state} rateable={rateable} raw={raw} spoken /> : (
        <div className="duel" style={{ '--columns': turn.columns.length } as React.CSSProperties}>
          {turn.columns.map((column, place) => (
            <section key={place} className={turn.best === place ? 'won' : ''} aria-label={t('Answer {n}', { n: place + 1 })}>
              <h2>{hidden ? t('Answer {n}', { n: place + 1 }) : column.model}</h2>
              <AnswerWithThumbs column={column} index={index} place={place} state={state} rateable={rateable} raw={raw} />
            </section>
          ))}
        </div>
      )}
    </div>
  );
}

/** What was asked; a click makes it a field to ask something else in its place, unless an answer is being written. */
function Question({ text, locked, onEdit }: { text: string; locked: boolean; onEdit: (text: string) => void }) {
  const [draft, setDraft] = useState<{ text: string; of: string }>();
  const left = useRef(false);
  // Another conversation may have come in the place of the one that it was begun in.
  if (draft?.of !== text) {
    return (
      <div className="question">
        <button type="button" className="quiet-button" disabled={locked} autoFocus={left.current} onClick={() => setDraft({ text, of: text })}>{t('Edit')}</button>
        <div className="turn user" dir="auto">{text}</div>
      </div>
    );
  }
  const leave = (): void => {
    // The focus goes to the field where the button was pressed, and back.
    left.current = true;
    setDraft(undefined);
  };
  const send = (): void => {
    if (locked) return;
    leave();
    if (draft.text.trim() !== '') onEdit(draft.text);
  };
  return (
    <form className="question editing" onSubmit={(event) => { event.preventDefault(); send(); }} onKeyDown={(event) => { if (event.key === 'Escape' && !isComposing(event)) leave(); }}>
      <textarea dir="auto" aria-label={t('Your message')} rows={2} value={draft.text} autoFocus onChange={(event) => setDraft({ ...draft, text: event.target.value })} onKeyDown={enterSends(send)} />
      <button type="button" onClick={leave}>{t('Cancel')}</button>
      <button className="primary" disabled={locked}>{t('Ask again')}</button>
    </form>
  );
}

function AnswerWithThumbs({ column, index, place, state, rateable, raw, spoken = false }: { column: Column; index: number; place: number; state: ConversationState; rateable: boolean; raw: boolean; spoken?: boolean }) {
  const thumb = (which: 'up' | 'down', label: string) => (
    <button type="button" className={`icon thumb ${which}`} aria-label={label} title={label} aria-pressed={column.thumb === which} onClick={() => void state.rate(index, place, which)}>
      <svg viewBox="0 0 24 24" width="16" height="16" fill={column.thumb === which ? 'currentColor' : 'none'} stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" aria-hidden="true"><path d="M7 11v9H4v-9zM7 11l4-8c1.7 0 2.5 1.2 2.2 2.8L12.6 9H19a2 2 0 0 1 2 2.4l-1.4 7A2 2 0 0 1 17.600 20H7" /></svg>
    </button>
  );
  return (
    <div className="answered">
      <AnswerView answer={column.answer} raw={raw} spoken={spoken} />
      {column.answer.text === '' || column.answer.state === 'writing' ? null : (
        <div className="thumbs">
          {rateable && column.answer.state !== 'failed' ? <>{thumb('up', t('A good answer'))}{thumb('down', t('A bad answer'))}</> : null}
          <CopyButton text={column.answer.text} />
        </div>
      )}
    </div>
  );
}

interface AfterLastProps {
  turn: Turn;
  state: ConversationState;
  choosing: boolean;
  /** Whoever pressed something that goes away stays at the conversation, or begins to write. */
  onStay: () => void;
  onBegin: () => void;
}

function AfterLast({ turn, state, choosing, onStay, onBegin }: AfterLastProps) {
  const [first] = turn.columns;
  const answer = first?.answer;
  const said = conversationOf(state.turns);
  // Which of blind answers it goes on with is not known before one is chosen.
  const canSave = said.at(-1)?.content !== '' && !(choosing && turn.blind);
  const anew = may('label') && turn.columns.length === 1 && first?.before !== undefined && answer?.state === 'done' && first.before.text !== answer.text && answer.text !== '';
  return (
    <>
      {choosing ? (
        <div className="after vote" role="group" aria-label={t('Which is best?')}>
          {turn.columns.map((_, place) => <button key={place} type="button" className="primary" onClick={() => { onStay(); void state.choose(place); }}>{t('Answer {n} is better', { n: place + 1 })}</button>)}
          <button type="button" onClick={() => { onStay(); void state.choose(-1); }}>{t('All are as good')}</button>
        </div>
      ) : null}
      {anew && first.before ? (
        <>
          <div className="before"><small className="quiet">{t('The one before')}</small><AnswerView answer={first.before} raw /></div>
          <div className="after vote" role="group" aria-label={t('Is this answer better than the one before?')}>
            <span>{t('Is this answer better than the one before?')}</span>
            <button type="button" onClick={() => { onStay(); void state.prefer('new'); }}>{t('Better')}</button>
            <button type="button" onClick={() => { onStay(); void state.prefer('old'); }}>{t('The one before')}</button>
          </div>
        </>
      ) : null}
      <div className="after">
        <button type="button" className="quiet-button" onClick={() => { onStay(); void state.regenerate(); }}>{t('Write anew')}</button>
        <button type="button" className="quiet-button" onClick={() => { state.clear(); onBegin(); }}>{t('New conversation')}</button>
        {state.canBringBack ? <button type="button" className="quiet-button" onClick={() => { onStay(); state.bringBack(); }}>{t('What stood here before')}</button> : null}
        {canSave ? <button type="button" className="quiet-button" onClick={() => saveFile(new Blob([`${JSON.stringify({ messages: said })}\n`]), 'conversation.jsonl')}>{t('Save as JSON line')}</button> : null}
        {turn.columns.length === 1 && answer ? <small className="quiet">{first?.model} · {t('{tokens} tokens in {seconds} s', { tokens: answer.tokens, seconds: answer.seconds.toFixed(1) })}</small> : null}
      </div>
    </>
  );
}
