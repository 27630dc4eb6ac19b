import { Activity, Fragment, useEffect, useState, type ReactNode } from 'react';
import { getJson, onKeyNeeded, type Collection, type RunView } from './api.ts';
import { ChatPage } from './chat/chat-page.tsx';
import { DataPage } from './data/data-page.tsx';
import { isEmpty } from './data/record-types.ts';
import iconUrl from './icon.svg';
import { AgreementPage } from './label/agreement-page.tsx';
import { GuidelinesPage } from './label/guidelines.tsx';
import { LabelPage } from './label/label-page.tsx';
import { currentLanguage, currentTheme, setLanguage, setTheme, t, type Theme } from './preferences.ts';
import { RunPage } from './runs/run-page.tsx';
import { NewRunPage } from './runs/new-run-page.tsx';
import { RunsPage } from './runs/runs-page.tsx';
import { AccountPage } from './people/account-page.tsx';
import { JoinPage } from './people/join-page.tsx';
import { LoginPage } from './people/login-page.tsx';
import { PeoplePage } from './people/people-page.tsx';
import { roleName } from './people/roles.tsx';
import { currentPerson, may, useSession } from './people/session.ts';
import { Dialog, Loading, PageHead, Problem } from './ui.tsx';
import { WelcomePage } from './welcome-page.tsx';

/** The pages, and what one must be allowed for each; everybody may chat. */
const pages = [['runs', 'Runs', 'see'], ['chat', 'Chat', undefined], ['label', 'Label', 'label'], ['data', 'Data', 'see'], ['people', 'People', 'change']] as const;

/** Which page it is, and behind a question mark how it is looked at. */
interface Route { path: string[]; query: string }

function readRoute(): Route {
  const [, path = '', query = ''] = /^#?\/?([^?]*)\??(.*)/s.exec(location.hash) ?? [];
  return { path: path.split('/').filter(Boolean).map(decoded), query };
}

function useRoute(): Route {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    let page = readRoute().path.join('/');
    const change = (): void => {
      const next = readRoute();
      setRoute(next);
      if (next.path.join('/') === page) return;
      page = next.path.join('/');
      // A new page begins at its top, and with its heading for a screen reader.
      document.getElementById('main')?.focus({ preventScroll: true });
      scrollTo(0, 0);
    };
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return route;
}

