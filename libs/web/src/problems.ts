import { useRef, useState } from 'react';
import { RequestError } from './api.ts';
import { t } from './preferences.ts';
import { messageOf } from './ui.tsx';

interface Acts {
  /** Does what a button is for. True when it is done; what went wrong is the problem until something is. */
  act: (work: () => Promise<unknown>) => Promise<boolean>;
  /** The same, but nothing while it is still being done: who clicks twice means it once. The button keeps the focus. */
  once: (work: () => Promise<unknown>) => Promise<boolean>;
  problem: string;
}

/** What buttons do; `after` comes in any case. */
export function useAct(after: () => void = () => undefined): Acts {
  const [problem, setProblem] = useState('');
  const doing = useRef(false);
  const act = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      setProblem('');
      return true;
    } catch (error) {
      setProblem(problemOf(error));
      return false;
    } finally {
      after();
    }
  };
  const once = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (doing.current) return false;
    doing.current = true;
    const done = await act(work);
    doing.current = false;
    return done;
  };
  return { act, once, problem };
}

/** What went wrong, in the language of the page where it is something that people often meet. */
export function problemOf(error: unknown): string {
  if (!(error instanceof RequestError)) return messageOf(error);
  switch (error.code) {
    case 'MC_LOGIN_FAILED': return t('Name or password is wrong.');
    case 'MC_LOGIN_LIMITED': return t('Too many tries. Wait a quarter of an hour, or ask an admin for a link that sets a new password.');
    case 'rate_limit_exceeded': return t('Too many tries. Wait a minute.');
    case 'MC_LABELING_OVER': return t('This can no longer be changed: a model may have learned from it by now. It stays as you had handed it in.');
    case 'MC_LINK_INVALID': return t('This link does not work any more: it was used, withdrawn, or is too old. Ask for a new one.');
    default: return error.message;
  }
}
