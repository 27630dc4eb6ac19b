import { memo, useRef, type ReactNode } from 'react';
import type { Components } from 'react-markdown';
import { CodeBlock, Markdown } from '../markdown.tsx';
import { currentLanguage } from '../preferences.ts';
import { blocksOf, isTangled, noBlocks, type Block } from './blocks.ts';

/** An answer as Markdown, which is not drawn again where nothing was added. */
export function AnswerText({ text }: { text: string }) {
  const known = useRef(noBlocks);
  known.current = blocksOf(text, known.current);
  return <div className="prose answer-text" dir="auto">{known.current.blocks.map((block, i) => <BlockView key={i} {...block} as={currentLanguage()} />)}</div>;
}

/** Drawn anew in another language, which is that of the page (`as`). */
const BlockView = memo(function BlockView({ text, language }: Block & { as: string }) {
  if (language !== undefined) return <CodeBlock text={text} language={language} />;
  if (isTangled(text)) return <p className="text">{text}</p>;
  return <Markdown text={text} components={headings} remarkPlugins={[asWritten]} urlTransform={ofTheWeb} />;
});

/** What answers are about stands under the page's headings. One without words would be nothing to see. */
const heading = (Tag: 'h3' | 'h4' | 'h5' | 'h6', signs: string) => ({ children }: { children?: ReactNode }) => <Tag>{children ?? signs}</Tag>;
const headings: Components = { h1: heading('h3', '#'), h2: heading('h4', '##'), h3: heading('h5', '###'), h4: heading('h6', '####'), h5: heading('h6', '#####'), h6: heading('h6', '######') };

/** Models know no paths of this page. */
const ofTheWeb = (url: string): string => (/^(?:https?|mailto):/i.test(url) ? url : '');

interface MarkdownNode { type: string; value?: string; alt?: string; children?: MarkdownNode[]; position?: { start: { offset?: number }; end: { offset?: number } } }

/**
 * Nothing of an answer is lost: ends of lines are kept, and whatever would be seen only together with something
 * else, or would make of the line before something else than it was when it was written, is text.
 */
function asWritten(this: { data: () => object }) {
  const data = this.data() as { micromarkExtensions?: object[] };
  data.micromarkExtensions ??= [];
  data.micromarkExtensions.push({ disable: { null: ['definition', 'gfmFootnoteCall', 'gfmFootnoteDefinition', 'gfmPotentialFootnoteCall', 'htmlFlow', 'htmlText', 'setextUnderline'] } });
  return keepLines;
}

function keepLines(node: MarkdownNode, file: { value: unknown }): void {
  if (node.children === undefined) return;
  node.children = node.children.flatMap((child): MarkdownNode[] => {
    keepLines(child, file);
    // Without words it would be nothing to see, and nothing to hear.
    if ((child.type === 'link' && child.children?.length === 0) || (child.type === 'image' && !child.alt)) {
      return [{ type: 'text', value: String(file.value).slice(child.position?.start.offset, child.position?.end.offset) }];
    }
    if (child.type !== 'text') return [child];
    return (child.value ?? '').split('\n').flatMap((value, i) => [...(i === 0 ? [] : [{ type: 'break' }]), ...(value === '' ? [] : [{ type: 'text', value }])]);
  });
}
