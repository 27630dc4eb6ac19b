import { useState } from 'react';
import { RequestError } from './api.ts';
import { t } from './preferences.ts';
import { messageOf } from './ui.tsx';

interface Act {
  act: (work: () => Promise<unknown>) => Promise<boolean>;
  /** Until it is done: who clicks twice means it once. */
  busy: boolean;
  problem: string;
}

/** Does what a button is for, and `after` in any case. True when it is done; what went wrong is the problem until something is. */
export function useAct(after: () => void = () => undefined): Act {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const act = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    try {
      await work();
      setProblem('');
      return true;
    } catch (error) {
      setProblem(problemOf(error));
      return false;
    } finally {
      setBusy(false);
      after();
    }
  };
  return { act, busy, problem };
}

/** What went wrong, in the language of the page where it is something that people often meet. */
export function problemOf(error: unknown): string {
  if (!(error instanceof RequestError)) return messageOf(error);
  switch (error.code) {
    case 'MC_LOGIN_FAILED': return t('Name or password is wrong.');
    case 'MC_LOGIN_LIMITED': return t('Too many tries. Wait a quarter of an hour, or ask an admin for a link that sets a new password.');
    case 'rate_limit_exceeded': return t('Too many tries. Wait a minute.');
    case 'MC_LINK_INVALID': return t('This link does not work any more: it was used, withdrawn, or is too old. Ask for a new one.');
    default: return error.message;
  }
}
