import { diffWordsWithSpace } from 'diff';
import { useMemo } from 'react';
import { t } from '../preferences.ts';

/** Texts that differ so much that marks would say nothing are left unmarked; this also bounds the time it takes. */
const mostEdits = 400;

/** A text, with the words marked that another one does not have. */
export function Differences({ text, base }: { text: string; base: string }) {
  const parts = useMemo(() => diffWordsWithSpace(base, text, { maxEditLength: mostEdits }), [text, base]);
  if (parts === undefined) return text;
  return parts.map((part, i) => (part.removed ? null : part.added ? <ins key={i} aria-label={t('only here')}>{part.value}</ins> : part.value));
}
