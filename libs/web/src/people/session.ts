import { useCallback, useEffect, useState } from 'react';
import { dropKey, getJson, onSessionOver } from '../api.ts';
import { messageOf } from '../ui.tsx';

export type Role = 'admin' | 'labeler' | 'viewer';
export interface Person { id: string; name: string; role: Role }
/** Where nobody logs in (`open`), everybody may do everything. */
export interface Session { auth: 'open' | 'required'; account: Person | null }

/** What roles are for in the studio. The gateway decides; the pages only leave out what would be refused. */
const powers = { see: ['admin', 'viewer'], label: ['admin', 'labeler'], change: ['admin'] } as const satisfies Record<string, readonly Role[]>;
export type Power = keyof typeof powers;

const askAgainMs = 3000;

let current: Session = { auth: 'open', account: null };

/** Whoever is logged in; undefined where nobody logs in. */
export function currentPerson(): Person | undefined {
  return current.account ?? undefined;
}

/** Under which what is kept for whoever is logged in: the next one in this browser is not shown it. */
export function ownName(name: string): string {
  return current.account === null ? name : `${name}-${current.account.id}`;
}

export function may(power: Power): boolean {
  return current.auth === 'open' || (current.account !== null && (powers[power] as readonly Role[]).includes(current.account.role));
}

interface Entrance {
  session: Session | undefined;
  /** The session was ended by the gateway, not by whom it was of, who may log in again. */
  over: boolean;
  problem: string;
  reload: () => void;
  enter: (session: Session) => void;
}

/** Who is logged in, from the gateway; somebody logged out elsewhere is told by the next request. */
export function useSession(): Entrance {
  const [state, setState] = useState<{ session?: Session; over: boolean; problem: string }>({ over: false, problem: '' });
  const enter = useCallback((session: Session): void => {
    current = session;
    // A key of this tab would speak in place of the session.
    if (session.auth === 'required') dropKey();
    setState({ session, over: false, problem: '' });
  }, []);
  const reload = useCallback((): void => {
    getJson<Session>('/api/session').then(enter, (error: unknown) => {
      setState({ over: false, problem: messageOf(error) });
      setTimeout(reload, askAgainMs);
    });
  }, [enter]);
  useEffect(() => {
    onSessionOver(() => (current.account === null ? enter({ auth: 'required', account: null }) : setState({ session: current, over: true, problem: '' })));
    reload();
  }, [enter, reload]);
  return { session: state.session, over: state.over, problem: state.problem, reload, enter };
}
