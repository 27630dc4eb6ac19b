import { useEffect, useRef } from 'react';
import type { Message } from '../api.ts';
import { t } from '../preferences.ts';
import { Conversation } from '../ui.tsx';

/** What is to be answered. The next task is seen from its beginning, wherever the one before was handed in. */
export function Prompt({ messages }: { messages: readonly Message[] }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => { heading.current?.scrollIntoView({ block: 'nearest' }); }, []);
  return <section aria-label={t('Prompt')} className="prompt"><h2 ref={heading} className="eyebrow">{t('Prompt')}</h2><Conversation messages={messages} /></section>;
}
