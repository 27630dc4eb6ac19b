// What the pages say against what there is: files and headings that they link to, commands with their options, npm scripts, variables.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { root } from './paths.ts';
import { createProgram } from './program.ts';

const find = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: root, exclude: (name) => /(^|\/)(node_modules|dist|build)$/.test(name) }).map((path) => join(root, path)).toSorted();
const read = (path: string): string => readFileSync(path, 'utf8');
const pages = find('*.md', 'docs/**/*.md', 'libs/**/*.md', 'services/**/*.md').map((path) => [relative(root, path), path] as const);
/** Without what only looks like Markdown. */
const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
/** The anchors of a page's headings, as GitHub makes them. */
const anchors = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));

describe.each(pages)('%s', (_, path) => {
  const text = read(path);

  it('links to files and headings that there are', () => {
    const broken = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      return !existsSync(target) || (anchor !== undefined && !anchors(read(target)).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('names commands and options that there are', () => {
    const program = createProgram(false);
    const known = new Map(program.commands.map((command) => [command.name(), command]));
    const wrong = commandLines(text).flatMap((line) => {
      const [name = '', ...words] = line.split(/\s+/);
      const command = known.get(name);
      if (command === undefined) return /^[a-z]/.test(name) ? [line] : [];
      return words.filter((word) => word.startsWith('-') && !hasOption(command, word)).map((word) => `${name} ${word}`);
    });
    expect(wrong).toEqual([]);
  });

  it('names npm scripts that there are', () => {
    const wrong = [...text.matchAll(/npm (?:run|start|test)(?: -s)? ?([a-z:]*)(?: -w ((?:@minchat|libs)\/[\w-]+))?(?=[\s`]|$)/gm)].filter(([said, script = '', workspace]) => {
      if (/^npm (start|test)/.test(said) || script === '') return false;
      const folders = workspace === undefined ? ['.', dirname(relative(root, path))] : workspaceFolders(workspace);
      return !folders.some((folder) => scriptsOf(folder).includes(script));
    });
    expect(wrong.map(([said]) => said)).toEqual([]);
  });
});

it('docs/configuration.md has the variables that services read, and no other', () => {
  const sources = find('libs/*/src/**/*.ts', 'services/*/src/**/*.ts').filter((path) => !/\.(test|testing)\.ts$/.test(path)).map(read);
  const declared = new Set(sources.flatMap((text) => [...text.matchAll(/^ {2}([A-Z][A-Z0-9]*_[A-Z0-9_]+): (?:z|port|flag|optional|[a-zA-Z]+Env)\b/gm)].map(([, name = '']) => name)));
  const page = read(join(root, 'docs', 'configuration.md'));
  const documented = [...page.matchAll(/^\| `([A-Z_0-9]+)`/gm)].map(([, name = '']) => name);
  expect([...declared].filter((name) => !documented.includes(name))).toEqual([]);
  expect(documented.filter((name) => !sources.some((text) => new RegExp(`\\b${name}\\b`).test(text)))).toEqual([]);
});

/** What stands behind `minchat` in code, each up to where the command ends. */
function commandLines(text: string): string[] {
  const code = [...text.matchAll(/^```[\s\S]*?^```/gm), ...text.matchAll(/`[^`\n]*`/g)].map(([block]) => block.replaceAll('`', '\n'));
  return code.flatMap((block) => [...block.matchAll(/(?:npm run minchat --|^minchat) +([^\n#|;&]*)/gm)].map(([, line = '']) => line.trim()));
}

function hasOption(command: Command, word: string): boolean {
  const flag = word.split('=')[0];
  return flag === '--help' || command.options.some(({ short, long }) => flag === long || flag === short);
}

function workspaceFolders(name: string): string[] {
  return name.startsWith('libs/') ? [name] : find('libs/*/package.json', 'services/*/package.json').filter((path) => (JSON.parse(read(path)) as { name: string }).name === name).map((path) => relative(root, dirname(path)));
}

function scriptsOf(folder: string): string[] {
  const path = join(root, folder, 'package.json');
  return existsSync(path) ? Object.keys((JSON.parse(read(path)) as { scripts?: object }).scripts ?? {}) : [];
}
