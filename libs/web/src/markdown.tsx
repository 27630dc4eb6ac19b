import type { ComponentProps } from 'react';
import ReactMarkdown, { type Components, type Options } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { CopyButton } from './copy-button.tsx';
import { t } from './preferences.ts';

/** Code with a button that copies it; `language` is what its writer called it. */
export function CodeBlock({ text, language }: { text: string; language: string }) {
  return (
    <div className="code-block" dir="ltr">
      <div className="toolbar"><small className="quiet grow">{language}</small><CopyButton text={text} label={t('Copy the code')} /></div>
      <pre className="code" tabIndex={0}><code>{text}</code></pre>
    </div>
  );
}

/** Whether an address is a path of this site; `//elsewhere.example` is none. */
function isOwn(href: string): boolean {
  return URL.parse(href) === null && URL.parse(href, location.href)?.origin === location.origin;
}

/** The words of a link may say anything: where it leads stands behind them, unless they are the address. */
function Link({ href = '', children }: ComponentProps<'a'>) {
  const url = URL.parse(href, location.href);
  if (href === '' || url === null) return children;
  if (isOwn(href)) return <a href={href}>{children}</a>;
  // What stands before an @ looks like a host, and is a name to log in with.
  const isAddress = url.username === '' && typeof children === 'string' && ['', 'http://', 'mailto:'].some((scheme) => href === `${scheme}${children}`);
  return <><a href={href} target="_blank" rel="noopener noreferrer">{children}</a>{isAddress ? null : <span className="quiet"> (<bdi>{url.host || url.pathname}</bdi>)</span>}</>;
}

const parts: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  // What is loaded from elsewhere tells whose page this is, and the content policy forbids it.
  img: ({ src, alt }) => (typeof src === 'string' && src !== '' && isOwn(src) ? <img src={src} alt={alt} /> : <Link href={String(src ?? '')}>{alt || src}</Link>),
  input: ({ checked }) => (checked === true ? '☑' : '☐'),
  pre: ({ node }) => {
    const [code] = node?.children ?? [];
    if (code?.type !== 'element') return null;
    const [text] = code.children;
    const [language = ''] = [code.properties['className'] ?? []].flat();
    return <CodeBlock text={text?.type === 'text' ? text.value.replace(/\n$/, '') : ''} language={String(language).replace(/^language-/, '')} />;
  },
  table: ({ children }) => <div className="scroll" tabIndex={0} role="group" aria-label={t('Table')}><table>{children}</table></div>,
};

/** Markdown, with tables. Markup in it is text, and addresses other than of the web are not followed. */
export function Markdown({ text, components, ...options }: { text: string } & Pick<Options, 'components' | 'remarkPlugins' | 'urlTransform'>) {
  return <ReactMarkdown {...options} remarkPlugins={[[remarkGfm, { singleTilde: false }], ...(options.remarkPlugins ?? [])]} components={{ ...parts, ...components }}>{text}</ReactMarkdown>;
}
