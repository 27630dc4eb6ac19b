import { Component, type ReactNode } from 'react';
import { t } from './preferences.ts';
import { Empty, messageOf, PageHead, Problem } from './ui.tsx';

interface Props { children: ReactNode }
interface State { error?: unknown }

/** Stands in for what could not be drawn, until somebody goes to another page. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = {};

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override componentDidCatch(): void {
    addEventListener('hashchange', () => this.setState({ error: undefined }), { once: true });
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <main className="page">
        <PageHead title={t('This page cannot be shown')} />
        <Problem text={messageOf(this.state.error)} />
        <Empty title={t('Load it again')}>
          <p className="quiet">{t('If that does not help, tell the people who run this system what stands above.')}</p>
          <p className="actions">
            <button type="button" className="primary" onClick={() => location.reload()}>{t('Load it again')}</button>
            <a className="button" href="#/">{t('To your first page')}</a>
          </p>
        </Empty>
      </main>
    );
  }
}
