import { useEffect, useState, type ReactNode } from 'react';
import { getJson, onKeyNeeded, type Collection, type RunView } from './api.ts';
import { ChatPage } from './chat/chat-page.tsx';
import { DataPage } from './data/data-page.tsx';
import iconUrl from './icon.svg';
import { LabelPage } from './label/label-page.tsx';
import { currentLanguage, currentTheme, setLanguage, setTheme, t, type Theme } from './preferences.ts';
import { RunPage } from './runs/run-page.tsx';
import { NewRunPage } from './runs/new-run-page.tsx';
import { RunsPage } from './runs/runs-page.tsx';
import { Dialog } from './ui.tsx';
import { WelcomePage } from './welcome-page.tsx';

const pages = [['runs', 'Runs'], ['chat', 'Chat'], ['label', 'Label'], ['data', 'Data']] as const;

function useRoute(): string[] {
  const read = (): string[] => location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const change = (): void => {
      setRoute(read());
      // A new page begins at its top, and with its heading for a screen reader.
      document.getElementById('main')?.focus({ preventScroll: true });
      scrollTo(0, 0);
    };
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return route;
}

export function App() {
  const route = useRoute();
  const [, setVersion] = useState(0);
  const redraw = (): void => setVersion((version) => version + 1);
  const [keyAsked, setKeyAsked] = useState<((key: string) => void) | undefined>();
  useEffect(() => onKeyNeeded(() => new Promise((resolve) => setKeyAsked(() => resolve))), []);
  const page = route[0] ?? 'home';
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{t('Skip to content')}</a>
      <header className="bar">
        <a className="brand" href="#/"><img src={iconUrl} alt="" width="24" height="24" /> minchat</a>
        <nav aria-label={t('Pages')}>
          {pages.map(([name, label]) => <a key={name} href={`#/${name}`} aria-current={page === name ? 'page' : undefined}>{t(label)}</a>)}
        </nav>
        <div className="preferences">
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
      <main id="main" tabIndex={-1} className={page === 'chat' ? 'fills' : ''}>{show(page, route.slice(1))}</main>
      <div id="announcer" className="hidden" aria-live="polite" role="status" />
      {keyAsked === undefined ? null : <KeyDialog onKey={(key) => { keyAsked(key); setKeyAsked(undefined); }} />}
    </>
  );
}

function show(page: string, rest: string[]): ReactNode {
  const [first = ''] = rest;
  if (page === 'runs') return first === '' ? <RunsPage /> : first === 'new' ? <NewRunPage /> : <RunPage key={first} id={first} />;
  if (page === 'chat') return <ChatPage initial={rest.join('/')} />;
  if (page === 'label') return <LabelPage />;
  if (page === 'data') return <DataPage collection={first} />;
  return <Home />;
}

/** An installation with nothing in it begins at the welcome; any other at its runs. */
function Home() {
  const [empty, setEmpty] = useState<boolean>();
  useEffect(() => {
    const load = async (): Promise<boolean> => {
      const { runs } = await getJson<{ runs: RunView[] }>('/api/runs?limit=1');
      if (runs.length > 0) return false;
      const { collections } = await getJson<{ collections: Collection[] }>('/api/data/collections').catch(() => ({ collections: [] }));
      return collections.every((one) => one.prompts + one.demonstrations + one.comparisons + one.texts === 0);
    };
    load().then(setEmpty, () => setEmpty(false));
  }, []);
  if (empty === undefined) return null;
  return empty ? <WelcomePage /> : <RunsPage />;
}

function KeyDialog({ onKey }: { onKey: (key: string) => void }) {
  const [key, setKey] = useState('');
  return (
    <Dialog title={t('API key')} onClose={() => undefined}>
      <form onSubmit={(event) => { event.preventDefault(); if (key.trim() !== '') onKey(key.trim()); }}>
        <p className="quiet">{t('This gateway asks for a key. It is kept in this tab only.')}</p>
        <input type="password" autoComplete="off" aria-label={t('API key')} value={key} onChange={(event) => setKey(event.target.value)} />
        <button className="primary">{t('Continue')}</button>
      </form>
    </Dialog>
  );
}
