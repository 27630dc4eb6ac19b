import { useEffect, useState } from 'react';
import { getJson, RequestError, sendJson } from '../api.ts';
import { Markdown } from '../markdown.tsx';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, Field, messageOf, PageHead, Problem } from '../ui.tsx';
import { dropDraft, isText, readDraft, writeDraft } from './drafts.ts';

interface Written { text: string; updatedAt: number }

const ranking = [
  'Helpful first: does it do what the person asked for, or plainly wanted?',
  'Truthful: a wrong fact is worse than a missing one.',
  'Harmless: nothing that hurts people or helps to.',
  'Of two as good, the shorter and clearer is better. If you see no difference, tie them.',
  'Which model wrote an answer is never told.',
];
const writing = ['Write the answer that you would want to get.', 'To the point, polite, finished. If you do not know, say so.', 'No personal data.'];

/** What is told where an installation has written nothing of its own. */
function ownWords(): string {
  const list = (lines: readonly string[]): string => lines.map((line) => `- ${t(line)}`).join('\n');
  return `## ${t('Ranking')}\n\n${list(ranking)}\n\n## ${t('Writing')}\n\n${list(writing)}\n`;
}

/** The guidelines of this installation; undefined until they are there. */
export function useGuidelines() {
  const [written, setWritten] = useState<Written>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const controller = new AbortController();
    getJson<Written>('/api/label/guidelines', controller.signal).then(
      setWritten,
      (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); },
    );
    return () => controller.abort();
  }, []);
  return { written, setWritten, problem };
}

/** The page has a heading above it. */
export function Guidelines({ text }: { text: string | undefined }) {
  return text === undefined ? null : <div className="prose" dir="auto"><Markdown text={text.trim() === '' ? ownWords() : text} components={{ h1: 'h2' }} /></div>;
}

/** What is being written; the guidelines that it was written from; and those that somebody else has saved meanwhile. */
interface Draft { text: string; from: Written; theirs?: string }

const draftName = 'guidelines';

function isDraft(value: unknown): value is Draft {
  const { text, from, theirs = '' } = (value ?? {}) as Partial<Draft>;
  return isText(text) && isText(theirs) && isText(from?.text) && typeof from.updatedAt === 'number';
}

/** Kept in this browser until it is saved or discarded. */
function useDraft(): [Draft | undefined, (draft: Draft | undefined) => void] {
  const [draft, setDraft] = useState(() => (may('change') ? readDraft(draftName, isDraft) : undefined));
  return [draft, (next) => {
    setDraft(next);
    if (next === undefined) dropDraft(draftName);
    else writeDraft(draftName, next);
  }];
}

export function GuidelinesPage() {
  const { written, setWritten, problem: unread } = useGuidelines();
  const [draft, setDraft] = useDraft();
  const { once, problem } = useAct();
  const save = async (mine: Draft): Promise<void> => {
    const { text, from } = mine;
    try {
      setWritten(await sendJson<Written>('PUT', '/api/label/guidelines', { text, updatedAt: from.updatedAt }));
    } catch (error) {
      if (!(error instanceof RequestError && error.status === 409)) throw error;
      // Nothing is replaced that was not seen: what is saved next is written from theirs.
      const now = await getJson<Written>('/api/label/guidelines');
      setWritten(now);
      setDraft({ ...mine, from: now, theirs: now.text });
      return;
    }
    setDraft(undefined);
    announce(t('Saved'));
  };
  return (
    <div className="page label">
      <PageHead title={t('Guidelines')} note={may('label') ? <a href="#/label">← {t('Label')}</a> : <a href="#/agreement">← {t('Agreement')}</a>}>
        {draft === undefined && may('change') ? <button type="button" disabled={written === undefined} onClick={() => { if (written) setDraft({ text: written.text.trim() === '' ? ownWords() : written.text, from: written }); }}>{t('Edit')}</button> : null}
      </PageHead>
      <Problem text={problem || unread} />
      {draft === undefined ? <section className="card"><Guidelines text={written?.text} /></section> : (
        <form className="task" onSubmit={(event) => { event.preventDefault(); void once(() => save(draft)); }}>
          {draft.theirs === undefined ? null : (
            <>
              <p className="notice" role="alert"><span><b>{t('Somebody else has changed the guidelines meanwhile.')}</b> {t('Theirs stand below, yours in the field; nothing of yours is saved yet. Take into yours what is to stay of theirs: it replaces theirs when you save it.')}</span></p>
              <Field label={t('Their text')}>{(id) => <textarea id={id} dir="auto" className="code" rows={8} readOnly value={draft.theirs} />}</Field>
            </>
          )}
          <Field label={t('Text in Markdown')} hint={t('Empty it to have the built-in guidelines again.')}>{(id, hintId) => <textarea id={id} aria-describedby={hintId} dir="auto" className="code" rows={18} maxLength={100_000} value={draft.text} onChange={(event) => setDraft({ ...draft, text: event.target.value })} />}</Field>
          <div className="task-end">
            <button className="primary">{t('Save')}</button>
            <button type="button" onClick={() => setDraft(undefined)}>{t('Discard')}</button>
          </div>
          <section className="card" aria-label={t('Preview')}><Guidelines text={draft.text} /></section>
        </form>
      )}
    </div>
  );
}