/** Anybody can write an address: what is no escape stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function App() {
  const { path: route, query } = useRoute();
  const [, setVersion] = useState(0);
  const redraw = (): void => setVersion((version) => version + 1);
  const [key, setKey] = useState<{ wrong: boolean; open: boolean; give: (key: string) => void }>();
  useEffect(() => onKeyNeeded((wrong) => new Promise((give) => setKey({ wrong, open: true, give }))), []);
  const { session, over, problem, reload, enter } = useSession();
  const page = route[0] ?? 'home';
  const person = session?.account ?? undefined;
  const stranger = session?.auth === 'required' && (person === undefined || over);
  const joins = session?.auth === 'required' && page === 'join';
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{t('Skip to content')}</a>
      <header className="bar">
        <a className="brand" href="#/"><img src={iconUrl} alt="" width="24" height="24" /> minchat</a>
        <nav aria-label={t('Pages')}>
          {session === undefined || stranger ? null : pages.filter(([name, , power]) => (power === undefined || may(power)) && (name !== 'people' || person !== undefined)).map(([name, label]) => <a key={name} href={`#/${name}`} aria-current={page === name ? 'page' : undefined}>{t(label)}</a>)}
        </nav>
        <div className="preferences">
          {person === undefined || stranger ? null : <a className="me" href="#/account" title={t('Your account')} aria-current={page === 'account' ? 'page' : undefined}>{person.name}</a>}
          <button type="button" className="icon" lang={currentLanguage() === 'zh' ? 'en' : 'zh-CN'} onClick={() => { setLanguage(currentLanguage() === 'zh' ? 'en' : 'zh'); redraw(); }}>
            {currentLanguage() === 'zh' ? 'English' : '中文'}
          </button>
          <select aria-label={t('Theme')} value={currentTheme()} onChange={(event) => { setTheme(event.target.value as Theme); redraw(); }}>
            <option value="system">{t('System')}</option>
            <option value="light">{t('Light')}</option>
            <option value="dark">{t('Dark')}</option>
          </select>
        </div>
      </header>
      {key?.open === false ? <div className="notice" role="status"><span>{t('Nothing can be loaded without an API key.')}</span> <button type="button" className="primary" onClick={() => setKey({ ...key, open: true })}>{t('Enter a key')}</button></div> : null}
      <main id="main" tabIndex={-1} className={page === 'chat' ? 'fills' : ''}>
        <Problem text={problem} />
        {session === undefined ? <div className="page"><Loading unless={problem} /></div> : null}
        {joins ? <JoinPage key={route[1]} token={route[1] ?? ''} onEnter={enter} /> : stranger ? <LoginPage key={route.join('/')} over={over} onEnter={enter} /> : null}
        {session === undefined || joins || (stranger && !over) ? null : (
          // Whose session is over finds everything as it was when they log in again; anybody else begins anew.
          <Activity mode={over ? 'hidden' : 'visible'}>
            <Fragment key={person?.id}>{page === 'account' && person !== undefined ? <AccountPage person={person} onLeave={reload} /> : show(page, route.slice(1), query)}</Fragment>
          </Activity>
        )}
      </main>
      <div key={person?.id} id="announcer" className="hidden" aria-live="polite" role="status" />
      {key?.open === true ? <KeyDialog wrong={key.wrong} onKey={(given) => { setKey(undefined); key.give(given); }} onClose={() => setKey({ ...key, open: false })} /> : null}
    </>
  );
}

function show(page: string, rest: string[], query: string): ReactNode {
  const [first = ''] = rest;
  const power = pages.find(([name]) => name === page)?.[2];
  if ((power !== undefined && !may(power)) || (page === 'runs' && first === 'new' && !may('change'))) return <NotForYou />;
  if (page === 'runs') return first === '' ? <RunsPage /> : first === 'new' ? <NewRunPage key={rest[1]} from={rest[1] ?? ''} /> : <RunPage key={first} id={first} query={query} />;
  if (page === 'chat') return <ChatPage key={rest.join('/')} named={rest.join('/')} />;
  if (page === 'label') return first === 'guidelines' ? <GuidelinesPage /> : <LabelPage query={query} />;
  if (page === 'agreement') return may('see') ? <AgreementPage /> : <NotForYou />;
  if (page === 'people' && currentPerson() !== undefined) return <PeoplePage part={first} />;
  if (page === 'data') return <DataPage collection={first} query={query} />;
  return <Home />;
}

function NotForYou() {
  const person = currentPerson();
  return <div className="page"><PageHead title={t('Not for your role')} note={person === undefined ? '' : t('Your role is {role}. An admin can change it.', { role: roleName(person.role) })} /><p><a className="button" href="#/">{t('To your first page')}</a></p></div>;
}

/** Everybody begins where they have something to do; an installation with nothing in it at the welcome. */
function Home() {
  return may('change') ? <Beginning /> : may('label') ? <LabelPage query="" /> : <RunsPage />;
}

function Beginning() {
  const [empty, setEmpty] = useState<boolean>();
  useEffect(() => {
    const load = async (): Promise<boolean> => {
      const { runs } = await getJson<{ runs: RunView[] }>('/api/runs?limit=1');
      if (runs.length > 0) return false;
      const { collections } = await getJson<{ collections: Collection[] }>('/api/data/collections').catch(() => ({ collections: [] }));
      return collections.every(isEmpty);
    };
    load().then(setEmpty, () => setEmpty(false));
  }, []);
  if (empty === undefined) return <div className="page"><Loading /></div>;
  return empty ? <WelcomePage /> : <RunsPage />;
}

function KeyDialog({ wrong, onKey, onClose }: { wrong: boolean; onKey: (key: string) => void; onClose: () => void }) {
  const [key, setKey] = useState('');
  return (
    <Dialog title={t('API key')} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (key.trim() !== '') onKey(key.trim()); }}>
        <p className="quiet">{t('This gateway asks for a key. It is kept in this tab only.')}</p>
        {/* React's autoFocus comes before the dialog is open, and is lost to its close button. */}
        <input type="password" autoComplete="off" aria-label={t('API key')} ref={(node) => { node?.toggleAttribute('autofocus', true); }} value={key} onChange={(event) => setKey(event.target.value)} />
        <Problem text={wrong ? t('The gateway does not know this key.') : ''} />
        <div className="actions"><button className="primary">{t('Continue')}</button><button type="button" onClick={onClose}>{t('Cancel')}</button></div>
      </form>
    </Dialog>
  );
}
