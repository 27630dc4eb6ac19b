import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/base.css';
import './style/pages.css';
import './people/people.css';
import { App } from './app.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { currentLanguage, currentTheme, setLanguage, setTheme } from './preferences.ts';

setLanguage(currentLanguage());
setTheme(currentTheme());
const root = document.getElementById('root');
if (root) createRoot(root).render(<StrictMode><ErrorBoundary><App /></ErrorBoundary></StrictMode>);
